import { VoxError } from "../errors/vox-error.ts";

/** How many of a file's first bytes `machineCodeKind` looks at. */
export const MAGIC_BYTES = 64;

export type MachineCode = "ELF" | "Mach-O" | "PE";

const MACH_O_MAGICS: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
const UNIVERSAL_MAGIC = 0xcafebabe;
/** Java's class files begin like a universal binary; their version, which stands where the count of architectures does, begins at 45. */
const FIRST_JAVA_VERSION = 45;

/** What kind of machine code a file that begins so is; `undefined` for none. */
export function machineCodeKind(start: Uint8Array): MachineCode | undefined {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (bytes.byteLength < 4) return undefined;
  const magic = bytes.readUInt32BE();
  if (magic === 0x7f454c46) return "ELF";
  if (MACH_O_MAGICS.has(magic)) return "Mach-O";
  if (magic === UNIVERSAL_MAGIC && bytes.byteLength >= 8 && bytes.readUInt32BE(4) < FIRST_JAVA_VERSION) return "Mach-O";
  return bytes.readUInt16BE() === 0x4d5a && bytes.subarray(0, MAGIC_BYTES).includes(0) ? "PE" : undefined;
}

export interface MachineCodeFile {
  readonly path: string;
  readonly kind: MachineCode;
}

/**
 * Refuses machine code in a package that names no platforms (contracts, §4); `of` says whose files they are, for the complaint.
 * @throws {VoxError} PLATFORM_UNDECLARED
 */
export function refuseMachineCode(files: readonly MachineCodeFile[], platforms: readonly string[], of?: string): void {
  const [first] = files;
  if (first === undefined || platforms.length > 0) return;
  const what = of === undefined ? `\`${first.path}\`` : `\`${first.path}\` of \`${of}\``;
  throw new VoxError("PLATFORM_UNDECLARED", `${what} is ${first.kind} machine code in a package for every platform`);
}
