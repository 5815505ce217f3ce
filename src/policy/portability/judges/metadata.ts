import { named } from "../../../core/named.ts";
import type { ImageJudge, ProjectJudge } from "../judge.ts";
import { broken, held, type Verdict } from "../verdict.ts";

const PREFIX = "org.opencontainers.image.";
/** What every image has to say of itself, and where it comes from. */
const OF_PROJECT = ["title", "version", "description", "licenses", "source"] as const;
const OF_BUILD = ["revision", "created"] as const;
const OF_BASE = ["base.name", "base.digest"] as const;
const FIELDS: Readonly<Record<string, string>> = { licenses: "license", source: "repository" };

/** Enforces `metadata-complete`. The commit and the time are the image's to say: whether there is a commit is judged by itself. */
export const metadataComplete: ProjectJudge = ({ container, manifest }) => {
  if (!container) return undefined;
  const missing = OF_PROJECT.filter((name) => !container.labels[PREFIX + name]);
  return verdictOf(missing, {
    place: { file: manifest.file },
    hint: `add ${named(missing.map((name) => FIELDS[name] ?? name))} to [package]`,
  });
};

/** `metadata-complete`, of an image. */
export const metadataOfImage: ImageJudge = ({ annotations }) => {
  const base = Object.keys(annotations).some((name) => name.startsWith(`${PREFIX}base.`)) ? OF_BASE : [];
  return verdictOf([...OF_PROJECT, ...OF_BUILD, ...base].filter((name) => !annotations[PREFIX + name]));
};

const verdictOf = (missing: readonly string[], more: Parameters<typeof broken>[1] = {}): Verdict =>
  missing.length === 0 ? held("nothing is missing") : broken(`the image does not say its ${named(missing, 9)}`, more);
