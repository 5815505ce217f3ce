import { afterEach, describe, expect, it } from "vitest";
import { layLockedStorefront, type Storefront } from "../support/storefront.ts";

let shop: Storefront | undefined;
afterEach(() => shop?.desk.remove());

const RELEASE = { env: { VOX_LANE: "release" } };

describe("the release lane (`no-shell-steps`)", () => {
  it.each([
    ["packages", 'packages = ["curl"]'],
    ["run", 'run = ["true"]'],
  ])("takes no `%s`: that is refused before one is asked", async (field, line) => {
    shop = await layLockedStorefront();
    shop.edit("app/Vox.toml", "[deploy.container]", `[deploy.container]\nbuilder = "engine"\n${line}`);
    const refused = await shop.vox(["package"], { env: { ...RELEASE.env, DOCKER_HOST: "unix:///nowhere.sock" } });
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`error[POLICY_REFUSED]: the release lane forbids \`${field}\` of [deploy.container]`),
    });
  });

  it("makes the same image as any other lane", async () => {
    shop = await layLockedStorefront();
    const digests = [];
    for (const run of [{}, RELEASE]) {
      const made = await shop.vox(["package", "--json"], run);
      expect([made.exitCode, made.stderr]).toEqual([0, expect.any(String)]);
      digests.push(JSON.stringify(made.json()).match(/sha256:[0-9a-f]{64}/)?.[0]);
    }
    expect(digests[1]).toBe(digests[0]);
  });
});
