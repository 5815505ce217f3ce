import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import { VECTOR_INPUTS } from "./image-vector-inputs.ts";
import { buildVector, readVector, writeVector } from "./image-vectors.ts";

const rewrite = process.env["VOX_WRITE_VECTORS"] === "1";

describe("an image vector", () => {
  it.each(Object.keys(VECTOR_INPUTS))("gives the digests that are written down: %s", async (name) => {
    if (rewrite) {
      const input = await VECTOR_INPUTS[name]?.();
      if (input) await writeVector(name, { ...input, expected: await buildVector(input) });
    }
    const { expected, ...input } = await readVector(name);
    const built = await buildVector(input);
    expect(built).toEqual(expected);
    expect(digestOf(built.index.text)).toBe(expected.index.digest);
  });
});
