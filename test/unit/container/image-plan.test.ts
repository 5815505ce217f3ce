import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePlatform } from "../../../src/core/platform.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { baseManifestDigest } from "../../../src/container/plan/planned-base.ts";
import type { ContainerIntent } from "../../../src/project/deploy-intent.ts";
import type { ProjectIdentity } from "../../../src/project/materialized-project.ts";
import { AMD64, ARM64, BASE_REFERENCE, failureOf, fileOf, packageOf, projectOf } from "./fixtures.ts";

const OPTIONS = { voxVersion: "0.1.0" };
const IDENTITY = projectOf().identity;

describe("an image plan", () => {
  it("is serialisable and the same for the same project", () => {
    const project = projectOf({ packages: [packageOf("http-router")] });
    const plan = planImage(project, OPTIONS);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(planImage(structuredClone(project), OPTIONS)).toEqual(plan);
  });

  it("keeps the intent's order of platforms, each once", () => {
    const plan = planImage(projectOf({ intent: { platforms: [ARM64, AMD64, ARM64] } }), OPTIONS);
    expect(plan.platforms.map((entry) => entry.platform)).toEqual([ARM64, AMD64]);
    expect(baseManifestDigest(plan.base, ARM64)).toBe(digestOf("base arm64"));
  });

  it.each<[string, Partial<ContainerIntent>, string]>([
    [
      "packages on scratch",
      { packages: ["curl"], baseImage: "scratch" },
      "DEPLOY_UNSUPPORTED: `packages` and `run` need a shell, and `scratch` has none",
    ],
    ["no platform", { platforms: [] }, "DEPLOY_INCOMPLETE: `platforms` of [deploy.container] is empty"],
    [
      "another system",
      { platforms: [parsePlatform("windows/amd64")], baseImage: "scratch" },
      "DEPLOY_UNSUPPORTED: vox builds for `linux`, and `platforms` names `windows/amd64`",
    ],
    ["a base that is not locked", { baseImage: "node:23" }, "LOCK_STALE: base image `node:23` is not in vox.lock"],
    [
      "a cmd whose file is not there",
      { cmd: ["node", "gone.js"] },
      "COMMAND_FILE_MISSING: `cmd` names `gone.js`, which is not among the application's files",
    ],
    [
      "writable directories of a named user",
      { writable: ["data"], user: "node" },
      'DEPLOY_UNSUPPORTED: `user = "node"` must be a number for `writable` directories',
    ],
    [
      "scratch with a named user",
      { baseImage: "scratch", user: "node" },
      'DEPLOY_UNSUPPORTED: `user = "node"` must be a number for an image on `scratch`',
    ],
    [
      "CA certificates that are not there",
      { caCertificates: "ca.crt" },
      "DEPLOY_INCOMPLETE: `ca_certificates` names `ca.crt`, which is not a file of the application",
    ],
  ])("is refused for %s", (_name, intent, failure) => {
    expect(failureOf(() => planImage(projectOf({ intent }), OPTIONS))).toBe(failure);
  });

  it("is refused for a platform that the lock does not name", () => {
    const baseImages = projectOf().baseImages.map((base) => ({ ...base, platforms: base.platforms.slice(0, 1) }));
    expect(failureOf(() => planImage(projectOf({ baseImages }), OPTIONS))).toBe(
      `BASE_PLATFORM_MISSING: base image \`${BASE_REFERENCE}\` is not locked for \`linux/arm64\`, only for \`linux/amd64\``,
    );
  });
});

