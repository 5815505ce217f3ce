import { isVoxError } from "../errors/vox-error.ts";

/** One thing that was proved, or not: the entries of `verify`'s documents (contracts, §8). */
export interface Check {
  readonly id: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What fails is told and the next check is made; only being stopped ends them all. */
export async function madeCheck(id: string, signal: AbortSignal, prove: () => Promise<string>): Promise<Check> {
  try {
    return { id, ok: true, detail: await prove() };
  } catch (error) {
    signal.throwIfAborted();
    if (!isVoxError(error)) throw error;
    return { id, ok: false, detail: `${error.code}: ${error.message}` };
  }
}
