import { describe, expect, it } from "vitest";
import type { CommandContext, CommandHandler } from "../../../src/cli/command-context.ts";
import { COMMAND_REGISTRY } from "../../../src/cli/generated/command-registry.ts";
import { ROOT_HELP } from "../../../src/cli/generated/root-help.ts";
import { HANDLERS } from "../../../src/cli/handlers.ts";
import { main } from "../../../src/cli/main.ts";
import { VoxError } from "../../../src/errors/vox-error.ts";
import { recordedHost } from "./host.ts";

/** Runs a line with one handler for every command, and records what the handler saw. */
async function call(line: string, options: { run?: CommandHandler; env?: Record<string, string>; tty?: boolean } = {}) {
  const recorded = recordedHost(options);
  let context: CommandContext | undefined;
  const run: CommandHandler = (given) => {
    context = given;
    return options.run?.(given) ?? Promise.resolve();
  };
  const handlers = Object.fromEntries(Object.keys(HANDLERS).map((name) => [name, () => Promise.resolve({ run })]));
  const argv = line.split(" ").filter((word) => word !== "");
  const code = await main(argv, recorded.host, { registry: COMMAND_REGISTRY, handlers });
  return { code, out: recorded.out(), err: recorded.err(), context };
}

describe("a command line", () => {
  it.each([
    ["lock --locked", "lock", { locked: true, offline: undefined }, {}],
    ["sync --link-mode copy --prod", "sync", { "link-mode": "copy", prod: true, verify: undefined }, {}],
    ["sync", "sync", { "link-mode": "symlink" }, {}],
    ["sync --verify full", "sync", { verify: "full" }, {}],
    ["package", "package", { format: "oci-layout", out: undefined }, { ENV: "production" }],
    ["package staging --out=x", "package", { out: "x" }, { ENV: "staging" }],
    ["deploy --tag a --tag b --load", "deploy", { tag: ["a", "b"], load: true, run: undefined }, { ENV: "production" }],
    ["pm publish --dry-run", "pm publish", { "dry-run": true, registry: "default" }, {}],
    ["pm cache gc --max-age 7d", "pm cache gc", { "max-age": "7d", "dry-run": undefined }, {}],
    ["explain LOCK_STALE", "explain", {}, { CODE: "LOCK_STALE" }],
    ["init", "init", { kind: "application" }, { DIR: undefined }],
  ])("`vox %s` reaches its handler", async (line, command, options, args) => {
    const { code, context } = await call(line);
    expect(code).toBe(0);
    expect(context).toMatchObject({ command, options, args });
  });

  it.each([
    ["--json lock", { json: true }],
    ["lock --json", { json: true }],
    ["lock -qv", { quiet: true, verbose: true }],
    ["lock --color never", { color: "never" }],
    [
      "lock",
      {
        json: false,
        quiet: false,
        verbose: false,
        color: "auto",
        progress: true,
        packageName: undefined,
        projectDir: "/home/ann/shop",
      },
    ],
    ["lock --no-progress", { progress: false }],
    ["--package api lock --project ../site", { packageName: "api", projectDir: "/home/ann/site" }],
    ["pm publish --project /x", { projectDir: "/x" }],
  ])("`vox %s` has its global options before or after the command", async (line, globals) => {
    expect((await call(line)).context?.globals).toMatchObject(globals);
  });

  it("ends with the handler's code, and 0 for none", async () => {
    expect((await call("lock", { run: () => Promise.resolve(1) })).code).toBe(1);
    expect((await call("lock", { run: () => Promise.resolve() })).code).toBe(0);
  });
});

