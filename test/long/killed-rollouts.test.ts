import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { requireService } from "../support/services.ts";
import { PROGRAM } from "../support/vox-cli.ts";

const docker = await requireService("docker");

/** Runs a command and kills it as soon as it tells of a step. */
const killedAt = (desk: RolloutDesk, args: readonly string[], line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const { desk: machine, folder } = desk;
    const env = { ...machine.env, DOCKER_HOST: docker ?? "" };
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    child.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes(line)) child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", () => (told.includes(line) ? resolve() : reject(new Error(`it did not come to \`${line}\`: ${told}`))));
  });

describe.skipIf(docker === undefined)("a rollout that is killed", () => {
  let desk: RolloutDesk;
  let round = 0;

  beforeAll(async () => {
    desk = await rolloutDesk({ dockerHost: docker ?? "" });
    await desk.document(["deploy", "--run"]);
  }, 120_000);

  afterAll(() => desk.remove());

  it.each(["load image", "start container", "wait for", "remove container"])(
    "at `%s` is in the history, and the next one finishes it",
    async (line) => {
      round += 1;
      desk.greet(`Welcome, round ${round}`);
      await killedAt(desk, ["deploy", "--run"], line);
      expect((await desk.history())[0]).toMatch(/started$/);
      const document = await desk.document(["deploy", "--run"]);
      expect(await desk.greeting(document)).toBe(`Welcome, round ${round}`);
      const [last, before] = await desk.history();
      expect([last, before]).toEqual([expect.stringMatching(/succeeded$/), expect.stringMatching(/interrupted$/)]);
      expect(await desk.containers()).toHaveLength(1);
    },
    90_000,
  );
});
