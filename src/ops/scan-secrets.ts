import { join } from "node:path/posix";
import { type Digest, hexOf } from "../core/digest.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ListedPath, SelectedFile } from "../pm/files/list-project-files.ts";
import type { FileReader } from "../pm/files/project-folder.ts";
import { pathClass } from "../policy/secrets/file-traits.ts";
import { SCANNER_VERSION } from "../policy/secrets/rules.ts";
import type { SecretFinding } from "../policy/secrets/secret-rule.ts";
import { SecretScan } from "../policy/secrets/secret-scan.ts";
import type { ApplicationFile } from "../project/materialized-project.ts";
import type { MemberListing } from "./member-files.ts";
import type { CachePorts, RunPorts } from "./ports.ts";

/** The files of one folder that are about to enter a package or an image. */
export interface FolderContent {
  /** Of the package; what was clean is remembered under it. */
  readonly name: string;
  /** From the project's root. */
  readonly path: string;
  readonly reader: FileReader;
  readonly files: readonly ApplicationFile[];
  /** Those with a setuid or setgid bit, which no archive holds. */
  readonly setId: readonly string[];
  /** Asked for those with capabilities, which no archive holds either. */
  readonly capable: (paths: readonly string[]) => Promise<readonly string[]>;
}

export type ScanPorts = Pick<CachePorts, "facts"> & Pick<RunPorts, "signal">;

/** Looking is computing; more at a time would only hold more of their bytes. */
const FILES_AT_ONCE = 4;

/**
 * Refuses what looks like a secret. Content that was found clean is not read again, so that an unchanged folder costs one small file.
 * @throws {VoxError} SECRET_FOUND, FILE_CHANGED, FILE_UNREADABLE
 */
export async function refuseSecrets(content: FolderContent, ports: ScanPorts): Promise<void> {
  const key = `clean of secrets, by rules ${SCANNER_VERSION}: ${content.name}`;
  const clean = new Set((await ports.facts.fact(key))?.split("\n"));
  const files = content.files.flatMap((file) => (file.kind === "file" ? [file] : []));
  const unknown = files.filter((file) => !clean.has(cleanMark(file)));
  if (unknown.length === 0) return;
  const findings = await secretsIn(content.reader, unknown, ports);
  if (findings.length > 0) throw secretFound(content.path, findings);
  const marks = files.map(cleanMark);
  // A cache that cannot be written costs time at the next run and nothing else.
  await ports.facts.keepFact(key, marks.join("\n")).catch(() => undefined);
}

/** For `--list`: a path with its reason, and the secrets for which it would be refused. */
export interface MarkedPath extends ListedPath {
  readonly secrets: readonly SecretFinding[];
}

export async function markedListing(listing: MemberListing, ports: Pick<RunPorts, "signal">): Promise<readonly MarkedPath[]> {
  const findings = await secretsIn(listing.opened.reader, listing.files, ports);
  return listing.reasons.map((listed) => ({ ...listed, secrets: findings.filter(({ path }) => path === listed.path) }));
}

/** What is found in files, in their order. */
async function secretsIn(
  reader: FileReader,
  files: readonly Pick<SelectedFile, "kind" | "path">[],
  { signal }: Pick<RunPorts, "signal">,
): Promise<readonly SecretFinding[]> {
  const regular = files.filter(({ kind }) => kind === "file");
  return (await mapConcurrent(regular, FILES_AT_ONCE, ({ path }) => secretsInFile(reader, path, signal))).flat();
}

async function secretsInFile(reader: FileReader, path: string, signal: AbortSignal): Promise<readonly SecretFinding[]> {
  const scan = new SecretScan(path);
  for await (const chunk of reader.open(path)) {
    signal.throwIfAborted();
    scan.update(chunk);
  }
  return scan.end();
}

/** Half of a digest is more than anybody finds other content for, and half the memory for a hundred thousand files. */
const cleanMark = ({ path, digest }: { readonly path: string; readonly digest: Digest }): string =>
  `${pathClass(path)} ${hexOf(digest).slice(0, 32)}`;

function secretFound(folder: string, findings: readonly SecretFinding[]): VoxError {
  const placed = findings.map((finding) => ({ ...finding, path: join(folder, finding.path) }));
  const [first, ...others] = placed;
  if (first === undefined) return new VoxError("INTERNAL", "there is no secret to tell of");
  const more = others.length === 0 ? "" : `; there are ${others.length} more`;
  return new VoxError(
    "SECRET_FOUND",
    `\`${first.path}\` holds what looks like a secret, by the rule \`${first.rule}\`${more}`,
    {
      place: { file: first.path, line: first.line, column: first.column },
      hint: `take it out and revoke it, leave the file out with \`exclude\` or \`.voxignore\`, or write \`vox:allow-secret ${first.rule}: REASON\` on the line before`,
      cause: new Error(placed.map(({ path, line, rule }) => `${path}:${line}: ${rule}`).join("\n")),
    },
  );
}
