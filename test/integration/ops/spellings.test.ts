import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { otherSpellings, parsePackageName } from "../../../src/core/package-name.ts";
import { addDependencies, parseAddedName } from "../../../src/ops/add-dependencies.ts";
import { explainLock } from "../../../src/ops/explain-lock.ts";
import { publishMember } from "../../../src/ops/publish-package.ts";
import { removeDependencies } from "../../../src/ops/remove-dependencies.ts";
import { updateLock } from "../../../src/ops/update-lock.ts";
import { OpWorld, REGISTRY_KINDS } from "../../support/op-world.ts";

const HEAD = '[package]\nname = "app"\nversion = "1.0.0"\n';
const HOLD = { mode: "default", offline: false } as const;
const request = (...names: readonly string[]) =>
  ({
    packages: names.map(parseAddedName),
    table: "dependencies",
    source: { kind: "any" },
    features: [],
    defaultFeatures: true,
    optional: false,
  }) as const;

describe("the other spellings of a name", () => {
  it.each([
    ["router", []],
    ["odd-name", ["odd_name"]],
    ["odd_name", ["odd-name"]],
    ["a-b_c", ["a-b-c", "a_b_c", "a_b-c"]],
    ["a_b_c_d_e_f", ["a-b-c-d-e-f"]],
  ])("%s may be %j", (name, others) => {
    expect(otherSpellings(parsePackageName(name))).toEqual(others);
  });
});

