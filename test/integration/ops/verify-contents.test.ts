import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Json, LayoutSurgeon } from "../../support/layout-surgeon.ts";
import { createDesk, type Desk, succeeded, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

let desk: Desk;
const at = (...path: readonly string[]): string => join(desk.folder, ...path);

function vox(args: readonly string[], cwd: string): Promise<VoxRun> {
  const env = { ...desk.env, VOX_REGISTRY: `file:${at("registry")}`, VOX_SIGN_PASSWORD: "geheim" };
  return voxInProcess(args, { env, cwd });
}

function write(folder: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(at(folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(at(folder, name), text);
  return at(folder);
}

const lineOf = (run: VoxRun, id: string): string =>
  run.stdout.split("\n").find((line) => line.slice(7).startsWith(`${id}:`)) ?? "";
/** Makes the application's only program executable. */
function withOtherMode(tar: Buffer): Buffer {
  const place = tar.indexOf("app/x.js");
  tar.write("0000755", place + 100, "latin1");
  tar.write("        ", place + 148, "latin1");
  const sum = tar.subarray(place, place + 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, "0")}\0 `, place + 148, "latin1");
  return tar;
}
const COUNT = 30;
const NAMES = Array.from({ length: COUNT }, (_, number) => `part-${String(number).padStart(2, "0")}`);
const deploy = '[deploy.container]\nbase_image = "scratch"\ncmd = ["/bin/x"]\nplatforms = ["linux/amd64"]\n';

beforeAll(async () => {
  desk = createDesk();
  succeeded(await vox(["keys", "generate", "--out", at("team")], desk.folder));
});
afterAll(() => desk?.remove());

describe("an image whose packages share layers", () => {
  beforeAll(async () => {
    for (const name of NAMES) {
      const folder = write(name, {
        "Vox.toml": `[package]\nname = "${name}"\nversion = "1.0.0"\n`,
        "index.js": `export const name = "${name}";\n`,
      });
      succeeded(await vox(["pm", "publish"], folder));
    }
    const dependencies = NAMES.map((name) => `${name} = "1"\n`).join("");
    write("shop", {
      "Vox.toml": `[package]\nname = "shop"\nkind = "application"\n[dependencies]\n${dependencies}${deploy}`,
      "x.js": "",
    });
    succeeded(await vox(["lock"], at("shop")));
    succeeded(await vox(["package", "--out", at("shared")], at("shop")));
  }, 60_000);

  it("is held against the lock package by package", async () => {
    const run = succeeded(await vox(["verify", at("shared"), "--lock", "vox.lock"], at("shop")));
    expect(lineOf(run, "dependencies linux/amd64")).toContain(`${COUNT} packages, as the lock says`);
    expect(lineOf(run, "base linux/amd64")).toContain("0 layers of `scratch` (");
  });

  it("that differs in one file of one package of a shared layer is told by that package's name", async () => {
    const surgeon = new LayoutSurgeon(at("shared"));
    try {
      const layers: readonly Json[] = surgeon.json(surgeon.platforms[0] ?? "")["layers"];
      const bucket = layers.findIndex(({ annotations }) => annotations?.["dev.vox.packages"].includes(","));
      const [title = ""] = layers[bucket]?.["annotations"]["dev.vox.packages"].split(",") ?? [];
      const name = title.slice(0, title.indexOf("@"));
      surgeon.replaceLayer(bucket, (tar) => {
        const place = tar.indexOf(`name = "${name}";`);
        tar.write("evil", place, "latin1");
        return tar;
      });
      const run = await vox(["verify", surgeon.dir, "--lock", "vox.lock"], at("shop"));
      expect([run.exitCode, lineOf(run, "dependencies linux/amd64")]).toEqual([
        1,
        expect.stringContaining(`FAILED dependencies linux/amd64: \`${title}\` holds`),
      ]);
      expect(run.stdout.match(/FAILED/g)).toHaveLength(1);
    } finally {
      surgeon.remove();
    }
  });
});

describe("a package from a folder, which has no digest in the lock", () => {
  beforeAll(async () => {
    write("work", { "Vox.toml": '[workspace]\nmembers = ["app", "kit"]\n' });
    write("work/kit", { "Vox.toml": '[package]\nname = "kit"\nversion = "1.0.0"\n', "index.js": "1;\n" });
    write("work/app", {
      "Vox.toml": `[package]\nname = "app"\nkind = "application"\n[dependencies]\nkit = { path = "../kit" }\n${deploy}`,
      "x.js": "",
    });
    succeeded(await vox(["lock"], at("work/app")));
    succeeded(await vox(["package", "--out", at("folder"), "--sign-key", at("team.key")], at("work/app")));
  });

  it("is held against the provenance where a believed key signed that", async () => {
    const run = succeeded(await vox(["verify", at("folder"), "--key", at("team.pub"), "--lock", "vox.lock"], at("work")));
    expect(lineOf(run, "dependencies linux/amd64")).toContain("1 are the provenance's");
  });

  it("rests on the signature where there is no provenance, and says so", async () => {
    const run = succeeded(await vox(["verify", at("folder"), "--lock", "vox.lock"], at("work")));
    expect(lineOf(run, "dependencies linux/amd64")).toContain("1 rest on the signature");
  });

  it("is told when the lock is another member's", async () => {
    const run = await vox(["verify", at("folder"), "--lock", "vox.lock", "--package", "kit"], at("work"));
    expect([run.exitCode, lineOf(run, "lock")]).toEqual([1, expect.stringContaining("FAILED lock")]);
  });
});

