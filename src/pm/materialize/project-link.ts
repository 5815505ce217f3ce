import type { Digest } from "../../core/digest.ts";
import { isDigest } from "../../core/digest.ts";
import { LINK_MODES, type LinkMode } from "./materializer.ts";

/** What a project was last linked to; kept in the cache, since a project's own files may come from anyone. */
export interface ProjectLink {
  readonly projectDir: string;
  readonly linkMode: LinkMode;
  readonly closure: Digest;
}

const HEADER = "vox-link 1";

/** Four lines; the path comes last, since it may hold anything. */
export const formatProjectLink = (link: ProjectLink): string =>
  `${[HEADER, link.linkMode, link.closure, JSON.stringify(link.projectDir)].join("\n")}\n`;

/** The link that a text holds; `undefined` unless it is whole. */
export function parseProjectLink(text: string): ProjectLink | undefined {
  const [header, mode, closure = "", path = "", end] = text.split("\n");
  const linkMode = LINK_MODES.find((known) => known === mode);
  if (header !== HEADER || !linkMode || !isDigest(closure) || !path.startsWith('"') || end !== "") return undefined;
  const projectDir: unknown = JSON.parse(path);
  return typeof projectDir === "string" ? { projectDir, linkMode, closure } : undefined;
}
