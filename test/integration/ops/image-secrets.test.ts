import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { fileEntry, fileOfBytes } from "../../../src/archive/tar-entry.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { readImage } from "../../../src/ops/read-image.ts";
import { type ImageSecret, secretsInImage } from "../../../src/ops/scan-image.ts";
import { randomText } from "../../support/secrets.ts";
import { laySmallApplication, type SmallApplication, type SmallApplicationOptions } from "../../support/small-application.ts";
import { at, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

const token = `ghp_${randomText(36)}`;
let small: SmallApplication;
afterEach(() => small.desk.remove());

function vox(args: readonly string[]): Promise<VoxRun> {
  return voxInProcess(args, { env: small.desk.env, cwd: small.folder });
}

async function lay(options: SmallApplicationOptions): Promise<void> {
  small = await laySmallApplication({ ...options, head: `${options.head ?? ""}\nexclude = ["Vox.toml"]` });
  succeeded(await vox(["lock"]));
}

const refusal = (run: VoxRun): readonly unknown[] => [
  run.exitCode,
  at(run.json(), "error", "code"),
  textAt(run.json(), "error", "message"),
  at(run.json(), "error", "place"),
];

describe("an image", () => {
  it.each<readonly [string, SmallApplicationOptions]>([
    ["the variable `GH` of the environment", { container: `env = { GH = "${token}" }` }],
    ["the label `note`", { container: `labels = { note = "${token}" }` }],
    ["the command, `cmd`", { container: `cmd = ["serve", "--token=${token}"]` }],
    ["the variable `GH` of the environment", { base: { config: { config: { Env: ["PATH=/bin", `GH=${token}`] } } } }],
  ])("is not made when %s holds a secret", async (place, options) => {
    await lay(options);
    for (const command of [["package"], ["deploy", "--dry-run", "--load"]]) {
      const run = await vox([...command, "--json"]);
      expect(refusal(run)).toEqual([
        1,
        "SECRET_FOUND",
        expect.stringContaining(`${place} holds what looks like a secret, by the rule \`github-token\``),
        { file: "Vox.toml" },
      ]);
      expect(run.stdout + run.stderr).not.toContain(token.slice(6, 16));
    }
  });

  it("is made when Vox.toml allows it where it stands, with a reason", async () => {
    await lay({ container: `# vox:allow-secret github-token: revoked in 2024\nenv = { GH = "${token}" }` });
    succeeded(await vox(["package"]));
  });

  it("of somebody else's base is made when Vox.toml names what it allows there", async () => {
    const base = { config: { config: { Env: [`GH=${token}`] } } };
    await lay({ base, container: "# vox:allow-secret github-token: GH of the base opens nothing" });
    succeeded(await vox(["package"]));
  });

  it("that was made by others is looked through: files with their lines, and what the documents say", async () => {
    const plain = fileEntry("etc/of-the-base", fileOfBytes("etc/of-the-base", Buffer.from(token)));
    await lay({
      files: { "server.js": `// vox:allow-secret github-token: in a test\n// ${token}\n` },
      base: { entries: [plain] },
    });
    succeeded(await vox(["package"]));
    expect(await found()).toEqual([]);
    const all = await found(0);
    expect(all).toEqual([
      {
        kind: "file",
        rule: "github-token",
        path: "etc/of-the-base",
        line: 1,
        column: 1,
        layer: expect.stringMatching(/^sha256:/),
      },
    ]);
  });
});

async function found(baseLayers?: number): Promise<readonly ImageSecret[]> {
  const repository = new FsLayoutStore(join(small.folder, "dist/oci-layout"));
  const { signal } = new AbortController();
  const image = await readImage({ repository, target: "production", reference: "x", name: "x" }, { signal });
  const facts = new Map<string, string>();
  const memory = {
    fact: (key: string) => Promise.resolve(facts.get(key)),
    keepFact: (key: string, text: string) => Promise.resolve(void facts.set(key, text)),
  };
  const options = baseLayers === undefined ? {} : { baseLayers };
  return secretsInImage(repository, image, options, { facts: memory, signal });
}
