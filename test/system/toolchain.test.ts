import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROGRAM_VERSION } from "../../src/config/generated/version.ts";
import { CHECKOUT, createDesk, type Desk } from "../support/vox-cli.ts";

let desk: Desk;
let installed = "";
let program = "";

/** A release tarball of version 9.9.9 whose program only prints that, and its checksums, in a folder. */
function makeRelease(folder: string, program999 = 'console.log("vox 9.9.9")'): void {
  const fresh = join(desk.folder, "staging/vox-9.9.9");
  mkdirSync(join(fresh, "dist"), { recursive: true });
  writeFileSync(join(fresh, ".vox-release"), "9.9.9\n");
  writeFileSync(join(fresh, "dist/bin.js"), program999);
  mkdirSync(folder, { recursive: true });
  const made = spawnSync("tar", ["-czf", join(folder, "vox-9.9.9.tar.gz"), "-C", join(desk.folder, "staging"), "vox-9.9.9"]);
  expect(made.status).toBe(0);
  const hex = createHash("sha256")
    .update(readFileSync(join(folder, "vox-9.9.9.tar.gz")))
    .digest("hex");
  writeFileSync(join(folder, "checksums.txt"), `${hex}  vox-9.9.9.tar.gz\n`);
}

beforeEach(() => {
  desk = createDesk();
  installed = join(desk.folder, "opt/vox");
  program = join(installed, "dist/bin.js");
  cpSync(join(CHECKOUT, "dist"), join(installed, "dist"), { recursive: true });
  writeFileSync(join(installed, ".vox-release"), `${PROGRAM_VERSION}\n`);
});
afterEach(() => desk.remove());

const runs = () => spawnSync(process.execPath, [program, "--version"], { encoding: "utf8" }).stdout;

describe("vox upgrade", () => {
  it("knows no place of releases by itself, and says so", async () => {
    const told = await desk.vox(["upgrade", "--json"], { program });
    expect([told.exitCode, told.json()]).toEqual([
      0,
      { current: PROGRAM_VERSION, latest: null, newer: false, source: null, signedBy: null, applied: false },
    ]);
    expect(await desk.vox(["upgrade", "--apply"], { program })).toMatchObject({ exitCode: 64 });
  });

  it("only tells of a newer release, and replaces the folder when it is told to", async () => {
    const folder = join(desk.folder, "releases");
    makeRelease(folder);
    const told = await desk.vox(["upgrade", "--from", "releases"], { program });
    expect(told).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("vox 9.9.9 is there") });
    expect(runs()).toBe(`vox ${PROGRAM_VERSION}\n`);

    const applied = await desk.vox(["upgrade", "--from", "releases", "--apply", "--json"], { program });
    expect(applied.stderr).toContain("warning[RELEASE_UNSIGNED]: nobody is named who must have signed the release");
    expect(applied.json()).toMatchObject({ latest: "9.9.9", newer: true, applied: true });
    expect(runs()).toBe("vox 9.9.9\n");
    expect(readdirSync(join(desk.folder, "opt"))).toEqual(["vox"]);
  });

  it("fetches a release from an address", async () => {
    const folder = join(desk.folder, "releases");
    makeRelease(folder);
    const server = createServer((request, response) =>
      response.end(readFileSync(join(folder, (request.url ?? "").replace("/r/", "")))),
    );
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const applied = await desk.vox(["upgrade", "--from", `http://127.0.0.1:${port}/r`, "--apply"], { program });
    server.close();
    expect(applied).toMatchObject({ exitCode: 0, stdout: `vox 9.9.9 is installed in the place of ${PROGRAM_VERSION}\n` });
    expect(runs()).toBe("vox 9.9.9\n");
  });

  it.each<[string, (folder: string) => void, number, string]>([
    [
      "a tarball that is not what the checksums say",
      (folder) => writeFileSync(join(folder, "vox-9.9.9.tar.gz"), "other"),
      65,
      "CONTENT_MISMATCH",
    ],
    ["a program that does not start", (folder) => makeRelease(folder, "process.exit(3)"), 73, "UPGRADE_FAILED"],
    ["a list that is none", (folder) => writeFileSync(join(folder, "checksums.txt"), "<html>\n"), 65, "RELEASE_INVALID"],
    ["no list", (folder) => rmSync(join(folder, "checksums.txt")), 69, "RELEASE_UNAVAILABLE"],
    ["an empty folder", (folder) => rmSync(folder, { recursive: true }), 69, "RELEASE_UNAVAILABLE"],
  ])("leaves what is there when it meets %s", async (_what, spoil, exitCode, code) => {
    const folder = join(desk.folder, "releases");
    makeRelease(folder);
    spoil(folder);
    const { exitCode: found, stderr } = await desk.vox(["upgrade", "--from", "releases", "--apply"], { program });
    expect([found, stderr]).toEqual([exitCode, expect.stringContaining(`error[${code}]`)]);
    expect(runs()).toBe(`vox ${PROGRAM_VERSION}\n`);
    expect(readdirSync(join(desk.folder, "opt"))).toEqual(["vox"]);
  });

  it("does not replace a checkout, and asks nobody without TLS", async () => {
    makeRelease(join(desk.folder, "releases"));
    expect(await desk.vox(["upgrade", "--from", "releases", "--apply"])).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining("is a checkout"),
    });
    expect(await desk.vox(["upgrade", "--from", "http://example.com/r"])).toMatchObject({
      exitCode: 69,
      stderr: expect.stringContaining("is not an address with TLS"),
    });
  });
});

