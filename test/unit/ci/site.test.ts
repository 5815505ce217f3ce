import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createContext, runInContext } from "node:vm";
import MiniSearch from "minisearch";
import { linksOf } from "../../../src/ci/markdown/page.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "vox-site-"));
afterAll(() => rmSync(folder, { recursive: true }));

const build = (cwd: string, out: string) =>
  spawnSync(process.execPath, [resolve("scripts/run.mjs"), "scripts/site.mjs", out], { cwd, encoding: "utf8" });

describe("the site", () => {
  const out = join(folder, "site");
  let stderr = "";
  beforeAll(() => {
    stderr = build(process.cwd(), out).stderr;
  }, 60_000);

  const page = (path: string): string => readFileSync(join(out, path), "utf8");

  it("has every page, below its own path", () => {
    const sources = readdirSync("docs/src", { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
    const made = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html"));
    expect(made.toSorted()).toEqual(sources.map((path) => path.replace(/md$/, "html")).toSorted());
    expect(stderr).toContain(`site: ${sources.length} pages`);
  });

  it("asks nothing of a network: what it loads lies beside it", () => {
    expect(page("reference/cli.html")).toContain('href="../assets/style.css"');
    const loaded = [...page("reference/cli.html").matchAll(/<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"/g)].map(
      (match) => match[1],
    );
    expect(loaded.filter((address) => address?.includes("//"))).toEqual([]);
  });

  it("leads from page to page, and to the anchors that code hosts give headings", () => {
    expect(page("how-to/air-gap.html")).toContain('href="../reference/vox-portability-ssot.html#lock-semantics-by-lane"');
    expect(page("reference/vox-portability-ssot.html")).toContain('id="lock-semantics-by-lane"');
  });

  it("has a menu in the order of the index, with every page in it, and a list on a long page", () => {
    const menu = [...(page("reference/cli.html").split("<nav")[1] ?? "").matchAll(/href="\.\.\/([^"#]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    const listed = linksOf(readFileSync("docs/src/index.md", "utf8")).map(({ target }) => target.replace(/md$/, "html"));
    expect(menu).toEqual(listed.slice(-menu.length));
    expect(menu.length).toBe(
      readdirSync("docs/src", { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md")).length - 1,
    );
    expect(page("reference/cli.html")).toContain('<a href="#vox-lock">vox lock</a>');
  });

  it("shows braces of templates as they stand in a page", () => {
    expect(page("reference/vox-toml.html")).toContain("{ workspace = true }");
  });

  it("finds a heading by its words", () => {
    const window: Record<string, { readonly index: object; readonly options: object }> = {};
    runInContext(page("assets/search-index.js"), createContext({ window }));
    const { index, options } = window["VOX_INDEX"] ?? { index: {}, options: {} };
    const search = MiniSearch.loadJSON(JSON.stringify(index), { fields: ["title", "text"], ...options });
    expect(search.search("lock stale").map(({ id }) => id)).toContain("reference/errors.html#lock_stale");
    expect(search.search("deferral register")[0]?.id).toMatch(/^architecture\/deferral-register\.html/);
  });
});

it("a page that leads nowhere is not made in silence", () => {
  const checkout = join(folder, "checkout");
  for (const path of ["docs/site", "docs/src/adr", "scripts", "src/ci/markdown"])
    cpSync(path, join(checkout, path), { recursive: true });
  writeFileSync(join(checkout, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(checkout, "docs/src/index.md"),
    "# Home\n\n[a](adr/001-default-registry-name.md#nowhere) [b](nowhere.md) [c](#home)\n",
  );
  mkdirSync(join(checkout, "node_modules/.cache"), { recursive: true });
  for (const name of readdirSync("node_modules")) {
    if (name !== ".cache") symlinkSync(resolve("node_modules", name), join(checkout, "node_modules", name));
  }
  rmSync(join(checkout, "docs/src/adr/003-closure-digest.md"));
  const { status, stderr } = build(checkout, join(folder, "spoilt"));
  expect(status).toBe(1);
  expect(stderr).toContain("leads nowhere: index.html: adr/001-default-registry-name.html#nowhere");
  expect(stderr).toContain("leads nowhere: index.html: nowhere.html");
  expect(stderr).not.toContain("#home");
}, 60_000);
