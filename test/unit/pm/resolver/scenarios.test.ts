import { describe, expect, it } from "vitest";
import { FAILED } from "./scenarios-failed.ts";
import { SOLVED } from "./scenarios-solved.ts";
import { render, solve } from "./world.ts";

const dedented = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => `    ${line}`)
    .join("\n");

/** All scenarios of one kind on one page, each with the answer below it, so that a reviewer reads them like a book. */
const page = (scenarios: readonly (readonly [string, string])[]): string =>
  scenarios.map(([title, text]) => `# ${title}\n\n${dedented(text)}\n\n${render(solve(text))}\n`).join("\n\n");

describe("named scenarios", () => {
  it.each(SOLVED)("%s", (_, text) => {
    expect(solve(text).kind).toBe("resolved");
  });

  it.each(FAILED)("fails: %s", (_, text) => {
    expect(solve(text).kind).not.toBe("resolved");
  });

  it("resolve as the reviewed page says", async () => {
    await expect(page(SOLVED)).toMatchFileSnapshot("../../../goldens/resolver/solved.txt");
  });

  it("explain failures as the reviewed page says, word for word", async () => {
    await expect(page(FAILED)).toMatchFileSnapshot("../../../goldens/resolver/failed.txt");
  });

  it("are many, each with a name of its own", () => {
    const titles = [...SOLVED, ...FAILED].map(([title]) => title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles.length).toBeGreaterThanOrEqual(60);
  });
});
