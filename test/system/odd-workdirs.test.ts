import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryEntry, fileEntry, fileOfBytes, folderEntry, linkEntry } from "../../src/archive/tar-entry.ts";
import { inArchiveOrder } from "../../src/archive/tar-tree.ts";
import { testEngine } from "../support/docker-engine.ts";
import { requireService } from "../support/services.ts";
import { laySmallBase } from "../support/small-base.ts";
import { createDesk, type Desk, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, podman] = [await requireService("docker"), await requireService("podman")];

const NODE = { uid: 1000, gid: 1000 };
/** A base with links where directories are expected, and directories that are not root's. */
const BASE = inArchiveOrder([
  linkEntry("app", "srv/real"),
  linkEntry("data", "var/data"),
  directoryEntry("home/"),
  folderEntry({ path: "home/node/", mode: 0o750, owner: NODE }),
  linkEntry("opt", "usr/opt"),
  directoryEntry("srv/"),
  directoryEntry("srv/real/"),
  folderEntry({ path: "tmp/", mode: 0o1777, owner: { uid: 0, gid: 0 } }),
  directoryEntry("usr/"),
  directoryEntry("usr/opt/"),
  fileEntry("usr/opt/tool", fileOfBytes("usr/opt/tool", Buffer.from("tool\n"))),
  directoryEntry("var/"),
  folderEntry({ path: "var/data/", mode: 0o2770, owner: NODE }),
]);

let desk: Desk;
beforeAll(async () => {
  desk = createDesk();
  await laySmallBase(desk.folder, { entries: BASE });
});
afterAll(() => desk.remove());

function layProject(name: string, container: string): string {
  const folder = join(desk.folder, name);
  mkdirSync(join(folder, "lib"), { recursive: true });
  writeFileSync(join(folder, "lib/a.txt"), "a\n");
  const head = `[package]\nname = "${name}"\nversion = "1.0.0"\nkind = "application"\n`;
  writeFileSync(join(folder, "Vox.toml"), `${head}\n[deploy.container]\ncmd = ["/none"]\n${container}`);
  return folder;
}

describe("an image with an odd workdir", () => {
  it.each(["/tmp/app", "/home/node/app", "/data/app"])(
    "is built again and holds nothing but what it says: `%s`",
    async (workdir) => {
      const folder = layProject(
        `verified${workdir.replaceAll("/", "-")}`,
        `base_image = "oci-layout:../base:22"\nworkdir = "${workdir}"\n`,
      );
      const env = { VOX_SIGN_PASSWORD: "correct horse battery" };
      const run = { cwd: folder, env };
      const [keys, image] = [join(desk.folder, `keys${workdir.replaceAll("/", "-")}`), join(folder, "dist/oci-layout")];
      succeeded(await desk.vox(["keys", "generate", "--out", keys], run));
      succeeded(await desk.vox(["lock"], run));
      succeeded(await desk.vox(["package", "--sign-key", `${keys}.key`], run));
      const args = ["verify", image, "--key", `${keys}.pub`, "--lock", "vox.lock", "--reproduce", "--json"];
      const { exitCode, stdout } = await desk.vox(args, run);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true });
      expect(exitCode).toBe(0);
    },
    30_000,
  );
});

describe.each([
  { engineName: "Docker", address: docker },
  { engineName: "Podman", address: podman },
])("in $engineName", ({ engineName, address }) => {
  /** Every path of the image's file tree: mode and owner, or where a link leads. */
  async function treeOf(name: string, container: string): Promise<ReadonlyMap<string, string>> {
    const folder = layProject(`${name}-${engineName.toLowerCase()}`, container);
    succeeded(await desk.vox(["lock"], { cwd: folder }));
    const loaded = await desk.vox(["deploy", "--load", "--json"], { cwd: folder, env: { DOCKER_HOST: address ?? "" } });
    const reference = textAt(succeeded(loaded).json(), "image", "reference");
    const engine = testEngine(address ?? "");
    try {
      return await engine.tree(reference);
    } finally {
      await engine.removeImage(reference);
    }
  }

  const base = 'base_image = "oci-layout:../base:22"\n';

  it.skipIf(address === undefined)(
    "what is above an odd workdir stays as the base has it",
    async () => {
      const tmp = await treeOf("tmp", `${base}workdir = "/tmp/deep/app"\n`);
      expect([tmp.get("tmp"), tmp.get("tmp/deep"), tmp.get("tmp/deep/app/lib/a.txt")]).toEqual([
        "1777 0:0",
        "755 0:0",
        "644 0:0",
      ]);
      const home = await treeOf("home", `${base}workdir = "/home/node/app"\n`);
      expect([home.get("home"), home.get("home/node"), home.get("home/node/app")]).toEqual([
        "755 0:0",
        "750 1000:1000",
        "755 0:0",
      ]);
    },
    60_000,
  );

  it.skipIf(address === undefined)(
    "an application lies where the base's links lead, and the links stay",
    async () => {
      const tree = await treeOf("data", `${base}workdir = "/data/app"\n`);
      expect([tree.get("data"), tree.get("var/data"), tree.get("var/data/app/lib/a.txt")]).toEqual([
        "-> var/data",
        "2770 1000:1000",
        "644 0:0",
      ]);
    },
    60_000,
  );

  it.skipIf(address === undefined)(
    "a link of the base at the workdir or at `/opt` keeps neither application nor packages from their places",
    async () => {
      const tree = await treeOf("plain", base);
      expect([tree.get("app/lib/a.txt"), tree.get("srv/real"), tree.get("usr/opt/tool")]).toEqual([
        "644 0:0",
        "755 0:0",
        "644 0:0",
      ]);
      const modules = tree.get("opt") === "-> usr/opt" ? "usr/opt/vox" : "opt/vox";
      expect(tree.get(`${modules}/node_modules`)).toBe("-> modules");
    },
    60_000,
  );

  it.skipIf(address === undefined)(
    "anybody may go where the application and its packages are on scratch, and the user may write in `/tmp`",
    async () => {
      const tree = await treeOf("scratch", 'base_image = "scratch"\nworkdir = "/tmp/deep/app"\n');
      expect([tree.get("opt"), tree.get("tmp"), tree.get("tmp/deep"), tree.get("etc/passwd")]).toEqual([
        "755 0:0",
        "755 65532:65532",
        "755 0:0",
        "644 0:0",
      ]);
    },
    60_000,
  );
});
