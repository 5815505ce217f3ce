import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDesk, type Desk, PROGRAM } from "../support/vox-cli.ts";

describe("a command whose surroundings are broken", () => {
  let desk: Desk;
  beforeAll(() => {
    desk = createDesk();
  });
  afterAll(() => desk.remove());

  const shell = (script: string) =>
    spawnSync("sh", ["-c", script, "sh", process.execPath, PROGRAM], { cwd: desk.folder, env: desk.env, encoding: "utf8" });

  it("says so when the current folder was deleted", () => {
    const run = shell('mkdir gone && cd gone && rmdir ../gone && "$1" "$2" lock');
    expect(run.stderr).toContain("error[FILE_UNREADABLE]: the current folder does not exist any more\n");
    expect(run.status).toBe(65);
  });

  it("fails with 73 when its data cannot be written, and never tells success", () => {
    const full = openSync("/dev/full", "w");
    const run = spawnSync(process.execPath, [PROGRAM, "commands", "--json"], {
      env: desk.env,
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    expect(run.stderr).toContain("error[CANNOT_WRITE]: the output cannot be written");
    expect(run.status).toBe(73);
  });

  it("ends well when its reader has read enough", () => {
    const run = shell('"$1" "$2" commands --json | head -c 3; echo');
    expect([run.stdout, run.stderr, run.status]).toEqual(['{"c\n', "", 0]);
  });

  it.each(["Vox.toml", "vox.lock", ".gitignore"])("refuses a fifo called %s and does not wait for it", async (name) => {
    const project = join(desk.folder, `fifo-${name}`);
    mkdirSync(project);
    if (name !== "Vox.toml") writeFileSync(join(project, "Vox.toml"), '[package]\nname = "a"\n');
    execFileSync("mkfifo", [join(project, name)]);
    const run = await desk.vox(name === ".gitignore" ? ["pm", "publish", "--list"] : ["lock"], { cwd: project });
    expect(run.stderr).toContain(`error[FILE_KIND]: \`${name}\` is `);
    expect(run.exitCode).toBe(65);
  });
});
