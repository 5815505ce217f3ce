import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf, hexOf } from "../../../src/core/digest.ts";
import { buildImage, type BuiltImage } from "../../../src/container/build/native-builder.ts";
import { writeLayout } from "../../../src/container/output/write-layout.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { leaveOut } from "../../support/services.ts";
import { projectOf } from "../../unit/container/fixtures.ts";
import { addBase, addFile, addPackage, newWorld } from "../../unit/container/world.ts";

let folder = "";
let image: BuiltImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-image-"));
  const world = newWorld();
  const packages = [await addPackage(world.content, "http-router", { version: "2.3.1" })];
  const files = [addFile(world.content, "bin/run", "#!/bin/sh\n", 0o755), addFile(world.content, "server.js", "1\n")];
  const baseImages = [await addBase(world.base)];
  image = await buildImage(planImage(projectOf({ packages, files, baseImages }), { voxVersion: "0.1.0" }), world.ports);
  await writeLayout(image, new FsLayoutStore(join(folder, "layout")), { tag: "production" });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const layout = (): string => join(folder, "layout");
const hasProgram = (program: string): boolean => {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    leaveOut(program, "not on the PATH");
    return false;
  }
};
const output = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

describe("a layout on disk", () => {
  it("has one entry, the tagged index", async () => {
    const index = JSON.parse(await readFile(join(layout(), "index.json"), "utf8"));
    expect(index.manifests).toEqual([{ ...image.root, annotations: { "org.opencontainers.image.ref.name": "production" } }]);
    const root = await readFile(join(layout(), "blobs/sha256", hexOf(image.root.digest)));
    expect(digestOf(root)).toBe(image.root.digest);
  });

  it.skipIf(!hasProgram("skopeo"))("is read by skopeo, which finds the digest that vox gives", () => {
    const raw = execFileSync("skopeo", ["inspect", "--raw", `oci:${layout()}:production`]);
    expect(digestOf(raw)).toBe(image.root.digest);
    const config = JSON.parse(
      output("skopeo", "inspect", "--override-arch", "arm64", "--config", `oci:${layout()}:production`),
    );
    expect(config).toMatchObject({ architecture: "arm64", config: { Cmd: ["node", "server.js"], WorkingDir: "/app" } });
  });

  it.skipIf(!hasProgram("skopeo"))("is copied whole by skopeo", async () => {
    output("skopeo", "copy", "--all", `oci:${layout()}:production`, `oci:${join(folder, "copy")}:production`);
    const copied = JSON.parse(await readFile(join(folder, "copy", "index.json"), "utf8"));
    expect(copied.manifests[0].digest).toBe(image.root.digest);
  });

  it.skipIf(!hasProgram("skopeo") || !hasProgram("umoci"))("is unpacked by umoci to the files that vox put in", async () => {
    const one = join(folder, "one");
    output("skopeo", "copy", "--override-arch", "amd64", `oci:${layout()}:production`, `oci:${one}:production`);
    output("umoci", "unpack", "--rootless", "--image", `${one}:production`, join(folder, "bundle"));
    const file = (path: string): Promise<string> => readFile(join(folder, "bundle/rootfs", path), "utf8");
    expect(await file("app/server.js")).toBe("1\n");
    expect(await file("opt/vox/modules/http-router/lib/index.js")).toBe('export default "http-router";\n');
    expect(await file("opt/vox/node_modules/http-router/Vox.toml")).toContain("http-router");
    expect(await file("etc/os-release")).toContain("linux/amd64");
    expect(JSON.parse(await file("../config.json")).process).toMatchObject({ cwd: "/app", user: { uid: 65532, gid: 65532 } });
  });
});
