import { createHash, randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine, type TestEngine } from "../support/docker-engine.ts";
import { openLoggedRegistry, traffic, type LoggedRegistry, type Traffic } from "../support/real-registry.ts";
import { requireService } from "../support/services.ts";
import {
  EXPECTED_ANSWER,
  IMAGE_PACKAGES,
  layStorefront,
  lockedField,
  publishAndLock,
  type Storefront,
} from "../support/storefront.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

const [registry, docker, podman, skopeo] = [
  await requireService("registry"),
  await requireService("docker"),
  await requireService("podman"),
  await requireService("skopeo"),
];
const run = promisify(execFile);

interface Deployed {
  readonly digest: string;
  readonly platforms: readonly string[];
  readonly document: unknown;
  readonly traffic: Traffic;
  readonly requests: number;
}

describe.skipIf(registry === undefined)("vox deploy of the example to a real registry", () => {
  const prefix = `deploy-${randomUUID().slice(0, 8)}`;
  const repository = `${prefix}/apps/storefront`;
  let door: LoggedRegistry;
  let storefront: Storefront;
  let first: Deployed;

  async function deploy(): Promise<Deployed> {
    door.takeLog();
    const document = succeeded(await storefront.vox(["deploy", "--json"])).json();
    const platforms = at(document, "image", "platforms");
    const log = door.takeLog();
    return {
      document,
      digest: textAt(document, "image", "digest"),
      platforms: (Array.isArray(platforms) ? platforms : []).map((_, index) => textAt(platforms, index, "digest")),
      traffic: traffic(log),
      requests: log.length,
    };
  }

  const lockedDigests = (field: string): readonly string[] =>
    IMAGE_PACKAGES.map((name) => lockedField(storefront.read("vox.lock"), name, field)).sort();

  async function manifestOf(reference: string): Promise<unknown> {
    const response = await fetch(`http://${registry}/v2/${repository}/manifests/${reference}`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json" },
    });
    return response.json();
  }

  const describedLayers = async (reference: string): Promise<readonly { digest: string; size: number }[]> => {
    const layers = at(await manifestOf(reference), "layers");
    return (Array.isArray(layers) ? layers : []).map((_, index) => ({
      digest: textAt(layers, index, "digest"),
      size: Number(at(layers, index, "size")),
    }));
  };

  const layersOf = async (reference: string): Promise<readonly string[]> =>
    (await describedLayers(reference)).map(({ digest }) => digest);

  beforeAll(async () => {
    door = await openLoggedRegistry(registry ?? "");
    storefront = layStorefront({ index: `oci://${door.host}/${prefix}/packages`, deployTo: `${door.host}/${prefix}/apps` });
    await publishAndLock(storefront);
    first = await deploy();
  }, 180_000);

  afterAll(async () => {
    await door.close();
    storefront.desk.remove();
  });

  it("prints the reference, the index's digest and a digest for each platform", () => {
    expect(first.document).toMatchObject({
      image: {
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        mediaType: "application/vnd.oci.image.index.v1+json",
        platforms: [{ platform: "linux/amd64" }, { platform: "linux/arm64" }],
      },
      transfer: { mounted: IMAGE_PACKAGES.length },
    });
    expect(textAt(first.document, "image", "reference")).toContain(`${door.host}/${repository}`);
  });

  it.skipIf(skopeo === undefined)("pushes an index whose raw bytes have the digest that was printed", async () => {
    const { stdout } = await run(
      "skopeo",
      ["inspect", "--raw", "--tls-verify=false", `docker://${registry}/${repository}@${first.digest}`],
      {
        encoding: "buffer",
      },
    );
    expect(`sha256:${createHash("sha256").update(stdout).digest("hex")}`).toBe(first.digest);
  });

  it.skipIf(skopeo === undefined)("pushes an image that skopeo copies whole, every platform of it", async () => {
    const target = `oci:${storefront.desk.folder}/copied:latest`;
    await run("skopeo", [
      "copy",
      "--all",
      "-q",
      "--src-tls-verify=false",
      `docker://${registry}/${repository}@${first.digest}`,
      target,
    ]);
    const { stdout } = await run("skopeo", ["inspect", "--raw", target], { encoding: "buffer" });
    expect(`sha256:${createHash("sha256").update(stdout).digest("hex")}`).toBe(first.digest);
  });

  it("mounts the packages' blobs from where they were published, and uploads none of them", () => {
    expect([...new Set(first.traffic.mounted)].sort()).toEqual(lockedDigests("digest"));
    expect(first.traffic.uploaded.filter((digest) => lockedDigests("digest").includes(digest))).toEqual([]);
  });

  it("puts each package's archive into the image as a layer, byte for byte", async () => {
    const layers = await layersOf(first.platforms[0] ?? "");
    expect(layers.filter((digest) => lockedDigests("digest").includes(digest)).sort()).toEqual(lockedDigests("digest"));
  });

  describe.each([
    { name: "Docker", address: docker },
    { name: "Podman", address: podman },
  ])("run by $name", ({ address }) => {
    let engine: TestEngine;
    const image = (): string => `${registry}/${repository}@${first.digest}`;

    beforeAll(async () => {
      if (address === undefined) return;
      engine = testEngine(address);
      await engine.pull(image());
    }, 120_000);

    afterAll(async () => {
      if (address !== undefined) await engine.removeImage(image());
    });

    it.skipIf(address === undefined)(
      "serves the values that its packages compute, and stops on SIGTERM",
      async () => {
        const container = await engine.run(image());
        try {
          expect(await container.get("/")).toEqual({ status: 200, body: EXPECTED_ANSWER });
          expect(await container.get("/healthz")).toMatchObject({
            status: 200,
            body: { status: "ok", items: 3, total: "246.00 EUR" },
          });
          expect(await container.stop()).toBe(0);
        } finally {
          await container.remove();
        }
      },
      60_000,
    );

    it.skipIf(address === undefined)("runs as the user and with the settings of Vox.toml", async () => {
      const { Config } = await engine.inspectImage(image());
      expect(Config).toMatchObject({
        User: "65532:65532",
        Cmd: ["node", "server.js"],
        WorkingDir: "/app",
        StopSignal: "SIGTERM",
      });
      expect(Config.Env).toContain("NODE_ENV=production");
      expect(Object.keys(Config.ExposedPorts ?? {})).toEqual(["3000/tcp"]);
    });

    it.skipIf(address === undefined)("finds its health check in order", async () => {
      const container = await engine.run(image());
      try {
        await container.get("/healthz");
        expect(await container.exec(["node", "-e", "console.log(process.getuid())"])).toContain("65532");
        expect(await container.exec(["node", "health.js"])).toBe("");
      } finally {
        await container.remove();
      }
    });
  });

  it("sends nothing but the look that finds everything there, when nothing changed", async () => {
    const again = await deploy();
    expect(again.digest).toBe(first.digest);
    expect(again.traffic).toMatchObject({ uploaded: [], mounted: [] });
  });

  it("uploads the application layer, a config and a manifest for each platform and the index after one source line changed", async () => {
    storefront.edit("app/server.js", "Welcome to the storefront", "Welcome back");
    const second = await deploy();
    const indexed = [...second.platforms, second.digest];
    const [before, after] = [await layersOf(first.platforms[0] ?? ""), await layersOf(second.platforms[0] ?? "")];
    const changed = after.filter((digest) => !before.includes(digest));
    const configs = await Promise.all(
      second.platforms.map(async (digest) => textAt(await manifestOf(digest), "config", "digest")),
    );

    expect(second.digest).not.toBe(first.digest);
    expect(changed).toHaveLength(1);
    expect([...second.traffic.uploaded].sort()).toEqual([...changed, ...configs].sort());
    expect(second.traffic.mounted).toEqual([]);
    expect(new Set(second.traffic.manifests.filter((reference) => reference.startsWith("sha256:")))).toEqual(new Set(indexed));
    const layer = (await describedLayers(second.platforms[0] ?? "")).find(({ digest }) => digest === changed[0]);
    expect(second.traffic.sentBytes).toBeLessThanOrEqual((layer?.size ?? 0) + 32 * 1024);
    // Twelve bring the image; the deployment's record takes four more.
    expect(second.requests).toBeLessThanOrEqual(16);
  });
});
