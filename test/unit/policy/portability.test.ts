import { describe, expect, it } from "vitest";
import { parseMachinePolicy } from "../../../src/config/machine-policy.ts";
import { portabilityFindings, portabilityLines } from "../../../src/ci/portability.ts";
import type { ImageFacts, ProjectFacts } from "../../../src/policy/portability/facts.ts";
import { INVARIANTS, type InvariantId } from "../../../src/policy/portability/invariant.ts";
import { isAllowed } from "../../../src/policy/portability/judges/licences.ts";
import { severitiesIn, type Tightening } from "../../../src/policy/portability/lanes.ts";
import { judgeInvariants } from "../../../src/policy/portability/report.ts";

const LABEL = "org.opencontainers.image.";
const SOUND: ProjectFacts = {
  manifest: { file: "app/Vox.toml", text: '[deploy.container]\nuser = "65532"\nplatforms = []\nrun = []\n', name: "shop" },
  lock: { state: "fresh" },
  mode: "frozen",
  packages: [
    { name: "slug", version: "2.0.1", source: "registry+default" },
    { name: "here", source: "path+packages/here" },
    { name: "tools", version: "1.0.0", source: `git+https://example.com/t.git#${"a".repeat(40)}` },
  ],
  yanked: { value: [] },
  licences: { value: [{ subject: "shop@1.0.0", licence: "MIT" }] },
  allowedLicences: [["MIT"]],
  tree: { revision: "b".repeat(40), dirty: false },
  untracked: [],
  secrets: [],
  container: {
    baseImage: "docker.io/library/node:22",
    baseDigest: `sha256:${"c".repeat(64)}`,
    platforms: ["linux/amd64", "linux/arm64"],
    user: "65532:65532",
    packages: [],
    run: [],
    labels: Object.fromEntries(
      ["title", "version", "description", "licenses", "source", "revision"].map((name) => [LABEL + name, "x"]),
    ),
  },
  signing: "somebody",
};
const { container } = SOUND;
const sound = (changes: Partial<ProjectFacts>): ProjectFacts => ({ ...SOUND, ...changes });
const contained = (changes: Partial<NonNullable<typeof container>>): ProjectFacts =>
  container ? sound({ container: { ...container, ...changes } }) : SOUND;

function unlockedBase(): ProjectFacts {
  if (!container) return SOUND;
  const { baseDigest: _digest, ...rest } = container;
  return sound({ container: rest });
}

const CHECKS = [
  "image",
  "attached",
  "signature index",
  "signature linux/amd64",
  "attestation spdx",
  "attestation cyclonedx",
  "attestation provenance",
  "lock",
  "base linux/amd64",
  "dependencies linux/amd64",
  "contents linux/amd64",
  "rebuild",
  "rebuild linux/amd64",
];
const SOUND_IMAGE: ImageFacts = {
  platforms: [
    { platform: "linux/amd64", user: "65532" },
    { platform: "linux/arm64", user: "65532" },
  ],
  annotations: Object.fromEntries(
    ["title", "version", "description", "licenses", "source", "revision", "created", "base.name", "base.digest"].map((name) => [
      LABEL + name,
      "x",
    ]),
  ),
  secrets: { value: [] },
  checks: CHECKS.map((id) => ({ id, ok: true, detail: "well" })),
  signersKnown: true,
};
const image = (changes: Partial<ImageFacts>): ImageFacts => ({ ...SOUND_IMAGE, ...changes });
const failing = (id: string): ImageFacts =>
  image({ checks: SOUND_IMAGE.checks.map((check) => (check.id === id ? { ...check, ok: false } : check)) });
const without = (name: string): ImageFacts =>
  image({ annotations: Object.fromEntries(Object.entries(SOUND_IMAGE.annotations).filter(([key]) => key !== LABEL + name)) });

const RELEASE = severitiesIn("release", []);
const brokenBy = (facts: { readonly project?: ProjectFacts; readonly image?: ImageFacts }) =>
  portabilityFindings(
    judgeInvariants(RELEASE, {
      projects: facts.project ? [facts.project] : [],
      ...(facts.image && { image: facts.image }),
    }),
  ).map(({ id }) => id);

describe("a sound project and a sound image", () => {
  it("break nothing, and every invariant that is judged was", () => {
    const reports = judgeInvariants(RELEASE, { projects: [SOUND], image: SOUND_IMAGE });
    expect(portabilityFindings(reports)).toEqual([]);
    for (const { id, judgedOn } of INVARIANTS)
      expect([id, reports.find((report) => report.id === id)?.verdicts.length]).toEqual([id, judgedOn.length]);
    expect(portabilityLines(reports, "release").at(-1)).toBe("ok: nothing that the release lane blocks on");
  });
});

