import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../src/core/digest.ts";
import { voxLockSchema } from "../../src/contracts/vox-lock.ts";
import { parseLock } from "../../src/pm/lockfile/parse-lock.ts";
import { renderLock } from "../../src/pm/lockfile/render-lock.ts";

/* The schema of vox.lock and its parser are written apart: the same vectors hold both. */

const FOLDER = "contracts/vectors/lock";
const read = (name: string): string => readFileSync(`${FOLDER}/${name}`, "utf8");
const published = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync("contracts/lockfile/vox-lock.schema.json", "utf8")),
);

/** JSON as other programs would see it, without what TOML knows and JSON does not. */
const asJson = (text: string): unknown => JSON.parse(JSON.stringify(parse(text)));

describe.each(readdirSync(FOLDER).filter((name) => name.endsWith(".lock")))("the vector %s", (name) => {
  const text = read(name);
  const vector = JSON.parse(read(name.replace(/lock$/, "json")));

  it("is what its value is written as, and reads back as that value", () => {
    expect(renderLock(vector.lock)).toBe(text);
    expect(parseLock(text)).toEqual(vector.lock);
    expect(digestOf(text)).toBe(vector.digest);
  });

  it("is taken by the schema, published and in the program", () => {
    expect(published(asJson(text)), JSON.stringify(published.errors)).toBe(true);
    expect(voxLockSchema.safeParse(parse(text)).success).toBe(true);
  });

  it("is taken with keys that are not known yet", () => {
    const newer = text.replace("revision = 0", 'revision = 3\nmood = "good"').replaceAll(/^name = /gm, "age = 1\nname = ");
    expect(parseLock(newer)).toEqual({ ...vector.lock, revision: 3 });
    expect(published(asJson(newer)), JSON.stringify(published.errors)).toBe(true);
  });
});

interface Refusal {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly code: string;
}
/** One of them shows `git-pinned`: a source from git without a commit. */
const refusals: { readonly of: string; readonly vectors: readonly Refusal[] } = JSON.parse(read("refused.json"));

it.each(refusals.vectors)("$what is refused by the parser and by the schema", ({ from, to, code }) => {
  const whole = read(refusals.of);
  const text = whole.replace(from, to);
  expect(text).not.toBe(whole);
  expect(() => parseLock(text)).toThrow(expect.objectContaining({ code }));
  expect(published(asJson(text))).toBe(false);
  expect(voxLockSchema.safeParse(parse(text)).success).toBe(false);
});
