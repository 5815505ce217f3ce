import { describe, expect, it } from "vitest";
import { formatRegistryLocation, parseRegistryLocation, repositoryPath } from "../../../../src/pm/registry/location.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";

const READ = [
  ["oci://ghcr.io/acme/vox", { kind: "oci", host: "ghcr.io", prefix: "acme/vox" }],
  ["oci://ghcr.io/acme/vox/", { kind: "oci", host: "ghcr.io", prefix: "acme/vox" }],
  ["oci://localhost:5000", { kind: "oci", host: "localhost:5000", prefix: "" }],
  ["oci://[::1]:5000/a", { kind: "oci", host: "[::1]:5000", prefix: "a" }],
  ["oci://h/a__b/c-d.e", { kind: "oci", host: "h", prefix: "a__b/c-d.e" }],
  ["file:../registry", { kind: "file", dir: "../registry" }],
  ["file:/srv/registry", { kind: "file", dir: "/srv/registry" }],
  ["file:///srv/registry", { kind: "file", dir: "/srv/registry" }],
  ["file:a%20b/ä c", { kind: "file", dir: "a%20b/ä c" }],
] as const;

const REFUSED = [
  "",
  "ghcr.io/acme",
  "https://ghcr.io/acme",
  "oci:ghcr.io/acme",
  "oci://",
  "oci:///acme",
  "oci://host/Acme",
  "oci://host/a//b",
  "oci://host/a/../b",
  "oci://user:secret@host/a",
  "oci://host/a?x=1",
  "oci://host/a:tag",
  "oci://-host/a",
  "file:",
  "file://host/share",
  "file:a\nb",
];

describe("the location of a registry", () => {
  it.each(READ)("`%s` is read as written", (index, expected) => {
    expect(parseRegistryLocation(index)).toEqual(expected);
  });

  it.each(REFUSED)("`%s` is refused as LOCATION_INVALID", (index) => {
    expect(() => parseRegistryLocation(index)).toThrow(expect.objectContaining({ code: "LOCATION_INVALID" }));
  });

  it.each(READ)("`%s` formats to what is read as the same", (index) => {
    const location = parseRegistryLocation(index);
    expect(parseRegistryLocation(formatRegistryLocation(location))).toEqual(location);
  });

  it("a package's repository is the prefix and its name", () => {
    const name = parsePackageName("http-router");
    expect(repositoryPath("acme/vox", name)).toBe("acme/vox/http-router");
    expect(repositoryPath("", name)).toBe("http-router");
  });
});
