import { PORTABILITY_POLICY } from "../../policy/portability/generated/portability-policy.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

const JUDGED: Readonly<Record<string, string>> = {
  "": "kept by vox itself",
  project: "the project",
  image: "an image",
  "project image": "the project, then the image",
};

/** `docs/src/reference/policy.md`. */
export const renderPolicyReference = (): string =>
  `${[
    "# Policy",
    generatedNote("contracts/policy/portability-policy.yaml"),
    "What every deployed application may rely on is a list of [invariants](vox-portability-ssot.md#invariants). How strictly each is held depends on the lane: `local`, `ci` where `CI` is true, or `release`; `--lane` and `VOX_LANE` say another. `off` is not looked at, `advisory` is told, `blocking` ends the gate and the deployment with exit 1.",
    "## Lanes",
    markdownTable(
      ["invariant", "`local`", "`ci`", "`release`", "judged on"],
      PORTABILITY_POLICY.invariants.map(({ id, lanes, judged_on }) => [
        `\`${id}\``,
        lanes.local,
        lanes.ci,
        lanes.release,
        JUDGED[judged_on.join(" ")] ?? "",
      ]),
    ),
    ...GATE,
    ...DEPLOYMENT,
    ...TIGHTENING,
  ].join("\n\n")}\n`;

const GATE = [
  "## The gate",
  "`vox ci portability` judges the project in whose folder it stands, or every application of the workspace; nothing is built, and nothing is written but the cache. `vox ci portability IMAGE` judges an image besides, a reference or a layout, as a registry holds it: every check of [`vox verify`](verify.md) is made against the project's lock, and where `rebuild-same` is not off the project is built again. Without a project the image alone is judged.",
  "It prints a line for each invariant: `ok`, `FAILED` or `advice`, `off`, `kept` for what vox itself keeps in every lane, and `-` where there is nothing to judge it by. What cannot be told, since a registry does not answer or `--offline` forbids to ask, counts as what does not hold. The exit code is 1 when something blocking does not hold. `--format json` has `ok` and `findings` as every gate, and `invariants` with `severity`, `status` (`held`, `broken`, `unknown`, `not-judged`, `kept`) and `details`; `sarif` and `github` have the findings. `--list` lists the invariants.",
  "Whose signature counts is said by `--key`, by `--certificate-identity` with its two companions, and by `signers` below. Where nobody is named, `image-signed` and what rests on it do not hold: a signature that nobody is held to proves nothing.",
];

const DEPLOYMENT = [
  "## A deployment",
  "`vox deploy` holds what it builds to the same policy. First the project is judged, before anything is built; then the image, as it was built, before anything is pushed; then, where something that is judged on an image blocks, what the registry holds is read back and judged again, by its digest, before any tag names it and before the deployment is recorded. The first of these that finds something blocking ends the deployment with `POLICY_REFUSED`, which names all that it found; advice is told with a warning. So a refused image may lie in the registry by its digest, and nothing leads to it.",
  "For `no-secrets` the layers that an engine made are looked through as well. For `rebuild-same` the project is built a second time, its own `build` included. `packages-not-yanked` goes by what registries said when they were last asked, since a frozen lock forbids to ask: run `vox ci portability` before. What is not known of it then is a warning.",
  "`vox deploy --image` judges the image alone, before it is copied and, where signatures are asked for, once more where it was copied to. It is held to its signers and to its own signed provenance: the lock may have moved on since. Whoever names signers (`--key`, `signers` of the project or of the machine) is obeyed in every lane. An air-gap file is held to the machine's `signers` as to a `--key`.",
  "In the `local` lane a deployment judges nothing beyond what always holds, unless the project or the machine asks for more: it loads no policy. `vox package` refuses what `no-shell-steps` and `no-secrets` say, and nothing else: what it writes is deployed by `vox deploy --image`.",
];

const TIGHTENING = [
  "## Tightening",
  "A project may hold more than its lane does, never less:",
  '```toml\n[deploy.policy]\nlane = "ci"                      # the least strict lane that this project is deployed in\nsigners = ["team.pub"]           # public keys; one of them must have signed\nlicenses = ["MIT", "Apache-2.0"] # SPDX; every licence must be allowed by them\n[deploy.policy.ci]\nuser-not-root = "blocking"\n```',
  "An id that is none, and a severity below the policy's, is `MANIFEST_INVALID`. Licences are SPDX expressions: of `OR` one side must be allowed, of `AND` both; `WITH` an exception is a licence of its own. A licence in words of its own has to be on the list as it stands, and no licence is none that is allowed.",
  "`policy.toml` in `VOX_CONFIG_DIR` has the same keys at its top (`lane`, `signers` and `base_signers` relative to that folder, `licenses`, `[local]`, `[ci]`, `[release]`) and binds every project on the machine, whatever its repository says. Both hold at once: what must be signed needs a signature for each list of signers, and a licence must be on each list of licences. What is promoted, gone back to, or carried in a file must be signed wherever signers are named; what is built here where `image-signed` blocks. What vox does not understand in it is `CONFIG_INVALID`, never passed over, and so is one that cannot be read.",
];
