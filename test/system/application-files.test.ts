import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { leaveOut } from "../support/services.ts";
import { applicationLayer, laySmallApplication, type SmallApplication } from "../support/small-application.ts";
import { succeeded, type VoxRun } from "../support/vox-cli.ts";

let application: SmallApplication | undefined;
afterEach(() => {
  application?.desk.remove();
  application = undefined;
});

const isRoot = process.getuid?.() === 0;

/** An application that is locked. */
async function locked(options: Parameters<typeof laySmallApplication>[0] = {}): Promise<SmallApplication> {
  application = await laySmallApplication(options);
  succeeded(await application.vox(["lock"]));
  return application;
}

async function membersOf({ folder, vox }: SmallApplication): Promise<readonly string[]> {
  succeeded(await vox(["package", "--out", "image"]));
  const members = await applicationLayer(join(folder, "image"));
  return members.map(({ path, mode, linkpath }) => `${path} ${linkpath === undefined ? mode : `-> ${linkpath}`}`);
}

const ALWAYS = ["opt/vox/ 755", "opt/vox/node_modules -> modules"];

async function refused(
  run: Promise<VoxRun>,
): Promise<{ readonly code: string; readonly exit: number; readonly message: string }> {
  const { exitCode, stderr } = await run;
  const [, code = stderr, message = ""] = /error\[(\w+)\]: (.*)/.exec(stderr) ?? [];
  return { code, exit: exitCode, message };
}

describe("the files of an application", () => {
  it("are those that `include`, `exclude` and the ignore files let in, with links that stay inside", async () => {
    const app = await locked({
      head: 'include = ["built/keep.js"]\nexclude = ["*.draft"]\n',
      files: {
        ".gitignore": "built/\n*.log\n",
        ".voxignore": "notes/\n",
        "built/keep.js": "1\n",
        "built/drop.js": "2\n",
        "notes/a.md": "3\n",
        "src/a.js": "4\n",
        "src/b.draft": "5\n",
        "src/c.log": "6\n",
        ".env.local": "A=1\n",
      },
    });
    chmodSync(join(app.folder, "src/a.js"), 0o700);
    symlinkSync("src/a.js", join(app.folder, "current"));
    symlinkSync("../built/keep.js", join(app.folder, "src/keep"));
    expect(await membersOf(app)).toEqual([
      "app/ 755",
      "app/.gitignore 644",
      "app/.vox_modules -> /opt/vox/modules",
      "app/.voxignore 644",
      "app/Vox.toml 644",
      "app/built/ 755",
      "app/built/keep.js 644",
      "app/current -> src/a.js",
      "app/src/ 755",
      "app/src/a.js 755",
      "app/src/keep -> ../built/keep.js",
      ...ALWAYS,
    ]);
  }, 30_000);

  it("may be none at all", async () => {
    const app = await locked({ head: 'exclude = ["*"]\n', files: {} });
    expect(await membersOf(app)).toEqual(["app/ 755", "app/.vox_modules -> /opt/vox/modules", ...ALWAYS]);
  }, 30_000);

  it("lose setuid and setgid bits, which is told", async () => {
    const app = await locked({ files: { "bin/tool": "#!/bin/sh\n", "bin/shared": "#!/bin/sh\n" } });
    chmodSync(join(app.folder, "bin/tool"), 0o4755);
    chmodSync(join(app.folder, "bin/shared"), 0o2755);
    const run = succeeded(await app.vox(["package", "--out", "image"]));
    expect(run.stderr).toContain(
      "warning[SET_ID_DROPPED]: setuid and setgid bits do not enter `small`: `bin/shared`, `bin/tool`\n",
    );
    const members = await applicationLayer(join(app.folder, "image"));
    expect(members.filter(({ path }) => path.startsWith("app/bin/")).map(({ mode }) => mode)).toEqual(["755", "755", "755"]);
  }, 30_000);
});

const SETCAP = "/usr/sbin/setcap";

/** Root alone may set them, and not on every file system. */
function setCapabilities(path: string): boolean {
  try {
    execFileSync(SETCAP, ["cap_net_bind_service=ep", path], { stdio: "ignore" });
    return true;
  } catch {
    leaveOut("capabilities of files", `${SETCAP} does not set them here`);
    return false;
  }
}

describe("capabilities of an application's files", () => {
  it("are lost, which is told where `getcap` is", async ({ skip }) => {
    const app = await locked({ files: { "bin/a tool": "#!/bin/sh\n", "bin/plain": "#!/bin/sh\n" } });
    for (const name of ["a tool", "plain"]) chmodSync(join(app.folder, "bin", name), 0o755);
    if (!setCapabilities(join(app.folder, "bin/a tool"))) return skip();
    const warning = "warning[CAPABILITIES_DROPPED]: capabilities of files do not enter `small`: `bin/a tool`\n";
    expect(succeeded(await app.vox(["package", "--out", "image"], { env: { PATH: "/usr/bin:/bin" } })).stderr).toContain(
      warning,
    );
  }, 30_000);
});

