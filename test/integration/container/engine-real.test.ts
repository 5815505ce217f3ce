import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { selectPlatform } from "../../../src/container/build/image.ts";
import { buildImage } from "../../../src/container/build/native-builder.ts";
import type { Engine } from "../../../src/container/engine/engine.ts";
import { connectEngine } from "../../../src/container/engine/engine-dockerode.ts";
import { dockerArchive } from "../../../src/container/output/docker-archive.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { requireService } from "../../support/services.ts";
import { testEngine } from "../../support/docker-engine.ts";
import { AMD64, projectOf } from "../../unit/container/fixtures.ts";
import { addPackage, jsonOf, newWorld } from "../../unit/container/world.ts";

/** A Linux program for x86-64 that says `ready` and waits: header, one segment, and the system calls write, pause and exit. */
function waitingProgram(): Buffer {
  const message = Buffer.from("ready\n");
  // write(1, message, 6); pause(); exit(0)
  const code = "b801000000 bf01000000 488d3517000000 ba06000000 0f05 b822000000 0f05 b83c000000 31ff 0f05";
  const program = Buffer.concat([Buffer.from(code.replaceAll(" ", ""), "hex"), message]);
  const size = 64 + 56 + program.byteLength;
  const header = Buffer.alloc(64 + 56);
  header.write("7f454c46020101", 0, "hex");
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(0x400078n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(0x400000n, 80);
  header.writeBigUInt64LE(0x400000n, 88);
  header.writeBigUInt64LE(BigInt(size), 96);
  header.writeBigUInt64LE(BigInt(size), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, program]);
}

/** Podman 4.3 asks for more limits than a test machine may give, so only Docker runs it. */
async function runs(engine: Engine, image: string): Promise<void> {
  if (engine.description.kind === "podman") return;
  const labels = { "dev.vox.test": randomUUID() };
  const ports = [{ container: 3000, address: "127.0.0.1" }];
  const container = await engine.run({
    name: `vox-${labels["dev.vox.test"]}`,
    image,
    env: { A: "1" },
    labels,
    ports,
    restart: "no",
  });
  try {
    expect((await engine.containers(labels)).map((found) => found.name)).toEqual([container.name]);
    expect(await container.inspect()).toMatchObject({ status: "running", labels });
    await expect.poll(() => container.logs({ lines: 10 })).toBe("ready\n");
  } finally {
    await container.remove({ timeoutMs: 1_000 });
  }
  expect(await engine.containers(labels)).toEqual([]);
  await container.remove({ timeoutMs: 0 });
}

for (const service of ["docker", "podman"] as const) {
  const address = process.arch === "x64" ? await requireService(service) : undefined;
  describe.skipIf(address === undefined)(`a real ${service}`, () => {
    it("loads the archive with its config and diff-ids kept, and runs it", async () => {
      const world = newWorld();
      const program = world.content.add(waitingProgram(), "application/octet-stream");
      const files = [{ kind: "file", path: "wait", digest: program.digest, size: program.size, mode: 0o755 } as const];
      const packages = await Promise.all(Array.from({ length: 30 }, (_, index) => addPackage(world.content, `pkg-${index}`)));
      const intent = { baseImage: "scratch", platforms: [AMD64], cmd: ["./wait"] };
      const image = await buildImage(
        planImage(projectOf({ files, packages, baseImages: [], intent }), { voxVersion: "0.1.0" }),
        world.ports,
      );
      const one = selectPlatform(image, AMD64);
      if (!one || address === undefined) throw new Error("no image");
      const engine = await connectEngine({ choice: "auto", environment: { DOCKER_HOST: address } });
      expect(engine.description.kind).toBe(service);
      const name = "vox-engine-test:production";
      try {
        for (const each of [one, image]) {
          const id = await engine.load(dockerArchive(each, { platform: AMD64, repoTags: [name] }));
          const manifest = await jsonOf(image.reader, one.root);
          expect(id.replace("sha256:", "")).toBe(manifest.config.digest.replace("sha256:", ""));
          const info = await testEngine(address).inspectImage(name);
          const config = await jsonOf(image.reader, manifest.config);
          expect(info.RootFS.Layers).toEqual(config.rootfs.diff_ids);
        }
        await runs(engine, name);
      } finally {
        await testEngine(address).removeImage(name);
      }
    });
  });
}
