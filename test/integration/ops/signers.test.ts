import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { REGISTRY_SUBJECTS, type RegistrySubject } from "../../support/registry-subjects.ts";
import { createDesk, type Desk, succeeded, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

let desk: Desk;
let index: string;
let subject: RegistrySubject;
const at = (...path: readonly string[]): string => join(desk.folder, ...path);

function vox(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<VoxRun> {
  return voxInProcess(args, { env: { ...desk.env, VOX_SIGN_PASSWORD: "geheim", ...env }, cwd });
}

function write(folder: string, text: string): string {
  mkdirSync(at(folder), { recursive: true });
  writeFileSync(at(folder, "Vox.toml"), text);
  return at(folder);
}

const registry = (signers = ""): string => `[registries.default]\nindex = "${index}"\n${signers}`;
const SIGNERS = 'signers = ["../team.pub", "../other.pub"]\n';
const packageText = (name: string, more = "") => `[package]\nname = "${name}"\nversion = "1.0.0"\n${more}${registry()}`;
const app = (signers = SIGNERS): string => `[package]\nname = "app"\n[dependencies]\nkit = "1"\n${registry(signers)}`;
const publish = (name: string, ...flags: readonly string[]) => vox(["pm", "publish", ...flags], at(name));

describe.each(REGISTRY_SUBJECTS)("signers (`packages-signed`) of %s", (_kind, start) => {
  beforeEach(async () => {
    desk = createDesk();
    subject = await start(desk);
    ({ index } = subject);
    for (const name of ["team", "other", "stranger"])
      succeeded(await vox(["keys", "generate", "--out", at(name)], desk.folder));
    write("slug", packageText("slug", 'platforms = ["linux/amd64", "linux/arm64"]\n'));
    write("kit", packageText("kit", '[dependencies]\nslug = "1"\n'));
    write("app", app());
  });
  afterEach(async () => {
    await subject[Symbol.asyncDispose]();
    desk.remove();
  });

  it("are satisfied by a version that one of them signed, for each platform, when it is locked and when it is fetched", async () => {
    succeeded(await publish("slug", "--sign-key", at("team.key")));
    succeeded(await vox(["pm", "publish"], at("kit"), { VOX_SIGN_KEY: at("other.key") }));
    succeeded(await vox(["lock"], at("app")));
    rmSync(at("cache"), { recursive: true });
    succeeded(await vox(["sync", "--frozen"], at("app")));
    succeeded(await vox(["sync", "--offline"], at("app")));
  });

  it.each([
    ["nobody signed", []],
    ["somebody else signed", ["--sign-key", "stranger.key"]],
  ] as const)("refuse a version that %s, and nothing is locked", async (_who, flags) => {
    succeeded(await publish("slug", ...flags.map((word) => (word.endsWith(".key") ? at(word) : word))));
    succeeded(await publish("kit", "--sign-key", at("team.key")));
    const run = await vox(["lock"], at("app"));
    expect([run.exitCode, run.stderr]).toEqual([
      1,
      expect.stringMatching(/error\[PACKAGE_UNSIGNED\]: `slug@1\.0\.0` is not signed/),
    ]);
    expect((await vox(["sync", "--frozen"], at("app"))).stderr).toContain("LOCK_MISSING");
  });

  it("hold for a lock that was made before there were any", async () => {
    succeeded(await publish("slug"));
    succeeded(await publish("kit"));
    write("app", app(""));
    succeeded(await vox(["lock"], at("app")));
    write("app", app());
    for (const args of [["sync", "--frozen"], ["lock"]]) {
      const run = await vox(args, at("app"));
      expect([run.exitCode, run.stderr]).toEqual([1, expect.stringContaining("PACKAGE_UNSIGNED")]);
    }
    expect((await vox(["sync", "--offline"], at("app"))).stderr).toContain("OFFLINE_UNPROVABLE");
  });

  it.each([
    ["there is no such file", 'signers = ["../none.pub"]\n', "KEY_INVALID"],
    ["it is a private key", 'signers = ["../team.key"]\n', "KEY_INVALID"],
  ])("are told when %s", async (_why, signers, code) => {
    succeeded(await publish("slug", "--sign-key", at("team.key")));
    succeeded(await publish("kit", "--sign-key", at("team.key")));
    write("app", app(signers));
    const run = await vox(["lock"], at("app"));
    expect([run.exitCode, run.stderr]).toEqual([65, expect.stringContaining(code)]);
  });

  it("are asked of a mirror as well, which copies signatures with packages", async () => {
    succeeded(await publish("slug", "--sign-key", at("team.key")));
    succeeded(await publish("kit", "--sign-key", at("team.key")));
    succeeded(await vox(["lock"], at("app")));
    const mirror = `file:${at("mirror")}`;
    succeeded(await vox(["pm", "mirror", "--to", mirror], at("app")));
    mkdirSync(at("config"), { recursive: true });
    writeFileSync(at("config/config.toml"), `[mirrors]\n"${index}" = "${mirror}"\n`);
    rmSync(at("cache"), { recursive: true });
    succeeded(await vox(["sync", "--frozen"], at("app")));
  });

  it("are satisfied offline by what the project carries: the signatures alone, and the same bytes each time", async () => {
    succeeded(await publish("slug", "--sign-key", at("team.key")));
    succeeded(await publish("kit", "--sign-key", at("team.key")));
    succeeded(await vox(["lock"], at("app")));
    succeeded(await vox(["pm", "vendor"], at("app")));
    const carried = readFileSync(at("app/vendor/index.json"), "utf8");
    const { manifests } = JSON.parse(carried);
    const attached = manifests.flatMap(({ artifactType = "" }) => (artifactType === "" ? [] : [artifactType]));
    // Of the two platforms of one and of the other package; no provenance.
    expect(attached).toEqual(Array.from({ length: 3 }, () => "application/vnd.dev.sigstore.bundle.v0.3+json"));
    rmSync(at("cache"), { recursive: true });
    succeeded(await vox(["sync", "--frozen", "--offline"], at("app")));
    succeeded(await vox(["pm", "vendor", "--offline"], at("app")));
    expect(readFileSync(at("app/vendor/index.json"), "utf8")).toBe(carried);
  });

  it("are not satisfied by a project that carries packages and no signatures, nor by signatures of others", async () => {
    for (const name of ["slug", "kit"]) succeeded(await publish(name, "--sign-key", at("team.key")));
    succeeded(await vox(["lock"], at("app")));
    succeeded(await vox(["pm", "vendor"], at("app")));
    rmSync(at("cache"), { recursive: true });
    write("app", app('signers = ["../other.pub"]\n'));
    expect((await vox(["sync", "--frozen", "--offline"], at("app"))).stderr).toContain("OFFLINE_UNPROVABLE");
    write("app", app(""));
    succeeded(await vox(["pm", "vendor"], at("app")));
    write("app", app());
    expect((await vox(["sync", "--frozen", "--offline"], at("app"))).stderr).toContain("OFFLINE_UNPROVABLE");
    succeeded(await vox(["sync", "--frozen"], at("app")));
  });

  it("refuse to carry what nobody of them signed", async () => {
    for (const name of ["slug", "kit"]) succeeded(await publish(name));
    write("app", app(""));
    succeeded(await vox(["lock"], at("app")));
    write("app", app());
    const run = await vox(["pm", "vendor"], at("app"));
    expect([run.exitCode, run.stderr]).toEqual([1, expect.stringContaining("PACKAGE_UNSIGNED")]);
    expect(existsSync(at("app/vendor"))).toBe(false);
  });
});