describe("system files", () => {
  const systemFiles = (intent: Partial<ContainerIntent>) =>
    planImage(projectOf({ intent, files: [fileOf("server.js"), fileOf("ca.crt", "PEM")] }), OPTIONS).systemFiles;

  it("are none on a base that has its own", () => expect(systemFiles({})).toEqual([]));

  it("on scratch name root and the user, and give the user `/tmp`", () => {
    expect(systemFiles({ baseImage: "scratch", user: "65532:65533" })).toEqual([
      { kind: "text", path: "etc/group", text: "root:x:0:\napp:x:65533:\n" },
      {
        kind: "text",
        path: "etc/passwd",
        text: "root:x:0:0:root:/root:/sbin/nologin\napp:x:65532:65533:app:/:/sbin/nologin\n",
      },
      { kind: "directory", path: "tmp", owner: { uid: 65532, gid: 65533 } },
    ]);
  });

  it("name root alone when root runs", () => {
    expect(systemFiles({ baseImage: "scratch", user: "0" })).toEqual([
      { kind: "text", path: "etc/group", text: "root:x:0:\n" },
      { kind: "text", path: "etc/passwd", text: "root:x:0:0:root:/root:/sbin/nologin\n" },
      { kind: "directory", path: "tmp", owner: { uid: 0, gid: 0 } },
    ]);
  });

  it("hold the CA certificates that are named, on any base", () => {
    expect(systemFiles({ caCertificates: "./ca.crt" })).toEqual([
      { kind: "file", path: "etc/ssl/certs/ca-certificates.crt", digest: digestOf("PEM"), size: 3 },
    ]);
  });
});

describe("labels", () => {
  const labelsOf = (identity: Partial<ProjectIdentity>, intent: Partial<ContainerIntent> = {}) =>
    planImage(projectOf({ identity: { ...IDENTITY, ...identity }, intent }), OPTIONS);

  it("are what Vox.toml has, the base's name and digest, the closure's digest and the format", () => {
    const identity = {
      description: "A shop",
      license: "Apache-2.0",
      authors: ["A <a@example.com>", "B"],
      repository: "https://example.com/r",
      homepage: "https://example.com",
      documentation: "https://example.com/d",
    };
    expect(labelsOf(identity).labels).toEqual({
      "dev.vox.image-format": "1",
      "dev.vox.lock.digest": digestOf("closure"),
      "org.opencontainers.image.authors": "A <a@example.com>, B",
      "org.opencontainers.image.base.digest": digestOf("base index"),
      "org.opencontainers.image.base.name": BASE_REFERENCE,
      "org.opencontainers.image.description": "A shop",
      "org.opencontainers.image.documentation": "https://example.com/d",
      "org.opencontainers.image.licenses": "Apache-2.0",
      "org.opencontainers.image.source": "https://example.com/r",
      "org.opencontainers.image.title": "storefront",
      "org.opencontainers.image.url": "https://example.com",
      "org.opencontainers.image.version": "1.4.0",
    });
  });

  it("leave out what Vox.toml lacks, and the base on scratch", () => {
    expect(Object.keys(labelsOf({}, { baseImage: "scratch" }).labels)).toEqual([
      "dev.vox.image-format",
      "dev.vox.lock.digest",
      "org.opencontainers.image.title",
      "org.opencontainers.image.version",
    ]);
  });

  it("of [deploy.container] win, but for those that verification reads", () => {
    const labels = {
      "org.opencontainers.image.title": "Shop",
      team: "web",
      "dev.vox.lock.digest": "forged",
      "dev.vox.image-format": "9",
    };
    expect(labelsOf({}, { labels }).labels).toMatchObject({
      "org.opencontainers.image.title": "Shop",
      team: "web",
      "dev.vox.lock.digest": digestOf("closure"),
      "dev.vox.image-format": "1",
    });
  });

  it("name the commit on the index only, and only when the tree is clean", () => {
    const revision = "a".repeat(40);
    const clean = labelsOf({ revision, dirty: false });
    const key = "org.opencontainers.image.revision";
    expect(clean.indexAnnotations).toMatchObject({ ...clean.labels, [key]: revision, "dev.vox.version": "0.1.0" });
    expect(clean.labels).not.toHaveProperty([key]);
    expect(labelsOf({ revision, dirty: true }).indexAnnotations).not.toHaveProperty([key]);
  });
});
