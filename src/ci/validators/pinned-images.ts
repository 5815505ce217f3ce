import type { Finding } from "../finding.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";
import { actionsOf } from "../workflows.ts";

const finding = errorsOf("pinned-images");

export const pinnedImages: Validator = {
  id: "pinned-images",
  statement:
    "every base image is pinned by digest and every action by commit: in the Dockerfile, the examples and the workflows",
  run: (facts) => [...textsOf(facts, isDockerfile).flatMap(dockerfileFaults), ...textsOf(facts, isYaml).flatMap(yamlFaults)],
};

interface Text {
  readonly file: string;
  readonly text: string;
}

const textsOf = ({ files }: ComplianceFacts, wanted: (path: string) => boolean): readonly Text[] =>
  ["Dockerfile", ...files.under("examples/"), ...files.under(".github/")]
    .filter(wanted)
    .flatMap((file) => ({ file, text: files.text(file) ?? "" }));

const isDockerfile = (path: string): boolean => /(?:^|\/)(?:[\w.-]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$/.test(path);
const isYaml = (path: string): boolean => /\.ya?ml$/.test(path);

const PINNED = /@sha256:[0-9a-f]{64}$/;

function dockerfileFaults({ file, text }: Text): readonly Finding[] {
  const stages = new Set([...text.matchAll(/^FROM .*\bAS (\S+)/gim)].map((match) => (match[1] ?? "").toLowerCase()));
  return text.split("\n").flatMap((line, index) => {
    const image = /^(?:FROM (?:--\S+ )*|COPY .*--from=)(\S+)/i.exec(line)?.[1];
    if (image === undefined || image === "scratch" || /^\d+$/.test(image)) return [];
    if (stages.has(image.toLowerCase()) || PINNED.test(image)) return [];
    return [finding(`\`${image}\` is not pinned by its digest`, { file, line: index + 1 })];
  });
}

function yamlFaults({ file, text }: Text): readonly Finding[] {
  const images = text.split("\n").flatMap((line, index) => {
    const image = /^\s*(?:- )?(?:image|container):\s*["']?([^\s"'#]+)/.exec(line)?.[1];
    return image === undefined || PINNED.test(image) || image.startsWith("${") ? [] : [{ image, line: index + 1 }];
  });
  return [
    ...images.map(({ image, line }) => finding(`\`${image}\` is not pinned by its digest`, { file, line })),
    ...actionsOf(text)
      .filter(({ action }) => !action.startsWith("./") && !/@[0-9a-f]{40}$/.test(action))
      .map(({ action, line }) => finding(`\`${action}\` is not pinned by a commit`, { file, line })),
  ];
}
