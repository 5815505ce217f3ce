import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasDockerRegistry, startDockerRegistry } from "../support/docker-registry.ts";
import { HELPER_TALK, installHelper } from "../support/helper-script.ts";
import type { LoopbackAuthOptions } from "../support/loopback-registry-auth.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../support/loopback-registry.ts";
import { leaveOut } from "../support/services.ts";
import { at, createDesk, type Desk, type RunOptions, succeeded, type VoxRun } from "../support/vox-cli.ts";

const PASSWORD = "correct horse";
const ADA = { username: "ada", password: PASSWORD } as const;
/** `ada` with that password, by bcrypt. */
const HTPASSWD = "ada:$2b$05$117ZcHajqUi7Cb5Sly2WmOdZq8sE/agXN2oJ7HGa9AGB8Lo0a8W1G\n";

let desk: Desk;
let config: string;
const registries: LoopbackRegistry[] = [];

beforeEach(() => {
  desk = createDesk();
  config = join(desk.folder, "home/.docker/config.json");
});
afterEach(async () => {
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  desk.remove();
});

async function guarded(auth: LoopbackAuthOptions = { kind: "basic", ...ADA }): Promise<LoopbackRegistry> {
  const registry = await startLoopbackRegistry({ auth });
  registries.push(registry);
  return registry;
}

function writeConfig(value: unknown): void {
  mkdirSync(join(config, ".."), { recursive: true });
  writeFileSync(config, typeof value === "string" ? value : JSON.stringify(value));
}
const readConfig = (): unknown => JSON.parse(readFileSync(config, "utf8"));
const basic = (text: string): string => Buffer.from(text).toString("base64");

/** Runs, and proves that neither stream tells the password. */
async function login(host: string, options: RunOptions & { readonly username?: string } = {}): Promise<VoxRun> {
  const { username = "ada", ...run } = options;
  const ended = await desk.vox(["login", host, "--username", username, "--password-stdin"], { input: PASSWORD, ...run });
  expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
  expect(ended.stdout + ended.stderr).not.toContain(HELPER_TALK);
  return ended;
}

