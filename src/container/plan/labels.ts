import { sortedByUtf8 } from "../../core/text-order.ts";
import type { Annotations } from "../../oci/descriptor.ts";
import { ANNOTATION } from "../../oci/media-types.ts";
import type { MaterializedProject, ProjectIdentity } from "../../project/materialized-project.ts";
import { formatBase, parseStoredBase } from "../base-image/base-reference.ts";
import type { PlannedBase } from "./planned-base.ts";

/** The layout of images that this room writes; a reader refuses another. */
const IMAGE_FORMAT = "1";

/** Labels of the config, and annotations of the manifests: facts of content only (contracts, §7 "Labels"). */
export function imageLabels(project: MaterializedProject, base: PlannedBase): Annotations {
  return sortedRecord({
    ...identityLabels(project.identity),
    ...(base.kind === "image" && {
      [ANNOTATION.baseName]: formatBase(parseStoredBase(base.reference)),
      [ANNOTATION.baseDigest]: base.digest,
    }),
    ...project.deploy.container.labels,
    [ANNOTATION.voxLockDigest]: project.closureDigest,
    [ANNOTATION.voxImageFormat]: IMAGE_FORMAT,
  });
}

export interface IndexFacts {
  readonly labels: Annotations;
  readonly identity: ProjectIdentity;
  /** RFC 3339. */
  readonly created: string;
  readonly voxVersion: string;
}

/** Annotations of the index: the labels and the facts of the commit. A dirty tree has no revision that would tell the truth. */
export function indexAnnotations({ labels, identity, created, voxVersion }: IndexFacts): Annotations {
  return sortedRecord({
    ...labels,
    [ANNOTATION.created]: created,
    [ANNOTATION.voxVersion]: voxVersion,
    ...(identity.revision !== undefined && !identity.dirty && { [ANNOTATION.revision]: identity.revision }),
  });
}

/** What the application says of itself. */
export function identityLabels(identity: ProjectIdentity): Annotations {
  const labels: readonly (readonly [string, string | undefined])[] = [
    [ANNOTATION.title, identity.name],
    [ANNOTATION.version, identity.version],
    [ANNOTATION.description, identity.description],
    [ANNOTATION.source, identity.repository],
    [ANNOTATION.licenses, identity.license],
    [ANNOTATION.documentation, identity.documentation],
    [ANNOTATION.url, identity.homepage],
    [ANNOTATION.authors, identity.authors.join(", ")],
  ];
  return Object.fromEntries(labels.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

const sortedRecord = (record: Annotations): Annotations =>
  Object.fromEntries(sortedByUtf8(Object.entries(record), ([name]) => name));
