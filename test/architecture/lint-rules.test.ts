import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `  console.assert(${index} >= 0);`).join("\n");

/** One violation of each house rule that the linter watches. */
const PLANTED: readonly (readonly [rule: string, file: string, text: string])[] = [
  ["typescript(no-floating-promises)", "src/a.ts", "export function f() {\n  Promise.resolve(1);\n}"],
  ["typescript(no-misused-promises)", "src/b.ts", "export const f = (p: Promise<boolean>) => (p ? 1 : 2);"],
  ["typescript(await-thenable)", "src/c.ts", "export async function f() {\n  await 1;\n}"],
  [
    "typescript(switch-exhaustiveness-check)",
    "src/d.ts",
    'export function f(x: "a" | "b") {\n  switch (x) {\n    case "a":\n      return 1;\n  }\n  return 2;\n}',
  ],
  ["typescript(no-explicit-any)", "src/e.ts", "export const x: any = 1;"],
  ["typescript(no-non-null-assertion)", "src/f.ts", "export const f = (x: string | undefined) => x!.length;"],
  ["import(no-default-export)", "src/g.ts", "export default 1;"],
  ["oxc(no-barrel-file)", "src/h.ts", 'export * from "./g.ts";'],
  ["eslint(max-lines-per-function)", "src/i.ts", `export function f(console: Console) {\n${lines(41)}\n}`],
  [
    "eslint(max-lines)",
    "src/j.ts",
    `export const x = 1;\n${"// line\n".repeat(0)}${"export type T = 1;\n".repeat(0)}${Array.from({ length: 301 }, (_, i) => `export const x${i} = ${i};`).join("\n")}`,
  ],
  ["eslint(no-restricted-globals)", "src/k.ts", "export const home = process.env.HOME;"],
  ["eslint(no-console)", "src/l.ts", 'export const f = () => console.log("x");'],
];

let folder = "";
let output = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-lint-"));
  for (const file of [".oxlintrc.json", "tsconfig.json", "package.json"]) cpSync(file, join(folder, file));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  for (const [, file, text] of [...PLANTED, ["", "src/runtime/env.ts", "export const home = process.env.HOME;"] as const]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  output = spawnSync(resolve("node_modules/.bin/oxlint"), ["--type-aware", "--format", "unix", "src"], {
    cwd: folder,
    encoding: "utf8",
  }).stdout;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the linter", () => {
  it.each(PLANTED)("%s sees what is planted in %s", (rule, file) => {
    const told = output.split("\n").filter((line) => line.startsWith(`${file}:`));
    expect(told.join("\n")).toContain(rule);
  });

  it("lets the runtime know the process", () => {
    expect(output).not.toContain("src/runtime/env.ts");
  });
});