describe("vox login", () => {
  it.each<[string, LoopbackAuthOptions]>([
    ["a registry that wants the password", { kind: "basic", ...ADA }],
    ["a registry that wants a token for it", { kind: "bearer", ...ADA }],
  ])("proves the login against %s and keeps it in config.json, for its owner alone", async (_, auth) => {
    const { host } = await guarded(auth);
    const run = succeeded(await login(host));
    expect(run.stderr).toContain(`logged in to ${host} as ada, kept in ${config}`);
    expect(run.stderr).toContain("warning[LOGIN_UNENCRYPTED]");
    expect(readConfig()).toEqual({ auths: { [host]: { auth: basic(`ada:${PASSWORD}`) } } });
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(statSync(join(config, "..")).mode & 0o777).toBe(0o700);
  });

  it("takes an identity token under the user `<token>`", async () => {
    const { host } = await guarded({ kind: "bearer", ...ADA, identityToken: PASSWORD });
    succeeded(await login(host, { username: "<token>" }));
    expect(readConfig()).toEqual({ auths: { [host]: { identitytoken: PASSWORD } } });
  });

  it.each<[string, LoopbackAuthOptions]>([
    ["the registry", { kind: "basic", username: "ada", password: "other" }],
    ["its token server", { kind: "bearer", username: "ada", password: "other" }],
  ])("stores nothing when %s refuses, and ends with 77", async (_, auth) => {
    const { host } = await guarded(auth);
    const helper = installHelper(join(desk.folder, "bin"), "keep");
    writeConfig({ credsStore: "keep" });
    const before = readFileSync(config, "utf8");
    const run = await login(host, { env: { PATH: `${helper.folder}:${desk.env["PATH"] ?? ""}` } });
    expect(run.exitCode).toBe(77);
    expect(run.stderr).toContain(`error[REGISTRY_DENIED]: \`${host}\` refuses this login, so nothing is stored`);
    expect(readFileSync(config, "utf8")).toBe(before);
    expect(helper.held()).toEqual({});
  });

  it("asks the helper of the host first, then the store of all hosts, and leaves no old secret in the file", async () => {
    const [first, second] = [await guarded(), await guarded()];
    const own = installHelper(join(desk.folder, "bin"), "own");
    const all = installHelper(join(desk.folder, "bin"), "all");
    const env = { PATH: `${own.folder}:${desk.env["PATH"] ?? ""}` };
    writeConfig({
      auths: { [first.host]: { auth: basic("old:old") } },
      credHelpers: { [first.host]: "own" },
      credsStore: "all",
    });
    const run = succeeded(await login(first.host, { env }));
    expect(run.stderr).toBe(`logged in to ${first.host} as ada, kept by docker-credential-own\n`);
    succeeded(await login(second.host, { env }));
    expect(own.held()).toEqual({ [first.host]: { Username: "ada", Secret: PASSWORD } });
    expect(all.held()).toEqual({ [second.host]: { Username: "ada", Secret: PASSWORD } });
    expect(at(readConfig(), "auths")).toEqual({ [first.host]: {} });
  });

  it("keeps what else the file says, follows a link to it, and two at once keep each other's", async () => {
    const [first, second] = [await guarded(), await guarded()];
    const real = join(desk.folder, "dotfiles/docker.json");
    mkdirSync(join(real, ".."));
    writeFileSync(real, '{\n  "detachKeys": "ctrl-e",\n  "auths": {\n    "a.io": {\n      "auth": "YTph"\n    }\n  }\n}\n');
    mkdirSync(join(config, ".."), { recursive: true });
    symlinkSync("../../dotfiles/docker.json", config);
    for (const run of await Promise.all([login(first.host), login(second.host)])) succeeded(run);
    expect(lstatSync(config).isSymbolicLink()).toBe(true);
    const text = readFileSync(real, "utf8");
    expect(text.startsWith('{\n  "detachKeys": "ctrl-e",\n  "auths": {\n    "a.io": {')).toBe(true);
    expect(Object.keys(Object(at(readConfig(), "auths"))).sort()).toEqual(["a.io", first.host, second.host].sort());
  });

  it("is for the host of VOX_REGISTRY by default, whatever Vox.toml says", async () => {
    const [wanted, other] = [await guarded(), await guarded()];
    writeFileSync(
      join(desk.folder, "Vox.toml"),
      `[package]\nname = "a"\n[registries.default]\nindex = "oci://${other.host}/vox"\n`,
    );
    const args = ["login", "--username", "ada", "--password-stdin", "--json"];
    const env = { VOX_REGISTRY: `oci://${wanted.host}/vox` };
    const run = succeeded(await desk.vox(args, { input: `${PASSWORD}\n`, env }));
    expect(run.json()).toEqual({ host: wanted.host, username: "ada", stored: { kind: "file", file: config } });
    expect(other.requests).toEqual([]);
    const folder = await desk.vox(args, { input: PASSWORD });
    expect(folder.exitCode).toBe(64);
    expect(folder.stderr + folder.stdout).toContain("the default registry is a folder");
  });

  it("says when the registry asked for nothing, so that nothing was proved", async () => {
    const registry = await startLoopbackRegistry();
    registries.push(registry);
    expect(succeeded(await login(registry.host)).stderr).toContain("warning[LOGIN_UNPROVED]");
  });

  it.each<[string, readonly string[], string]>([
    ["a password that is empty", ["login", "a.io", "--username", "ada", "--password-stdin"], ""],
    ["a password that is a line's end", ["login", "a.io", "--username", "ada", "--password-stdin"], "\n"],
    ["a password that does not end", ["login", "a.io", "--username", "ada", "--password-stdin"], "x".repeat(100_000)],
    ["a user name with a colon", ["login", "a.io", "--username", "a:b", "--password-stdin"], "x"],
    ["no user name", ["login", "a.io", "--password-stdin"], "x"],
    ["nobody to ask", ["login", "a.io", "--username", "ada"], "x"],
    ["an address", ["login", "https://a.io/v2/", "--username", "ada", "--password-stdin"], "x"],
    ["a password as an argument", ["login", "a.io", "--username", "ada", "--password", "x"], ""],
  ])("is a usage error, before any request, with %s", async (_, args, input) => {
    const run = await desk.vox(args, { input });
    expect(run.exitCode).toBe(64);
    expect(run.stderr).toMatch(/^error\[USAGE\]/);
    expect(existsSync(config)).toBe(false);
  });

  it.each<[string, () => void, number]>([
    ["is empty", () => writeConfig(""), 78],
    ["is no JSON", () => writeConfig("{"), 78],
    ["is a list", () => writeConfig([]), 78],
    ["is a folder", () => mkdirSync(config, { recursive: true }), 78],
    ["names a helper that is not there", () => writeConfig({ credsStore: "absent" }), 78],
    ["would lie in a file", () => writeFileSync(join(config, ".."), ""), 73],
  ])("leaves config.json alone when it %s", async (_, prepare, exitCode) => {
    const { host } = await guarded();
    prepare();
    const before = existsSync(config) && statSync(config).isFile() ? readFileSync(config, "utf8") : undefined;
    const run = await login(host);
    expect(run.exitCode).toBe(exitCode);
    if (before !== undefined) expect(readFileSync(config, "utf8")).toBe(before);
  });
});

