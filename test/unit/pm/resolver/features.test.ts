import { describe, expect, it } from "vitest";
import { flagFacts, memberFeatureWishes, plainFacts, type ReleaseFact } from "../../../../src/pm/resolver/features.ts";
import type { Release } from "../../../../src/pm/resolver/request.ts";
import { world } from "./world.ts";

const releaseOf = (line: string): Release => {
  const [item] = world(line).releases;
  if (item === undefined) throw new Error(`no release in: ${line}`);
  return item.release;
};

function told({ when, says }: ReleaseFact): string {
  const text = {
    requires: () => ("requirement" in says ? `needs ${says.requirement.name}` : ""),
    "asks-feature": () => (says.kind === "asks-feature" ? `asks ${says.requirement.name}/${says.feature}` : ""),
    implies: () => (says.kind === "implies" ? `switches on ${says.flag}` : ""),
    "lacks-feature": () => "lacks it",
    undependable: () => "undependable",
    "not-a-skill": () => "no skill",
  }[says.kind]();
  return `${when.join(" and ") || "always"}: ${text}`;
}

describe("the features of a release", () => {
  it.each([
    [
      "a feature lists others",
      "a 1.0.0: | full=fast,tls | fast= | tls=",
      "full",
      ["full: switches on fast", "full: switches on tls"],
    ],
    ["`dep:name` switches an optional dependency on", "a 1.0.0: x ^1 optional | tls=dep:x", "tls", ["tls: switches on dep:x"]],
    ["an optional dependency that is on is needed", "a 1.0.0: x ^1 optional | tls=dep:x", "dep:x", ["dep:x: needs x"]],
    ["`dep:name` hides the feature of that name", "a 1.0.0: x ^1 optional | tls=dep:x", "x", ["x: lacks it"]],
    ["an optional dependency is a feature otherwise", "a 1.0.0: x ^1 optional", "x", ["x: switches on dep:x"]],
    ["`name/feature` of a needed dependency", "a 1.0.0: x ^1 | tls=x/fast", "tls", ["tls: asks x/fast"]],
    [
      "`name/feature` of an optional one switches it on",
      "a 1.0.0: x ^1 optional | tls=x/fast",
      "tls",
      ["tls: switches on dep:x", "tls: switches on x", "tls: asks x/fast"],
    ],
    [
      "… and not the feature that `dep:` hides",
      "a 1.0.0: x ^1 optional | tls=x/fast | y=dep:x",
      "tls",
      ["tls: switches on dep:x", "tls: asks x/fast"],
    ],
    ["`name?/feature` waits for the dependency", "a 1.0.0: x ^1 optional | tls=x?/fast", "tls", ["tls and dep:x: asks x/fast"]],
    ["`name?/feature` of a needed dependency need not wait", "a 1.0.0: x ^1 | tls=x?/fast", "tls", ["tls: asks x/fast"]],
    [
      "a dash and an underscore are one letter",
      "a 1.0.0: my-kit ^1 optional | tls=dep:my_kit",
      "dep:my-kit",
      ["dep:my-kit: needs my-kit"],
    ],
    ["default features that are not listed are none", "a 1.0.0:", "default", []],
    ["any other feature that is not listed is lacking", "a 1.0.0:", "tls", ["tls: lacks it"]],
    ["a library is no skill", "a 1.0.0:", "kind:skill", ["kind:skill: no skill"]],
    ["a skill is one", "a 1.0.0 skill:", "kind:skill", []],
  ])("%s", (_, line, flag, expected) => {
    expect(flagFacts(releaseOf(line), flag).map(told)).toEqual(expected);
  });

  it("need their dependencies whatever is on, but neither optional nor dev ones", () => {
    expect(plainFacts(releaseOf("a 1.0.0: b ^1, c ^1 optional, dev d ^1")).map(told)).toEqual(["always: needs b"]);
  });

  it.each(["application", "snippet", "workspace"])("do not make a package of kind %s one to depend on", (kind) => {
    expect(plainFacts(releaseOf(`a 1.0.0 ${kind}:`)).map(told)).toEqual(["always: undependable"]);
  });

  it("have equal keys where they say the same, whatever the order of the manifest", () => {
    const keys = (line: string): string[] => plainFacts(releaseOf(line)).map((item) => item.key);
    expect(keys("a 1.0.0: b ^1, c ^2 +x +y")).toEqual(keys("a 1.1.0: c ^2 +y +x, b ^1"));
  });

  it("of a member ask at once what all of them ask", () => {
    const [member] = world("project app: x ^1, y ^1 optional | one=x/fast | two=y?/slow,dep:y").request.locals;
    expect(member && memberFeatureWishes(member).map(([requirement, feature]) => `${requirement.name}/${feature}`)).toEqual([
      "x/fast",
      "y/slow",
    ]);
  });
});
