import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, CHECKOUT, succeeded, textAt, type RunOptions } from "../support/vox-cli.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const SIGNING = { env: { VOX_SIGN_PASSWORD: "correct horse battery" } };
const SCHEMA = join(CHECKOUT, "contracts/output/ci-portability.schema.json");
const RELEASE = ["ci", "portability", "--lane", "release"];

let shop: Storefront;
let git: GitRepository["git"];
const commit = (): void => {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "x");
};
const inContainer = (line: string): void => shop.edit("app/Vox.toml", "[deploy.container]", `[deploy.container]\n${line}`);
const container = (from: string, to: string): void => shop.edit("app/Vox.toml", from, to);

const scrubbed = (lines: readonly string[]): string =>
  `${lines
    .join("\n")
    .replaceAll(/sha256:[0-9a-f]{64}/g, "$DIGEST")
    .replaceAll(/`[0-9a-f]{12}`/g, "`$COMMIT`")}\n`;

interface Judged {
  readonly exitCode: number;
  /** `id severity`, sorted. */
  readonly found: readonly string[];
}

async function judged(args: readonly string[] = RELEASE, run: RunOptions = {}): Promise<Judged> {
  const { exitCode, stdout, stderr } = await shop.vox([...args, "--json"], run);
  const findings = Object.values(at(JSON.parse(stdout), "findings") ?? { failed: stderr });
  return { exitCode, found: findings.map((finding) => `${textAt(finding, "id")} ${textAt(finding, "severity")}`).toSorted() };
}

beforeAll(async () => {
  shop = await layLockedStorefront();
  ({ git } = createRepository(shop.root));
  shop.write(".gitignore", ".vox_modules\ndist\n*.key\n");
  commit();
  git("tag", "sound");
});
afterEach(() => {
  git("reset", "--quiet", "--hard", "sound");
  git("clean", "--quiet", "-fd");
});
afterAll(() => shop.desk.remove());

