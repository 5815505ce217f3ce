import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, createDesk, type Desk, succeeded, textAt } from "../../support/vox-cli.ts";

/** The annotations of the manifest that a published version's tag names. */
function annotationsOf(registry: string, name: string, manifest: string): unknown {
  const bytes = readFileSync(join(registry, name, "blobs", manifest.replace(":", "/")), "utf8");
  return at(JSON.parse(bytes), "annotations");
}

describe("vox pm publish", () => {
  let desk: Desk;
  const registry = (): string => join(desk.folder, "registry");
  const publish = (env: Record<string, string> = {}) =>
    desk.vox(["pm", "publish", "--json"], {
      cwd: join(desk.folder, "lib"),
      env: { VOX_REGISTRY: `file:${registry()}`, ...env },
    });

  beforeEach(() => {
    desk = createDesk();
    mkdirSync(join(desk.folder, "lib"));
    writeFileSync(join(desk.folder, "lib/Vox.toml"), '[package]\nname = "lib"\nversion = "1.0.0"\n');
    writeFileSync(join(desk.folder, "lib/index.js"), "export const answer = 42;\n");
  });
  afterEach(() => desk.remove());

  it("says when it happened, in whole seconds of UTC, so that a policy can wait for the age of a version", async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const document = succeeded(await publish()).json();
    const created = textAt(annotationsOf(registry(), "lib", textAt(document, "manifest")), "org.opencontainers.image.created");
    expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(created)).toBeGreaterThanOrEqual(before);
  });

  it("gives the same manifest for the same SOURCE_DATE_EPOCH", async () => {
    const env = { SOURCE_DATE_EPOCH: "1700000000" };
    const first = textAt(succeeded(await publish(env)).json(), "manifest");
    const second = textAt(succeeded(await publish({ ...env, VOX_REGISTRY: `file:${registry()}-2` })).json(), "manifest");
    expect(second).toBe(first);
  });

  it("refuses a version that is there already, and leaves the registry as it was", async () => {
    const first = textAt(succeeded(await publish()).json(), "manifest");
    writeFileSync(join(desk.folder, "lib/index.js"), "export const answer = 43;\n");
    const run = await publish();
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([1, "VERSION_EXISTS"]);
    expect(readFileSync(join(registry(), "lib/index.json"), "utf8")).toContain(first);
  });
});
