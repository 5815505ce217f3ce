import { randomUUID } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeNamed } from "../support/rollout-desk.ts";
import { hasBusybox, writeShellBase } from "../support/shell-base.ts";
import { requireService } from "../support/services.ts";
import { at, CHECKOUT, createDesk, type Desk, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, registry] = [await requireService("docker"), await requireService("registry")];
const PAGE = readFileSync(join(CHECKOUT, "docs/src/how-to/how-to-deploy.md"), "utf8");

/** What a reader has that a test has not, and the other way round. */
const name = `shop-${randomUUID().slice(0, 8)}`;
const SERVER = '["/bin/busybox", "httpd", "-f", "-p", "3000", "-h", "/app/www"]';
const CHECK = '["/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:3000/"]';
const INSTEAD: readonly (readonly [string | RegExp, string])[] = [
  ["ghcr.io/acme", `${registry}/how-to/${name}`],
  [/\bshop\b/g, name],
  ["docker.io/library/node:22-slim", "oci-layout:../base:base"],
  ['cmd = ["node", "server.js"]', `platforms = ["linux/amd64"]\nstop_signal = "SIGKILL"\ncmd = ${SERVER}`],
  ['["node", "health.js"], interval = "10s"', `${CHECK}, interval = "1s"`],
  ["docker.io/valkey/valkey:8", `${registry}/how-to/${name}/cache:8`],
  ["8080:3000", "127.0.0.1::3000"],
  ["8081:3000", "127.0.0.1::3000"],
];
const asHere = (text: string): string =>
  INSTEAD.reduce(
    (changed, [from, to]) => changed.replaceAll(typeof from === "string" ? from : new RegExp(from, "g"), to),
    text,
  );

/** The blocks of the page in its order: files that are added to, and commands. */
const blocks = [...PAGE.matchAll(/^```(toml|yaml|console)\n([\s\S]*?)^```$/gm)].map(([, kind = "", text = ""]) => ({
  kind,
  text,
}));
const COMMAND = /^\$ (?:DATABASE_URL=… )?vox (.+)$/;

describe.skipIf(docker === undefined || registry === undefined || !hasBusybox())("the page on deploying", () => {
  let desk: Desk;
  let elsewhere: Desk;
  let folder: string;
  const env = { DOCKER_HOST: docker ?? "", DATABASE_URL: "postgres://nobody", VOX_SIGN_PASSWORD: "sign" };
  const results = new Map<string, unknown>();

  const write = (file: string, text: string): void => {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  };

  /** As a reader does: what `vox init` left to be filled in is filled in, and the rest added. */
  const writeTables = (text: string): void => {
    const there = readFileSync(join(folder, "Vox.toml"), "utf8").split(/^(?=\[)/m);
    const others = there.filter((table) => !text.includes(table.split("\n")[0] ?? ""));
    write("Vox.toml", `${others.join("")}\n${text}`);
  };

  beforeAll(async () => {
    [desk, elsewhere] = [createDesk(), createDesk()];
    folder = join(desk.folder, name);
    mkdirSync(folder);
    await writeShellBase(join(desk.folder, "base"), { config: { Cmd: ["/bin/sleep", "1000"], StopSignal: "SIGKILL" } });
    succeeded(await desk.vox(["push", "base", `${registry}/how-to/${name}/cache:8`]));
    write("www/index.html", "Welcome");
  });

  afterAll(async () => {
    await removeNamed(docker ?? "", name);
    desk.remove();
    elsewhere.remove();
  });

  /** A command as it stands there, with the digest that was seen, and on the other side where the page is there. */
  async function run(line: string): Promise<void> {
    const command = asHere(COMMAND.exec(line)?.[1] ?? "");
    if (command.startsWith("deploy staging")) write("www/index.html", "Welcome to staging");
    const digest = /^deploy production --image \S+@/.test(command)
      ? textAt(results.get("deploy staging"), "image", "digest")
      : "";
    const args = command.replace("sha256:…", digest).split(" ");
    const carried = args.includes(`${name}.tar`);
    if (carried) {
      copyFileSync(join(folder, `dist/airgap/${name}.tar`), join(elsewhere.folder, `${name}.tar`));
      copyFileSync(join(folder, "team.pub"), join(elsewhere.folder, "team.pub"));
    }
    const where = carried ? elsewhere : desk;
    const told = await where.vox([...args, "--json"], { cwd: carried ? where.folder : folder, env });
    // What stands in no commit and is for one platform is refused as a release, as the page says.
    if (args.includes("release")) expect([command, told.exitCode]).toEqual([command, 1]);
    else succeeded(told);
    results.set(command, told.json());
  }

  it("leads from `vox init` to each of its targets by the commands that stand there", async () => {
    for (const { kind, text } of blocks) {
      if (kind === "yaml") write("compose.yaml", asHere(text));
      else if (kind === "toml") writeTables(asHere(text));
      else for (const line of text.trim().split("\n")) await run(line);
    }
    const outcome = (command: string): unknown => at(results.get(command), "deployment", "result");
    expect(outcome("deploy --run --dry-run")).toBe("planned");
    expect(outcome("deploy --run")).toBe("succeeded");
    expect(outcome("deploy")).toBe("succeeded");
    expect(outcome("deploy staging")).toBe("succeeded");
    expect(at(results.get("rollback"), "to", "sequence")).toBe(2);
    const airgap = results.get(`deploy production --image ${name}.tar --key team.pub`);
    expect(at(airgap, "deployment")).toMatchObject({ target: "compose", result: "succeeded" });
    const page = await fetch(`http://127.0.0.1:${String(at(airgap, "container", "ports", 0, "host"))}/`);
    expect(await page.text()).toBe("Welcome to staging");
  }, 240_000);
});
