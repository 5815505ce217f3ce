import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killedAt } from "../support/killed-at.ts";
import { portOf } from "../support/loopback-port.ts";
import { GREETING, type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { requireService } from "../support/services.ts";
import { at } from "../support/vox-cli.ts";

const docker = await requireService("docker");

const COMPOSE = '[deploy]\ntarget = "compose"\n[deploy.compose]\nproject_name = "NAME"\nports = ["127.0.0.1::3000"]\n';

describe.skipIf(docker === undefined).each([
  {
    where: "on an engine",
    tables: "",
    deploy: ["deploy", "--run"],
    lines: ["load image", "start container", "wait for", "remove container"],
  },
  { where: "with Compose", tables: COMPOSE, deploy: ["deploy"], lines: ["load image", "bring up project", "wait for"] },
])("a rollout $where that is killed", ({ tables, deploy, lines }) => {
  let desk: RolloutDesk;
  let round = 0;
  let says = GREETING;

  beforeAll(async () => {
    desk = await rolloutDesk({ dockerHost: docker ?? "", tables });
    await desk.document(deploy);
  }, 120_000);

  afterAll(() => desk.remove());

  it.each(lines)(
    "at `%s` is in the history, and the next one finishes it",
    async (line) => {
      round += 1;
      says = `Welcome, round ${round}`;
      desk.greet(says);
      await killedAt(desk, deploy, line);
      expect((await desk.history())[0]).toMatch(/started$/);
      const document = await desk.document(deploy);
      expect(await desk.greeting(document)).toBe(says);
      const [last, before] = await desk.history();
      expect([last, before]).toEqual([expect.stringMatching(/succeeded$/), expect.stringMatching(/interrupted$/)]);
      expect(await desk.containers()).toHaveLength(1);
    },
    90_000,
  );

  it.each(lines.filter((line) => line !== "remove container"))(
    "at `%s` is undone by deploying what ran before",
    async (line) => {
      desk.greet("Never mind");
      await killedAt(desk, deploy, line);
      desk.greet(says);
      const document = await desk.document(deploy);
      expect(await desk.greeting(document)).toBe(says);
      expect(await desk.containers()).toHaveLength(1);
    },
    90_000,
  );

  it("and whose version is not well is put back by the next one", async () => {
    desk.breakHealth();
    await killedAt(desk, deploy, "wait for");
    expect(await desk.failure(deploy)).toEqual(["DEPLOY_FAILED", 1]);
    desk.mendHealth();
    const document = await desk.document(deploy);
    expect(at(document, "deployment", "result")).toBe("unchanged");
    expect(await desk.greeting(document)).toBe(says);
  }, 90_000);
});

describe.skipIf(docker === undefined)("a rollout with Compose whose port is taken", () => {
  it("puts back what ran", async () => {
    const desk = await rolloutDesk({ dockerHost: docker ?? "", tables: COMPOSE });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await desk.document(["deploy"]);
      const toml = desk.read("Vox.toml");
      desk.edit("Vox.toml", "127.0.0.1::3000", `127.0.0.1:${portOf(server)}:3000`);
      expect(await desk.failure(["deploy"])).toEqual(["DEPLOY_FAILED", 1]);
      expect(await desk.history()).toEqual(["2 rolled-back", "1 succeeded"]);
      desk.write("Vox.toml", toml);
      const document = await desk.document(["deploy"]);
      expect(at(document, "deployment", "result")).toBe("unchanged");
      expect(await desk.greeting(document)).toBe(GREETING);
    } finally {
      server.close();
      await desk.remove();
    }
  }, 90_000);
});
