import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { succeeded, textAt } from "../support/vox-cli.ts";

const COMMANDS: readonly (readonly string[])[] = [
  ["package"],
  ["deploy"],
  ["deploy", "--load"],
  ["lock", "--locked"],
  ["sync", "--frozen"],
  ["sync", "--locked"],
];

const EDITS = [
  {
    name: "a dependency more",
    from: "json-reply = { workspace = true }",
    to: 'json-reply = { workspace = true }\nslug = "^2.0"',
  },
  { name: "a range that leaves the locked version out", from: 'http-router = "^2.3"', to: 'http-router = "^3.0"' },
  { name: "a dependency less", from: "json-reply = { workspace = true }\n", to: "" },
  { name: "a feature less", from: 'features = ["receipts"]', to: "features = []" },
  { name: "another base image", from: "layout:node", to: "layout:other" },
] as const;

describe("a lock that no longer says what the manifests ask (`lock-fresh`)", () => {
  let storefront: Storefront;
  let manifest: string;
  let lock: string;

  beforeAll(async () => {
    storefront = await layLockedStorefront();
    manifest = storefront.read("app/Vox.toml");
    lock = storefront.read("vox.lock");
  }, 120_000);

  afterEach(() => {
    storefront.write("app/Vox.toml", manifest);
    storefront.write("vox.lock", lock);
  });
  afterAll(() => storefront.desk.remove());

  const failsWithout = async (args: readonly string[], code: string): Promise<void> => {
    const before = snapshot(storefront.desk.folder);
    const run = await storefront.vox([...args, "--json"]);
    expect({ exitCode: run.exitCode, code: textAt(run.json(), "error", "code") }).toEqual({ exitCode: 1, code });
    expect(textAt(run.json(), "error", "hint")).toContain("vox lock");
    expect(snapshot(storefront.desk.folder)).toEqual(before);
  };

  describe.each(EDITS)("after $name", ({ from, to }) => {
    it.each(COMMANDS.map((args) => ({ args, name: args.join(" ") })))(
      "`vox $name` fails with LOCK_STALE and writes nothing",
      async ({ args }) => {
        storefront.edit("app/Vox.toml", from, to);
        await failsWithout(args, "LOCK_STALE");
      },
    );
  });

  it.each(COMMANDS.map((args) => ({ args, name: args.join(" ") })))(
    "`vox $name` fails with LOCK_MISSING when there is none",
    async ({ args }) => {
      rmSync(storefront.lockFile);
      await failsWithout(args, "LOCK_MISSING");
    },
  );

  it("is not stale after a range that still admits the locked version", async () => {
    storefront.edit("app/Vox.toml", 'http-router = "^2.3"', 'http-router = "^2.2"');
    succeeded(await storefront.vox(["lock", "--locked"]));
  });

  it("is the same after `vox lock` when nothing changed", async () => {
    expect(succeeded(await storefront.vox(["lock", "--json"])).json()).toMatchObject({ changed: false });
    expect(storefront.read("vox.lock")).toBe(lock);
  });
});
