import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, createDesk, type Desk, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";
import { randomText } from "../../support/secrets.ts";

const token = `ghp_${randomText(36)}`;
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
const told = (run: VoxRun): readonly unknown[] => [
  run.exitCode,
  at(run.json(), "error", "code"),
  at(run.json(), "error", "place"),
];

describe("a secret (`no-secrets`)", () => {
  let desk: Desk;
  const write = (path: string, text: string): void => {
    mkdirSync(join(desk.folder, path, ".."), { recursive: true });
    writeFileSync(join(desk.folder, path), text);
  };
  const inLib = (args: readonly string[]): Promise<VoxRun> =>
    desk.vox([...args], { cwd: join(desk.folder, "lib"), env: { VOX_REGISTRY: `file:${join(desk.folder, "registry")}` } });
  const inApp = (args: readonly string[]): Promise<VoxRun> => desk.vox([...args], { cwd: join(desk.folder, "app") });

  beforeEach(() => {
    desk = createDesk();
    write("lib/Vox.toml", '[package]\nname = "lib"\nversion = "1.0.0"\n');
    write("lib/src/index.js", `export const answer = 42;\nexport const token = "${token}";\n`);
    write(
      "app/Vox.toml",
      '[package]\nname = "app"\nkind = "application"\n[dependencies]\nlib = { path = "../lib" }\n[deploy.container]\nbase_image = "scratch"\nplatforms = ["linux/amd64"]\n',
    );
  });
  afterEach(() => desk.remove());

  it.each([
    ["pm", "publish"],
    ["pm", "publish", "--dry-run"],
    ["pm", "publish", "--allow-dirty"],
  ])("is refused by `vox %s %s %s`, with file, line and rule, and is never told", async (...args) => {
    const run = await inLib([...args.filter((word) => word !== undefined), "--json"]);
    expect(told(run)).toEqual([1, "SECRET_FOUND", { file: "src/index.js", line: 2, column: 23 }]);
    expect(textAt(run.json(), "error", "causes", 0)).toBe("src/index.js:2: github-token");
    expect(run.stdout + run.stderr).not.toContain(token.slice(6, 16));
  });

  it("is listed with every other one", async () => {
    write("lib/prod.env", "A=1\n");
    const run = await inLib(["pm", "publish"]);
    expect(run.stderr).toContain("prod.env:1: secret-file\n    src/index.js:2: github-token");
  });

  it("is marked by `--list`, which ends well", async () => {
    const lines = succeeded(await inLib(["pm", "publish", "--list"])).stdout.split("\n");
    expect(lines).toContain("! src/index.js  (refused: github-token on line 2)");
    const document = succeeded(await inLib(["pm", "publish", "--list", "--json"])).json();
    expect(at(document, "files", 1, "secrets")).toEqual([{ rule: "github-token", line: 2, column: 23 }]);
  });

  it("in a file that is left out harms nothing", async () => {
    write("lib/.voxignore", "src\n");
    succeeded(await inLib(["pm", "publish"]));
  });

  it("passes with an inline reason", async () => {
    write(
      "lib/src/index.js",
      `// vox:allow-secret github-token: revoked, for the parser's test\nexport const token = "${token}";\n`,
    );
    succeeded(await inLib(["pm", "publish"]));
  });

  it("of a package in the workspace is kept out of the image, and does not keep anybody from working with it", async () => {
    succeeded(await inApp(["lock"]));
    succeeded(await inApp(["sync"]));
    expect(told(await inApp(["package", "--json"]))).toEqual([
      1,
      "SECRET_FOUND",
      { file: "../lib/src/index.js", line: 2, column: 23 },
    ]);
  });

  it("of the application is kept out of the image, whatever was found clean before", async () => {
    write("lib/src/index.js", "export const answer = 42;\n");
    write("app/server.js", "serve(1);\n");
    succeeded(await inApp(["lock"]));
    succeeded(await inApp(["package"]));
    write("app/server.js", `serve("${token}");\n`);
    expect(told(await inApp(["package", "--json"]))).toEqual([1, "SECRET_FOUND", { file: "server.js", line: 1, column: 8 }]);
    rmSync(join(desk.folder, "app/server.js"));
    write("app/config/prod.env", "serve(1);\n");
    expect(told(await inApp(["package", "--json"]))[2]).toEqual({ file: "config/prod.env", line: 1, column: 1 });
  });

  it("is looked for once in the same content: what is remembered as clean is not read again", async () => {
    write("lib/src/index.js", "export const answer = 42;\n");
    succeeded(await inLib(["pm", "publish", "--dry-run"]));
    const secret = `export const token = "${token}";\n`;
    const [record = ""] = filesBelow(join(desk.folder, "cache/metadata/facts")).filter((path) =>
      readFileSync(path, "utf8").startsWith("clean of secrets, by rules 1: lib\n"),
    );
    writeFileSync(
      record,
      `${readFileSync(record, "utf8")}plain ${createHash("sha256").update(secret).digest("hex").slice(0, 32)}\n`,
    );
    write("lib/src/index.js", secret);
    succeeded(await inLib(["pm", "publish", "--dry-run"]));
  });
});
