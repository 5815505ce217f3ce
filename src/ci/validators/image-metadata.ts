import { lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("image-metadata");
const LABELS = "src/container/plan/labels.ts";
const NAMES = "src/oci/media-types.ts";
const PAGE = "docs/src/reference/image.md";
const DOCKERFILE = "Dockerfile";

/** What every image that leaves this repository says of itself. */
const OF_THE_TOOL = ["title", "description", "licenses", "source", "version", "base.name", "base.digest"];

export const imageMetadata: Validator = {
  id: "image-metadata",
  statement:
    "every label that the image page promises is written, every one that is written is promised, and the tool's own image has its labels",
  run: (facts) => [...labelFaults(facts), ...dockerfileFaults(facts)],
};

function labelFaults({ files }: ComplianceFacts): readonly Finding[] {
  const page = files.text(PAGE) ?? "";
  const promise = page.split("\n").find((line) => line.startsWith("Labels, as far as")) ?? "";
  const promised = new Set(
    [...promise.matchAll(/`([a-z.-]+)`/g)].map((match) => nameOf(match[1] ?? "")).filter((name) => name !== ""),
  );
  const written = writtenLabels(files.text(LABELS) ?? "", files.text(NAMES) ?? "");
  return [
    ...[...promised]
      .filter((name) => !written.has(name))
      .map((name) => finding(`\`${name}\` is promised and not written`, { file: PAGE, line: lineOf(page, promise) })),
    ...[...written]
      .filter((name) => !promised.has(name))
      .map((name) =>
        finding(`\`${name}\` is written and not promised`, {
          file: LABELS,
          line: lineOf(files.text(LABELS) ?? "", "imageLabels"),
        }),
      ),
  ];
}

const PREFIX = "org.opencontainers.image.";

const nameOf = (word: string): string => (word === PREFIX ? "" : word.startsWith("dev.vox.") ? word : `${PREFIX}${word}`);

/** The annotations that `imageLabels` sets, by the constants that it names. */
function writtenLabels(labels: string, names: string): ReadonlySet<string> {
  const constants = new Map(
    [...names.matchAll(/^ {2}(\w+): "((?:org|dev)\.[^"]+)"/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]),
  );
  const text = labels.replace(/export function indexAnnotations[\s\S]*?\n}\n/, "");
  return new Set([...text.matchAll(/\bANNOTATION\.(\w+)/g)].flatMap((match) => constants.get(match[1] ?? "") ?? []));
}

function dockerfileFaults({ files }: ComplianceFacts): readonly Finding[] {
  const text = files.text(DOCKERFILE);
  if (text === undefined) return [finding("the tool has no Dockerfile", { file: DOCKERFILE })];
  return OF_THE_TOOL.filter((name) => !text.includes(`${PREFIX}${name}=`)).map((name) =>
    finding(`the tool's image has no label \`${PREFIX}${name}\``, { file: DOCKERFILE, line: lineOf(text, "LABEL ") }),
  );
}
