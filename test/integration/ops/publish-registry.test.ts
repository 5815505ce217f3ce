import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { referrersByTag } from "../../../src/oci/referrers-by-tag.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../../support/loopback-registry.ts";
import { at, createDesk, type Desk, PROGRAM, type RunOptions, succeeded, type VoxRun } from "../../support/vox-cli.ts";

describe("publishing to a registry", () => {
  let desk: Desk;
  let registry: LoopbackRegistry;
  let fault: (request: RecordedRequest) => Fault | undefined;
  const env = (): Record<string, string> => ({ VOX_REGISTRY: `oci://${registry.host}/acme`, SOURCE_DATE_EPOCH: "1700000000" });
  const publish = (folder = "lib", options: RunOptions = {}): Promise<VoxRun> =>
    desk.vox(["pm", "publish", "--json"], { cwd: join(desk.folder, folder), env: env(), ...options });
  const code = (run: VoxRun): readonly unknown[] => [run.exitCode, at(run.json(), "error", "code")];
  const write = (folder: string, text: string): void => {
    mkdirSync(join(desk.folder, folder), { recursive: true });
    writeFileSync(join(desk.folder, folder, "Vox.toml"), '[package]\nname = "lib"\nversion = "1.0.0"\n');
    writeFileSync(join(desk.folder, folder, "index.js"), text);
  };

  beforeEach(async () => {
    desk = createDesk();
    fault = () => undefined;
    registry = await startLoopbackRegistry({ fault: (request) => fault(request) });
    write("lib", "export const answer = 42;\n");
  });
  afterEach(async () => {
    await registry.close();
    desk.remove();
  });

  /** Runs the program and kills it at the write of that number; whether it came so far. */
  async function killedAt(number: number): Promise<boolean> {
    let count = 0;
    let killed = false;
    const child = spawn(process.execPath, [PROGRAM, "pm", "publish"], {
      cwd: join(desk.folder, "lib"),
      env: { ...desk.env, ...env() },
      stdio: "ignore",
    });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    fault = ({ method }) => {
      count += method === "GET" || method === "HEAD" ? 0 : 1;
      if (count !== number || killed) return undefined;
      killed = child.kill("SIGKILL");
      return { kind: "reset" };
    };
    await ended;
    fault = () => undefined;
    return killed;
  }

  it("can be killed between any two steps and run again: the version is there with its record, or not yet", async () => {
    let last = 0;
    for (let number = 1; await killedAt(number); number += 1) {
      last = number;
      const store = registry.repository("acme/lib");
      const before = await store.resolve("1.0.0");
      const again = await publish();
      if (before) expect(code(again)).toEqual([1, "VERSION_EXISTS"]);
      else succeeded(again);
      const root = await store.resolve("1.0.0");
      expect(root && (await referrersByTag(store, root.digest))).toHaveLength(1);
      registry.repositories.clear();
    }
    expect(last).toBeGreaterThan(6);
  }, 120_000);

  it.each([
    [401, 77, "REGISTRY_DENIED"],
    [403, 77, "REGISTRY_DENIED"],
    [500, 69, "REGISTRY_UNAVAILABLE"],
  ])(
    "that answers uploads with %i ends with %i",
    async (status, exit, expected) => {
      fault = ({ method }) => (method === "POST" ? { kind: "status", status } : undefined);
      expect(code(await publish())).toEqual([exit, expected]);
      expect(await registry.repository("acme/lib").tags()).toEqual([]);
    },
    60_000,
  );

  it("that asks to slow down for good ends with 75", async () => {
    fault = ({ method }) => (method === "POST" ? { kind: "status", status: 429, headers: { "retry-after": "0" } } : undefined);
    expect(code(await publish())).toEqual([75, "REGISTRY_RATE_LIMITED"]);
  }, 60_000);

  it("that cuts a connection once is asked again", async () => {
    let cut = false;
    fault = ({ method }) => {
      if (cut || method !== "PUT") return undefined;
      cut = true;
      return { kind: "reset" };
    };
    succeeded(await publish());
    expect(cut).toBe(true);
  }, 60_000);

  it("tells the one who lost when another version came to the tag meanwhile", async () => {
    write("theirs", "export const answer = 43;\n");
    let others: Promise<VoxRun> | undefined;
    fault = ({ method, path }) => {
      // Ours has asked for the tag and is about to push its manifest.
      if (others === undefined && method === "PUT" && path.includes("/manifests/sha256:")) {
        others = publish("theirs");
        return { kind: "after", event: others };
      }
      return undefined;
    };
    const ours = await publish();
    const theirs = await others;
    expect(code(ours)).toEqual([1, "PUBLISH_RACE"]);
    if (theirs === undefined) throw new Error("nobody else published");
    succeeded(theirs);
    expect((await registry.repository("acme/lib").resolve("1.0.0"))?.digest).toBe(at(theirs.json(), "manifest"));
  }, 60_000);

  it("into a folder by several at one moment succeeds for one alone, whose content stays", async () => {
    const folders = ["a", "b", "c", "d"];
    for (const folder of folders) write(folder, `export const who = "${folder}";\n`);
    const into = { env: { VOX_REGISTRY: `file:${join(desk.folder, "registry")}` } };
    const runs = await Promise.all(folders.map((folder) => publish(folder, { cwd: join(desk.folder, folder), ...into })));
    const won = runs.filter(({ exitCode }) => exitCode === 0);
    expect(won).toHaveLength(1);
    for (const run of runs.filter(({ exitCode }) => exitCode !== 0))
      expect(["VERSION_EXISTS", "PUBLISH_RACE"]).toContain(at(run.json(), "error", "code"));
    const again = await publish("a", { cwd: join(desk.folder, "a"), ...into });
    expect(code(again)).toEqual([1, "VERSION_EXISTS"]);
  }, 60_000);
});
