import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDesk, type Desk } from "../support/vox-cli.ts";

const KEEPS_ITSELF = Number(process.versions.node.split(".")[0]) >= 22;

let desk: Desk;
let code = "";
beforeEach(() => {
  desk = createDesk();
  code = join(desk.folder, "cache/code");
});
afterEach(() => desk.remove());

/** Desks share a folder for it; here it is the cache's own. */
const explain = (env: Readonly<Record<string, string>> = {}) =>
  desk.vox(["explain", "LOCK_STALE"], { env: { NODE_COMPILE_CACHE: code, ...env } });

const kept = (): string => join(code, readdirSync(code)[0] ?? "");

describe.skipIf(KEEPS_ITSELF)("compiled code", () => {
  it("is kept for the next run, for this user alone", async () => {
    const first = await explain();
    expect(readdirSync(code)).toEqual([expect.stringMatching(/^explain-[0-9a-f]+\.bin$/)]);
    expect(statSync(code).mode & 0o777).toBe(0o700);
    const bytes = readFileSync(kept());
    const { mtimeMs } = statSync(kept());
    expect(await explain()).toMatchObject({ exitCode: 0, stdout: first.stdout, stderr: "" });
    expect(statSync(kept()).mtimeMs).toBe(mtimeMs);
    expect(readFileSync(kept()).equals(bytes)).toBe(true);
  });

  it("still loads what is not bundled: the library for engines", async () => {
    const doctor = () =>
      desk.vox(["doctor"], { env: { NODE_COMPILE_CACHE: code, DOCKER_HOST: "unix:///nowhere.sock", CONTAINER_HOST: "" } });
    for (const run of [await doctor(), await doctor()])
      expect(run.stdout).toContain("no docker answers: tried `unix:///nowhere.sock` (ENOENT)");
  });

  it("is made anew where it is damaged, cut, or of another V8", async () => {
    const { stdout } = await explain();
    const whole = readFileSync(kept());
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 0xff;
    for (const bytes of [flipped, whole.subarray(0, 1000), whole.subarray(0, 3), Buffer.alloc(0)]) {
      writeFileSync(kept(), bytes);
      expect(await explain()).toMatchObject({ exitCode: 0, stdout, stderr: "" });
      expect(readFileSync(kept()).length).toBeGreaterThan(1000);
    }
  });

  it("is not read from a folder that others can write to", async () => {
    await explain();
    chmodSync(code, 0o777);
    writeFileSync(kept(), "not code");
    expect(await explain()).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readFileSync(kept(), "utf8")).toBe("not code");
  });

  it("lies in the cache, and is not kept where that is unwanted or cannot be", async () => {
    await explain({ NODE_COMPILE_CACHE: code, NODE_DISABLE_COMPILE_CACHE: "1" });
    expect(existsSync(code)).toBe(false);
    mkdirSync(join(desk.folder, "cache"));
    writeFileSync(code, "");
    expect(await explain()).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
