import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LayoutSurgeon } from "../../support/layout-surgeon.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { laySmallApplication, manifestText, type SmallApplication } from "../../support/small-application.ts";
import { at, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

/** A base that is an image of ours, in a registry as `signed`, `by-other`, `unsigned` and `index-alone`. */
let small: SmallApplication;
let registry: LoopbackRegistry;
const path = (...names: readonly string[]): string => join(small.desk.folder, ...names);

function vox(...args: readonly string[]): Promise<VoxRun> {
  const env = { ...small.desk.env, VOX_SIGN_PASSWORD: "geheim" };
  return voxInProcess(args, { env, cwd: small.folder });
}

beforeAll(async () => {
  small = await laySmallApplication();
  registry = await startLoopbackRegistry({});
  succeeded(await vox("lock"));
  for (const name of ["team", "other"]) succeeded(await vox("keys", "generate", "--out", path(name)));
  succeeded(await vox("package", "--out", path("unsigned")));
  succeeded(await vox("package", "--out", path("signed"), "--sign-key", path("team.key")));
  succeeded(await vox("package", "--out", path("by-other"), "--sign-key", path("other.key")));
  const alone = new LayoutSurgeon(path("signed"));
  alone.detach((_statement, manifest) => alone.platforms.includes(manifest["subject"].digest));
  cpSync(alone.dir, path("index-alone"), { recursive: true });
  alone.remove();
  for (const name of ["unsigned", "signed", "by-other", "index-alone"])
    succeeded(await vox("push", path(name), `${registry.host}/bases/${name}:1`));
  small.write("main.txt", "changed\n");
  succeeded(await vox("package", "--out", path("changed")));
  succeeded(await vox("push", path("changed"), `${registry.host}/bases/index-alone:2`));
});
afterAll(async () => {
  await registry?.close();
  small?.desk.remove();
});
beforeEach(() => rmSync(path("cache"), { recursive: true, force: true }));

async function build(base: string, keys: readonly string[], ...args: readonly string[]): Promise<VoxRun> {
  const rest = `[deploy.policy]\nbase_signers = ${JSON.stringify(keys)}\n`;
  small.write("Vox.toml", manifestText({ container: `base_image = "${base}"`, rest }));
  succeeded(await vox("lock"));
  registry.requests.length = 0;
  return vox("package", "--json", ...args);
}
const inRegistry = (name: string): string => `${registry.host}/bases/${name}:1`;
const refusal = (run: VoxRun): readonly unknown[] => [
  run.exitCode,
  textAt(run.json(), "error", "code"),
  textAt(run.json(), "error", "message"),
];

describe("a base whose signer `[deploy.policy] base_signers` names (`base-signed`)", () => {
  it.each(["signed", "index-alone"])("is built upon when one of the keys signed it (%s)", async (name) => {
    succeeded(await build(inRegistry(name), ["../other.pub", "../team.pub"]));
  });

  it("is built upon when it lies in a layout", async () => {
    succeeded(await build("oci-layout:../signed:production", ["../team.pub"]));
    rmSync(path("cache"), { recursive: true });
    expect(refusal(await build("oci-layout:../unsigned:production", ["../team.pub"]))).toEqual([
      1,
      "POLICY_REFUSED",
      expect.anything(),
    ]);
  });

  it("is proved once: after that nobody is asked who signed it", async () => {
    succeeded(await build(inRegistry("signed"), ["../team.pub"]));
    succeeded(await build(inRegistry("signed"), ["../team.pub"]));
    expect(registry.requests.map(({ path: asked }) => asked)).not.toContainEqual(expect.stringMatching(/referrers|manifests/));
  });

  it.each([
    ["nobody signed", "unsigned", "it has no signature"],
    ["somebody else signed", "by-other", "nothing that is attached is signed by who is asked for"],
  ])("is refused when %s, before anything is built or deployed", async (_who, name, why) => {
    const expected = [
      1,
      "POLICY_REFUSED",
      expect.stringContaining(`is not signed by \`[deploy.policy] base_signers\`: ${why}`),
    ];
    rmSync(path("app/dist"), { recursive: true, force: true });
    expect(refusal(await build(inRegistry(name), ["../team.pub"]))).toEqual(expected);
    expect(refusal(await vox("deploy", "--load", "--json"))).toEqual(expected);
  });

  it("is refused when the lock names another manifest beside a signed index", async () => {
    succeeded(await build(inRegistry("index-alone"), ["../team.pub"]));
    const [signed, other] = ["index-alone", "changed"].map((name) => new LayoutSurgeon(path(name)));
    const lock = readFileSync(path("app/vox.lock"), "utf8");
    const swapped = (signed?.platforms ?? []).reduce(
      (text, digest, at) => text.replace(digest, other?.platforms[at] ?? ""),
      lock,
    );
    for (const surgeon of [signed, other]) surgeon?.remove();
    expect(swapped).not.toBe(lock);
    small.write("vox.lock", swapped);
    const run = await vox("package", "--json");
    expect(refusal(run)).toEqual([1, "POLICY_REFUSED", expect.stringContaining("does not list")]);
  });

  it("is refused offline when nobody saw before who signed it", async () => {
    succeeded(await build(inRegistry("signed"), ["../team.pub"]));
    const run = await build(inRegistry("signed"), ["../other.pub"], "--offline");
    expect(refusal(run)).toEqual([69, "OFFLINE_UNPROVABLE", expect.stringContaining("cannot be asked offline")]);
  });

  it.each([
    ["a key that is not there", ["../none.pub"]],
    ["a private key", ["../team.key"]],
  ])("is refused with %s", async (_what, keys) => {
    expect(at((await build(inRegistry("signed"), keys)).json(), "error", "code")).toBe("KEY_INVALID");
  });
});
