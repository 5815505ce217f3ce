import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { readVoxToml, voxTomlJsonSchema } from "../../../../src/contracts/vox-toml.ts";
import { deployFields } from "../../../../src/contracts/vox-toml-deploy.ts";
import { newManifestText } from "../../../../src/pm/manifest/new-manifest.ts";

describe("the JSON Schema of Vox.toml", () => {
  const schema = voxTomlJsonSchema();
  const validate = new Ajv2020({ strict: false }).compile(schema);

  test("is draft 2020-12 with a permanent id and a title", () => {
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://vox.dev/schemas/vox-toml.schema.json",
      title: "Vox.toml",
    });
  });

  test("is the same text every time", () => {
    expect(JSON.stringify(voxTomlJsonSchema())).toBe(JSON.stringify(schema));
  });

  test.each([
    ['[package]\nname = "a"\n', true],
    ['[package]\nname = "A"\n', false],
    ['[package]\nname = "a"\nversion = { workspace = true }\n', true],
    ['[package]\nname = "a"\n[dependencies]\nb = { version = "1", verison = "2" }\n', false],
    ['[package]\nname = "a"\n[orchestrator]\nx = 1\n', true],
    ['[package]\nname = "a"\n[other]\nx = 1\n', false],
    ['[package]\nname = "a"\n[deploy.container]\nbase_image = "scratch"\nuser = "1:1"\n', true],
    ['[package]\nname = "a"\n[deploy.container]\nports = [0]\n', false],
    ['[package]\nname = "a"\n[deploy.environments.x.container]\nbase_imag = "scratch"\n', false],
  ])("agrees with what vox reads about %j: %s", (text, expected) => {
    const document: unknown = JSON.parse(JSON.stringify(parse(text)));
    expect(validate(document)).toBe(expected);
    expect(readVoxToml(parse(text)).kind).toBe(expected ? "valid" : "invalid");
  });

  test("says of every field of [deploy] what it is, who may override it and whether it is current", () => {
    const fields = deployFields();
    expect(fields.length).toBeGreaterThan(70);
    for (const { path, description, role, status, flag, variable } of fields) {
      expect(description, path).not.toBe("");
      expect(["intent", "override-candidate"], path).toContain(role);
      expect(["current", "transitional", "legacy"], path).toContain(status);
      expect(role === "override-candidate", path).toBe(flag !== undefined || variable !== undefined);
    }
    expect(fields.filter(({ status }) => status === "legacy").map(({ path }) => path)).toEqual([
      "deploy.image_name",
      "deploy.registry",
      "deploy.kubernetes.cluster",
    ]);
    expect(JSON.stringify(schema)).toContain(
      '"vox":{"role":"override-candidate","status":"current","plane":"run-time","flag":"--target"}',
    );
  });
});

describe("a new manifest", () => {
  test.each(["library", "application", "skill", "agent", "workflow", "component", "snippet", "workspace"] as const)(
    "of kind %s can be read",
    (kind) => {
      const text = newManifestText({
        name: "my-thing",
        kind,
        description: 'A "thing"',
        license: "MIT",
        dependencies: { b: "1", a: "^2" },
      });
      expect(readVoxToml(parse(text))).toMatchObject({
        kind: "valid",
        document: {
          package: { name: "my-thing", version: "0.1.0", kind, description: 'A "thing"', license: "MIT" },
          dependencies: { a: "^2", b: "1" },
        },
      });
    },
  );

  test("of an application is complete for `vox package` but for its commented choices, which can be turned on", () => {
    const text = newManifestText({ name: "shop", kind: "application" });
    expect(text).toContain('base_image = "docker.io/library/node:22-slim"');
    const turnedOn = text.replaceAll(/^# (?=\w[\w-]* = |\[)/gm, "");
    expect(readVoxToml(parse(turnedOn))).toMatchObject({ kind: "valid" });
    expect(turnedOn).toContain('\nsecrets = ["DATABASE_URL"]');
  });
});
