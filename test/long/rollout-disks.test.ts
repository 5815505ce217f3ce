import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type OwnDockerd, startDockerd } from "../support/own-dockerd.ts";
import { startDockerRegistry } from "../support/docker-registry.ts";
import { type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { requireService } from "../support/services.ts";
import { at, textAt } from "../support/vox-cli.ts";

const docker = await requireService("docker");

let desk: RolloutDesk | undefined;
let dockerd: OwnDockerd | undefined;
afterEach(async () => {
  await desk?.remove();
  await dockerd?.[Symbol.asyncDispose]();
  desk = undefined;
  dockerd = undefined;
});

const DISK_MB = 64;
const tooMuch = (folder: string): void => writeFileSync(join(folder, "www/large"), randomBytes(DISK_MB << 20));

describe.skipIf(docker === undefined)("a disk that is full", () => {
  it("of the engine leaves what ran running, and the history says so", async () => {
    dockerd = await startDockerd({ sizeMb: DISK_MB });
    desk = await rolloutDesk({ dockerHost: dockerd.address });
    // That engine has no network: nothing can be published there.
    desk.edit("Vox.toml", "ports = [3000]", "ports = []");
    const first = await desk.document(["deploy", "--run"]);
    tooMuch(desk.folder);
    const run = await desk.vox(["deploy", "--run", "--json"]);
    expect([run.exitCode, at(run.json(), "error", "code")]).toEqual([1, "DEPLOY_FAILED"]);
    expect(run.stdout).toContain("no space left on device");
    expect(await desk.history()).toEqual(["2 rolled-back", "1 succeeded"]);
    expect(await desk.containers()).toEqual([textAt(first, "container", "id")]);
  }, 180_000);

  it("of the registry leaves tag and history as they were", async () => {
    await using registry = await startDockerRegistry({ sizeMb: DISK_MB });
    desk = await rolloutDesk({ dockerHost: docker ?? "", container: `registry = "${registry.host}/full"` });
    const first = await desk.document(["deploy"]);
    tooMuch(desk.folder);
    expect((await desk.failure(["deploy"]))[1]).toBe(69);
    const list = at(await desk.document(["deployments", "production"]), "environments", 0);
    expect(list).toMatchObject({ tag: textAt(first, "image", "digest"), deployments: [{ sequence: 1 }] });
  }, 180_000);
});
