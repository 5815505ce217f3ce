import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { spdxFaults } from "../support/spdx-schema.ts";
import { IMAGE_PACKAGES, layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let storefront: Storefront;
const EPOCH = { env: { SOURCE_DATE_EPOCH: "1772546700" } };

const sbom = async (format: string): Promise<unknown> =>
  succeeded(await storefront.vox(["tree", "--sbom", format], EPOCH)).json();

const namesAt = (list: unknown, ...path: readonly string[]): readonly string[] =>
  Array.isArray(list) ? list.map((entry) => textAt(entry, ...path)) : [];

describe("bills of materials of the example", () => {
  beforeAll(async () => {
    storefront = await layLockedStorefront();
  });
  afterAll(() => storefront?.desk.remove());

  it("`vox tree --sbom cyclonedx` is valid, names the production closure, and is the same each time", async () => {
    const document = await sbom("cyclonedx");
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(JSON.stringify(document))).toBeNull();
    const libraries = Object.values(at(document, "components") ?? {}).filter((entry) => at(entry, "type") === "library");
    expect(namesAt(libraries, "name")).toEqual(IMAGE_PACKAGES.toSorted());
    expect(namesAt(libraries, "licenses", "0", "expression")).toEqual(IMAGE_PACKAGES.map(() => "Apache-2.0"));
    expect(textAt(document, "metadata", "timestamp")).toBe("2026-03-03T14:05:00Z");
    expect(await sbom("cyclonedx")).toEqual(document);
  });

  it("`vox tree --sbom spdx` is valid by the official schema", async () => {
    expect(spdxFaults(await sbom("spdx"))).toEqual([]);
  });

  it("`vox package` writes both beside the layout or the archive, about the image that it made, and no image holds them", async () => {
    const made = succeeded(await storefront.vox(["package", "--json"], EPOCH)).json();
    const folder = textAt(made, "out");
    const digest = textAt(made, "image", "digest");
    const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
    expect(textAt(read(`${folder}.spdx.json`), "packages", 0, "checksums", 0, "checksumValue")).toBe(digest.slice(7));
    expect(textAt(read(`${folder}.cdx.json`), "metadata", "component", "hashes", 0, "content")).toBe(digest.slice(7));
    expect(at(read(join(folder, "index.json")), "manifests", 1)).toBeUndefined();
    expect(readdirSync(folder).toSorted()).toEqual(["blobs", "index.json", "oci-layout"]);
    expect(textAt(succeeded(await storefront.vox(["package", "--json"], EPOCH)).json(), "image", "digest")).toBe(digest);
    succeeded(await storefront.vox(["package", "--format", "docker-archive"], EPOCH));
    for (const name of ["storefront.spdx.json", "storefront.cdx.json"])
      expect(existsSync(join(storefront.app, "dist/docker-archive", name))).toBe(true);
  });

  it("`--sbom` with a stale lock, or with another shape of the tree, is refused", async () => {
    expect((await storefront.vox(["tree", "--sbom", "spdx", "--depth", "1"])).exitCode).toBe(64);
    storefront.edit("app/Vox.toml", 'http-router = "^2.3"', 'http-router = "^9"');
    const run = await storefront.vox(["tree", "--sbom", "spdx"]);
    expect([run.exitCode, run.stderr]).toEqual([1, expect.stringContaining("LOCK_STALE")]);
  });
});
