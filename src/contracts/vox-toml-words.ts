import { posix } from "node:path";
import * as z from "zod";
import { DURATION_PATTERN } from "../core/duration.ts";
import { isPlatform, type Platform } from "../core/platform.ts";

/** A phrase that goes on after the value: "`x` is not a package name". */
const word = (pattern: RegExp, isNot: string): z.ZodString => z.string().regex(pattern, { error: isNot });

export const packageNameWord = word(
  /^(?=.{1,64}$)[a-z0-9]+(?:[-_][a-z0-9]+)*$/,
  "is not a package name: groups of a-z and 0-9 joined by single `-` or `_`, at most 64 bytes",
);

/** What `vox-toml-dependencies` and `features` agree on: no space, comma, `=`, `/` or `:`, which lock lines use. */
export const featureNameWord = word(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, "is not a feature name: letters, digits, `_`, `-`, `.` and `+`");

export const identifierWord = word(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "is not a name of letters, digits, `.`, `_` and `-`");

const SEMVER =
  /^(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

export const versionWord = word(SEMVER, "is not a semver version such as `1.4.0`").max(120, { error: "is longer than 120 bytes" });

export const platformWord = z
  .string()
  .refine((text): text is Platform => isPlatform(text), { error: "is not a platform such as `linux/amd64`" });

export const durationWord = word(DURATION_PATTERN, "is not a duration such as `30s`, `5m` or `3d`");

export const variableNameWord = word(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "is not the name of an environment variable");

export const nonEmptyText = z.string().min(1, { error: "is empty" });

export const portNumber = z.int().min(1, { error: "is not a port from 1 to 65535" }).max(65_535, { error: "is not a port from 1 to 65535" });

export const naturalNumber = z.int().min(0, { error: "is less than 0" });

/** An absolute path of the image, written in one way only. */
export const imagePathWord = z.string().refine((text) => text.startsWith("/") && isNormal(text), {
  error: "is not an absolute path without `.`, `..` and a slash at its end",
});

/** A path inside the project, or inside `workdir`. */
export const innerPathWord = z.string().refine(isInnerPath, { error: "is not a relative path that stays inside its folder" });

/** As `innerPathWord`, or empty for none. */
export const optionalPathWord = z
  .string()
  .refine((text) => text === "" || isInnerPath(text), { error: "is not a relative path that stays inside its folder" });

function isInnerPath(text: string): boolean {
  const path = text.replace(/^\.\/(?=.)/, "").replace(/(?<=.)\/$/, "");
  return path !== "" && !path.startsWith("/") && path !== "." && isNormal(path) && !/^\.\.(?:\/|$)/.test(path);
}

const isNormal = (path: string): boolean => posix.normalize(path) === path && !(path.endsWith("/") && path !== "/") && !hasOddByte(path);

// eslint-disable-next-line no-control-regex -- control characters and backslashes are what is looked for
const hasOddByte = (text: string): boolean => /[\u0000-\u001f\u007f\\]/.test(text);
