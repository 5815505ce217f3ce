import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireService } from "../support/services.ts";
import { at, createDesk, type Desk, succeeded, type VoxRun } from "../support/vox-cli.ts";

const host = await requireService("registry");

describe.skipIf(host === undefined)("publishing to the distribution's own registry", () => {
  let desk: Desk;
  let prefix: string;
  const vox = (folder: string, ...args: readonly string[]): Promise<VoxRun> =>
    desk.vox(args, { cwd: join(desk.folder, folder), env: { VOX_REGISTRY: `oci://${host}/${prefix}` } });
  const write = (folder: string, toml: string, text: string): void => {
    mkdirSync(join(desk.folder, folder));
    writeFileSync(join(desk.folder, folder, "Vox.toml"), `[package]\nname = "${toml}`);
    writeFileSync(join(desk.folder, folder, "index.js"), text);
  };

  beforeEach(() => {
    desk = createDesk();
    prefix = `publish-${randomUUID().slice(0, 8)}`;
  });
  afterEach(() => desk.remove());

  it("leaves a record that `vox ci pm-provenance --strict` finds, though the registry has no referrers", async () => {
    write("lib", 'lib"\nversion = "1.0.0"\n', "export const answer = 42;\n");
    succeeded(await vox("lib", "pm", "publish"));
    write("app", 'app"\n[dependencies]\nlib = "1"\n', "");
    succeeded(await vox("app", "lock"));
    expect(succeeded(await vox("app", "ci", "pm-provenance", "--strict", "--json")).json()).toEqual({ ok: true, findings: [] });
    expect(at((await vox("lib", "pm", "publish", "--dry-run", "--json")).json(), "error", "code")).toBe("VERSION_EXISTS");
  });

  it("by several at one moment leaves the content of one who was told of success", async () => {
    const folders = ["a", "b", "c"];
    for (const folder of folders) write(folder, 'lib"\nversion = "1.0.0"\n', `export const who = "${folder}";\n`);
    const runs = await Promise.all(folders.map((folder) => vox(folder, "pm", "publish", "--json")));
    const won = runs.filter(({ exitCode }) => exitCode === 0).map((run) => at(run.json(), "manifest"));
    for (const run of runs.filter(({ exitCode }) => exitCode !== 0))
      expect(["VERSION_EXISTS", "PUBLISH_RACE"]).toContain(at(run.json(), "error", "code"));
    const answer = await fetch(`http://${host}/v2/${prefix}/lib/manifests/1.0.0`, {
      method: "HEAD",
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    expect(won).toContain(answer.headers.get("docker-content-digest"));
  });
});
