import { join, relative } from "node:path";
import { build, type Metafile } from "esbuild";
import { expect, it } from "vitest";

const SRC = join(import.meta.dirname, "../../../src");

/** What is loaded with a file, and not only when somebody asks for it. */
async function loadedWith(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [join(SRC, entry)],
    bundle: true,
    splitting: true,
    write: false,
    outdir: "unused",
    metafile: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  const start = Object.keys(metafile.inputs).find((path) => path.endsWith(entry)) ?? "";
  return [...reached(metafile, start, new Set())];
}

function reached({ inputs }: Metafile, path: string, seen: Set<string>): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { path: next, kind, external } of inputs[path]?.imports ?? [])
    if (kind === "import-statement" && external !== true) reached({ inputs, outputs: {} }, next, seen);
  return seen;
}

it.each(["lock", "sync", "deploy", "package"])(
  "`vox %s` loads nothing of the policy before somebody asks for it",
  async (name) => {
    const loaded = (await loadedWith(`cli/commands/${name}.ts`)).map((path) => relative(SRC, join(process.cwd(), path)));
    expect(loaded.length).toBeGreaterThan(5);
    expect(loaded.filter((path) => path.startsWith("policy/portability/") || path.includes("machine-policy"))).toEqual([]);
  },
);
