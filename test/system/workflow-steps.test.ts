import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CHECKOUT } from "../support/vox-cli.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** What jobs get of GitHub, and of the steps before. */
const GIVEN: Readonly<Record<string, string>> = {
  "github.repository": "acme/vox",
  "github.server_url": "https://github.com",
  "github.sha": "0123abc",
  "github.ref_name": "v1.2.3",
  "github.token": "t0ken",
  "github.actor": "ada",
  "steps.image.outputs.digest": DIGEST,
};

/** Steps that are whole in themselves: npm's own, and scripts that other tests run. */
const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  "npm ci": "every checkout",
  "npm run check": "every change",
  "npm test": "every change",
  "sudo --preserve-env=PATH .ci/run": "a machine of its own",
  "sudo --preserve-env=PATH .ci/run --long": "a machine of its own",
  "scripts/ci/compliance compliance.sarif": "test/system/toolchain.test.ts",
  "scripts/ci/release-files release": "test/long/release-files.test.ts",
  "scripts/ci/check-release release": "test/long/release-files.test.ts",
};

/** In two lines, since a failure within `echo` would be none. */
const MAKES_IMAGE = `digest=$(scripts/ci/image "$REPOSITORY" "\${VERSION#v}")\necho "digest=$digest" >>"$GITHUB_OUTPUT"\n`;

/** What the steps that reach outside ask other programs for. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  "cosign sign-blob --yes --bundle release/checksums.txt.sigstore.json release/checksums.txt": [
    "cosign sign-blob --yes --bundle release/checksums.txt.sigstore.json release/checksums.txt",
  ],
  'printf %s "$TOKEN" | docker login ghcr.io --username "$ACTOR" --password-stdin': [
    "docker login ghcr.io --username ada --password-stdin < t0ken",
  ],
  [MAKES_IMAGE]: [
    "docker buildx create --use --driver docker-container",
    expect.stringMatching(
      /^docker buildx build --platform linux\/amd64,linux\/arm64 --sbom=true --provenance=mode=max --push --build-arg VERSION=1\.2\.3 --build-arg SOURCE=https:\/\/github\.com\/acme\/vox --build-arg REVISION=0123abc --tag ghcr\.io\/acme\/vox:1\.2\.3 --metadata-file \S+ \.$/,
    ),
  ],
  'cosign sign --yes --recursive "$REPOSITORY@$DIGEST"': [`cosign sign --yes --recursive ghcr.io/acme/vox@${DIGEST}`],
  "npm publish --provenance --access public release/vox-*.tgz": [
    "npm publish --provenance --access public release/vox-1.2.3.tgz",
  ],
  'gh release create "$TAG" --verify-tag --generate-notes release/*': [
    "gh release create v1.2.3 --verify-tag --generate-notes release/checksums.txt release/vox-1.2.3.tgz",
  ],
};

interface Step {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Every shell step of a workflow, with its job's variables and its own. */
function stepsOf(name: string): readonly Step[] {
  const { jobs } = parse(readFileSync(join(CHECKOUT, ".github/workflows", name), "utf8"));
  return Object.values<Readonly<Record<string, never>>>(jobs).flatMap(({ env = {}, steps = [] }) =>
    [...steps].flatMap(({ run, env: own = {} }) => (run === undefined ? [] : [{ run, env: filledIn({ ...env, ...own }) }])),
  );
}

const filledIn = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replaceAll(/\$\{\{ (\S+) \}\}/g, (_, key) => GIVEN[key] ?? "?")]),
  );

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-workflow-"));
  for (const name of ["bin", "release", "scripts/ci"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["checksums.txt", "vox-1.2.3.tgz"]) writeFileSync(join(folder, "release", name), "");
  for (const name of ["cosign", "docker", "gh", "npm"]) writeFileSync(join(folder, "bin", name), NOTED, { mode: 0o755 });
  writeFileSync(join(folder, "scripts/ci/image"), `exec "${join(CHECKOUT, "scripts/ci/image")}" "$@"\n`, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Notes what it is asked, and what it is given when that is asked for; a build tells its digest. */
const NOTED = `#!/usr/bin/env bash
set -eu
line="\${0##*/} $*"
case "$line" in *--password-stdin*) line="$line < $(cat)" ;; esac
printf '%s\\n' "$line" >>"$NOTES"
while [ $# -gt 0 ]; do
  [ "$1" != --metadata-file ] || printf '{"containerimage.digest":"${DIGEST}"}' >"$2"
  shift
done
`;

/** As GitHub runs a step: a file, by a bash that ends at the first failure. */
function runStep({ run, env }: Step): {
  readonly status: number | null;
  readonly notes: readonly string[];
  readonly output: string;
} {
  const [script, notes, output] = ["step.sh", "notes", "output"].map((name) => join(folder, name));
  writeFileSync(script ?? "", run);
  for (const file of [notes, output]) writeFileSync(file ?? "", "");
  const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", script ?? ""], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env, NOTES: notes, GITHUB_OUTPUT: output, PATH: `${join(folder, "bin")}:${process.env["PATH"]}` },
  });
  expect(stderr).toBe("");
  return {
    status,
    notes: readFileSync(notes ?? "", "utf8")
      .trim()
      .split("\n"),
    output: readFileSync(output ?? "", "utf8"),
  };
}

const ALL = ["ci.yml", "release-binaries.yml"].flatMap(stepsOf);

describe("a shell step of the workflows", () => {
  it("is one that some test runs", () => {
    const known = new Set([...Object.keys(RUN_ELSEWHERE), ...Object.keys(ASKED)]);
    expect(new Set(ALL.map(({ run }) => run))).toEqual(known);
  });

  it("fails when the image cannot be made", () => {
    writeFileSync(join(folder, "bin/docker"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const step = ALL.find(({ run }) => run === MAKES_IMAGE);
    expect(step && runStep(step)).toMatchObject({ status: 1, output: "" });
  });

  it.each(ALL.filter(({ run }) => run in ASKED).map((step) => [step.run, step] as const))("runs: %s", (run, step) => {
    const { status, notes, output } = runStep(step);
    expect([status, notes]).toEqual([0, ASKED[run]]);
    expect(output).toBe(run === MAKES_IMAGE ? `digest=${DIGEST}\n` : "");
  });
});
