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
