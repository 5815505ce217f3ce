import { link, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { randomUUID } from "node:crypto";
import type { Environment } from "../config/environment-variables.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { KeyPorts } from "../ops/ports.ts";
import { processTerminal } from "./process-terminal.ts";

const MAX_KEY_BYTES = 64 * 1024;
const OWNER_ONLY = 0o600;

/** Keys are files; their password is VOX_SIGN_PASSWORD, or what somebody types. */
export const keyPorts = (env: Environment, signal: AbortSignal): Omit<KeyPorts, "keylessSigner"> => ({
  readKey,
  writeKeys: async (prefix, { privatePem, publicPem }) => {
    await writeNew(`${prefix}.key`, privatePem, OWNER_ONLY);
    try {
      await writeNew(`${prefix}.pub`, publicPem, 0o644);
    } catch (error) {
      // Half a pair would be in the way of the next try.
      await rm(`${prefix}.key`, { force: true });
      throw error;
    }
  },
  keyPassword: async (path) => env["VOX_SIGN_PASSWORD"] ?? (await asked(`Password of ${path}: `, signal)),
  newKeyPassword: async (path) => env["VOX_SIGN_PASSWORD"] ?? (await askedTwice(path, signal)),
});

const asked = async (question: string, signal: AbortSignal): Promise<string | undefined> =>
  processTerminal.canAsk ? processTerminal.ask(question, { hidden: true, signal }) : undefined;

async function askedTwice(path: string, signal: AbortSignal): Promise<string | undefined> {
  const first = await asked(`Password for ${path}: `, signal);
  if (!first) return undefined;
  if ((await asked("The same again: ", signal)) === first) return first;
  throw new VoxError("KEY_PASSWORD", "the two passwords differ", { hint: "run the command again" });
}

/**
 * A key, or a root of trust: a small text file.
 * @throws {VoxError} KEY_INVALID
 */
export async function readKey(path: string): Promise<string> {
  try {
    const handle = await open(path, "r");
    try {
      const buffer = Buffer.alloc(MAX_KEY_BYTES + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, 0);
      if (bytesRead > MAX_KEY_BYTES) throw new VoxError("KEY_INVALID", `\`${path}\` is larger than any key`);
      return buffer.subarray(0, bytesRead).toString("utf8");
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof VoxError) throw cause;
    throw new VoxError("KEY_INVALID", `the key \`${path}\` cannot be read`, { cause });
  }
}

/** Written beside and linked, so that a file is there whole or not at all, and one that is there stays. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.${randomUUID()}.vox`;
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
  try {
    const handle = await open(fresh, "wx", mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    await link(fresh, path);
  } catch (cause) {
    if (isThere(cause)) throw new VoxError("KEY_EXISTS", `\`${path}\` is there already`);
    throw cannotWrite(path, cause);
  } finally {
    await rm(fresh, { force: true });
  }
}

const cannotWrite = (path: string, cause: unknown): VoxError =>
  new VoxError("CANNOT_WRITE", `\`${path}\` cannot be written`, { cause });

const isThere = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST";
