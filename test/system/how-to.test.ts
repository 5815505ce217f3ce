import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { layLockedStorefront } from "../support/storefront.ts";
import { CHECKOUT, createDesk, type Desk, succeeded } from "../support/vox-cli.ts";

vi.setConfig({ testTimeout: 60_000 });

/** The commands of vox that a page shows, in order: those after `$ vox` in its blocks. */
const commandsOf = (page: string): readonly string[] =>
  [...readFileSync(join(CHECKOUT, "docs/src/how-to", page), "utf8").matchAll(/^\$ vox (.+)$/gm)].map((match) => match[1] ?? "");

const words = (command: string): readonly string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");

let desk: Desk | undefined;
afterEach(() => {
  desk?.remove();
  desk = undefined;
});

const git = (cwd: string, ...args: readonly string[]): void =>
  void execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], { cwd, stdio: "ignore" });

const commitAll = (cwd: string): void => {
  git(cwd, "add", "-A");
  git(cwd, "commit", "-q", "-m", "x");
};

describe("the commands of the page", () => {
  it("on publishing a package run one after another, as they stand there", async () => {
    desk = createDesk();
    const cwd = join(desk.folder, "http-router");
    mkdirSync(cwd);
    git(cwd, "init", "-q");
    for (const command of commandsOf("publish-a-package.md")) {
      succeeded(await desk.vox(words(command), { cwd }));
      if (!command.startsWith("init")) continue;
      const manifest = join(cwd, "Vox.toml");
      writeFileSync(manifest, `${readFileSync(manifest, "utf8")}\n[registries.corp]\nindex = "file:../corp"\n`);
      commitAll(cwd);
    }
  });

  it("on working without a network run, and ask nobody on the other side", async () => {
    const shop = await layLockedStorefront();
    desk = shop.desk;
    const commands = commandsOf("air-gap.md");
    expect(commands).toHaveLength(6);
    for (const command of commands) succeeded(await shop.vox(words(command)));
  });

  it("on coming from a Dockerfile run up to the engine", async () => {
    const shop = await layLockedStorefront();
    desk = shop.desk;
    const commands = commandsOf("migrate-from-dockerfile.md").filter((command) => !/^init|--load$/.test(command));
    expect(commands).toEqual(["lock", "package --list", "package"]);
    for (const command of commands) succeeded(await shop.vox(words(command)));
  });

  it("on a private registry publish and add from a folder", async () => {
    desk = createDesk();
    const library = join(desk.folder, "http-router");
    const app = join(desk.folder, "app");
    for (const folder of [library, app]) {
      succeeded(await desk.vox(["init", folder, "--kind", "library"]));
      const manifest = join(folder, "Vox.toml");
      writeFileSync(manifest, `${readFileSync(manifest, "utf8")}\n[registries.corp]\nindex = "file:../corp"\n`);
    }
    const [login = "", publish = "", add = ""] = commandsOf("run-a-private-registry.md");
    expect(login).toMatch(/^login /);
    succeeded(await desk.vox([...words(publish), "--allow-dirty"], { cwd: library }));
    succeeded(await desk.vox(words(add), { cwd: app }));
  });

  it("on CI gate what they say", async () => {
    const shop = await layLockedStorefront();
    desk = shop.desk;
    const page = readFileSync(join(CHECKOUT, "docs/src/how-to/ci-recipes.md"), "utf8");
    succeeded(await shop.vox(["sync"]));
    for (const command of [
      "lock --locked",
      "pm verify",
      "ci pm-provenance --format sarif",
      "ci portability --format sarif",
      "package",
    ]) {
      expect(page).toContain(`\`vox ${command}\``);
      succeeded(await shop.vox(words(command), { env: { CI: "true" } }));
    }
  });
});
