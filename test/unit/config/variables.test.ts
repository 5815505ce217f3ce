import { describe, expect, it } from "vitest";
import { ENVIRONMENT_VARIABLES, SECRET_VARIABLES } from "../../../src/config/environment-variables.ts";
import {
  isContinuousIntegration,
  parseBooleanVariable,
  parseListVariable,
  sourceDateEpochSeconds,
} from "../../../src/config/parse-variable.ts";
import { resolvePaths } from "../../../src/config/paths.ts";

const configInvalid = expect.objectContaining({ code: "CONFIG_INVALID" });

describe("a switch", () => {
  it.each([
    ["1", true],
    ["true", true],
    ["TRUE", true],
    ["yes", true],
    ["on", true],
    [" true ", true],
    ["", false],
    ["0", false],
    ["false", false],
    ["no", false],
    ["off", false],
    [undefined, false],
  ])("of %j is %s", (text, truth) => {
    expect(parseBooleanVariable({ X: text }, "X")).toBe(truth);
  });

  it.each(["2", "truthy", "nein"])("of %j is refused, with what to set", (text) => {
    expect(() => parseBooleanVariable({ VOX_LOCKED: text }, "VOX_LOCKED")).toThrow(configInvalid);
    expect(() => parseBooleanVariable({ VOX_LOCKED: text }, "VOX_LOCKED")).toThrow(`\`VOX_LOCKED\` is \`${text}\``);
  });

  it("named CI takes the names that services write", () => {
    expect(["true", "1", "drone", "false", "0", "", undefined].map((CI) => isContinuousIntegration({ CI }))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

it.each([
  [undefined, []],
  ["", []],
  ["a", ["a"]],
  [" a:5000 , b,,", ["a:5000", "b"]],
])("a list of %j is %j", (text, items) => {
  expect(parseListVariable({ X: text }, "X")).toEqual(items);
});

describe("SOURCE_DATE_EPOCH", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["0", 0],
    ["1700000000", 1_700_000_000],
    ["253402300799", 253_402_300_799],
  ])("of %j is %j", (text, seconds) => {
    expect(sourceDateEpochSeconds({ SOURCE_DATE_EPOCH: text })).toBe(seconds);
  });

  it.each(["-1", "1.5", "1e3", "now", "253402300800", "9999999999999"])("of %j is refused", (text) => {
    expect(() => sourceDateEpochSeconds({ SOURCE_DATE_EPOCH: text })).toThrow(configInvalid);
  });
});

describe("the folders of the machine", () => {
  it("are under the home by default", () => {
    expect(resolvePaths({}, "/home/ann")).toEqual({
      cacheDir: "/home/ann/.cache/vox",
      dataDir: "/home/ann/.local/share/vox",
      configDir: "/home/ann/.config/vox",
    });
  });

  it.each([
    [{ XDG_CACHE_HOME: "/c", XDG_DATA_HOME: "/d", XDG_CONFIG_HOME: "/f" }, ["/c/vox", "/d/vox", "/f/vox"]],
    [{ VOX_CACHE_DIR: "/c", VOX_DATA_DIR: "/d/", VOX_CONFIG_DIR: "/f/../g" }, ["/c", "/d", "/g"]],
    [{ VOX_CACHE_DIR: "/own", XDG_CACHE_HOME: "/c" }, ["/own", "/h/.local/share/vox", "/h/.config/vox"]],
    [{ VOX_CACHE_DIR: "", XDG_CACHE_HOME: "relative" }, ["/h/.cache/vox", "/h/.local/share/vox", "/h/.config/vox"]],
  ])("follow %j", (env, folders) => {
    const { cacheDir, dataDir, configDir } = resolvePaths(env, "/h");
    expect([cacheDir, dataDir, configDir]).toEqual(folders);
  });

  it("are never relative to where a command happens to run", () => {
    expect(() => resolvePaths({ VOX_CACHE_DIR: "cache" }, "/h")).toThrow(configInvalid);
  });
});

describe("the list of variables", () => {
  it("names each once and says what it means in a sentence", () => {
    const names = ENVIRONMENT_VARIABLES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { meaning } of ENVIRONMENT_VARIABLES) expect(meaning).toMatch(/^[A-Z`].*[.]$/);
  });

  it("holds every variable of the contracts", () => {
    const promised =
      "VOX_CACHE_DIR VOX_DATA_DIR VOX_CONFIG_DIR VOX_REGISTRY VOX_REGISTRY_TOKEN VOX_LANE VOX_OFFLINE VOX_FROZEN VOX_LOCKED VOX_SIGN_KEY VOX_SIGN_PASSWORD VOX_INSECURE_REGISTRIES SOURCE_DATE_EPOCH NO_COLOR CI DOCKER_HOST DOCKER_CONFIG HTTPS_PROXY NO_PROXY";
    const names = ENVIRONMENT_VARIABLES.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(promised.split(" ")));
    expect(names).toEqual(expect.arrayContaining([...SECRET_VARIABLES]));
  });
});
