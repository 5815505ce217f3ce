// Builds the pages of docs/src into a site that is read and searched from a folder, without a server.
// `node scripts/run.mjs scripts/site.mjs [DIR]`; the folder is site/ by default. A dead link or anchor in the made pages is an error.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, resolve } from "node:path";
import Eleventy from "@11ty/eleventy";
import MiniSearch from "minisearch";
import { anchorOf, headingsOf, linksOf, pageLines } from "../src/ci/markdown/page.ts";

const SOURCE = "docs/src";
const DESIGN = "docs/site";
const INDEX = "index.md";

/** Every page, sorted: its path below docs/src, its text and its title. */
async function readPages() {
  const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relative(SOURCE, join(entry.parentPath, entry.name)));
  return Promise.all(
    paths.toSorted().map(async (path) => {
      const text = await readFile(join(SOURCE, path), "utf8");
      const headings = headingsOf(text).map((heading) => ({ ...heading, text: heading.text.replaceAll("`", "") }));
      return { path, text, headings, href: path.replace(/\.md$/, ".html"), title: headings[0]?.text ?? path };
    }),
  );
}

/** The menu: what the index lists below each of its headings, in its order. */
function navigationOf(pages) {
  const { text, headings } = pages.find(({ path }) => path === INDEX);
  const links = linksOf(text);
  const sections = headings.filter(({ level }) => level === 2);
  return sections.map(({ text: title, line }, position) => {
    const end = sections[position + 1]?.line ?? Infinity;
    const listed = links.filter((link) => link.line > line && link.line < end).map(({ target }) => target);
    return { title, pages: listed.flatMap((target) => pages.find(({ path }) => path === target) ?? []) };
  });
}

/** What stands on a page, where it is long enough to need a list of it. */
function outlineOf({ path, headings }) {
  const sections = headings.filter(({ level }) => level === 2);
  return path === INDEX || sections.length < 4 ? [] : sections;
}

/** Anchors as code hosts make them, and links that lead to pages of the site. */
function amendMarkdown(markdown) {
  const seen = new WeakMap();
  markdown.renderer.rules.heading_open = (tokens, index, options, env, renderer) => {
    const counts = seen.get(tokens) ?? new Map();
    seen.set(tokens, counts);
    const slug = anchorOf(tokens[index + 1].content);
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    tokens[index].attrSet("id", count === 0 ? slug : `${slug}-${count}`);
    return renderer.renderToken(tokens, index, options);
  };
  markdown.renderer.rules.link_open = (tokens, index, options, env, renderer) => {
    const href = tokens[index].attrGet("href") ?? "";
    if (!/^[a-z]+:/.test(href))
      tokens[index].attrSet("href", href.replace(/\.md(?=#|$)/, ".html").replace(/\/$/, "/index.html"));
    return renderer.renderToken(tokens, index, options);
  };
}

async function build(pages, out) {
  const byHref = new Map(pages.map((page) => [page.href, page]));
  const eleventy = new Eleventy(SOURCE, out, {
    quietMode: true,
    configPath: false,
    config(configuration) {
      configuration.setIncludesDirectory(relative(SOURCE, DESIGN));
      configuration.setUseGitIgnore(false);
      configuration.addGlobalData("layout", "page.njk");
      configuration.addGlobalData("navigation", navigationOf(pages));
      const hrefOf = ({ page }) => `${page.filePathStem.slice(1)}.html`;
      configuration.addGlobalData("eleventyComputed", {
        permalink: hrefOf,
        here: hrefOf,
        root: (data) => "../".repeat(hrefOf(data).split("/").length - 1),
        pageTitle: (data) => byHref.get(hrefOf(data)).title,
        outline: (data) => outlineOf(byHref.get(hrefOf(data))),
      });
      configuration.amendLibrary("md", amendMarkdown);
      return { markdownTemplateEngine: false, templateFormats: ["md"] };
    },
  });
  await eleventy.write();
}

/** One document a heading: what stands below it, up to the next. */
function sectionsOf({ href, text, title, headings }) {
  const lines = pageLines(text);
  return headings.map((heading, index) => {
    const end = headings[index + 1]?.line ?? lines.length + 1;
    const body = lines.slice(heading.line, end - 1).map((line) => line.text);
    return { id: `${href}#${heading.anchor}`, title: heading.text, page: title, text: body.join(" ") };
  });
}

async function writeAssets(pages, out) {
  const assets = join(out, "assets");
  await mkdir(assets, { recursive: true });
  const options = { fields: ["title", "text"], storeFields: ["title", "page"] };
  const search = new MiniSearch(options);
  search.addAll(pages.flatMap(sectionsOf));
  const index = JSON.stringify({ options, index: search.toJSON() });
  await writeFile(join(assets, "search-index.js"), `window.VOX_INDEX = ${index};\n`);
  const umd = join(dirname(createRequire(import.meta.url).resolve("minisearch")), "../umd/index.js");
  await copyFile(umd, join(assets, "minisearch.js"));
  for (const name of ["style.css", "search.js"]) await copyFile(join(DESIGN, name), join(assets, name));
}

/** Addresses in the made pages that lead to no file, or to no element of one. */
async function deadLinks(out) {
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(out, join(entry.parentPath, entry.name)));
  const texts = new Map(
    await Promise.all(paths.map(async (path) => [path, path.endsWith(".html") ? await readFile(join(out, path), "utf8") : ""])),
  );
  const ids = new Map(
    [...texts].map(([path, text]) => [path, new Set([...text.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]))]),
  );
  return [...texts].flatMap(([path, text]) =>
    [...text.matchAll(/\b(?:href|src)="([^"]*)"/g)].flatMap(([, address]) => {
      if (/^[a-z]+:/.test(address)) return [];
      const [file, anchor] = address.split("#");
      const target = file === "" ? path : posix.join(posix.dirname(path), decodeURI(file));
      const alive = ids.has(target) && (anchor === undefined || ids.get(target).has(decodeURIComponent(anchor)));
      return alive ? [] : [`${path}: ${address}`];
    }),
  );
}

const out = resolve(process.argv[2] ?? "site");
const pages = await readPages();
await rm(out, { recursive: true, force: true });
await build(pages, out);
await writeAssets(pages, out);
const dead = await deadLinks(out);
for (const link of dead) console.error(`leads nowhere: ${link}`);
if (dead.length > 0) process.exitCode = 1;
else console.error(`site: ${pages.length} pages in ${relative(process.cwd(), out) || "."}`);
