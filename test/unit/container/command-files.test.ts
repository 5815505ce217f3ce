import { describe, expect, it } from "vitest";
import { checkCommandFiles } from "../../../src/container/plan/command-files.ts";
import { VoxError } from "../../../src/errors/vox-error.ts";
import type { ApplicationFile } from "../../../src/project/materialized-project.ts";
import { failureOf, fileOf } from "./fixtures.ts";

const FILES: readonly ApplicationFile[] = [
  fileOf("server.js"),
  fileOf("bin/run", "#!/bin/sh\n", 0o755),
  fileOf("dist/index.js"),
  { kind: "symlink", path: "current", target: "dist" },
];

type Argv = readonly string[];
const check = (cmd?: Argv, entrypoint?: Argv): string =>
  failureOf(() => checkCommandFiles({ workdir: "/app", ...(cmd && { cmd }), ...(entrypoint && { entrypoint }) }, FILES));

describe("a command that is let through", () => {
  it.each<[string, Argv | undefined, Argv?]>([
    ["no command", undefined],
    ["an empty command", []],
    ["a script that is there", ["node", "server.js"]],
    ["a script after flags", ["node", "--enable-source-maps", "--max-old-space-size=512", "server.js"]],
    ["a flag's value before the script", ["node", "--env-file", ".env", "server.js"]],
    ["a required file before the script", ["node", "-r", "./server.js", "dist/index.js"]],
    ["a module without its ending", ["node", "server"]],
    ["a path without its ending", ["node", "./dist/index"]],
    ["a folder", ["node", "./dist"]],
    ["the folder itself", ["node", "."]],
    ["a program of the application", ["./bin/run"]],
    ["an absolute program of the application", ["/app/bin/run", "--data", "/app/data/db.sqlite"]],
    ["a program of the base", ["/usr/local/bin/thing.sh"]],
    ["a program on the path", ["serve", "missing.js"]],
    ["a file behind a link", ["node", "current/index.js"]],
    ["a file of a package", ["node", ".vox_modules/http-router/cli.js"]],
    ["a file of a package, in full", ["node", "/opt/vox/modules/http-router/cli.js"]],
    ["code in place of a script", ["node", "-e", "require('./gone.js')"]],
    ["a shell's line", ["sh", "-c", "exec node gone.js"]],
    ["a module by name", ["python3", "-m", "gone.py"]],
    ["a remote module", ["deno", "run", "https://example.com/x.ts"]],
    ["arguments of our entrypoint", ["gone.js"], ["dispatcher"]],
  ])("%s", (_name, cmd, entrypoint) => expect(check(cmd, entrypoint)).toBe("no failure"));
});

describe("a command that names a file which is not there", () => {
  it.each<[string, Argv | undefined, Argv | undefined, string]>([
    ["a script", ["node", "gone.js"], undefined, "`cmd` names `gone.js`"],
    ["a script after a flag", ["node", "--inspect", "gone.js"], undefined, "`cmd` names `gone.js`"],
    ["a script after a flag and its value", ["node", "--env-file", ".env", "gone.js"], undefined, "`cmd` names `gone.js`"],
    ["a script of an interpreter by path", ["/usr/local/bin/node", "/app/gone.js"], undefined, "`cmd` names `gone.js`"],
    ["a relative program", ["./gone"], undefined, "`cmd` names `gone`"],
    ["an absolute program under the workdir", ["/app/bin/gone"], undefined, "`cmd` names `bin/gone`"],
    ["a script for our entrypoint", ["gone.js"], ["node"], "`entrypoint` names `gone.js`"],
    ["a script after `deno run`", ["deno", "run", "-A", "gone.ts"], undefined, "`cmd` names `gone.ts`"],
    ["a command beside a cleared entrypoint", ["python3", "-u", "gone.py"], [], "`cmd` names `gone.py`"],
  ])("%s", (_name, cmd, entrypoint, message) =>
    expect(check(cmd, entrypoint)).toBe(`COMMAND_FILE_MISSING: ${message}, which is not among the application's files`),
  );

  it.each([
    [["node", "sever.js"], "did you mean `server.js`?"],
    [["node", "index.js"], "did you mean `dist/index.js`?"],
    [["node", "quite-another-thing.js"], "run `vox package --list`"],
  ])("gets near matches as a hint: %j", (cmd, hint) => {
    try {
      checkCommandFiles({ workdir: "/app", cmd }, FILES);
      expect.unreachable();
    } catch (error) {
      expect(error instanceof VoxError && error.hint).toContain(hint);
    }
  });
});
