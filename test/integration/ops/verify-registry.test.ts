import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryEntry, linkEntry } from "../../../src/archive/tar-entry.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { laySmallApplication, manifestText, type SmallApplication } from "../../support/small-application.ts";
import { at, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

/** Images in a registry without the referrers API. */
let small: SmallApplication;
let registry: LoopbackRegistry;

function vox(...args: readonly string[]): Promise<VoxRun> {
  const env = { ...small.desk.env, VOX_SIGN_PASSWORD: "geheim" };
  return voxInProcess(args, { env, cwd: small.folder });
}

beforeAll(async () => {
  small = await laySmallApplication({
    base: {
      entries: [linkEntry("data", "srv/real"), directoryEntry("srv/"), directoryEntry("srv/real/"), directoryEntry("tmp/")],
    },
  });
  registry = await startLoopbackRegistry({});
  succeeded(await vox("keys", "generate", "--out", "../team"));
});
afterAll(async () => {
  await registry?.close();
  small?.desk.remove();
});

interface Deployed {
  readonly reference: string;
  /** The first platform's manifest. */
  readonly manifest: string;
}

async function deploy(container = ""): Promise<Deployed> {
  small.write("Vox.toml", manifestText({ container: `registry = "${registry.host}/acme"\n${container}` }));
  succeeded(await vox("lock"));
  const document = succeeded(await vox("deploy", "--json", "--sign-key", "../team.key")).json();
  const reference = textAt(document, "image", "reference");
  return { reference, manifest: `${reference.split("@")[0]}@${textAt(document, "image", "platforms", 0, "digest")}` };
}

const checksOf = (run: VoxRun): readonly string[] =>
  Object.values(at(run.json(), "checks") ?? {}).map(
    (check) => `${at(check, "ok") === true ? "ok" : "FAILED"} ${textAt(check, "id")}`,
  );

describe("one platform's manifest, named by itself", () => {
  it("is held against the key and the lock, as a client that runs it would", async () => {
    const { manifest } = await deploy();
    const run = succeeded(await vox("verify", manifest, "--key", "../team.pub", "--lock", "vox.lock", "--json"));
    const ids = [
      "image",
      "attached",
      "signature linux/amd64",
      "lock",
      "base linux/amd64",
      "dependencies linux/amd64",
      "contents linux/amd64",
    ];
    expect(checksOf(run)).toEqual(ids.map((id) => `ok ${id}`));
  });

  it("is told when nobody who is asked for signed it", async () => {
    const { manifest } = await deploy();
    succeeded(await vox("keys", "generate", "--out", "../other"));
    const run = await vox("verify", manifest, "--key", "../other.pub", "--json");
    expect([run.exitCode, checksOf(run)]).toEqual([
      1,
      ["ok image", "ok attached", "FAILED signature linux/amd64", "ok contents linux/amd64"],
    ]);
  });

  it("is not what is promoted: that is always an index", async () => {
    const { manifest } = await deploy();
    const run = await vox("deploy", "--image", manifest, "--json");
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([65, "OCI_INVALID"]);
  });
});

describe("the layers of a base", () => {
  const layersRead = (): number =>
    registry.requests.filter(({ method, path }) => method === "GET" && path.includes("/blobs/")).length;
  const verify = async (reference: string): Promise<number> => {
    registry.requests.length = 0;
    succeeded(await vox("verify", reference, "--lock", "vox.lock"));
    return layersRead();
  };

  it("are read for where an odd workdir lies only when something lies elsewhere, and once", async () => {
    const usual = await deploy();
    // A config for each platform, and the application's layer.
    expect(await verify(usual.reference)).toBe(3);
    expect(await verify((await deploy('workdir = "/tmp/app"')).reference)).toBe(3);
    const { reference } = await deploy('workdir = "/data/app"');
    rmSync(join(small.desk.folder, "cache"), { recursive: true });
    // The application's layer once more, and the base's.
    expect(await verify(reference)).toBe(5);
    expect(await verify(reference)).toBe(4);
  });
});