describe("an image that is built again", () => {
  const rebuilt = async (layout: string, cwd = at("work/app")): Promise<readonly [number, string]> => {
    const run = await vox(["verify", layout, "--reproduce"], cwd);
    return [run.exitCode, run.stdout.split("\n").find((line) => line.slice(7).startsWith("rebuild")) ?? ""];
  };

  it("has the same manifests", async () => {
    expect(await rebuilt(at("folder"))).toEqual([0, expect.stringContaining("ok     rebuild linux/amd64: the same manifest")]);
  });

  it("differs in the first file that was changed since", async () => {
    write("work/kit", { "index.js": "2;\n" });
    expect(await rebuilt(at("folder"))).toEqual([
      1,
      expect.stringMatching(/layer 2 \(kit@1\.0\.0\) differs: `opt\/vox\/modules\/kit\/index\.js` is 3 bytes/),
    ]);
    write("work/kit", { "index.js": "1;\n" });
    write("work/app", { "y.js": "" });
    expect(await rebuilt(at("folder"))).toEqual([
      1,
      expect.stringContaining("layer 3 (app@0.1.0) differs: `app/y.js` is not in the image"),
    ]);
    rmSync(at("work/app/y.js"));
  });

  it.each([
    [
      "a setting",
      (surgeon: LayoutSurgeon) => surgeon.rebuild((_manifest, config) => (config["config"].Env = ["A=b"])),
      "its layers are the same; `Env` of the config differs",
    ],
    [
      "a label",
      (surgeon: LayoutSurgeon) => surgeon.rebuild((manifest) => (manifest["annotations"]["a"] = "b")),
      "its layers are the same; `annotations` of the manifest differs",
    ],
    ["a mode", (surgeon: LayoutSurgeon) => surgeon.replaceLayer(2, withOtherMode), "`app/x.js` is 0 bytes"],
  ])("differs in %s that somebody changed", async (_name, change, expected) => {
    const surgeon = new LayoutSurgeon(at("folder"));
    try {
      change(surgeon);
      expect(await rebuilt(surgeon.dir)).toEqual([1, expect.stringContaining(expected)]);
    } finally {
      surgeon.remove();
    }
  });

  it("is not built from a stale lock", async () => {
    const text = readFileSync(at("work/app/Vox.toml"), "utf8");
    write("work/app", { "Vox.toml": text.replace("kit = {", 'gone = "9"\nkit = {') });
    expect(await rebuilt(at("folder"))).toEqual([1, expect.stringContaining("FAILED rebuild: LOCK_STALE")]);
    write("work/app", { "Vox.toml": text });
  });
});

describe("what there is to be held against", () => {
  it.each([
    ["nothing", ["verify", "folder"], 64],
    ["a lock that is not there", ["verify", "folder", "--lock", "none.lock"], 1],
    ["an empty lock", ["verify", "folder", "--lock", "empty"], 65],
    ["a folder for a lock", ["verify", "folder", "--lock", "work"], 65],
    ["a key that is not there", ["verify", "folder", "--key", "none.pub"], 65],
    ["an empty key", ["verify", "folder", "--key", "empty"], 65],
    ["a private key", ["verify", "folder", "--key", "team.key"], 65],
    ["a folder that is no layout", ["verify", "./work", "--key", "team.pub"], 64],
    ["a tag that a layout has not", ["verify", "oci-layout:folder:none", "--key", "team.pub"], 69],
  ] as const)("when it is %s, is told by the exit code", async (_name, args, exitCode) => {
    writeFileSync(at("empty"), "");
    const run = await vox(args, desk.folder);
    expect([run.exitCode, run.stderr]).toEqual([exitCode, expect.stringContaining("error[")]);
  });

  it("is one image of several, named by its tag", async () => {
    const surgeon = new LayoutSurgeon(at("folder"));
    try {
      surgeon.editIndex((index) => {
        const [first] = index["manifests"];
        index["manifests"].push({ ...first, annotations: { "org.opencontainers.image.ref.name": "second" } });
      });
      expect((await vox(["verify", surgeon.dir, "--key", at("team.pub")], desk.folder)).exitCode).toBe(64);
      succeeded(await vox(["verify", `oci-layout:${surgeon.dir}:second`, "--key", at("team.pub")], desk.folder));
      expect(readFileSync(join(surgeon.dir, "index.json"), "utf8")).toContain("second");
    } finally {
      surgeon.remove();
    }
  });
});
