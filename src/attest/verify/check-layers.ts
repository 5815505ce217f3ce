import { counted } from "../../core/counted.ts";
import type { Digest } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { ANNOTATION } from "../../oci/media-types.ts";
import type { TrustCheck } from "./evidence.ts";
import type { InspectedLayer } from "./inspect-layer.ts";

/** What a package must be in the image. */
export interface ExpectedPackage {
  readonly name: string;
  /** Absent where nothing tells it, as of a folder's package. */
  readonly version?: string;
  /** Of the archive; for a layer of its own. */
  readonly digest?: Digest;
  readonly diffId?: Digest;
  /** What tells it. */
  readonly by: "lock" | "provenance" | "signature";
}

/** A layer with what was found in it; a base's layers are not looked into. */
export interface JudgedLayer {
  readonly descriptor: Descriptor;
  /** As the config says. */
  readonly diffId: Digest | undefined;
  readonly kind: "base" | "engine" | "system" | "packages" | "application";
  /** Absent for the base's and an engine's, and where reading failed. */
  readonly inspected?: InspectedLayer;
  /** Why it could not be read. */
  readonly fault?: string;
}

export interface JudgedPlatform {
  readonly platform: Platform;
  readonly layers: readonly JudgedLayer[];
}

/** `a@1.2.0,b@2.0.0` of a layer. */
export const packagesNamed = ({ annotations }: Descriptor): readonly string[] =>
  (annotations?.[ANNOTATION.voxPackages] ?? "").split(",").filter((title) => title !== "");

/** Each dependency is there once, in the version and with the content that is expected, and no other is. Enforces `image-from-lock`. */
export function checkDependencies({ platform, layers }: JudgedPlatform, expected: readonly ExpectedPackage[]): TrustCheck {
  const found = layers.filter(({ kind }) => kind === "packages").flatMap(packagesOf);
  const faults = [
    ...found.flatMap((item) => faultOf(item, expected, found)),
    ...expected.filter(({ name }) => !found.some((item) => item.name === name)).map(({ name }) => `\`${name}\` is not there`),
  ];
  const byLock = expected.filter(({ by }) => by === "lock").length;
  const byProvenance = expected.filter(({ by }) => by === "provenance").length;
  const rest = expected.length - byLock - byProvenance;
  const parts = [
    byLock > 0 || expected.length === 0 ? `${counted(byLock, "package")}, as the lock says` : "",
    byProvenance > 0 ? `${byProvenance} are the provenance's` : "",
    rest > 0 ? `${rest} rest on the signature` : "",
  ].filter((part) => part !== "");
  return {
    id: `dependencies ${platform}`,
    ok: faults.length === 0,
    detail: faults.length === 0 ? parts.join(", ") : faults.join("; "),
    restsOn: byLock === 0 && byProvenance > 0 ? "provenance" : "lock",
  };
}

interface FoundPackage {
  readonly name: string;
  readonly version: string;
  readonly diffId: Digest | undefined;
  /** Of the layer, when it is the package's own. */
  readonly digest: Digest | undefined;
}

function packagesOf({ descriptor, inspected }: JudgedLayer): readonly FoundPackage[] {
  const titles = packagesNamed(descriptor);
  return titles.map((title) => {
    const at = title.indexOf("@");
    const name = title.slice(0, at);
    const own = titles.length === 1 ? descriptor.digest : undefined;
    return { name, version: title.slice(at + 1), diffId: inspected?.packages.get(name), digest: own };
  });
}

function faultOf(item: FoundPackage, expected: readonly ExpectedPackage[], found: readonly FoundPackage[]): readonly string[] {
  const title = `\`${item.name}@${item.version}\``;
  const wanted = expected.find(({ name }) => name === item.name);
  if (!wanted) return [`${title} is there, and nothing asks for it`];
  if (found.find(({ name }) => name === item.name) !== item) return [`${title} is there twice`];
  if (wanted.version !== undefined && wanted.version !== item.version)
    return [`${title} is there, and the ${wanted.by} says ${wanted.version}`];
  if (wanted.digest !== undefined && item.digest !== undefined && wanted.digest !== item.digest)
    return [`the layer of ${title} is \`${item.digest}\`, and the ${wanted.by} says \`${wanted.digest}\``];
  if (wanted.diffId === undefined || wanted.diffId === item.diffId) return [];
  return [`${title} holds \`${item.diffId ?? "nothing"}\`, and the ${wanted.by} says \`${wanted.diffId}\``];
}

/** Nothing but the base, the dependencies and the application: every path of every layer of ours is where it may be. */
export function checkContents({ platform, layers }: JudgedPlatform): TrustCheck {
  const faults = layers.flatMap((layer) => contentFaults(layer));
  const engines = layers.filter(({ kind }) => kind === "engine").length;
  const ours = layers.filter(({ kind }) => kind !== "base").length - engines;
  const rest = engines === 0 ? "" : `; ${engines} that an engine made rest on the provenance`;
  return {
    id: `contents ${platform}`,
    ok: faults.length === 0,
    detail: faults.length === 0 ? `nothing in ${counted(ours, "layer")} but what they say${rest}` : faults.join("; "),
    restsOn: "content",
  };
}

function contentFaults({ descriptor, diffId, kind, inspected, fault }: JudgedLayer): readonly string[] {
  const layer = `layer \`${descriptor.digest}\``;
  if (fault !== undefined) return [`${layer}: ${fault}`];
  if (kind === "base" || kind === "engine") return [];
  if (diffId !== inspected?.diffId) return [`${layer} unpacks to \`${inspected?.diffId}\`, and the config says \`${diffId}\``];
  const named = new Set(packagesNamed(descriptor).map((title) => title.slice(0, title.indexOf("@"))));
  const unnamed = kind === "packages" ? [...(inspected?.packages.keys() ?? [])].filter((name) => !named.has(name)) : [];
  return [
    ...(inspected?.strays ?? []).map((path) => `${layer} holds \`${path}\``),
    ...unnamed.map((name) => `${layer} holds the package \`${name}\`, and does not say so`),
  ];
}
