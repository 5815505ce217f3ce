import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRepository, packageToml } from "../../support/git-repository.ts";
import { OpWorld } from "../../support/op-world.ts";

const ASKS = '[package]\nname = "app"\nversion = "1.0.0"\n[dependencies]\nbar = "^1"\n';

/** Ways in which a folder decides for everybody; each with the name that a stale lock tells. */
const WAYS = [
  ["a path dependency of the project", `${ASKS}foo = { path = "../foo" }\n`, "../foo"],
  ["a patch by path", `${ASKS}[patch.foo]\npath = "../foo"\n`, "../foo"],
  ["a member of the workspace", `${ASKS}foo = { path = "foo" }\n[workspace]\nmembers = ["foo"]\n`, "foo"],
] as const;

describe("a folder that takes the place of a published package", () => {
  let world: OpWorld;
  beforeEach(async () => {
    world = await OpWorld.create({ oci: false, index: false });
    const manifest = '[dependencies]\nfoo = "^1"\n';
    await world.publish({ name: "foo", version: "1.0.0" }, { name: "bar", version: "1.0.0", manifest });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it.each(WAYS)(
    "%s: its version counts in every dependent's range, for `vox lock` and for a fresh lock alike",
    async (_, text, path) => {
      const folder = (version: string): void => world.write(`${path}/Vox.toml`, packageToml("foo", version));
      folder("1.5.0");
      world.write("Vox.toml", text);
      const { lock } = await world.lock();
      expect(lock.packages.find(({ name }) => name === "bar")?.dependencies).toEqual(["foo"]);
      expect(world.read("vox.lock")).not.toContain('version = "1.5.0"');
      expect((await world.lock({ mode: "locked" })).changed).toBe(false);

      folder("1.6.0");
      expect((await world.lock({ mode: "locked" })).changed).toBe(false);
      folder("2.0.0");
      await expect(world.lock({ mode: "locked" })).rejects.toMatchObject({
        code: "LOCK_STALE",
        message: expect.stringContaining(`\`bar\` requires \`foo\` ^1, \`${path}\` is 2.0.0`),
      });
      await expect(world.lock()).rejects.toMatchObject({
        code: "NO_SOLUTION",
        message: expect.stringContaining("`foo` ^1, but the project's own `foo` is 2.0.0"),
      });
      folder("1.7.0");
      expect((await world.lock()).changed).toBe(false);
    },
  );

  it("a git dependency of the project counts in the same way", async () => {
    const repository = createRepository(join(world.folder, "repo"));
    repository.commit({ "Vox.toml": packageToml("foo", "1.5.0") });
    world.write("Vox.toml", `${ASKS}foo = { git = "${repository.url}" }\n`);
    expect(world.versions(await world.lock())).toEqual({ bar: "1.0.0", foo: "1.5.0" });
    expect((await world.lock({ mode: "locked" })).changed).toBe(false);
    repository.commit({ "Vox.toml": packageToml("foo", "2.0.0") });
    await expect(world.lock({}, { unlocked: "all", baseImages: false })).rejects.toMatchObject({ code: "NO_SOLUTION" });
  });
});
