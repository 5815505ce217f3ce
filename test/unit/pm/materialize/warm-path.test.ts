import { join } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";

it("proving a warm closure loads neither zod nor semver nor a parser", async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, "../../../../src/pm/materialize/fs-materializer.ts")],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.length).toBeGreaterThan(5);
  expect(
    inputs.filter((path) => /node_modules|src\/(archive|contracts|pm\/(manifest|lockfile|registry))\//.test(path)),
  ).toEqual([]);
});
