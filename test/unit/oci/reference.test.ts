import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import {
  apiHost,
  formatImageReference,
  formatRepository,
  parseImageReference,
  parseRegistryBase,
  parseRepositoryPath,
  parseTag,
  referenceTarget,
  repositoryUnder,
} from "../../../src/oci/reference.ts";

const digest = digestOf("content");

describe("an image reference", () => {
  it.each([
    ["node", "docker.io/library/node:latest"],
    ["node:22", "docker.io/library/node:22"],
    ["acme/app", "docker.io/acme/app:latest"],
    ["docker.io/node:22-slim", "docker.io/library/node:22-slim"],
    ["index.docker.io/acme/app:1", "docker.io/acme/app:1"],
    ["ghcr.io/acme/app:1", "ghcr.io/acme/app:1"],
    ["GHCR.io/acme/app:1", "ghcr.io/acme/app:1"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app", "localhost:5000/app:latest"],
    ["registry:5000/a/b/c:t", "registry:5000/a/b/c:t"],
    ["registry/app", "docker.io/registry/app:latest"],
    ["127.0.0.1:5000/app", "127.0.0.1:5000/app:latest"],
    ["[::1]:5000/app:1", "[::1]:5000/app:1"],
    [`node@${digest}`, `docker.io/library/node@${digest}`],
    [`node:22@${digest}`, `docker.io/library/node:22@${digest}`],
    ["ghcr.io/a/b_c.d-e__f:V_1.0-x", "ghcr.io/a/b_c.d-e__f:V_1.0-x"],
  ])("%s is %s", (text, full) => {
    const reference = parseImageReference(text);
    expect(formatImageReference(reference)).toBe(full);
    expect(parseImageReference(full)).toEqual(reference);
  });

  it.each([
    "",
    ":tag",
    "/app",
    "app/",
    "App",
    "ghcr.io/App",
    "ghcr.io/a//b",
    "app:",
    "app:-tag",
    `app:${"t".repeat(129)}`,
    "app@sha256:abc",
    `app@${digest}@${digest}`,
    "app@",
    "a..b",
    "a___b",
    "https://ghcr.io/acme/app",
    "ghcr.io:port/app",
    "ghcr.io/app\n",
    "ghcr.io/../app",
    `ghcr.io/${"a".repeat(300)}`,
  ])("%j is refused as a usage error", (text) => {
    expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ code: "REFERENCE_INVALID", exitCode: 64 }));
  });

  it("prefers its digest to its tag", () => {
    expect(referenceTarget(parseImageReference(`node:22@${digest}`))).toBe(digest);
    expect(referenceTarget(parseImageReference("node:22"))).toBe("22");
    expect(formatRepository(parseImageReference("node:22"))).toBe("docker.io/library/node");
  });

  it("survives being formatted and parsed", () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join("/"));
    const host = fc.constantFrom("ghcr.io", "localhost", "localhost:5000", "10.0.0.1:80", "[::1]:5000");
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(host, path, tag, fc.boolean(), (registry, repository, name, withDigest) => {
        const reference = { registry, repository, tag: name, ...(withDigest && { digest }) };
        expect(parseImageReference(formatImageReference(reference))).toEqual(reference);
      }),
    );
  });
});

describe("the base of a registry of packages", () => {
  it.each([
    ["oci://ghcr.io/acme/vox", { host: "ghcr.io", prefix: "acme/vox" }],
    ["oci://127.0.0.1:5000/vox/", { host: "127.0.0.1:5000", prefix: "vox" }],
    ["oci://localhost:5000", { host: "localhost:5000", prefix: "" }],
    ["oci://registry/packages", { host: "registry", prefix: "packages" }],
    ["oci://Index.Docker.io/acme", { host: "docker.io", prefix: "acme" }],
  ])("is read from %s", (text, base) => {
    expect(parseRegistryBase(text)).toEqual(base);
  });

  it.each([
    "ghcr.io/acme",
    "oci:ghcr.io/acme",
    "https://ghcr.io",
    "oci://",
    "oci:///acme",
    "oci://user@ghcr.io/a",
    "oci://ghcr.io/A",
    "oci://ghcr.io/a?b",
    "oci://ghcr.io//a",
  ])("%s is refused", (text) => {
    expect(() => parseRegistryBase(text)).toThrow(expect.objectContaining({ code: "LOCATION_INVALID", exitCode: 78 }));
  });

  it("holds one repository for each package", () => {
    expect(repositoryUnder({ host: "ghcr.io", prefix: "acme/vox" }, "http-router")).toBe("acme/vox/http-router");
    expect(repositoryUnder({ host: "ghcr.io", prefix: "" }, "http-router")).toBe("http-router");
  });
});

it("Docker Hub answers its API under another name", () => {
  expect([apiHost("docker.io"), apiHost("ghcr.io")]).toEqual(["registry-1.docker.io", "ghcr.io"]);
});

it("tags and repositories are checked by themselves", () => {
  expect([parseTag("v1.0_x-y"), parseRepositoryPath("a/b")]).toEqual(["v1.0_x-y", "a/b"]);
  expect(() => parseTag(".v1")).toThrow(expect.objectContaining({ code: "REFERENCE_INVALID" }));
  expect(() => parseRepositoryPath("a/../b")).toThrow(expect.objectContaining({ code: "REFERENCE_INVALID" }));
});