describe("one fault breaks one invariant", () => {
  it.each<[InvariantId, string, ProjectFacts]>([
    ["lock-fresh", "no lock", sound({ lock: { state: "missing", why: "there is none" } })],
    ["lock-frozen", "a lock held loosely", sound({ mode: "locked" })],
    ["paths-inside", "a folder beside", sound({ packages: [{ name: "x", source: "path+../x" }] })],
    ["paths-inside", "the folder above", sound({ packages: [{ name: "x", source: "path+.." }] })],
    ["git-pinned", "a branch", sound({ packages: [{ name: "x", source: "git+https://example.com/x.git#main" }] })],
    ["packages-not-yanked", "a yank", sound({ yanked: { value: [{ name: "slug", version: "2.0.1", reason: "bad" }] } })],
    ["packages-not-yanked", "a registry that is silent", sound({ yanked: { unknown: "it does not answer" } })],
    ["licences-allowed", "another licence", sound({ allowedLicences: [["MIT"], ["Apache-2.0"]] })],
    ["tree-clean", "no commit", sound({ tree: { dirty: true } })],
    ["tree-clean", "changed files", sound({ tree: { revision: "b".repeat(40), dirty: true } })],
    ["files-tracked", "a file of nobody's", sound({ untracked: ["app/x.js"] })],
    ["base-locked", "a base that is not locked", unlockedBase()],
    ["platforms-complete", "one platform", contained({ platforms: ["linux/amd64"] })],
    ["metadata-complete", "no labels", contained({ labels: {} })],
    ["user-not-root", "root", contained({ user: "root" })],
    ["user-not-root", "root by number, with a group", contained({ user: "0:65532" })],
    ["no-shell-steps", "system packages", contained({ packages: ["curl"] })],
    ["no-shell-steps", "shell lines", contained({ run: ["true"] })],
    ["no-secrets", "a secret", sound({ secrets: [{ rule: "jwt", where: "`app/x.js`" }] })],
  ])("%s: %s", (id, _what, project) => {
    expect(brokenBy({ project })).toEqual([id]);
  });

  it("all that is attached hangs on somebody who signs", () => {
    expect(brokenBy({ project: sound({ signing: "nobody" }) })).toEqual(["image-signed"]);
    expect(brokenBy({ project: sound({ signing: "a stranger" }) })).toEqual(["image-signed"]);
    const ids = ["sbom-attached", "provenance-attached", "image-signed"];
    expect(brokenBy({ image: image({ signersKnown: false }) })).toEqual(ids);
  });

  it.each<[InvariantId, string, ImageFacts]>([
    ["platforms-complete", "one platform", image({ platforms: SOUND_IMAGE.platforms.slice(0, 1) })],
    ["metadata-complete", "no commit", without("revision")],
    ["metadata-complete", "a base without its digest", without("base.digest")],
    ["user-not-root", "nobody named", image({ platforms: SOUND_IMAGE.platforms.map((one) => ({ ...one, user: "" })) })],
    ["no-secrets", "a secret", image({ secrets: { value: [{ rule: "jwt", where: "the label `x`" }] } })],
    ["base-locked", "another base", failing("base linux/amd64")],
    ["image-from-lock", "another lock", failing("lock")],
    ["image-from-lock", "another package", failing("dependencies linux/amd64")],
    ["image-from-lock", "a file more", failing("contents linux/amd64")],
    ["rebuild-same", "another rebuild", failing("rebuild linux/amd64")],
    ["sbom-attached", "no bill of materials", failing("attestation spdx")],
    ["provenance-attached", "no provenance", failing("attestation provenance")],
    ["image-signed", "no signature", failing("signature linux/amd64")],
  ])("%s of an image: %s", (id, _what, facts) => {
    expect(brokenBy({ image: facts })).toEqual([id]);
  });

  it("a base on scratch needs no name", () => {
    const annotations = Object.fromEntries(
      Object.entries(SOUND_IMAGE.annotations).filter(([name]) => !name.includes(".base.")),
    );
    expect(brokenBy({ image: image({ annotations }) })).toEqual([]);
  });
});