describe.each(REGISTRY_KINDS)("`-` and `_` in a name are one letter, on $kind", (kind) => {
  let world: OpWorld;
  const choice = () => ({ folder: world.app, packageName: undefined });
  const edited = async () => ({ choice: choice(), project: await world.open(), hold: HOLD });
  const asks = (...lines: readonly string[]): void => world.write("Vox.toml", `${HEAD}[dependencies]\n${lines.join("\n")}\n`);

  beforeEach(async () => {
    world = await OpWorld.create(kind);
    await world.publish(
      { name: "odd_name", version: "1.0.0", manifest: "[features]\nfast = []\n" },
      { name: "even-name", version: "1.0.0", manifest: '[dependencies]\nodd-name = "^1"\n' },
    );
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it.each([
    ['odd-name = "^1"', "odd_name"],
    ['even_name = "^1"', "even-name"],
  ])("%s is locked as it is published, `%s`, and the lock is fresh", async (line, published) => {
    asks(line);
    const { lock } = await world.lock();
    expect(lock.packages.map(({ name }) => name)).toContain(published);
    expect(world.read("vox.lock")).toContain(`name = "${published}"`);
    expect((await world.lock({ mode: "locked" })).changed).toBe(false);
    expect((await world.lock()).changed).toBe(false);
    expect((await world.lock({ offline: true })).changed).toBe(false);
  });

  it("gives one package to whoever asks for it, with the features that all of them ask", async () => {
    asks('even_name = "^1"', 'odd-name = { version = "^1", features = ["fast"] }');
    const { lock } = await world.lock();
    expect(lock.packages.map(({ name, features }) => [name, features])).toEqual([
      ["even-name", ["default"]],
      ["odd_name", ["default", "fast"]],
    ]);
  });

  it("`add` writes the name as it is published, and knows an entry however it is written", async () => {
    world.write("Vox.toml", HEAD);
    const { added } = await addDependencies(await edited(), request("odd-name"), world.ports);
    expect(added.map(({ name }) => name)).toEqual(["odd_name"]);
    expect(world.read("Vox.toml")).toContain('odd_name = "^1.0.0"');
    await addDependencies(await edited(), request("odd-name@^1"), world.ports);
    expect(world.read("Vox.toml")).toContain('[dependencies]\nodd_name = "^1"\n');
  });

  it("`update`, `why` and `remove` find what is locked however it is written", async () => {
    asks('even_name = "^1"', 'odd-name = "^1"');
    await world.lock();
    await world.publish({ name: "odd_name", version: "1.1.0" });
    const project = await world.open();
    const wish = { names: ["odd-name"], baseImages: false };
    expect((await updateLock(project, wish, HOLD, world.ports)).diff.changed).toMatchObject([
      { name: "odd_name", to: "1.1.0" },
    ]);
    const precise = { ...wish, precise: "1.0.0" };
    expect((await updateLock(project, precise, HOLD, world.ports)).diff.changed).toMatchObject([{ to: "1.0.0" }]);
    const [found] = await explainLock(project, { name: "odd-name", members: project.workspace.members }, world.ports);
    expect(found?.why.asks.map(({ owner }) => owner.name)).toEqual(["app", "even-name"]);
    const removed = await removeDependencies(await edited(), { names: [parsePackageName("odd_name")] }, world.ports);
    expect(removed.removed).toEqual([{ name: "odd_name", table: "dependencies" }]);
    expect(world.read("Vox.toml")).not.toContain("odd");
  });

  it("a name that is there as it is written is that package, though another spelling is there too", async () => {
    await world.publish({ name: "odd-name", version: "1.5.0" });
    asks('odd-name = "^1"');
    expect(world.versions(await world.lock())).toEqual({ "odd-name": "1.5.0" });
    asks('odd_name = "^1"');
    expect(world.versions(await world.lock())).toEqual({ odd_name: "1.0.0" });
  });

  it("two spellings that are both there and both asked for are NAME_AMBIGUOUS", async () => {
    await world.publish({ name: "odd-name", version: "1.5.0" });
    asks('odd_name = "^1"', 'even-name = "^1"');
    await expect(world.lock()).rejects.toMatchObject({
      code: "NAME_AMBIGUOUS",
      message: expect.stringMatching(/`odd.name` and `odd.name`/),
    });
    asks('even-name = "^1"');
    expect(world.versions(await world.lock())).toEqual({ "even-name": "1.0.0", "odd-name": "1.5.0" });
  });

  it("a third spelling of two that are there is NAME_AMBIGUOUS", async () => {
    await world.publish({ name: "a-b_c", version: "1.0.0" }, { name: "a_b-c", version: "1.0.0" });
    asks('a-b-c = "^1"');
    await expect(world.lock()).rejects.toMatchObject({ code: "NAME_AMBIGUOUS", exitCode: 1 });
  });

  it("`pm publish` refuses a name whose other spelling is there, and says which", async () => {
    world.write("Vox.toml", '[package]\nname = "odd-name"\nversion = "9.0.0"\n');
    const publish = async () => {
      const project = await world.open();
      const [member] = project.workspace.members;
      if (!member) throw new Error("no member");
      return publishMember(
        project,
        member,
        { registry: "default", dryRun: false, allowDirty: true, builder: "local" },
        world.ports,
      );
    };
    await expect(publish()).rejects.toMatchObject({
      code: "PUBLISH_REFUSED",
      hint: 'set `name = "odd_name"` in [package], or choose another name',
    });
    world.write("Vox.toml", '[package]\nname = "odd_name"\nversion = "9.0.0"\n');
    expect(await publish()).toMatchObject({ name: "odd_name", version: "9.0.0" });
  });
});

describe("a registry that refuses whoever asks for what it does not have", () => {
  const fault = ({ path }: { readonly path: string }) =>
    /\/(odd-name|ghost[-_]name)\//.test(path) ? ({ kind: "status", status: 403 } as const) : undefined;

  it("has a package under its other spelling all the same, and its refusal is told where no spelling is there", async () => {
    await using world = await OpWorld.create({ oci: true, index: false, fault });
    await world.publish({ name: "odd_name", version: "1.0.0" });
    world.write("Vox.toml", `${HEAD}[dependencies]\nodd-name = "^1"\n`);
    expect(world.versions(await world.lock())).toEqual({ odd_name: "1.0.0" });
    world.write("Vox.toml", `${HEAD}[dependencies]\nghost-name = "^1"\n`);
    await expect(world.lock()).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
  });
});
