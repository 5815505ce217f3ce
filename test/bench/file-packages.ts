import { Random } from "../unit/pm/resolver/random.ts";
import { layeredGraph } from "./graph.ts";

/** A package of one version with files, the same for every tool that is measured. */
export interface FilePackage {
  readonly name: string;
  readonly version: string;
  /** Ranges by name. */
  readonly asks: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

export interface FilePackages {
  readonly packages: readonly FilePackage[];
  /** What the application asks; every package but `EXTRA` is reached from it. */
  readonly roots: Readonly<Record<string, string>>;
}

/** A package that nothing asks for, to be added. */
export const EXTRA = "pkg-extra";

const FOLDERS = ["", "lib/", "lib/inner/", "docs/"];
const LINES = 60;

/** `count` packages of `filesEach` files of about 3 KB of text that compresses as source code does. */
export function filePackages(count: number, filesEach: number): FilePackages {
  const random = new Random(7);
  const graph = layeredGraph(count, 42);
  const packages = [...graph.packages].map(([name, versions]): FilePackage => {
    const asks = versions.at(-1)?.asks ?? {};
    return { name, version: "1.3.0", asks, files: filesOf(random, filesEach) };
  });
  return {
    packages: [...packages, { name: EXTRA, version: "1.3.0", asks: {}, files: filesOf(random, filesEach) }],
    roots: graph.roots,
  };
}

/** The manifest of each tool makes one file more. */
const filesOf = (random: Random, count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count - 1 }, (_, index) => [
      `${FOLDERS[index % FOLDERS.length] ?? ""}file-${index}.js`,
      Array.from(
        { length: LINES },
        () => `export const value${random.below(1e6)} = combine(input, ${random.below(1e9)});`,
      ).join("\n"),
    ]),
  );