describe("vox logout", () => {
  it("takes the login out of the file and says so, and says when there is none", async () => {
    const { host } = await guarded();
    succeeded(await login(host));
    expect(succeeded(await desk.vox(["logout", host])).stderr).toBe(
      `logged out of ${host}: what was kept in ${config} is gone\n`,
    );
    expect(readConfig()).toEqual({ auths: {} });
    expect(succeeded(await desk.vox(["logout", host])).stderr).toBe(`logged out of ${host}: there was no login\n`);
    expect(succeeded(await desk.vox(["logout", host, "--json"])).json()).toEqual({ host, removed: [] });
  });

  it("has the helper forget, and what an older login left in the file", async () => {
    const helper = installHelper(join(desk.folder, "bin"), "keep");
    const env = { PATH: `${helper.folder}:${desk.env["PATH"] ?? ""}` };
    const { host } = await guarded();
    writeConfig({ credsStore: "keep" });
    succeeded(await login(host, { env }));
    writeConfig({ credsStore: "keep", auths: { [host]: { auth: basic("old:old") } } });
    const run = succeeded(await desk.vox(["logout", host, "--json"], { env }));
    expect(run.json()).toEqual({
      host,
      removed: [
        { kind: "helper", helper: "keep" },
        { kind: "file", file: config },
      ],
    });
    expect(run.stderr).not.toContain(HELPER_TALK);
    expect(helper.held()).toEqual({});
    expect(readConfig()).toEqual({ credsStore: "keep", auths: {} });
  });

  it("says there was none when Docker has no configuration", async () => {
    expect(succeeded(await desk.vox(["logout", "docker.io"])).stderr).toBe("logged out of docker.io: there was no login\n");
    expect(existsSync(config)).toBe(false);
  });
});

describe.skipIf(!hasDockerRegistry())("the distribution's own registry with a password file", () => {
  it("takes packages of who is logged in, and of nobody else", async () => {
    await using registry = await startDockerRegistry({ htpasswd: HTPASSWD });
    mkdirSync(join(desk.folder, "a"));
    writeFileSync(join(desk.folder, "a/Vox.toml"), '[package]\nname = "a"\nversion = "1.0.0"\n');
    const publish = (): Promise<VoxRun> =>
      desk.vox(["pm", "publish"], { cwd: join(desk.folder, "a"), env: { VOX_REGISTRY: `oci://${registry.host}/vox` } });
    expect((await publish()).exitCode).toBe(77);
    expect((await login(registry.host, { input: "guess" })).exitCode).toBe(77);
    expect(existsSync(config)).toBe(false);
    succeeded(await login(registry.host));
    succeeded(await publish());
    succeeded(await desk.vox(["logout", registry.host]));
    expect((await publish()).exitCode).toBe(77);
  });
});

/** Runs a command in a terminal of its own: waits for each text, then types an answer; prints all that the terminal showed. */
const TERMINAL = `
import os, pty, sys, json
script = json.loads(os.environ["SCRIPT"])
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
def read():
    global shown
    try: chunk = os.read(fd, 4096)
    except OSError: chunk = b""
    shown += chunk
    return chunk
for wait, answer in script:
    while wait.encode() not in shown:
        if not read(): break
    os.write(fd, answer.encode())
while read(): pass
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
const hasPython =
  spawnSync("python3", ["-c", "import pty"]).status === 0 || leaveOut("python3", "not on the PATH") !== undefined;

describe.skipIf(!hasPython)("at a terminal, vox login", () => {
  const inTerminal = (args: readonly string[], script: readonly (readonly [string, string])[]): Promise<VoxRun> =>
    desk.vox(args, { through: ["python3", "-c", TERMINAL], env: { SCRIPT: JSON.stringify(script), TERM: "dumb" } });

  it("asks for both and does not show the password", async () => {
    const { host } = await guarded();
    const run = await inTerminal(
      ["login", host],
      [
        ["User name", "ada\r"],
        ["Password", `${PASSWORD}\r`],
      ],
    );
    expect(run.stdout).toContain(`logged in to ${host} as ada`);
    expect(run.stdout).not.toContain(PASSWORD);
    expect(run.exitCode).toBe(0);
    expect(at(readConfig(), "auths", host)).toEqual({ auth: basic(`ada:${PASSWORD}`) });
  });

  it("ends with 130 at Ctrl-C, and stores nothing", async () => {
    const { host, requests } = await guarded();
    const run = await inTerminal(["login", host, "--username", "ada"], [["Password", "half\u0003"]]);
    expect(run.exitCode).toBe(130);
    expect(run.stdout).not.toContain("half");
    expect(requests).toEqual([]);
    expect(existsSync(config)).toBe(false);
    rmSync(join(desk.folder, "home"), { recursive: true, force: true });
  });
});
