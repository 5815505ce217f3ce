import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishLargeRegistry } from "../support/large-registry.ts";
import { createLockWorld, type LockWorld } from "../support/lock-world.ts";

/* The worked explanations of docs/src/reference/resolver.md are what the program says of a graph of 300 packages. */

const PAGE = "docs/src/reference/resolver.md";
const EXAMPLE = /```toml\n(\[dependencies\]\n[^`]*)```\n\n```console\n\$ (vox [^\n]*)\n([\s\S]*?)```/g;
const PROJECT = '[package]\nname = "storefront"\nkind = "application"\n[registries.default]\nindex = "file:../registry"\n';

const examples = [...readFileSync(PAGE, "utf8").matchAll(EXAMPLE)].map(([, tables = "", command = "", output = ""]) => ({
  tables,
  command,
  output,
}));

describe("the worked explanations", () => {
  let world: LockWorld;
  beforeAll(async () => {
    world = createLockWorld();
    await publishLargeRegistry(world.registry);
  }, 120_000);
  afterAll(() => world.desk.remove());

  it("are three", () => {
    expect(examples).toHaveLength(3);
  });

  it.each(examples)("are what `$command` says", async ({ tables, command, output }) => {
    world.write("Vox.toml", PROJECT + tables);
    const args = command.split(" ").slice(1);
    if (args[0] !== "lock") await world.lock();
    const { stdout, stderr } = await world.vox(args);
    expect(stderr + stdout).toBe(output);
  });
});
