import { describe, expect, it } from "vitest";
import { ERROR_CATALOGUE } from "../../../src/errors/catalogue.ts";
import { main } from "../../../src/cli/main.ts";
import { recordedHost } from "./host.ts";

async function vox(line: string) {
  const { host, out, err } = recordedHost();
  const code = await main(line.split(" "), host);
  return { code, out: out(), err: err() };
}

describe("vox explain", () => {
  it.each(Object.keys(ERROR_CATALOGUE))("knows %s", async (code) => {
    const { code: exit, out } = await vox(`explain ${code}`);
    expect(exit).toBe(0);
    expect(out).toContain(`${code}: `);
  });

  it.each(["LOCK_STALE", "lock_stale", "lock-stale", "error[LOCK_STALE]", "error[LOCK_STALE]:"])(
    "takes %s as people copy it",
    async (text) => {
      expect((await vox(`explain ${text}`)).out).toBe(
        "LOCK_STALE: vox.lock no longer says what the manifests ask.\nexit code: 1\nwhat to do: run `vox lock`\n",
      );
    },
  );

  it("prints one document with --json", async () => {
    expect(JSON.parse((await vox("explain --json NO_SOLUTION")).out)).toEqual({
      code: "NO_SOLUTION",
      exit: 1,
      meaning: ERROR_CATALOGUE.NO_SOLUTION.meaning,
      hint: ERROR_CATALOGUE.NO_SOLUTION.hint,
    });
  });

  it.each([
    ["LOCK_STAL", "run `vox explain LOCK_STALE`"],
    ["constructor", "see docs/src/reference/errors.md"],
  ])("refuses %s, and names the nearest", async (text, hint) => {
    expect(await vox(`explain ${text}`)).toMatchObject({
      code: 64,
      err: `error[USAGE]: \`${text}\` is not an error code of vox\nhint: ${hint}\n`,
    });
  });
});

describe("vox commands", () => {
  it("lists every command, a line each", async () => {
    const { out } = await vox("commands");
    expect(out.split("\n")[0]).toMatch(/^vox init\s+Write a Vox\.toml where there is none$/);
    const { commands } = JSON.parse((await vox("commands --json")).out);
    expect(out.trimEnd().split("\n")).toHaveLength(commands.length);
    expect(commands).toContainEqual(expect.objectContaining({ path: "pm publish", area: "packages", status: "stable" }));
  });
});