describe("`vox ci portability` on a project", () => {
  it("finds nothing in a sound one, and says so of every invariant", async () => {
    expect(await judged()).toEqual({ exitCode: 0, found: [] });
    const valid = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(SCHEMA, "utf8")));
    expect([valid((await shop.vox([...RELEASE, "--json"])).json()), valid.errors]).toEqual([true, null]);
    const lines = succeeded(await shop.vox(RELEASE))
      .stdout.trimEnd()
      .split("\n");
    await expect(scrubbed(lines)).toMatchFileSnapshot("../goldens/cli/ci-portability.txt");
  });

  it.each<[string, () => void | Promise<void>]>([
    ["lock-fresh", () => rmSync(shop.lockFile)],
    ["tree-clean", () => shop.edit("app/server.js", "Welcome", "Hello")],
    ["files-tracked", () => shop.write("app/extra.js", "export {};\n")],
    ["user-not-root", () => container('user = "65532:65532"', 'user = "0"')],
    ["no-shell-steps", () => inContainer('run = ["true"]')],
    ["no-secrets", () => shop.write("app/aws.js", `export const id = "AKIA${"Q3ZB7XKJ5NWM2PLD"}";\n`)],
    ["metadata-complete", () => container('description = "A small shop that answers in JSON"\n', "")],
    ["licences-allowed", () => container("[deploy.container]", '[deploy.policy]\nlicenses = ["MIT"]\n[deploy.container]')],
    ["platforms-complete", () => container('["linux/amd64", "linux/arm64"]', '["linux/amd64"]')],
    [
      "paths-inside",
      () => {
        const outside = join(shop.desk.folder, "outside");
        mkdirSync(outside, { recursive: true });
        writeFileSync(join(outside, "Vox.toml"), '[package]\nname = "outside"\nlicense = "MIT"\n');
        container("[dependencies]", '[dependencies]\noutside = { path = "../../outside" }');
      },
    ],
  ])("%s: what breaks it blocks a release, and nothing else is told", async (id, fault) => {
    await fault();
    if (id === "paths-inside" || id === "platforms-complete") succeeded(await shop.vox(["lock"]));
    if (id !== "tree-clean" && id !== "files-tracked") commit();
    expect(await judged()).toEqual({ exitCode: 1, found: [`${id} error`] });
  });

  it("packages-not-yanked: a yank blocks a release, and nobody believes that there is none who may not ask", async () => {
    succeeded(await shop.vox(["pm", "yank", "money@1.0.2", "--reason", "rounds down"]));
    expect(await judged()).toEqual({ exitCode: 1, found: ["packages-not-yanked error"] });
    const { stdout } = await shop.vox(RELEASE);
    expect(stdout).toContain(
      "FAILED  packages-not-yanked: locked and yanked: `money@1.0.2`: rounds down\n          --> vox.lock\n          hint: run `vox update money`\n",
    );
    expect(await judged(["ci", "portability", "--lane", "ci"])).toEqual({
      exitCode: 0,
      found: ["packages-not-yanked warning"],
    });
    succeeded(await shop.vox(["pm", "yank", "money@1.0.2", "--undo"]));
    expect(await judged()).toEqual({ exitCode: 0, found: [] });
    const elsewhere = { env: { VOX_CACHE_DIR: join(shop.desk.folder, "other-cache") } };
    expect(await judged([...RELEASE, "--offline"], elsewhere)).toEqual({ exitCode: 1, found: ["packages-not-yanked error"] });
  });

  it.each([
    ["nothing", () => "", "restore it, or remove it and run `vox lock`"],
    ["both sides of a merge", (lock: string) => `<<<<<<< a\n${lock}=======\n${lock}>>>>>>> b\n`, "run `vox lock`"],
  ])("tells of a lock that holds %s what to do", async (_what, spoil, hint) => {
    shop.write("vox.lock", spoil(shop.read("vox.lock")));
    commit();
    const { exitCode, stdout } = await shop.vox(RELEASE);
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/FAILED {2}lock-fresh: .+\n {10}--> vox\.lock\n/)]);
    expect(stdout).toContain(`          hint: ${hint}\n`);
  });

  it("tells places as SARIF and as annotations", async () => {
    container('user = "65532:65532"', 'user = "root"');
    commit();
    const line = shop.read("app/Vox.toml").split("\n").indexOf('user = "root"') + 1;
    const sarif = JSON.parse((await shop.vox([...RELEASE, "--format", "sarif"])).stdout);
    expect(at(sarif, "runs", 0, "results", 0)).toMatchObject({ ruleId: "user-not-root", level: "error" });
    expect(Object.keys(at(sarif, "runs", 0, "tool", "driver", "rules") ?? {})).toHaveLength(26);
    const github = await shop.vox([...RELEASE, "--format", "github"]);
    expect([github.exitCode, github.stdout]).toEqual([
      1,
      `::error file=app/Vox.toml,line=${line},title=user-not-root::the application runs as root\n`,
    ]);
  });

  it("judges every application when it stands above them, and the named one", async () => {
    container('user = "65532:65532"', 'user = "root"');
    commit();
    const above = { cwd: shop.root };
    expect(await judged(RELEASE, above)).toEqual({ exitCode: 1, found: ["user-not-root error"] });
    expect(await judged([...RELEASE, "--package", "money"], above)).toEqual({ exitCode: 0, found: [] });
  });

  it("writes nothing into the project", async () => {
    await shop.vox(RELEASE);
    expect(git("status", "--porcelain")).toBe("");
  });
});