describe("vox doctor", () => {
  it("tells what is needed and what is not, and fails for what is needed alone", async () => {
    const { exitCode, json } = await desk.vox(["doctor", "--json"], { env: { DOCKER_HOST: "unix:///nowhere.sock" } });
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject({
      ok: true,
      checks: expect.arrayContaining([
        expect.objectContaining({ id: "node", ok: true, needed: true }),
        expect.objectContaining({ id: "docker", ok: false, needed: false }),
        expect.objectContaining({ id: "compose", needed: false }),
      ]),
    });
  });

  it("--probe is silent when all is well, and leaves nothing behind", async () => {
    mkdirSync(join(desk.folder, "cache"));
    expect(await desk.vox(["doctor", "--probe"])).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(readdirSync(join(desk.folder, "cache"))).toEqual([]);
  });

  it("--probe names what is wrong", async () => {
    mkdirSync(join(desk.folder, "config"));
    writeFileSync(join(desk.folder, "config/config.toml"), "colour = 1\n");
    writeFileSync(join(desk.folder, "cache"), "a file where a folder is needed");
    const { exitCode, stdout } = await desk.vox(["doctor", "--probe"]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("WRONG  cache");
    expect(stdout).toContain("WRONG  configuration");
    expect(stdout).toContain("        hint: free it, or name another folder with its variable\n");
  });
});

describe("the scripts of the workflows", () => {
  const bash = (script: string, ...args: readonly string[]) =>
    spawnSync(join(CHECKOUT, "scripts/ci", script), args, {
      cwd: CHECKOUT,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });

  it("run the gates and write what was found as SARIF", () => {
    const report = join(desk.folder, "compliance.sarif");
    const { status, stdout } = bash("compliance", report);
    expect([status, stdout]).toEqual([0, ""]);
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ version: "2.1.0", runs: [{ results: [] }] });
  });

  it("refuse a release whose checksums do not hold", () => {
    const folder = join(desk.folder, "releases");
    makeRelease(folder);
    writeFileSync(join(folder, "vox-9.9.9.tar.gz"), "other");
    expect(bash("check-release", folder).status).not.toBe(0);
  });

  it("name what they need when it is not said", () => {
    for (const script of readdirSync(join(CHECKOUT, "scripts/ci"))) {
      const { status, stderr } = bash(script);
      expect([script, status === 0, stderr]).toEqual([script, false, expect.stringMatching(/usage|a repository/)]);
    }
  });
});
