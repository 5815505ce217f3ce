import { VoxError } from "../errors/vox-error.ts";
import type { Brand } from "./brand.ts";

/** Groups of `[a-z0-9]` joined by single `-` or `_`, at most 64 bytes (contracts, §2). */
export type PackageName = Brand<string, "PackageName">;

const NAME_PATTERN = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/;
const MAX_NAME_BYTES = 64;

export const isPackageName = (text: string): text is PackageName => text.length <= MAX_NAME_BYTES && NAME_PATTERN.test(text);

/** @throws {VoxError} NAME_INVALID */
export function parsePackageName(text: string): PackageName {
  if (isPackageName(text)) return text;
  throw new VoxError("NAME_INVALID", `\`${text}\` is not a package name`, {
    hint: "use groups of a-z and 0-9 joined by single `-` or `_`, at most 64 bytes",
  });
}

/** Two names are the same package when their keys are equal: `-` and `_` are one letter. */
export const packageNameKey = (name: string): string => (name.includes("_") ? name.replaceAll("_", "-") : name);

/** Names with more separators are looked up as written and with one letter throughout: each further one would double the questions. */
const MAX_SEPARATORS_VARIED = 4;

/** The other ways to write a name: those with one separator throughout first, then every mixture. */
export function otherSpellings(name: PackageName): readonly PackageName[] {
  const groups = name.split(/[-_]/);
  const joined = (separators: string): string =>
    groups.map((group, index) => `${separators[index - 1] ?? ""}${group}`).join("");
  const count = groups.length - 1;
  const mixtures =
    count > MAX_SEPARATORS_VARIED ? [] : Array.from({ length: 2 ** count }, (_, bits) => separatorsOf(bits, count));
  const all = new Set(["-".repeat(count), "_".repeat(count), ...mixtures].map(joined));
  return [...all].filter((other): other is PackageName => other !== name && isPackageName(other));
}

const separatorsOf = (bits: number, count: number): string =>
  Array.from({ length: count }, (_, index) => ((bits >> index) & 1 ? "_" : "-")).join("");
