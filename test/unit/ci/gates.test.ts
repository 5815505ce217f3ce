import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FACT_PATHS, NAMED_PATHS } from "../../../src/ci/validator.ts";
import { checksDocument, completionsDocument } from "../../../src/contracts/output-help.ts";
import { main } from "../../../src/cli/main.ts";
import { recordedHost } from "../cli/host.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-gates-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function vox(line: string, cwd = folder) {
  const { host, out, err } = recordedHost({ cwd });
  const code = await main(line.split(" "), host);
  return { code, out: out(), err: err() };
}

/** A copy of this checkout, as far as the gates look at it. */
async function copyCheckout(): Promise<void> {
  await Promise.all(FACT_PATHS.map((path) => cp(path, join(folder, path), { recursive: true })));
}

/** One of each kind that people read. */
const TAKEN_OUT: readonly (readonly [path: string, piece: RegExp])[] = [
  ["docs/src/reference/cli.md", /^## vox lock\n/m],
  ["docs/src/reference/cli.md", /^\| `--frozen` .*\n/m],
  ["docs/src/reference/env-vars.md", /^\| `VOX_FROZEN` .*\n/m],
  ["docs/src/reference/errors.md", /^## LOCK_STALE\n/m],
  ["docs/src/reference/exit-codes.md", /^\| 130 \|.*\n/m],
  ["docs/src/reference/deploy-fields.md", /^\| `deploy.container.user` .*\n/m],
  ["docs/src/reference/policy.md", /^\| `user-not-root` .*\n/m],
  ["contracts/manifest/vox-toml.schema.json", /^ +"role": "intent",\n/m],
];

describe("outside a checkout of vox", () => {
  it.each(["ci command-compliance", "ci docs-sync --check", "ci docs-sync --write"])("`vox %s` says so", async (line) => {
    await writeFile(join(folder, "package.json"), '{ "name": "shop" }');
    const { code, err } = await vox(line);
    expect(code).toBe(64);
    expect(err).toBe(
      `error[CHECKOUT_MISSING]: \`${folder}\` is in no checkout of vox\nhint: for your own project run \`vox ci portability\`; a checkout of vox can be named with \`--project DIR\`\n`,
    );
  });
});

describe("vox ci command-compliance", () => {
  it("is silent about a good checkout, from any folder of it", async () => {
    await copyCheckout();
    const { code, out } = await vox(
      "ci command-compliance --only registry-docs --only registry-program",
      join(folder, "src/cli"),
    );
    expect([code, out]).toEqual([0, "ok: 2 checks found nothing\n"]);
  });

  it("ends with 1 and its own document when it finds a fault", async () => {
    await copyCheckout();
    const page = join(folder, "docs/src/reference/cli.md");
    await writeFile(page, (await readFile(page, "utf8")).replace("## vox lock\n", "## vox luck\n"));
    const { code, out, err } = await vox("ci command-compliance --json --only registry-docs");
    expect([code, err]).toEqual([1, ""]);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([expect.objectContaining({ message: "`vox lock` has no heading" })]),
    });
  });

  it("tells file and line of what was taken out of a copy of this checkout", async () => {
    await copyCheckout();
    await Promise.all(NAMED_PATHS.map((path) => cp(path, join(folder, path), { recursive: true })));
    for (const [path, piece] of TAKEN_OUT) {
      const whole = await readFile(join(folder, path), "utf8");
      const line = whole.slice(0, whole.search(piece)).split("\n").length;
      await writeFile(join(folder, path), whole.replace(piece, ""));
      const { code, out } = await vox("ci command-compliance");
      await writeFile(join(folder, path), whole);
      expect([code, out]).toEqual([1, expect.stringContaining(`--> ${path}:${line}\n`)]);
    }
    expect(await vox("ci command-compliance")).toMatchObject({ code: 0 });
  }, 60_000);

  it("passes over what was built or installed", async () => {
    await copyCheckout();
    for (const path of ["node_modules/x", "dist", "base-image/layout"]) {
      await mkdir(join(folder, "examples", path), { recursive: true });
      await writeFile(join(folder, "examples", path, "Dockerfile"), "FROM node:22\n");
    }
    expect(await vox("ci command-compliance --only pinned-images")).toMatchObject({ code: 0 });
    await writeFile(join(folder, "examples/Dockerfile"), "FROM node:22\n");
    expect(await vox("ci command-compliance --only pinned-images")).toMatchObject({ code: 1 });
  });

  it("lists its checks", async () => {
    const { code, out } = await vox("ci command-compliance --list");
    expect(code).toBe(0);
    expect(out).toMatch(/^registry-program +blocking +the program offers/m);
    const document: unknown = JSON.parse((await vox("ci command-compliance --list --json")).out);
    expect(checksDocument.parse(document)).toEqual(document);
    expect(out).toMatch(/^acceptance +advisory +each work package/m);
  });

  it.each([
    ["--only nonsense", "no check is named `nonsense`"],
    ["--json --format sarif", "`--json` and `--format sarif` ask for two documents"],
  ])("refuses %s", async (flags, message) => {
    const { code, err } = await vox(`ci command-compliance ${flags}`);
    expect(code).toBe(64);
    expect(err).toContain(message);
  });
});

it("completions are a document too", async () => {
  const document: unknown = JSON.parse((await vox("completions fish --json")).out);
  expect(completionsDocument.parse(document)).toEqual(document);
});

describe("vox ci docs-sync", () => {
  it("names what is stale or gone, and writes it when asked", async () => {
    await copyCheckout();
    await writeFile(join(folder, "docs/src/reference/cli.md"), "# old\n");
    await rm(join(folder, "contracts/output"), { recursive: true });
    const checked = await vox("ci docs-sync --check --json");
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.out)).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        {
          id: "docs-sync",
          severity: "error",
          message: "`docs/src/reference/cli.md` is not fresh",
          file: "docs/src/reference/cli.md",
          line: 1,
        },
        expect.objectContaining({ message: "`contracts/output/lock.schema.json` is not there" }),
      ]),
    });
    expect(await readFile(join(folder, "docs/src/reference/cli.md"), "utf8")).toBe("# old\n");

    const written = await vox("ci docs-sync --write");
    expect(written).toMatchObject({ code: 0, out: "" });
    expect(written.err).toContain("wrote docs/src/reference/cli.md\n");
    expect(await readFile(join(folder, "docs/src/reference/cli.md"), "utf8")).toBe(
      await readFile("docs/src/reference/cli.md", "utf8"),
    );
    expect(await vox("ci docs-sync")).toMatchObject({ code: 0, out: "ok: 1 check found nothing\n" });
  });

  it("takes one of its two flags", async () => {
    expect((await vox("ci docs-sync --check --write")).code).toBe(64);
  });

  it("ends with 73 when a file cannot be written", async () => {
    await copyCheckout();
    await rm(join(folder, "contracts/output"), { recursive: true });
    await writeFile(join(folder, "contracts/output"), "a file where a folder is needed");
    expect(await vox("ci docs-sync --write")).toMatchObject({ code: 73, err: expect.stringContaining("error[CANNOT_WRITE]") });
  });
});

it("a folder that only looks like a checkout is none", async () => {
  await mkdir(join(folder, "contracts/cli"), { recursive: true });
  await writeFile(join(folder, "contracts/cli/command-registry.yaml"), "version: 1\n");
  await writeFile(join(folder, "package.json"), '{\n  "name": "vox"\n}\n');
  expect((await vox("ci command-compliance")).code).toBe(64);
});
