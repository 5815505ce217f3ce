import { type Digest, digestFromHex, isDigest } from "../../core/digest.ts";
import type { JsonCursor } from "../../core/json-cursor.ts";
import { IMAGE_BUILD_TYPE } from "../../core/in-toto.ts";

/** What an image's provenance says that it was made of, as far as a check asks. */
export interface ParsedProvenance {
  readonly builder: string;
  readonly lockDigest: Digest;
  readonly closureDigest: Digest;
  /** Whether an engine made the lower part of the image. */
  readonly engineBuilt: boolean;
  /** By name, with `?platform=` where it is for one alone. */
  readonly dependencies: ReadonlyMap<string, ProvenanceDependency>;
}

export interface ProvenanceDependency {
  readonly digest: Digest;
  readonly diffId?: Digest;
}

/** @throws {VoxError} ATTESTATION_INVALID */
export function parseImageProvenance(predicate: JsonCursor): ParsedProvenance {
  const definition = predicate.at("buildDefinition");
  if (definition.at("buildType").string() !== IMAGE_BUILD_TYPE)
    definition.at("buildType").fail(`is not \`${IMAGE_BUILD_TYPE}\``);
  const dependencies = new Map<string, ProvenanceDependency>();
  let closure: Digest | undefined;
  for (const [name, dependency, annotations] of definition.at("resolvedDependencies").list(readDependency)) {
    if (dependency) dependencies.set(name, dependency);
    if (name === "vox.lock") closure = annotations?.at("closure").digest();
  }
  const lock = dependencies.get("vox.lock");
  if (!lock || !closure) return definition.fail("does not name `vox.lock`");
  return {
    builder: predicate.at("runDetails").at("builder").at("id").string(),
    lockDigest: lock.digest,
    closureDigest: closure,
    engineBuilt: isEngineBuilt(definition.at("externalParameters").at("container")),
    dependencies,
  };
}

/** As the deploy intent says: these need an engine. */
function isEngineBuilt(container: JsonCursor): boolean {
  const lists = ["packages", "run"].some((key) => (container.at(key).present?.strings() ?? []).length > 0);
  return lists || (container.at("dockerfile").present?.string() ?? "") !== "";
}

function readDependency(
  item: JsonCursor,
): readonly [name: string, dependency: ProvenanceDependency | undefined, annotations: JsonCursor | undefined] {
  const annotations = item.at("annotations").present;
  const name = item.at("name").present?.string() ?? "";
  const hex = item.at("digest").present?.at("sha256").present?.string();
  if (hex === undefined) return [name, undefined, annotations];
  const text = `sha256:${hex}`;
  if (!isDigest(text)) return item.at("digest").fail("is not a sha256 digest");
  const diffId = annotations?.at("diffId").present?.digest();
  return [name, { digest: digestFromHex(hex), ...(diffId === undefined ? {} : { diffId }) }, annotations];
}
