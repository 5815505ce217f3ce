import { VoxError } from "../errors/vox-error.ts";
import type { Brand } from "./brand.ts";

/** `<os>/<architecture>[/<variant>]` in Go's words, such as `linux/arm64` (image-spec, image-index.md). */
export type Platform = Brand<string, "Platform">;

export interface PlatformParts {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const PLATFORM_PATTERN = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/;

/** @throws {VoxError} PLATFORM_INVALID */
export function parsePlatform(text: string): Platform {
  if (isPlatform(text)) return text;
  throw new VoxError("PLATFORM_INVALID", `\`${text}\` is not a platform`, { hint: "write it as `linux/amd64`" });
}

export const isPlatform = (text: string): text is Platform => PLATFORM_PATTERN.test(text);

export function platformParts(platform: Platform): PlatformParts {
  const [os = "", architecture = "", variant] = platform.split("/");
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

/** `arm64/v8` is how some registries write `arm64`: the two are one platform. */
export function platformFrom(parts: PlatformParts): Platform {
  const variant = parts.architecture === "arm64" && parts.variant === "v8" ? undefined : parts.variant;
  return parsePlatform([parts.os, parts.architecture, ...(variant ? [variant] : [])].join("/"));
}

/** The folder name of a platform's overlay, `linux-amd64` (contracts, §2 `platforms`). */
export const platformFolder = (platform: Platform): string => platform.replaceAll("/", "-");
