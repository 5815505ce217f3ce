import { compareUtf8 } from "../../core/text-order.ts";
import type { Digest } from "../../core/digest.ts";

/** A file below `.vox_modules`: its path begins with the package's name. */
export interface ModuleFile {
  readonly path: string;
  readonly executable: boolean;
  /** Absent for what is neither a file nor a folder. */
  readonly digest?: Digest;
}

/** What is not as it should be, in words, by path. */
export function moduleDifferences(expected: readonly ModuleFile[], found: readonly ModuleFile[]): readonly string[] {
  const wanted = new Map(expected.map((file) => [file.path, file]));
  const present = new Set(found.map(({ path }) => path));
  const differences = [
    ...expected.filter(({ path }) => !present.has(path)).map(({ path }) => [path, "is missing"] as const),
    ...found.flatMap((file) => {
      const what = differenceOf(wanted.get(file.path), file);
      return what === undefined ? [] : [[file.path, what] as const];
    }),
  ];
  return differences.sort(([left], [right]) => compareUtf8(left, right)).map(([path, what]) => `\`${path}\` ${what}`);
}

function differenceOf(expected: ModuleFile | undefined, found: ModuleFile): string | undefined {
  if (!expected) return "belongs to no locked package";
  if (found.digest === undefined) return "is no file";
  if (found.digest !== expected.digest) return "is other content";
  return found.executable === expected.executable ? undefined : `is ${found.executable ? "a program" : "no program"}`;
}
