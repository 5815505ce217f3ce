import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { arm64Node } from "../support/arm64-node.ts";
import { layLockedStorefront } from "../support/storefront.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { type RunOptions, succeeded } from "../support/vox-cli.ts";

const LONG_MS = 900_000;
const node = arm64Node();

async function packaged(run: RunOptions): Promise<Readonly<Record<string, string>>> {
  const storefront = await layLockedStorefront();
  try {
    // Several blocks for the compressor.
    storefront.write("app/large.txt", Array.from({ length: 400_000 }, (_, line) => `${(line * 7919) % 100_003}\n`).join(""));
    const out = join(storefront.desk.folder, "image");
    succeeded(await storefront.vox(["package", "--out", out], run));
    return snapshot(out);
  } finally {
    storefront.desk.remove();
  }
}

describe.skipIf(node === undefined)("an image that a Node for arm64 makes", () => {
  it(
    "is the image that a Node for amd64 makes, byte for byte",
    async () => {
      const here = await packaged({});
      expect(await packaged({ node: node?.binary ?? "", through: node?.through ?? [] })).toEqual(here);
    },
    LONG_MS,
  );
});
