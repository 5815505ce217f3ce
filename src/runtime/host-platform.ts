import { parsePlatform, type Platform } from "../core/platform.ts";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** The platform of this machine's containers: they run Linux whatever the host is. */
export const hostPlatform = (arch: string = process.arch): Platform => parsePlatform(`linux/${ARCHITECTURES[arch] ?? arch}`);
