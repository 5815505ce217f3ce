import { join } from "node:path";
import { mapConcurrent } from "../../src/core/concurrency.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { publishInto, type Published } from "./lock-world.ts";

/* A registry of 300 packages as a shop might use them: 288 that agree, and a few that do not. */

const TOPICS = ["audit", "basket", "billing", "cache", "chart", "event", "feed", "geo", "invoice", "ledger", "mail", "media"];
const THINGS = [
  "api",
  "client",
  "codec",
  "config",
  "core",
  "events",
  "export",
  "format",
  "guard",
  "hooks",
  "import",
  "index",
  "log",
  "model",
  "parser",
  "queue",
  "router",
  "rules",
  "store",
  "stream",
  "sync",
  "types",
  "view",
  "worker",
];

const depends = (...lines: readonly string[]): string => `[dependencies]\n${lines.join("\n")}\n`;

/** Each asks for up to three of those after it, in a pattern without chance. */
function agreeing(): readonly Published[] {
  const names = TOPICS.flatMap((topic) => THINGS.map((thing) => `${topic}-${thing}`));
  return names.flatMap((name, at) => {
    const asks = [1, 5, 24].flatMap((step) => ((at * 7 + step) % 3 === 0 ? [] : (names[at + step] ?? [])));
    const manifest = depends(...asks.map((asked) => `${asked} = "^1"`));
    return (at % 6 === 0 ? ["1.0.0", "1.3.2"] : ["1.0.0"]).map((version) => ({ name, version, manifest }));
  });
}

const DISAGREEING: readonly Published[] = [
  { name: "cookie-jar", version: "1.4.0" },
  { name: "cookie-jar", version: "2.0.1" },
  { name: "http-server", version: "2.8.0", manifest: depends('cookie-jar = "^1"', 'audit-log = "^1"') },
  { name: "http-server", version: "3.0.0", manifest: depends('cookie-jar = "^2"', 'audit-log = "^1"') },
  { name: "http-server", version: "3.1.0", manifest: depends('cookie-jar = "^2"', 'audit-log = "^1"') },
  { name: "auth-session", version: "2.0.0", manifest: depends('cookie-jar = "^1.2"', 'ledger-guard = "^1"') },
  { name: "auth-session", version: "2.2.0", manifest: depends('cookie-jar = "^1.2"', 'ledger-guard = "^1"') },
  { name: "image-core", version: "4.9.0", manifest: depends('media-codec = "^1"') },
  { name: "image-core", version: "5.2.0", manifest: depends('media-codec = "^1"') },
  { name: "font-loader", version: "2.0.3", manifest: depends('image-core = "^5"') },
  { name: "pdf-writer", version: "4.1.0", manifest: depends('font-loader = "^2"', 'media-stream = "^1"') },
  { name: "report-kit", version: "1.6.0", manifest: depends('pdf-writer = "^4"', 'chart-view = "^1"') },
  { name: "thumbnails", version: "2.3.0", manifest: depends('image-core = "^4"', 'media-store = "^1"') },
];

const LARGE_REGISTRY: readonly Published[] = [...agreeing(), ...DISAGREEING];

/** Fills a folder registry with them. */
export async function publishLargeRegistry(folder: string): Promise<void> {
  const names = [...new Set(LARGE_REGISTRY.map(({ name }) => name))];
  await mapConcurrent(names, 8, async (name) => {
    const store = new FsLayoutStore(join(folder, name));
    for (const published of LARGE_REGISTRY.filter((item) => item.name === name)) await publishInto(store, published);
  });
}
