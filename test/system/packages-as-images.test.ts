import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { requireService } from "../support/services.ts";
import { at, createDesk, type Desk, succeeded, textAt } from "../support/vox-cli.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const [registry, docker, skopeo] = [
  await requireService("registry"),
  await requireService("docker"),
  await requireService("skopeo"),
];
const run = promisify(execFile);
const FILES = { "index.js": "export const answer = 42;\n", "bin/run.sh": "#!/bin/sh\necho vox\n", "data/ä.txt": "umlaut\n" };

/** Repositories of this run alone. */
const base = `packages-as-images/${process.pid}-${Math.trunc(performance.timeOrigin)}`;
let desk: Desk;
let manifests: Readonly<Record<"plain" | "native", string>>;

const write = (path: string, text: string): void => {
  mkdirSync(join(desk.folder, path, ".."), { recursive: true });
  writeFileSync(join(desk.folder, path), text);
};

describe.skipIf(registry === undefined)("a package in a real registry is an image", () => {
  beforeAll(async () => {
    desk = createDesk();
    const index = `oci://${registry}/${base}/published`;
    for (const [name, platforms] of [
      ["plain", ""],
      ["native", 'platforms = ["linux/amd64", "linux/arm64"]\n'],
    ] as const) {
      write(
        `${name}/Vox.toml`,
        `[package]\nname = "${name}"\nversion = "1.0.0"\n${platforms}[registries.default]\nindex = "${index}"\n`,
      );
      for (const [path, text] of Object.entries(FILES)) write(`${name}/${path}`, text);
    }
    write("native/platforms/linux-amd64/which", "amd64\n");
    write("native/platforms/linux-arm64/which", "arm64\n");
    const publish = async (name: string): Promise<string> =>
      textAt(succeeded(await desk.vox(["pm", "publish", "--json"], { cwd: join(desk.folder, name) })).json(), "manifest");
    manifests = { plain: await publish("plain"), native: await publish("native") };
    const mirror = ["pm", "mirror", "plain", "native", "--to", `oci://${registry}/${base}/mirrored`];
    succeeded(await desk.vox(mirror, { cwd: join(desk.folder, "plain") }));
  });
  afterAll(() => desk?.remove());

  describe.each(["published", "mirrored"])("%s:", (place) => {
    const reference = (name: string): string => `${registry}/${base}/${place}/${name}:1.0.0`;

    it.skipIf(skopeo === undefined)("skopeo copies it with the digest that vox gave", async () => {
      const copy = join(desk.folder, `copy-${place}-plain`);
      const flags = ["--insecure-policy", "copy", "--all", "--preserve-digests", "--src-tls-verify=false"];
      await run("skopeo", [...flags, `docker://${reference("plain")}`, `oci:${copy}:copy`]);
      const index: unknown = JSON.parse(readFileSync(join(copy, "index.json"), "utf8"));
      expect(at(index, "manifests", 0, "digest")).toBe(manifests.plain);
    });

    // skopeo 1.9 knows no `artifactType` in an index and writes the index without it; what the lock names is below that.
    it.skipIf(skopeo === undefined)("skopeo copies every platform of it with the digest that vox gave", async () => {
      const target = `oci:${join(desk.folder, `copy-${place}-native`)}:copy`;
      await run("skopeo", [
        "--insecure-policy",
        "copy",
        "--all",
        "--src-tls-verify=false",
        `docker://${reference("native")}`,
        target,
      ]);
      const digests = async (...where: readonly string[]): Promise<readonly string[]> => {
        const index: unknown = JSON.parse((await run("skopeo", ["inspect", "--raw", ...where])).stdout);
        return [0, 1].map((entry) => textAt(index, "manifests", entry, "digest"));
      };
      expect(await digests(target)).toEqual(
        await digests("--tls-verify=false", `docker://${reference("native")}@${manifests.native}`.replace(":1.0.0@", "@")),
      );
    });

    it.skipIf(docker === undefined)("Docker pulls it, and a plain COPY --from takes its files", async () => {
      const engine = (...args: readonly string[]) =>
        run("docker", ["-H", docker ?? "", ...args], { env: { ...process.env, DOCKER_BUILDKIT: "0", HOME: desk.folder } });
      const built = `vox-copy-from-${process.pid}-${place}`;
      const context = mkdtempSync(join(desk.folder, "context-"));
      writeFileSync(
        join(context, "Dockerfile"),
        `FROM scratch\nCOPY --from=${reference("plain")} / /\nCOPY --from=${reference("native")} / /\nCMD ["/x"]\n`,
      );
      try {
        await engine("pull", "--quiet", reference("plain"));
        await engine("pull", "--quiet", reference("native"));
        await engine("build", "--quiet", "-t", built, context);
        const out = join(desk.folder, `files-${place}`);
        mkdirSync(out);
        const id = (await engine("create", built)).stdout.trim();
        try {
          await engine("cp", `${id}:/opt/vox/modules`, out);
        } finally {
          await engine("rm", "-f", id);
        }
        for (const name of ["plain", "native"])
          for (const [path, text] of Object.entries(FILES))
            expect(readFileSync(join(out, "modules", name, path), "utf8")).toBe(text);
        const machine = process.arch === "arm64" ? "arm64" : "amd64";
        expect(readFileSync(join(out, "modules/native/which"), "utf8")).toBe(`${machine}\n`);
      } finally {
        for (const image of [built, reference("plain"), reference("native")])
          await engine("rmi", "-f", image).catch(() => undefined);
      }
    });
  });
});
