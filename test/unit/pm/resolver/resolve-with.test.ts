import { describe, expect, it } from "vitest";
import { parsePackageName, type PackageName } from "../../../../src/core/package-name.ts";
import { VoxError } from "../../../../src/errors/vox-error.ts";
import type { Release } from "../../../../src/pm/resolver/request.ts";
import { resolveSync, resolveWith, type ReleaseSource } from "../../../../src/pm/resolver/resolve-with.ts";
import type { ListedVersion } from "../../../../src/pm/resolver/version-list.ts";
import { generatedWorld } from "./generated-world.ts";
import { MIDDLE } from "./oracle-check.ts";
import { render, world, type World } from "./world.ts";

/** A source that answers later, and counts: what was asked, and how many rounds of waiting there were. */
class SlowSource implements ReleaseSource {
  readonly asked: string[] = [];
  rounds = 0;
  readonly #world: World;
  #isWaiting = false;

  constructor(original: World) {
    this.#world = original;
  }

  async versions(registry: string, name: PackageName): Promise<readonly ListedVersion[] | undefined> {
    await this.#wait(`${registry}/${name}`);
    return this.#world.table.versions(registry, name);
  }

  async release(registry: string, name: PackageName, version: string): Promise<Release | undefined> {
    await this.#wait(`${registry}/${name}@${version}`);
    return this.#world.table.release(registry, name, version);
  }

  /** All that is asked within one round is answered at its end. */
  async #wait(what: string): Promise<void> {
    this.asked.push(what);
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.rounds += 1;
      setTimeout(() => (this.#isWaiting = false), 5);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const chain = (length: number, width: number): World =>
  world(
    [
      `project app: ${Array.from({ length: width }, (_, column) => `p0-${column} ^1`).join(", ")}`,
      ...Array.from({ length: length }, (_, row) =>
        Array.from({ length: width }, (__, column) => {
          const next = row + 1 < length ? `p${row + 1}-${column} ^1, p${row + 1}-${(column + 1) % width} ^1` : "";
          return `p${row}-${column} 1.0.0: ${next}\np${row}-${column} 1.1.0: ${next}`;
        }).join("\n"),
      ),
    ].join("\n"),
  );

describe("resolving with a source that takes time", () => {
  it("comes to the same outcome as with everything at hand", async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const original = generatedWorld(seed, MIDDLE);
      const source = {
        versions: async (...of: Parameters<ReleaseSource["versions"]>) => original.table.versions(...of),
        release: async (...of: Parameters<ReleaseSource["release"]>) => original.table.release(...of),
      };
      expect(render(await resolveWith(original.request, source))).toBe(render(resolveSync(original.request, original.table)));
    }
  });

  it("asks nothing twice", async () => {
    const source = new SlowSource(chain(6, 5));
    await resolveWith(chain(6, 5).request, source);
    expect(new Set(source.asked).size).toBe(source.asked.length);
  });

  it("waits by level of the graph and not by package", async () => {
    const original = chain(6, 10);
    const source = new SlowSource(original);
    expect((await resolveWith(original.request, source)).kind).toBe("resolved");
    expect(source.asked).toHaveLength(120);
    expect(source.rounds).toBeLessThanOrEqual(20);
  });

  it("reads of each package the one version that it takes, where nothing clashes", async () => {
    const source = new SlowSource(chain(3, 3));
    await resolveWith(chain(3, 3).request, source);
    expect(source.asked.filter((what) => what.endsWith("@1.0.0"))).toEqual([]);
  });

  it("lets a failing look-up pass that turns out not to be wanted", async () => {
    const original = world(`
      project app: a ^1, b ^1
      a 1.0.0: b <1.1
      b 1.0.0:
      b 1.1.0: broken ^1`);
    const source: ReleaseSource = {
      versions: async (registry, name) => {
        if (name === parsePackageName("broken")) throw new VoxError("REGISTRY_UNAVAILABLE", "no");
        return original.table.versions(registry, name);
      },
      release: async (registry, name, version) => original.table.release(registry, name, version),
    };
    expect(render(await resolveWith(original.request, source))).toContain("b 1.0.0");
  });

  it("fails with the source's own error where the look-up is wanted", async () => {
    const original = world("project app: a ^1\na 1.0.0:");
    const source: ReleaseSource = {
      versions: async (registry, name) => original.table.versions(registry, name),
      release: () => Promise.reject(new VoxError("REGISTRY_DENIED", "no")),
    };
    await expect(resolveWith(original.request, source)).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
  });

  it("fails with CONTENT_MISSING when a listed version is gone", async () => {
    const original = world("project app: a ^1\na 1.0.0:");
    const source: ReleaseSource = {
      versions: async (registry, name) => original.table.versions(registry, name),
      release: async () => undefined,
    };
    await expect(resolveWith(original.request, source)).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });

  it("takes an empty list of versions for an unknown package", async () => {
    const source: ReleaseSource = { versions: async () => [], release: async () => undefined };
    expect(render(await resolveWith(world("project app: a ^1").request, source))).toContain("PACKAGE_UNKNOWN");
  });
});