describe("a mistake on the command line is a usage error with a way on", () => {
  it.each([
    [
      "install",
      "unknown command `install`",
      "`vox add` declares a dependency, `vox lock` resolves it, `vox sync` installs what is locked",
    ],
    [
      "install left-pad --save",
      "unknown command `install`",
      "`vox add` declares a dependency, `vox lock` resolves it, `vox sync` installs what is locked",
    ],
    ["help", "unknown command `help`", "run `vox --help`, or `vox COMMAND --help`"],
    ["lok", "unknown command `lok`", "did you mean `lock`?"],
    ["pm", "`vox pm` needs a command", "run `vox pm --help`"],
    ["pm publihs", "unknown command `publihs`", "did you mean `publish`?"],
    ["lock --lokced", "unknown option `--lokced`", "did you mean `--locked`?"],
    ["lock --frozen", "unknown option `--frozen`", "run `vox lock --locked`"],
    ["lock extra", "too many arguments for `lock`: expected 0 arguments but got 1", "run `vox lock --help`"],
    ["explain", "missing required argument `CODE`", "run `vox explain --help`"],
    ["--project", "option `--project <DIR>` argument missing", "run `vox --help`"],
    [
      "sync --link-mode x",
      "option `--link-mode <MODE>` argument `x` is invalid: allowed choices are symlink, hardlink, copy",
      "run `vox sync --help`",
    ],
    [
      "deploy --target moon",
      "option `--target <TARGET>` argument `moon` is invalid: allowed choices are container, compose",
      "run `vox deploy --help`",
    ],
  ])("`vox %s`", async (line, message, hint) => {
    const { code, out, err } = await call(line);
    expect({ code, out, err }).toEqual({ code: 64, out: "", err: `error[USAGE]: ${message}\nhint: ${hint}\n` });
  });
});

describe("help and version", () => {
  it("are data: on stdout, with code 0", async () => {
    const { code, out, err } = await call("--version");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^vox \d+\.\d+\.\d+\n$/);
  });

  it.each(["--help", "-h", ""])("`vox %s` prints the text that was made beforehand", async (line) => {
    expect(await call(line)).toMatchObject({ code: 0, out: ROOT_HELP, err: "" });
  });

  it("of a command names its options and the variables that say the same", async () => {
    const { out } = await call("sync --help");
    await expect(out).toMatchFileSnapshot("../../goldens/cli/sync-help.txt");
  });
});

describe("a failure", () => {
  const failing =
    (error: unknown): CommandHandler =>
    () =>
      Promise.reject(error);

  it("ends with the code of its error and tells it on stderr", async () => {
    const { code, out, err } = await call("lock", { run: failing(new VoxError("LOCK_STALE", "`a` is not locked")) });
    expect({ code, out, err }).toEqual({
      code: 1,
      out: "",
      err: "error[LOCK_STALE]: `a` is not locked\nhint: run `vox lock`\n",
    });
  });

  it("is one document on stdout with --json", async () => {
    const { code, out } = await call("lock --json", {
      run: failing(new VoxError("REGISTRY_DENIED", "no", { hint: "log in" })),
    });
    expect(code).toBe(77);
    expect(JSON.parse(out)).toEqual({ error: { code: "REGISTRY_DENIED", message: "no", hint: "log in", causes: [] } });
  });

  it("of the command line itself is a document too, when --json was read", async () => {
    expect(JSON.parse((await call("lock --json --nope")).out)).toMatchObject({ error: { code: "USAGE" } });
  });

  it.each([new TypeError("x is undefined"), "a text", undefined])("that nobody expected is a bug: %s", async (thrown) => {
    const { code, err } = await call("lock", { run: failing(thrown) });
    expect(code).toBe(70);
    expect(err).toMatch(/^error\[INTERNAL\]: /);
    expect(err).not.toContain("    at ");
  });

  it("never shows a secret", async () => {
    const env = { VOX_REGISTRY_TOKEN: "tok-12345", VOX_SIGN_PASSWORD: "pa55 word" };
    const error = new VoxError("REGISTRY_UNAVAILABLE", "tok-12345 at https://ann:pw@h/", {
      cause: new Error("Authorization: Bearer zzzzzzzzzzzz pa55 word"),
    });
    const { out, err } = await call("lock --json --verbose", { env, run: failing(error) });
    for (const secret of ["tok-12345", "pa55 word", "ann:pw", "zzzzzzzzzzzz"]) expect(out + err).not.toContain(secret);
  });

  it("never shows a secret that a command tells", async () => {
    const run: CommandHandler = (context) => {
      context.onEvent({ kind: "step", message: "using tok-12345" });
      context.stderr("tok-12345\n");
      return Promise.resolve();
    };
    expect((await call("lock", { env: { VOX_REGISTRY_TOKEN: "tok-12345" }, run })).err).toBe("using [redacted]\n[redacted]\n");
  });

  it("is coloured as asked", async () => {
    const run = failing(new VoxError("LOCK_STALE", "x"));
    expect((await call("lock --color always", { run })).err).toContain("\u001b[");
    expect((await call("lock", { run, tty: true, env: { NO_COLOR: "1" } })).err).not.toContain("\u001b[");
    expect((await call("lock", { run, tty: true })).err).toContain("\u001b[");
  });
});
