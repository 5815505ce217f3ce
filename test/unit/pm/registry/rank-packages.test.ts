import { describe, expect, it } from "vitest";
import { matchOf, rankPackages } from "../../../../src/pm/registry/rank-packages.ts";
import { shownVersion } from "../../../../src/pm/registry/shown-version.ts";

describe("a text matches a package", () => {
  it.each([
    ["http-router", { name: "http-router" }, "exact"],
    ["HTTP_Router", { name: "http-router" }, "exact"],
    ["http", { name: "http-router" }, "prefix"],
    ["", { name: "http-router" }, "prefix"],
    ["router", { name: "http-router" }, "name"],
    [" p_r ", { name: "http-router" }, "name"],
    ["ROUTES", { name: "a", description: "It routes requests" }, "description"],
    ["route requests", { name: "a", description: "It routes requests" }, undefined],
  ])("%j: %j → %s", (text, one, match) => expect(matchOf(text, one)).toBe(match));
});

it("better matches stand first, and equal ones by name, in whatever order they came", () => {
  const all = [
    { name: "z", description: "about log" },
    { name: "catalog" },
    { name: "log" },
    { name: "logger" },
    { name: "log-b" },
    { name: "b", description: "no such thing" },
  ];
  const expected = ["log", "log-b", "logger", "catalog", "z"];
  expect(rankPackages("log", all).map(({ name }) => name)).toEqual(expected);
  expect(rankPackages("log", all.toReversed()).map(({ name }) => name)).toEqual(expected);
});

describe("the version that stands for a package is the highest", () => {
  const version = (text: string, yanked = false) => ({ version: text, yanked });
  it.each([
    [[version("1.0.0"), version("1.1.0"), version("2.0.0-rc.1")], "1.1.0"],
    [[version("1.0.0"), version("1.1.0", true)], "1.0.0"],
    [[version("1.0.0", true), version("2.0.0-rc.1")], "2.0.0-rc.1"],
    [[version("1.0.0", true), version("1.1.0", true)], "1.1.0"],
    [[], undefined],
  ])("%j → %s", (versions, shown) => expect(shownVersion(versions)?.version).toBe(shown));
});
