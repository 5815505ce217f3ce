import { describe, expect, it } from "vitest";
import { composeArtifact } from "../../../src/render/compose/compose-artifact.ts";
import { parseCompose } from "../../../src/render/compose/parse-compose.ts";
import { failureOf } from "../container/fixtures.ts";

const artifactOf = (text: string) => composeArtifact({ text, document: parseCompose(text, "compose.yaml") }, "0.1.0");

describe("the artifact of a Compose file", () => {
  it("is what `docker compose -f oci://…` reads: one file of Compose's own type", () => {
    const { root, files } = artifactOf("services: { a: { image: x } }");
    expect(JSON.parse(Buffer.from(root.bytes).toString())).toMatchObject({
      artifactType: "application/vnd.docker.compose.project",
      config: { mediaType: "application/vnd.oci.empty.v1+json", data: "e30=" },
      layers: [
        {
          mediaType: "application/vnd.docker.compose.file+yaml",
          digest: files[0]?.descriptor.digest,
          annotations: { "com.docker.compose.file": "compose.yaml" },
        },
      ],
    });
  });

  it.each([
    ["include: [other.yaml]\nservices: {}", "`include` names files of this machine"],
    ["services: { a: { build: . } }", "the service `a` has no image, only a build"],
    ["services: { a: { image: x, env_file: .env } }", "the service `a` reads an `env_file` of this machine"],
    ["services: { a: { image: x, extends: { file: b.yaml, service: a } } }", "the service `a` extends another file"],
    ["services: { a: { image: x, volumes: ['./data:/data'] } }", "the service `a` mounts a folder of this machine"],
    ["services: { a: { image: x, volumes: ['/etc/hosts:/etc/hosts:ro'] } }", "the service `a` mounts a folder of this machine"],
    [
      "services: { a: { image: x, volumes: [{ type: bind, source: ., target: /x }] } }",
      "the service `a` mounts a folder of this machine",
    ],
    ["services: {}\nsecrets: { key: { file: key.txt } }", "`secrets.key` is a file of this machine"],
    ["services: {}\nconfigs: { c: { file: c.txt } }", "`configs.c` is a file of this machine"],
  ])("refuses %j", (text, why) => {
    expect(failureOf(() => artifactOf(text))).toBe(`DEPLOY_UNSUPPORTED: the Compose file cannot be published: ${why}`);
  });

  it("takes named volumes, and secrets from the environment", () => {
    const text =
      "services: { a: { image: x, volumes: ['data:/data'] } }\nsecrets: { key: { environment: KEY } }\nvolumes: { data: {} }";
    expect(() => artifactOf(text)).not.toThrow();
  });
});