describe("an application is refused, and nothing of it is written, for", () => {
  it.each<[string, (folder: string) => void | Promise<unknown>, string, string]>([
    [
      "a link out of it",
      (dir) => symlinkSync("../secret", join(dir, "out")),
      "FILE_KIND",
      "`out` is a link to `../secret`, outside the project",
    ],
    [
      "an absolute link",
      (dir) => symlinkSync("/etc/passwd", join(dir, "out")),
      "FILE_KIND",
      "`out` is a link to `/etc/passwd`, outside the project",
    ],
    ["a fifo", (dir) => execFileSync("mkfifo", [join(dir, "pipe")]), "FILE_KIND", "`pipe` is a fifo"],
    [
      "a socket",
      (dir) => new Promise<void>((resolve) => createServer().listen(join(dir, "socket"), resolve).unref()),
      "FILE_KIND",
      "`socket` is a socket",
    ],
    [
      "a path that is not UTF-8",
      (dir) => writeFileSync(Buffer.concat([Buffer.from(join(dir, "n")), Buffer.of(0xe9)]), ""),
      "ARCHIVE_PATH",
      "`n\\xe9` is not UTF-8",
    ],
    [
      "two names that are one where case does not count",
      (dir) => ["readme", "README"].forEach((name) => writeFileSync(join(dir, name), "")),
      "ARCHIVE_PATH",
      "`readme` and `README` are one name where case does not count",
    ],
  ])(
    "%s",
    async (_name, spoil, code, message) => {
      const app = await locked();
      await spoil(app.folder);
      expect(await refused(app.vox(["package", "--out", "image"]))).toEqual({ code, exit: 65, message });
      expect(existsSync(join(app.folder, "image"))).toBe(false);
    },
    30_000,
  );

  it.skipIf(!isRoot)(
    "a device",
    async () => {
      const app = await locked();
      execFileSync("mknod", [join(app.folder, "null"), "c", "1", "3"]);
      expect(await refused(app.vox(["package", "--out", "image"]))).toMatchObject({
        code: "FILE_KIND",
        message: "`null` is a device",
      });
    },
    30_000,
  );

  it.skipIf(!isRoot)(
    "a file or a folder that the user may not read",
    async () => {
      const app = await locked({ files: { "open.txt": "1\n", "closed.txt": "2\n", "shut/a.txt": "3\n" } });
      execFileSync("chown", ["-R", "65534:65534", app.desk.folder]);
      const asNobody = { through: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] };
      chmodSync(join(app.folder, "closed.txt"), 0);
      expect(await refused(app.vox(["package", "--out", "image"], asNobody))).toEqual({
        code: "FILE_UNREADABLE",
        exit: 65,
        message: "`closed.txt` cannot be read",
      });
      chmodSync(join(app.folder, "closed.txt"), 0o600);
      chmodSync(join(app.folder, "shut"), 0);
      expect(await refused(app.vox(["package", "--out", "image"], asNobody))).toMatchObject({
        code: "FILE_UNREADABLE",
        message: "`shut` cannot be read",
      });
    },
    30_000,
  );
});

describe("a file that changes while an image is made of it", () => {
  it.each([
    ["grows", "while :; do printf x >> big; sleep 0.01; done"],
    [
      "is written over with its own size and time",
      "while :; do printf x | dd of=big conv=notrunc status=none; touch -d @86400 big; done",
    ],
  ])(
    "and %s is never taken for what it was, and does no harm later",
    async (_name, change) => {
      const app = await locked();
      app.write("big", "");
      truncateSync(join(app.folder, "big"), 100_000_000);
      const writer = spawn("sh", ["-c", change], { cwd: app.folder, stdio: "ignore", detached: true });
      try {
        expect(await refused(app.vox(["package", "--out", "image"]))).toMatchObject({ code: "FILE_CHANGED", exit: 75 });
      } finally {
        process.kill(-(writer.pid ?? 0), "SIGKILL");
      }
      expect(readdirSync(app.folder)).not.toContain("image");

      app.write("big", "small now\n");
      succeeded(await app.vox(["package", "--out", "image"]));
      const members = await applicationLayer(join(app.folder, "image"));
      expect(members.find(({ path }) => path === "app/big")?.text).toBe("small now\n");
    },
    60_000,
  );
});
