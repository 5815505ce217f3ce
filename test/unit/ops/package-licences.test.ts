import { describe, expect, it } from "vitest";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { licensedPackages } from "../../../src/ops/package-licences.ts";
import type { MaterializedPackage } from "../../../src/project/materialized-project.ts";
import { archiveOf, MemoryCache } from "../../support/published-package.ts";

describe("the licences of packages", () => {
  const notes = new Map<string, string>();
  const facts = {
    fact: (key: string) => Promise.resolve(notes.get(key)),
    keepFact: (key: string, text: string) => Promise.resolve(void notes.set(key, text)),
  };

  async function packageWith(cache: MemoryCache, name: string, license: string): Promise<MaterializedPackage> {
    const manifest = `[package]\nname = "${name}"\nversion = "1.0.0"\n${license && `license = "${license}"\n`}`;
    const { blob, archive } = await archiveOf(parsePackageName(name), { "Vox.toml": manifest });
    cache.add(archive, blob.mediaType);
    return {
      name: parsePackageName(name),
      version: "1.0.0",
      source: "registry+default",
      dependencies: [],
      archive: { kind: "neutral", blob },
    };
  }

  it("are read once, noted for the list and for each, and read again where a note is damaged", async () => {
    const cache = new MemoryCache();
    const packages = [
      await packageWith(cache, "a", "MIT"),
      await packageWith(cache, "b", ""),
      await packageWith(cache, "c", "0BSD"),
    ];
    const licences = async (of = packages, from = cache) => {
      const licensed = await licensedPackages(of, { cache: from, facts });
      return licensed.map(({ license }) => license);
    };
    const expected = ["MIT", undefined, "0BSD"];
    expect(await licences()).toEqual(expected);
    const list = [...notes.keys()].find((key) => key.startsWith("licences:")) ?? "";
    const empty = new MemoryCache();
    expect(await licences(packages, empty)).toEqual(expected);
    expect(await licences(packages.slice(1), empty)).toEqual(expected.slice(1));
    for (const damaged of ["", "null", "[1,2,3]", '["MIT"]', "{"]) {
      notes.set(list, damaged);
      expect(await licences(packages, empty)).toEqual(expected);
    }
    notes.clear();
    await expect(licences(packages, empty)).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });
});
