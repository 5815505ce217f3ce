import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isAbout, parseStatement } from "../../../src/attest/statement.ts";
import { subjectsOf } from "../../../src/oci/copy-referrers.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { readBundles } from "../../../src/ops/read-attached.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { clientOf } from "../../support/remote-subject.ts";
import { laySmallApplication, manifestText, type SmallApplication } from "../../support/small-application.ts";
import { succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

let small: SmallApplication;
let registry: LoopbackRegistry;

function vox(...args: readonly string[]): Promise<VoxRun> {
  const env = { ...small.desk.env, VOX_SIGN_PASSWORD: "geheim" };
  return voxInProcess(args, { env, cwd: small.folder });
}

beforeAll(async () => {
  small = await laySmallApplication();
  succeeded(await vox("lock"));
  succeeded(await vox("keys", "generate", "--out", join(small.folder, "../team")));
});
afterAll(() => small?.desk.remove());
afterEach(() => registry.close());

const deploy = async (...args: readonly string[]): Promise<VoxRun> => succeeded(await vox("deploy", "--json", ...args));
const SIGNED = ["--sign-key", "../team.key"];

/** A redeploy after one changed line, and what it asked for. */
async function redeploy(referrers: boolean): Promise<{ readonly asked: LoopbackRegistry["requests"]; readonly image: string }> {
  registry = await startLoopbackRegistry({ referrers });
  small.write("Vox.toml", manifestText({ container: `registry = "${registry.host}/acme"` }));
  succeeded(await vox("lock"));
  await deploy(...SIGNED);
  small.write("main.txt", `changed ${registry.host}\n`);
  registry.requests.length = 0;
  const image = textAt((await deploy(...SIGNED)).json(), "image", "reference");
  const asked = [...registry.requests];
  return { asked, image };
}

describe("a redeploy of two platforms with all its attestations", () => {
  it.each([
    [true, 34],
    [false, 39],
  ])("asks little of a registry (with the referrers API: %s): at most %i requests", async (referrers, most) => {
    const { asked, image } = await redeploy(referrers);
    expect(asked.length).toBeLessThanOrEqual(most);
    succeeded(await vox("verify", image, "--key", "../team.pub", "--lock", "vox.lock"));
  });

  it("asks once whether a registry has the referrers API, reads each list once, and looks once at the tags for all", async () => {
    const { asked } = await redeploy(false);
    const count = (method: string, path: RegExp): number =>
      asked.filter((request) => request.method === method && path.test(request.path)).length;
    const list = /\/manifests\/sha256-[0-9a-f]{64}$/;
    expect([count("GET", /\/referrers\//), count("GET", list), count("PUT", list)]).toEqual([1, 3, 3]);
    const own = /\/manifests\/sha256-[0-9a-f]{64}\.[0-9a-f]{12}$/;
    expect(count("PUT", own)).toBe(6);
    const last = asked.findLastIndex(({ method, path }) => method === "PUT" && list.test(path));
    expect(asked[last + 1]?.path).toMatch(/\/tags\/list$/);
  });

  it("names every digest in one signature, which is attached to each", async () => {
    const { image } = await redeploy(true);
    const repository = new RemoteStore(clientOf(registry.host), "acme/small");
    const root = await repository.resolve("production");
    expect(image).toContain(root?.digest);
    const subjects = root ? await subjectsOf(repository, root) : [];
    const attached = await Promise.all(subjects.map((subject) => readBundles(repository, subject, {})));
    expect(attached.map((bundles) => bundles.length)).toEqual([4, 1, 1]);
    for (const [item] of attached.slice(1)) {
      const statement = item?.kind === "bundle" ? parseStatement(item.bundle.envelope.payload) : undefined;
      expect(statement && subjects.every(({ digest }) => isAbout(statement, digest))).toBe(true);
    }
  });
});
