import { describe, expect, it } from "vitest";
import {
  type Lane,
  laneFrom,
  type LockFlags,
  type LockingCommand,
  lockPolicyFor,
  type LockMode,
} from "../../../src/config/lock-mode.ts";

type Row = readonly [command: LockingCommand, flags: LockFlags, env: Record<string, string>, mode: LockMode];

/** Contracts, §3: flag × variable × lane for each command. */
const CELLS: readonly Row[] = [
  ["lock", {}, {}, "default"],
  ["lock", { locked: true }, {}, "locked"],
  ["lock", {}, { VOX_LOCKED: "1" }, "locked"],
  ["lock", {}, { VOX_FROZEN: "1" }, "frozen"],
  ["lock", {}, { CI: "true" }, "default"],
  ["lock", { lane: "release" }, {}, "default"],
  ["sync", {}, {}, "default"],
  ["sync", { locked: true }, {}, "locked"],
  ["sync", { frozen: true }, {}, "frozen"],
  ["sync", { locked: true, frozen: true }, {}, "frozen"],
  ["sync", {}, { VOX_LOCKED: "true" }, "locked"],
  ["sync", {}, { VOX_FROZEN: "true" }, "frozen"],
  ["sync", { locked: true }, { VOX_FROZEN: "true" }, "frozen"],
  ["sync", { frozen: true }, { VOX_LOCKED: "true" }, "frozen"],
  ["sync", { locked: true }, { VOX_LOCKED: "false" }, "locked"],
  ["sync", {}, { CI: "true" }, "locked"],
  ["sync", { frozen: true }, { CI: "true" }, "frozen"],
  ["sync", {}, { CI: "false" }, "default"],
  ["sync", {}, { VOX_LANE: "ci" }, "locked"],
  ["sync", {}, { VOX_LANE: "release" }, "locked"],
  ["sync", {}, { CI: "true", VOX_LANE: "local" }, "locked"],
  ["edit", {}, {}, "default"],
  ["edit", { locked: true }, {}, "locked"],
  ["edit", {}, { CI: "true" }, "default"],
  ["edit", {}, { VOX_FROZEN: "1" }, "frozen"],
  ...(["package", "deploy"] as const).flatMap((command): readonly Row[] => [
    [command, {}, {}, "locked"],
    [command, { locked: true }, {}, "locked"],
    [command, { frozen: true }, {}, "frozen"],
    [command, {}, { VOX_LOCKED: "1" }, "locked"],
    [command, {}, { VOX_FROZEN: "1" }, "frozen"],
    [command, {}, { CI: "true" }, "frozen"],
    [command, { locked: true }, { CI: "1" }, "frozen"],
    [command, { lane: "ci" }, {}, "frozen"],
    [command, { lane: "release" }, {}, "frozen"],
    [command, {}, { VOX_LANE: "release" }, "frozen"],
    [command, { lane: "local" }, { VOX_LANE: "release" }, "locked"],
    [command, { lane: "local" }, { CI: "true" }, "frozen"],
  ]),
];

describe("the strictest of flag, variable and lane decides how the lock is held", () => {
  it.each(CELLS)("%s %j %j is %s", (command, flags, env, mode) => {
    expect(lockPolicyFor(command, flags, env).mode).toBe(mode);
  });

  it.each([
    ["default", false, { mustBeFresh: false, mayWrite: true, mayResolve: true, mayReadMetadata: true }],
    ["locked", false, { mustBeFresh: true, mayWrite: false, mayResolve: false, mayReadMetadata: true }],
    ["frozen", false, { mustBeFresh: true, mayWrite: false, mayResolve: false, mayReadMetadata: false }],
    ["default", true, { mustBeFresh: false, mayWrite: true, mayResolve: true, mayReadMetadata: false }],
    ["locked", true, { mustBeFresh: true, mayWrite: false, mayResolve: false, mayReadMetadata: false }],
    ["frozen", true, { mustBeFresh: true, mayWrite: false, mayResolve: false, mayReadMetadata: false }],
  ] as const)("%s, offline %s, may do what the table says", (mode, offline, allowed) => {
    const flags = { locked: mode === "locked", frozen: mode === "frozen", offline };
    expect(lockPolicyFor("sync", flags, {})).toMatchObject({ ...allowed, mode, offline });
  });

  it("is offline by flag or by variable, whatever the mode", () => {
    expect(lockPolicyFor("lock", {}, { VOX_OFFLINE: "1" }).offline).toBe(true);
    expect(lockPolicyFor("deploy", { offline: true }, {}).offline).toBe(true);
    expect(lockPolicyFor("deploy", {}, {}).offline).toBe(false);
  });

  it("refuses `lock --frozen` as a usage error", () => {
    expect(() => lockPolicyFor("lock", { frozen: true }, {})).toThrow(expect.objectContaining({ code: "USAGE", exitCode: 64 }));
  });

  it.each([{ VOX_LOCKED: "perhaps" }, { VOX_FROZEN: "2" }, { VOX_OFFLINE: "x" }, { VOX_LANE: "fast" }])("refuses %j", (env) => {
    expect(() => lockPolicyFor("sync", {}, env)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", exitCode: 78 }));
  });
});

describe("the lane", () => {
  it.each<readonly [Lane | undefined, Record<string, string>, Lane]>([
    [undefined, {}, "local"],
    [undefined, { CI: "true" }, "ci"],
    [undefined, { CI: "woodpecker" }, "ci"],
    [undefined, { CI: "0" }, "local"],
    [undefined, { CI: "true", VOX_LANE: "release" }, "release"],
    ["local", { VOX_LANE: "release" }, "local"],
    ["release", {}, "release"],
  ])("flag %s and variables %j give %s", (flag, env, lane) => {
    expect(laneFrom(flag, env)).toBe(lane);
  });
});