describe("a lane", () => {
  const policy = (text: string): void => {
    mkdirSync(join(shop.desk.folder, "config"), { recursive: true });
    writeFileSync(join(shop.desk.folder, "config/policy.toml"), text);
  };
  afterEach(() => rmSync(join(shop.desk.folder, "config"), { recursive: true, force: true }));

  it("is tightened by a project and by the machine", async () => {
    const root = () => container('user = "65532:65532"', 'user = "root"');
    root();
    expect(await judged(["ci", "portability"])).toEqual({ exitCode: 0, found: ["user-not-root warning"] });
    policy('[local]\nuser-not-root = "blocking"\n');
    expect(await judged(["ci", "portability"])).toEqual({ exitCode: 1, found: ["user-not-root error"] });
    policy("");
    container("[deploy.container]", '[deploy.policy.local]\nuser-not-root = "blocking"\n[deploy.container]');
    expect(await judged(["ci", "portability"])).toEqual({ exitCode: 1, found: ["user-not-root error"] });
  });

  it("is raised by a project and by the machine to the least that they allow", async () => {
    shop.edit("app/server.js", "Welcome", "Hello");
    const lane = async () => textAt((await shop.vox(["ci", "portability", "--json"])).json(), "lane");
    expect(await lane()).toBe("local");
    policy('lane = "ci"\n');
    expect(await lane()).toBe("ci");
    container("[deploy.container]", '[deploy.policy]\nlane = "release"\n[deploy.container]');
    expect(await lane()).toBe("release");
  });

  it.each([
    ['[deploy.policy.release]\ntree-clean = "advisory"\n', 65, "where it is `blocking`"],
    ['[deploy.policy.release]\ntree-cleen = "blocking"\n', 65, "did you mean `tree-clean`?"],
  ])("is loosened by no project: %j", async (text, exitCode, told) => {
    container("[deploy.container]", `${text}[deploy.container]`);
    const run = await shop.vox(["ci", "portability"]);
    expect([run.exitCode, run.stderr]).toEqual([exitCode, expect.stringContaining(told)]);
  });

  it.each([
    ['[release]\nno-secrets = "off"\n', "where it is `blocking`"],
    ["licences = []\n", "did you mean `licenses`?"],
    ["= =\n", "cannot be used"],
  ])("nor by the machine, whose policy is never passed over: %j", async (text, told) => {
    policy(text);
    const run = await shop.vox(["ci", "portability"]);
    expect([run.exitCode, run.stderr]).toEqual([78, expect.stringContaining(told)]);
  });

  it("is not judged by a policy that is a folder", async () => {
    mkdirSync(join(shop.desk.folder, "config/policy.toml"), { recursive: true });
    expect((await shop.vox(["ci", "portability"])).exitCode).toBe(78);
  });
});

describe("`vox ci portability IMAGE`", () => {
  const ATTACHED = ["image-signed error", "provenance-attached error", "sbom-attached error"];
  const layout = () => join(shop.desk.folder, "signed");
  const key = (name: string) => ["--key", join(shop.desk.folder, `${name}.pub`)];
  const elsewhere = () => ({ cwd: join(shop.desk.folder, "home") });

  beforeAll(async () => {
    for (const name of ["team", "other"])
      succeeded(await shop.vox(["keys", "generate", "--out", join(shop.desk.folder, name)], SIGNING));
    const out = ["--out", layout(), "--sign-key", join(shop.desk.folder, "team.key")];
    succeeded(await shop.vox(["package", ...out], SIGNING));
  });

  it("holds a signed layout to the project's lock, its signers and a rebuild", async () => {
    expect(await judged([...RELEASE, layout(), ...key("team")])).toEqual({ exitCode: 0, found: [] });
    const { stdout } = await shop.vox([...RELEASE, layout(), ...key("team")]);
    expect(stdout).toContain("ok      rebuild-same: rebuild linux/amd64, rebuild linux/arm64");
  });

  it("believes nobody who is not named", async () => {
    expect(await judged([...RELEASE, layout()])).toEqual({ exitCode: 1, found: ATTACHED });
    expect(await judged([...RELEASE, layout(), ...key("other")])).toEqual({ exitCode: 1, found: ATTACHED });
  });

  it("tells what another state of the project makes of it", async () => {
    shop.edit("app/server.js", "Welcome", "Hello");
    commit();
    expect(await judged([...RELEASE, layout(), ...key("team")])).toEqual({ exitCode: 1, found: ["rebuild-same error"] });
  });

  it("needs no project", async () => {
    expect(await judged([...RELEASE, layout(), ...key("team")], elsewhere())).toEqual({ exitCode: 0, found: [] });
    expect(await judged([...RELEASE, layout()], elsewhere())).toEqual({ exitCode: 1, found: ATTACHED });
    const none = await shop.vox(RELEASE, elsewhere());
    expect([none.exitCode, none.stderr]).toEqual([65, expect.stringContaining("error[MANIFEST_MISSING]")]);
  });

  it("ends with the code of what is not there", async () => {
    const none = await shop.vox([...RELEASE, "127.0.0.1:1/none@sha256:" + "0".repeat(64)]);
    expect(none.exitCode).toBe(69);
    expect((await shop.vox([...RELEASE, "--certificate-identity", "x", layout()])).exitCode).toBe(64);
  });
});
