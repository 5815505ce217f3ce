import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishedPackage } from "../support/folder-registry.ts";
import { leaveOut } from "../support/services.ts";
import { layStorefront, publishAndLock, type Storefront } from "../support/storefront.ts";
import { at, CHECKOUT, createDesk, type Desk, succeeded, textAt } from "../support/vox-cli.ts";

/*
 * The checker in `independent/` knows the contracts and nothing of vox: it is in another language and shares no line with src/.
 */

const CHECKER = join(CHECKOUT, "test/conformance/independent/check.py");

/** tomllib came with Python 3.11. */
function hasPython(): boolean {
  const found = spawnSync("python3", ["-c", "import tomllib"], { encoding: "utf8" });
  if (found.status === 0) return true;
  leaveOut("python3", found.error ? "not on the PATH" : "older than 3.11");
  return false;
}

interface Answer {
  readonly checks: number;
  readonly findings: readonly string[];
}

function ask(questions: unknown): Answer {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const said: unknown = JSON.parse(
    execFileSync("python3", [CHECKER], { input: JSON.stringify(questions), env, encoding: "utf8", maxBuffer: 64 << 20 }),
  );
  const findings = at(said, "findings");
  return { checks: Number(at(said, "checks")), findings: Array.isArray(findings) ? findings.map(String) : ["no answer"] };
}

const schemaOf = (command: string): string => join(CHECKOUT, `contracts/output/${command.replaceAll(" ", "-")}.schema.json`);

