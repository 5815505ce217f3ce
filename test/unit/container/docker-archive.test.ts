import { describe, expect, it } from "vitest";
import { collectBytes } from "../../../src/core/byte-stream.ts";
import { digestOf, hexOf } from "../../../src/core/digest.ts";
import { parsePlatform } from "../../../src/core/platform.ts";
import { type Image, selectPlatform } from "../../../src/container/build/image.ts";
import { buildImage } from "../../../src/container/build/native-builder.ts";
import { dockerArchive } from "../../../src/container/output/docker-archive.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { AMD64, ARM64, projectOf } from "./fixtures.ts";
import { listTar } from "./tar-listing.ts";
import { addBase, addFile, addPackage, jsonOf, newWorld } from "./world.ts";

async function build(): Promise<Image> {
  const world = newWorld();
  const packages = [await addPackage(world.content, "http-router")];
  const files = [addFile(world.content, "server.js", "1\n")];
  const baseImages = [await addBase(world.base)];
  return buildImage(planImage(projectOf({ packages, files, baseImages }), { voxVersion: "0.1.0" }), world.ports);
}

const archive = async (image: Image, platform = ARM64, repoTags = ["shop:production"]): Promise<Buffer> =>
  Buffer.from(await collectBytes(dockerArchive(image, { platform, repoTags }), { maxBytes: Infinity, what: "the archive" }));

describe("a docker archive", () => {
  it("holds the layout of all platforms, sorted, and Docker's manifest of one", async () => {
    const image = await build();
    const members = await listTar(await archive(image));
    const paths = members.map((member) => member.path);
    expect(paths).toEqual([...paths].sort());
    expect(paths.slice(-3)).toEqual(["index.json", "manifest.json", "oci-layout"]);
    for (const { platform, manifest } of image.platforms) {
      const document = await jsonOf(image.reader, manifest);
      for (const { digest } of [manifest, document.config, ...document.layers])
        expect(paths, platform).toContain(`blobs/sha256/${hexOf(digest)}`);
    }
    const text = (path: string) => JSON.parse(members.find((member) => member.path === path)?.text ?? "");
    const arm = await jsonOf(image.reader, image.platforms[1]?.manifest ?? image.root);
    expect(text("manifest.json")).toEqual([
      {
        Config: `blobs/sha256/${hexOf(arm.config.digest)}`,
        Layers: arm.layers.map((layer: { digest: typeof image.root.digest }) => `blobs/sha256/${hexOf(layer.digest)}`),
        RepoTags: ["shop:production"],
      },
    ]);
    expect(text("index.json").manifests).toEqual([
      {
        ...image.root,
        annotations: { "io.containerd.image.name": "shop:production", "org.opencontainers.image.ref.name": "production" },
      },
    ]);
  });

  it("is the same bytes each time", async () => {
    expect(digestOf(await archive(await build()))).toBe(digestOf(await archive(await build())));
  });

  it("of one platform asks for that platform's content alone", async () => {
    const image = await build();
    const one = selectPlatform(image, AMD64);
    const members = one ? await listTar(await archive(one, AMD64, [])) : [];
    expect(members.filter((member) => member.path.startsWith("blobs/sha256/") && member.type === "File")).toHaveLength(5);
    expect(JSON.parse(members.find((member) => member.path === "manifest.json")?.text ?? "")[0].RepoTags).toBeNull();
  });

  it("is refused for a platform that the image is not made for", async () => {
    await expect(archive(await build(), parsePlatform("linux/s390x"))).rejects.toMatchObject({
      code: "BASE_PLATFORM_MISSING",
      message: "the image is not made for `linux/s390x`, only for `linux/amd64`, `linux/arm64`",
    });
  });
});
