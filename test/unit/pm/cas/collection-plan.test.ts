import { describe, expect, it } from "vitest";
import { type CacheItem, summariseItems } from "../../../../src/pm/cas/cache-items.ts";
import { planCollection } from "../../../../src/pm/cas/collection-plan.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = 1000 * DAY_MS;

const item = (path: string, ageMs: number, more: Partial<CacheItem> = {}): CacheItem => ({
  kind: "blobs",
  path,
  sizeBytes: 10,
  lastUsedMs: NOW_MS - ageMs,
  hold: "free",
  ...more,
});

const removed = (items: readonly CacheItem[], limits: { maxAgeMs?: number; maxBytes?: number } = {}): readonly string[] =>
  planCollection(items, { nowMs: NOW_MS, maxAgeMs: 30 * DAY_MS, ...limits }).remove.map(({ path }) => path);

describe("by age", () => {
  it.each<[string, CacheItem, readonly string[]]>([
    ["what was not used for longer goes", item("a", 31 * DAY_MS), ["a"]],
    ["what was used since stays", item("a", 29 * DAY_MS), []],
    ["a closure that a project is linked to stays", item("a", 400 * DAY_MS, { kind: "closures", hold: "linked" }), []],
    ["the blobs that can repair it stay", item("a", 400 * DAY_MS, { hold: "repairs" }), []],
    ["a leftover goes at any age", item("a", 2 * HOUR_MS, { kind: "leftovers" }), ["a"]],
    ["a leftover that may be somebody's work stays", item("a", HOUR_MS / 2, { kind: "leftovers" }), []],
    ["a leftover of a process that is gone goes at once", item("a", 0, { kind: "leftovers", hold: "abandoned" }), ["a"]],
  ])("%s", (_, one, expected) => {
    expect(removed([one])).toEqual(expected);
  });

  it("nothing goes that a running command may be using, whatever is asked", () => {
    const items = [item("a", HOUR_MS - 1), item("b", HOUR_MS + 1)];
    expect(removed(items, { maxAgeMs: 0, maxBytes: 0 })).toEqual(["b"]);
  });
});

describe("by size", () => {
  const items = [
    item("newest", 2 * DAY_MS),
    item("oldest", 9 * DAY_MS),
    item("middle", 5 * DAY_MS),
    item("linked", 20 * DAY_MS, { kind: "closures", hold: "linked" }),
    item("its-blob", 20 * DAY_MS, { hold: "repairs" }),
  ];

  it.each([
    [50, []],
    [49, ["oldest"]],
    [35, ["oldest", "middle"]],
    [20, ["newest", "oldest", "middle"]],
    [10, ["newest", "oldest", "middle", "its-blob"]],
    [0, ["newest", "oldest", "middle", "its-blob"]],
  ])("for %d bytes the least recently used go, what repairs a linked closure last, the closure never", (maxBytes, expected) => {
    expect(removed(items, { maxBytes })).toEqual(expected);
  });

  it("what goes for its age counts as gone", () => {
    expect(removed([item("old", 40 * DAY_MS), item("young", 2 * DAY_MS)], { maxBytes: 10 })).toEqual(["old"]);
  });
});

it("closures go before the blobs that they were made from", () => {
  const age = 40 * DAY_MS;
  expect(removed([item("blob", age), item("closure", age, { kind: "closures" })])).toEqual(["closure", "blob"]);
});

it("a summary has count, size, oldest and newest use of each kind", () => {
  const blobs = summariseItems([item("a", DAY_MS), item("b", 3 * DAY_MS)])[0];
  const expected = { count: 2, sizeBytes: 20, oldestUseMs: NOW_MS - 3 * DAY_MS, newestUseMs: NOW_MS - DAY_MS };
  expect(blobs).toEqual({ kind: "blobs", ...expected });
  expect(summariseItems([])).toContainEqual({ kind: "git", count: 0, sizeBytes: 0 });
});