function put(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Bytes that no compressor makes smaller, the same at each run. */
function noise(seed: number, length: number): Buffer {
  let state = seed >>> 0 || 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
}

const LONG = `${"d".repeat(60)}/${"e".repeat(60)}`;

/** Packages and an application in which each rule of the formats is needed at least once. */
function layDifficult(desk: Desk): { readonly root: string; readonly names: readonly string[] } {
  const root = join(desk.folder, "difficult");
  const many = Array.from({ length: 26 }, (_, number) => `part-${String(number).padStart(2, "0")}`);
  put(root, { "Vox.toml": '[workspace]\nmembers = ["packages/*"]\nexclude = ["app"]\n' });
  many.forEach((name, number) => {
    const asks = number === 0 ? "" : `part-${String(number - 1).padStart(2, "0")} = "1"\n`;
    put(join(root, "packages", name), {
      "Vox.toml": `[package]\nname = "${name}"\nversion = "1.${number}.0"\n\n[dependencies]\n${asks}`,
      "data.bin": noise(number + 1, number % 3 === 0 ? 300_000 + number * 1000 : 10),
    });
  });
  const odd = join(root, "packages/odd_name");
  put(odd, {
    "Vox.toml":
      '[package]\nname = "odd_name"\nversion = "2.0.0-rc.1+build.5"\ndescription = "ö \\"quoted\\" \\u2028"\n\n' +
      '[dependencies]\npart-03 = { version = ">=1.0, <2", default-features = false, features = ["extra"] }\n' +
      'part-04 = { version = "1 || 2", optional = true }\n\n[features]\ndefault = ["four"]\nfour = ["dep:part-04"]\n',
    "empty.txt": "",
    "a-b": "",
    "a/c": "x",
    [`${LONG}/f.txt`]: "y",
    [`${"x".repeat(200)}.txt`]: "z",
    "naïve.txt": "z",
    "日本/語.txt": "z",
    "bin/run": "#!/bin/sh\n",
  });
  put(join(root, "packages/part-03"), {
    "Vox.toml":
      '[package]\nname = "part-03"\nversion = "1.3.0"\n\n[dependencies]\npart-02 = "~1.2"\n\n[features]\nextra = []\n',
  });
  chmodSync(join(odd, "bin/run"), 0o750);
  return { root, names: [...many, "odd_name"] };
}

function layApplication(root: string): string {
  const app = join(root, "app");
  put(app, {
    "Vox.toml":
      '[package]\nname = "hard"\nversion = "3.1.4"\nkind = "application"\nexclude = ["notes/"]\n\n' +
      '[dependencies]\nodd_name = "=2.0.0-rc.1"\npart-25 = "^1.20"\nnear = { path = "near" }\n\n[dev-dependencies]\npart-05 = "*"\n\n' +
      '[deploy.container]\nbase_image = "scratch"\nworkdir = "/srv/app"\nentrypoint = ["/srv/app/bin/go"]\ncmd = []\nuser = "1000:1001"\n' +
      'writable = ["data"]\nports = [8080, 53]\nenv = { B = "2", A = "1=1" }\nlabels = { "x.y" = "z" }\n',
    "near/Vox.toml": '[package]\nname = "near"\n\n[dependencies]\npart-01 = "1"\n',
    "near/near.js": "1\n",
    "bin/go": "#!/bin/sh\n",
    "notes/secret.txt": "no",
    ".env": "NO=1",
    "server.key": "no",
    "data/kept.txt": "",
    "ünï.txt": "u",
  });
  chmodSync(join(app, "bin/go"), 0o755);
  symlinkSync("bin/go", join(app, "link"));
  return app;
}

describe.skipIf(!hasPython())("an independent checker, from the contracts alone, agrees with", () => {
  describe("the example", () => {
    let storefront: Storefront;
    let questions: Record<string, unknown> = {};

    beforeAll(async () => {
      storefront = layStorefront();
      await publishAndLock(storefront);
      const documents: { schema: string; text: string }[] = [];
      const told = async (command: string, ...args: string[]): Promise<void> => {
        const run = succeeded(await storefront.vox([...command.split(" "), ...args, "--json"]));
        documents.push({ schema: schemaOf(command), text: run.stdout });
      };
      await told("lock");
      await told("sync");
      await told("package");
      await told("commands");
      await told("explain", "LOCK_STALE");
      documents.push({ schema: schemaOf("file-list"), text: (await storefront.vox(["package", "--list", "--json"])).stdout });
      documents.push({ schema: schemaOf("error"), text: (await storefront.vox(["sync", "--nonsense", "--json"])).stdout });
      questions = {
        registry: storefront.registryFolder,
        lock: { path: storefront.lockFile, forbidden: [storefront.desk.folder] },
        image: {
          layout: join(storefront.app, "dist/oci-layout"),
          project: storefront.app,
          lock: storefront.lockFile,
          member: "app",
          environment: "production",
          base: join(CHECKOUT, "examples/base-image/layout"),
          files: ["Vox.toml", "health.js", "package.json", "server.js", "shop.js", "versions.js"],
        },
        documents,
      };
    }, 120_000);
    afterAll(() => storefront?.desk.remove());

    it("its registry, its lock, its image and what its commands print", () => {
      const { checks, findings } = ask(questions);
      expect(findings).toEqual([]);
      expect(checks).toBeGreaterThan(1000);
    });

    it("but not with a lock that names a folder of this machine, another digest or an unmet requirement", () => {
      const path = join(storefront.app, "vox.lock.changed");
      const lock = storefront.read("vox.lock");
      const changed = (from: string | RegExp, to: string): readonly string[] => {
        writeFileSync(path, lock.replace(from, to));
        return ask({ registry: questions["registry"], lock: { path, forbidden: [storefront.desk.folder] } }).findings;
      };
      expect(changed(/index = ".*"/, `index = "file:${storefront.desk.folder}"`)).not.toEqual([]);
      expect(changed(/^digest = "sha256:./m, 'digest = "sha256:x')).not.toEqual([]);
      expect(changed('"catalog ^1.1"', '"catalog ^9"')).not.toEqual([]);
      expect(changed('  "catalog",\n', "")).not.toEqual([]);
      expect(changed("\n", "\r\n")).not.toEqual([]);
    });

    it("nor with a package whose archive was changed and everything renamed after it", () => {
      publishedPackage(storefront.registryFolder, "money").rewriteTar((tar) => {
        const bytes = Buffer.from(tar);
        bytes.write("0000600", 100);
        return bytes;
      });
      expect(ask({ registry: storefront.registryFolder }).findings.join("\n")).toMatch(/re-encoding it gives other bytes/);
    });
  });

  describe("packages and an application in which each rule is needed", () => {
    const desk = createDesk();
    let app = "";

    beforeAll(async () => {
      const { root, names } = layDifficult(desk);
      app = layApplication(root);
      for (const name of names) succeeded(await desk.vox(["pm", "publish", "--package", name], { cwd: root }));
      succeeded(await desk.vox(["lock"], { cwd: app }));
      succeeded(await desk.vox(["package"], { cwd: app }));
    }, 120_000);
    afterAll(() => desk.remove());

    it("their registry, lock and image", () => {
      const lock = join(app, "vox.lock");
      const { findings } = ask({
        registry: join(desk.folder, "data/registry"),
        lock: { path: lock, forbidden: [desk.folder] },
        image: {
          layout: join(app, "dist/oci-layout"),
          project: app,
          lock,
          member: ".",
          environment: "production",
          files: ["Vox.toml", "bin/go", "data/kept.txt", "link", "ünï.txt"],
        },
      });
      expect(findings).toEqual([]);
    });

    it("SOURCE_DATE_EPOCH as the time of a config", async () => {
      const env = { SOURCE_DATE_EPOCH: "86400" };
      const out = join(app, "dist/dated");
      const run = succeeded(await desk.vox(["package", "--out", out, "--json"], { cwd: app, env }));
      expect(textAt(run.json(), "out")).toBe(out);
      const image = { layout: out, project: app, lock: join(app, "vox.lock"), member: ".", environment: "production" };
      const dated = { ...image, created: "1970-01-02T00:00:00Z" };
      expect(ask({ image: dated }).findings).toEqual([]);
      expect(ask({ image }).findings).not.toEqual([]);
      expect(readFileSync(join(out, "oci-layout"), "utf8")).toContain("1.0.0");
    });
  });
});
