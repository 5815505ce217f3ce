import { type InstallPolicy, parseInstallPolicy } from "../../contracts/install-policy.ts";
import { type FileTexts, lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";
import { shellOf, workflowAt } from "../workflows.ts";

const finding = errorsOf("install-policy");
const POLICY = "contracts/install/install-policy.yaml";

export const installPolicy: Validator = {
  id: "install-policy",
  statement: "package.json, README, Dockerfile and workflows say of vox itself what the install policy says",
  run: ({ files }) => {
    const text = files.text(POLICY);
    if (text === undefined) return [finding("there is no install policy", { file: POLICY })];
    const parsed = parseInstallPolicy(text);
    if (parsed.kind === "faults") return parsed.faults.map((fault) => finding(fault, { file: POLICY }));
    return [nodeFaults, dockerfileFaults, matrixFaults, releaseFaults].flatMap((check) => check(parsed.policy, files));
  },
};

type Check = (policy: InstallPolicy, files: ComplianceFacts["files"]) => readonly Finding[];

const nodeFaults: Check = ({ node }, files) => [
  ...missing(files, "package.json", `"node": ">=${node.minimum}"`),
  ...missing(files, "README.md", `Node ${node.minimum}`),
  ...missing(files, "CONTRIBUTING.md", `Node ${node.minimum}`),
  ...missing(files, "src/bin.ts", `Node ${node.minimum}`),
];

const dockerfileFaults: Check = ({ image }, files) => {
  const [name = "", digest = ""] = image.base.split("@");
  const text = files.text("Dockerfile") ?? "";
  const other = [...text.matchAll(/^FROM (?:--\S+ )*(\S+)/gm)].find((match) => match[1] !== image.base);
  return [
    ...missing(files, "Dockerfile", image.base),
    ...missing(files, "Dockerfile", `base.name="${name}"`),
    ...missing(files, "Dockerfile", `base.digest="${digest}"`),
    ...missing(files, "Dockerfile", `USER ${image.user}`),
    ...missing(files, "Dockerfile", '"doctor", "--probe"'),
    ...missing(files, "scripts/ci/image", `--platform ${image.platforms.join(",")}`),
    ...(other === undefined
      ? []
      : [finding(`\`${other[1] ?? ""}\` is not the policy's base`, { file: "Dockerfile", line: lineOf(text, other[0]) })]),
  ];
};

/** Each platform that is tested is tested on every Node. */
const matrixFaults: Check = ({ node, platforms }, files) => {
  const ci = workflowAt(files, "ci.yml");
  if (ci === undefined) return [];
  const nodes = ci.matrix["node"] ?? [];
  const runners = ci.matrix["runner"] ?? [];
  const place = { file: ci.path };
  return [
    ...node.tested.filter((major) => !nodes.includes(major)).map((major) => finding(`Node ${major} is not tested`, place)),
    ...nodes
      .filter((major) => !node.tested.some((tested) => tested === major))
      .map((major) => finding(`Node ${String(major)} is tested and is not in the policy`, place)),
    ...platforms
      .filter(({ runner, status }) =>
        status === "tested" ? !runners.includes(runner) : !ci.text.includes(`runner: ${runner}`),
      )
      .map(({ name, runner }) => finding(`${name} is not tested: no job runs on \`${runner}\``, place)),
  ];
};

const releaseFaults: Check = ({ artifacts, checksums, signature }, files) => {
  const release = workflowAt(files, "release-binaries.yml");
  if (release === undefined) return [];
  const shell = shellOf(release, files);
  return [...artifacts.map(({ file }) => file.replace("{version}", "$version")), checksums.file, signature.file]
    .filter((name) => !shell.includes(name))
    .map((name) => finding(`the release makes no \`${name}\``, { file: release.path }));
};

const missing = (files: FileTexts, file: string, words: string): readonly Finding[] =>
  (files.text(file) ?? "").includes(words) ? [] : [finding(`it does not say \`${words}\``, { file })];