describe("licences", () => {
  it.each<[string | undefined, boolean]>([
    ["MIT", true],
    ["MIT OR GPL-3.0-only", true],
    ["MIT AND GPL-3.0-only", false],
    ["(MIT AND Apache-2.0) OR GPL-3.0-only", true],
    ["GPL-2.0-only WITH Classpath-exception-2.0", false],
    ["Apache-2.0 WITH LLVM-exception", true],
    ["words of its own", false],
    ["Commercial, see LICENSE", true],
    ["", false],
    [undefined, false],
  ])("%j: %j", (licence, allowed) => {
    const list = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Commercial, see LICENSE"];
    expect(isAllowed(licence, list)).toBe(allowed);
  });
});

describe("a lane", () => {
  const by = (lanes: Tightening["lanes"], code: Tightening["code"] = "MANIFEST_INVALID"): Tightening => ({
    source: "`[deploy.policy]`",
    file: "Vox.toml",
    code,
    lanes,
  });

  it.each([
    ["local", "off"],
    ["ci", "advisory"],
    ["release", "blocking"],
  ] as const)("%s holds a clean tree as %s", (lane, severity) => {
    expect(severitiesIn(lane, []).get("tree-clean")).toBe(severity);
  });

  it("is as strict as the strictest of policy, project and machine", () => {
    const project = by({ ci: { "tree-clean": "blocking", "user-not-root": "advisory" } });
    const machine = by({ ci: { "user-not-root": "blocking" } }, "CONFIG_INVALID");
    const severities = severitiesIn("ci", [project, machine]);
    expect([severities.get("tree-clean"), severities.get("user-not-root")]).toEqual(["blocking", "blocking"]);
    expect(severitiesIn("local", [project, machine]).get("tree-clean")).toBe("off");
  });

  it.each([
    [
      by({ release: { "tree-clean": "advisory" } }),
      "MANIFEST_INVALID",
      "`[deploy.policy]` makes `tree-clean` `advisory` in `release`",
    ],
    [by({ local: { "no-secrets": "off" } }, "CONFIG_INVALID"), "CONFIG_INVALID", "makes `no-secrets` `off` in `local`"],
    [by({ ci: { "tree-cleen": "blocking" } }), "MANIFEST_INVALID", "names `tree-cleen` in `ci`, which is no invariant"],
  ])("is never loosened, whichever lane is asked for: %j", (tightening, code, message) => {
    for (const lane of ["local", "ci", "release"] as const)
      expect(() => severitiesIn(lane, [tightening])).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      );
  });

  it("makes advice of what does not block, and looks at nothing that is off", () => {
    const facts = { projects: [sound({ tree: { dirty: true } })] };
    const severity = (lane: "local" | "ci" | "release") =>
      portabilityFindings(judgeInvariants(severitiesIn(lane, []), facts)).map((finding) => finding.severity);
    expect([severity("local"), severity("ci"), severity("release")]).toEqual([[], ["warning"], ["error"]]);
  });
});

describe("the machine's policy", () => {
  it("has the keys of a project's, with paths of keys from its own folder", () => {
    const text =
      'lane = "ci"\nsigners = ["ops.pub", "/keys/b.pub"]\nlicenses = ["MIT"]\n[release]\nrebuild-same = "blocking"\n';
    expect(parseMachinePolicy(text, "/etc/vox/policy.toml", "/etc/vox")).toEqual({
      file: "/etc/vox/policy.toml",
      lane: "ci",
      signers: ["/etc/vox/ops.pub", "/keys/b.pub"],
      baseSigners: [],
      licenses: ["MIT"],
      lanes: { local: {}, ci: {}, release: { "rebuild-same": "blocking" } },
    });
    expect(parseMachinePolicy("", "f", "/")).toEqual({
      file: "f",
      signers: [],
      baseSigners: [],
      lanes: { local: {}, ci: {}, release: {} },
    });
  });

  it.each([
    ["a slip in a key", 'licences = ["MIT"]', "it has an unknown key `licences`"],
    ["no TOML", "= =", "cannot be used"],
    ["another lane", 'lane = "fast"', "`lane` is not"],
    ["no list", 'signers = "a.pub"', "`signers` is not a list of texts"],
    ["a list of numbers", "licenses = [1]", "`licenses` is not a list of texts"],
    ["a word for a table", 'release = "all"', "`release` is not a table"],
    ["another severity", '[ci]\ntree-clean = "always"', "`tree-clean` of [ci] is not"],
  ])("is refused with %s", (_what, text, message) => {
    expect(() => parseMachinePolicy(text, "policy.toml", "/")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(message) }),
    );
  });
});
