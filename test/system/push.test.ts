import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findOracle, startOracleRegistry } from "../support/oracles.ts";
import { requireService } from "../support/services.ts";
import { IMAGE_PACKAGES, layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

const [registry, skopeo] = [await requireService("registry"), await requireService("skopeo")];
const referrersRegistry = findOracle("referrers-registry");
const PASSWORD = { VOX_SIGN_PASSWORD: "correct horse battery" };

describe("vox push of a signed layout", () => {
  let storefront: Storefront;
  let digest: string;
  let upstream: Awaited<ReturnType<typeof startOracleRegistry>> | undefined;

  beforeAll(async () => {
    storefront = await layLockedStorefront();
    succeeded(await storefront.vox(["keys", "generate", "--out", "../signer"], { env: PASSWORD }));
    const packed = await storefront.vox(["package", "--sign-key", "../signer.key", "--json"], { env: PASSWORD });
    digest = textAt(succeeded(packed).json(), "image", "digest");
    if (referrersRegistry !== undefined) upstream = await startOracleRegistry(referrersRegistry);
  }, 120_000);

  afterAll(() => {
    upstream?.close();
    storefront.desk.remove();
  });

  const push = (ref: string, ...flags: readonly string[]): Promise<VoxRun> =>
    storefront.vox(["push", "dist/oci-layout", ref, ...flags]);

  describe.each([
    ["the distribution's own registry", () => registry],
    ["a registry with the referrers API", () => upstream?.host],
  ])("to %s", (_, hostOf) => {
    const repository = `push-${randomUUID().slice(0, 8)}/storefront`;

    it.skipIf(registry === undefined)(
      "brings image and signatures, which can be verified there",
      async ({ skip }) => {
        const host = hostOf();
        if (host === undefined) return skip();
        const ref = `${host}/${repository}:v1`;
        const pushed = succeeded(await push(ref, "--json")).json();
        expect(pushed).toMatchObject({ images: [{ digest }] });
        const elsewhere = succeeded(await push(`${host}/${repository}-two`, "--json")).json();
        // go-containerregistry's mounts nothing.
        if (host === registry) expect(at(elsewhere, "transfer", "mounted")).toBeGreaterThan(IMAGE_PACKAGES.length);
        succeeded(await storefront.vox(["verify", ref, "--key", "../signer.pub"]));
        const again = succeeded(await push(ref, "--json")).json();
        expect(again).toMatchObject({ pushed: true, images: [{ digest, tags: ["v1"] }], transfer: { bytes: 0, blobs: 0 } });
      },
      60_000,
    );
  });

  it.skipIf(registry === undefined || skopeo === undefined)("pushes the very bytes of the layout's index", async () => {
    const ref = `${registry}/push-${randomUUID().slice(0, 8)}/storefront`;
    succeeded(await push(ref));
    const inspect = ["inspect", "--raw", "--tls-verify=false", `docker://${ref}:production`];
    const { stdout } = await promisify(execFile)("skopeo", inspect, { encoding: "buffer" });
    expect(`sha256:${createHash("sha256").update(stdout).digest("hex")}`).toBe(digest);
  });

  it("pushes nothing with a dry run, and says so", async () => {
    const planned = succeeded(await push("127.0.0.1:1/nowhere:v1", "--dry-run", "--json"));
    expect(planned.json()).toMatchObject({ pushed: false, images: [{ digest, tags: ["v1"] }], transfer: { requests: 0 } });
    expect(planned.stderr).toContain("would push");
  });

  it("is told where there is no layout, and where nobody answers", async () => {
    const nowhere = await storefront.vox(["push", "src", `127.0.0.1:1/nowhere`]);
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([65, expect.stringContaining("error[OCI_INVALID]")]);
    const unreachable = await push("127.0.0.1:1/nowhere:v1");
    expect([unreachable.exitCode, unreachable.stderr]).toEqual([69, expect.stringContaining("error[REGISTRY_UNAVAILABLE]")]);
    expect((await push("127.0.0.1:1/UPPER")).exitCode).toBe(64);
  });
});
