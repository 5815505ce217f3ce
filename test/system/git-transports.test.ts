import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRepository, packageToml } from "../support/git-repository.ts";
import { type GitHttpsServer, type GitSshServer, hasSshd, startGitHttps, startGitSsh } from "../support/git-servers.ts";
import { createLockWorld, type LockWorld } from "../support/lock-world.ts";
import { succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

// Each test runs the program several times, and several tests run at once.
vi.setConfig({ testTimeout: 120_000 });

const SECRET = "s3cret-p4ssword";
const LOGIN = { user: "ann", password: SECRET } as const;

let world: LockWorld;
let served: string;
let home: string;
let commit: string;

beforeEach(() => {
  world = createLockWorld();
  served = join(world.desk.folder, "served");
  home = join(world.desk.folder, "home");
  mkdirSync(home, { recursive: true });
  const repository = createRepository(join(served, "templates"));
  commit = repository.commit({ "Vox.toml": packageToml("templates", "1.2.0"), "page.vox": "page\n" });
  repository.git("tag", "v1");
});
afterEach(() => world.desk.remove());

const asks = (url: string, ref = 'tag = "v1"'): void =>
  world.write("Vox.toml", `${packageToml("app", "1.0.0")}[dependencies]\ntemplates = { git = "${url}", ${ref} }\n`);
const forgetCache = (): void => rmSync(join(world.desk.folder, "cache"), { recursive: true, force: true });
const codeOf = (run: VoxRun) => [run.exitCode, textAt(run.json(), "error", "code")];

/** Locks, and syncs from a cold cache what the lock says. */
async function lockAndSync(env: Readonly<Record<string, string>>): Promise<string> {
  const locked = succeeded(await world.vox(["lock", "--verbose"], { env }));
  expect(world.read("vox.lock")).toContain(`#${commit}"`);
  forgetCache();
  const synced = succeeded(await world.vox(["sync", "--frozen", "--verbose"], { env }));
  expect(world.read(".vox_modules/templates/page.vox")).toBe("page\n");
  return [locked, synced].map(({ stdout, stderr }) => stdout + stderr).join("") + world.read("vox.lock");
}

describe("git over https", () => {
  let server: GitHttpsServer;
  beforeEach(async () => {
    server = await startGitHttps(served, world.desk.folder, LOGIN);
    asks(server.url("templates/.git"));
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const gitConfig = (text: string): void => writeFileSync(join(home, ".gitconfig"), text);

  /** A git that notes down how it is called, before the real one on the PATH. */
  function recordingGit(): { readonly path: string; calls(): string } {
    const bin = join(world.desk.folder, "bin");
    const log = join(world.desk.folder, "calls");
    const path = process.env["PATH"] ?? "";
    mkdirSync(bin);
    writeFileSync(join(bin, "git"), `#!/bin/sh\necho "$@" >> '${log}'\nPATH='${path}' exec git "$@"\n`);
    chmodSync(join(bin, "git"), 0o755);
    return { path: `${bin}:${path}`, calls: () => readFileSync(log, "utf8") };
  }

  it.each([
    [
      "a credential helper",
      () => gitConfig(`[credential]\n\thelper = "!f() { echo username=${LOGIN.user}; echo password=${SECRET}; }; f"\n`),
    ],
    ["netrc", () => writeFileSync(join(home, ".netrc"), `machine 127.0.0.1 login ${LOGIN.user} password ${SECRET}\n`)],
  ])("takes its name and password from %s, and tells them to the server alone", async (_, prepare) => {
    prepare();
    const git = recordingGit();
    const said = await lockAndSync({ GIT_SSL_CAINFO: server.certificate, PATH: git.path });
    expect(server.authorizations.filter((value) => value !== undefined)).not.toEqual([]);
    expect(git.calls()).toContain("ls-remote");
    const secrets = [SECRET, Buffer.from(`${LOGIN.user}:${SECRET}`).toString("base64")];
    for (const secret of secrets) expect(`${said}${git.calls()}`).not.toContain(secret);
  });

  it("trusts a certificate that the user's configuration names", async () => {
    gitConfig(
      `[http]\n\tsslCAInfo = ${server.certificate}\n[credential]\n\thelper = "!f() { echo username=ann; echo password=${SECRET}; }; f"\n`,
    );
    await lockAndSync({});
  });

  it("without credentials, or with wrong ones, is GIT_DENIED: nobody is asked, and nothing that was tried is told", async () => {
    const env = { GIT_SSL_CAINFO: server.certificate };
    expect(codeOf(await world.vox(["lock", "--json"], { env }))).toEqual([77, "GIT_DENIED"]);
    gitConfig(`[credential]\n\thelper = "!f() { echo username=ann; echo password=wrong-${SECRET}; }; f"\n`);
    const run = await world.vox(["lock", "--json", "--verbose"], { env });
    expect(codeOf(run)).toEqual([77, "GIT_DENIED"]);
    expect(`${run.stdout}${run.stderr}`).not.toContain(SECRET);
  });

  it("with a certificate that nobody vouches for is GIT_UNAVAILABLE, and no credentials are sent", async () => {
    gitConfig(`[credential]\n\thelper = "!f() { echo username=ann; echo password=${SECRET}; }; f"\n`);
    const run = await world.vox(["lock", "--json"]);
    expect(codeOf(run)).toEqual([69, "GIT_UNAVAILABLE"]);
    expect(textAt(run.json(), "error", "message")).toContain("certificate");
    expect(server.authorizations).toEqual([]);
  });
});

describe.skipIf(!hasSshd())("git over ssh", () => {
  let server: GitSshServer;
  beforeEach(async () => {
    server = await startGitSsh(served, world.desk.folder);
    asks(server.url("templates/.git"));
  });
  afterEach(() => server[Symbol.asyncDispose]());

  it.each(['tag = "v1"', 'branch = "main"'])("locks and syncs %s by the user's GIT_SSH_COMMAND", async (ref) => {
    asks(server.url("templates/.git"), ref);
    await lockAndSync({ GIT_SSH_COMMAND: server.command });
    expect(world.read("vox.lock")).toContain(`source = "git+${server.url("templates/.git")}#${commit}"`);
  });

  it("by a key that is not let in, or to a host that is not known, is GIT_DENIED, and nobody is asked", async () => {
    for (const command of [server.stranger, server.unknownHost])
      expect(codeOf(await world.vox(["lock", "--json"], { env: { GIT_SSH_COMMAND: command } }))).toEqual([77, "GIT_DENIED"]);
  });

  it("to nowhere is GIT_UNAVAILABLE", async () => {
    asks("ssh://git@127.0.0.1:1/t.git");
    expect(codeOf(await world.vox(["lock", "--json"], { env: { GIT_SSH_COMMAND: server.command } }))).toEqual([
      69,
      "GIT_UNAVAILABLE",
    ]);
  });
});
