import { describe, expect, it } from "vitest";
import { resolveSync } from "../../../../src/pm/resolver/resolve-with.ts";
import { largeWorld } from "./large-world.ts";
import { solve } from "./world.ts";

describe("a large graph", () => {
  it("of 5,000 packages is resolved in seconds, even on a slow machine", () => {
    const { request, table } = largeWorld(5000, 1);
    const before = performance.now();
    const outcome = resolveSync(request, table);
    expect(outcome.kind).toBe("resolved");
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it("with a hundred versions that all fail for one reason is given up at once, and explained in a line or two", () => {
    const versions = Array.from({ length: 100 }, (_, minor) => `a 1.${minor}.0: x ^2`).join("\n");
    const outcome = solve(`project app: a ^1, x ^1\n${versions}\nx 1.0.0:\nx 2.0.0:`);
    expect(outcome.kind === "no-solution" ? outcome.lines.length : 0).toBe(2);
  });

  it("in which a late package refuses all that an early one offers is solved by letting it go first", () => {
    const early = Array.from({ length: 60 }, (_, minor) => `early 1.${minor}.0: pivot =1.${minor}.0`).join("\n");
    const pivots = Array.from({ length: 60 }, (_, minor) => `pivot 1.${minor}.0:`).join("\n");
    const late = Array.from({ length: 60 }, (_, minor) => `late 1.${minor}.0: pivot =1.0.0`).join("\n");
    const outcome = solve(`project app: early ^1, late ^1\n${early}\n${pivots}\n${late}`);
    expect(outcome.kind).toBe("resolved");
  });

  it("of one long chain neither overflows the stack nor loses its explanation", () => {
    const links = Array.from({ length: 3000 }, (_, index) => `p${index} 1.0.0: p${index + 1} ^1`).join("\n");
    const outcome = solve(`project app: p0 ^1, x ^1\n${links}\np3000 1.0.0: x ^2\nx 1.0.0:\nx 2.0.0:`);
    expect(outcome.kind === "no-solution" ? outcome.lines.at(-1) : "").toContain("cannot all be met");
  });
});
