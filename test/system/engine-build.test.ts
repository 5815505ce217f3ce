import { randomUUID } from "node:crypto";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePlatform } from "../../src/core/platform.ts";
import { testEngine } from "../support/docker-engine.ts";
import { filesOf, layoutImage } from "../support/image-tree.ts";
import { requireService } from "../support/services.ts";
import { processesOf } from "../support/processes.ts";
import { APK, APT, hasBusybox, type ShellBase, writeShellBase } from "../support/shell-base.ts";
import { layShop as layNewShop, type Shop } from "../support/shell-shop.ts";
import { at, PROGRAM, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, podman, registry] = [
  await requireService("docker"),
  await requireService("podman"),
  await requireService("registry"),
];
await requireService("skopeo");
const run = promisify(execFile);
const ready = hasBusybox();

/** What is built on a test's base can be told from what others build. */
const LABEL = `dev.vox.test=${randomUUID()}`;
const labelled = (base: ShellBase): ShellBase => {
  const [name = "", value] = LABEL.split("=");
  return { ...base, config: { ...base.config, Labels: { [name]: value } } };
};

afterAll(async () => {
  for (const address of [docker, podman]) if (address !== undefined) await testEngine(address).removeLabelled(LABEL);
});

const BASE_ALONE = [[expect.stringContaining("localhost/vox-base:")]];

const layShop = (base: ShellBase): Promise<Shop> => layNewShop(labelled(base));

const FOREIGN = [parsePlatform("linux/arm64")];
const AMD64 = 'platforms = ["linux/amd64"]';
const NOWHERE = { DOCKER_HOST: "unix:///nowhere/engine.sock" };

const engines = [
  { name: "Docker with BuildKit", address: docker, env: {} },
  { name: "Docker's classic builder", address: docker, env: { DOCKER_BUILDKIT: "0" } },
  { name: "Podman", address: podman, env: {} },
];

describe.skipIf(!ready).each(engines)("an image whose lower part $name builds", ({ address, env: settings }) => {
  const env = { DOCKER_HOST: address ?? "", ...settings };
  let shop: Shop;
  let first: unknown;

  beforeAll(async () => {
    if (address === undefined) return;
    shop = await layShop({ scripts: APK, config: { User: "someone", Env: ["PATH=/usr/bin:/sbin:/bin", "BASE=yes"] } });
    await shop.ask(
      `${AMD64}\nenv = { OURS = "1" }\npackages = ["curl", "jq"]\nrun = ["echo \\"$WORD: it's $BASE\\" > /ran", "id -u > /who"]\nbuild_args = { WORD = "a $ and \\"b\\"" }`,
    );
    first = succeeded(await shop.vox(["package", "--json"], env)).json();
  }, 120_000);
  afterAll(() => shop?.desk.remove());

  it.skipIf(address === undefined)("holds, above the base's layers, what the steps made", async () => {
    const { layers } = layoutImage(shop.layout);
    const [base = Buffer.alloc(0), ...made] = layers;
    expect(Object.keys(await filesOf(base))).toContain("sbin/apk");
    expect(made).toHaveLength(4);
    const [packages, ran, who, app] = await Promise.all(made.map(filesOf));
    expect(packages).toMatchObject({ "usr/share/installed/curl": "apk curl\n", "usr/share/installed/jq": "apk jq\n" });
    expect(ran).toMatchObject({ ran: `a $ and "b": it's yes\n` });
    expect(who).toMatchObject({ who: "0\n" });
    expect(Object.keys(app ?? {})).toContain("app/main.sh");
  });

  it.skipIf(address === undefined)("keeps the base's settings, and tells the steps in its history", () => {
    const { config } = layoutImage(shop.layout);
    expect(at(config, "config")).toMatchObject({
      Env: ["PATH=/usr/bin:/sbin:/bin", "BASE=yes", "OURS=1"],
      User: "65532:65532",
    });
    expect(at(config, "history")).toMatchObject([
      { created_by: "shell base" },
      { created: "1970-01-01T00:00:00Z", created_by: "vox: packages curl jq" },
      { created_by: `vox: run echo "$WORD: it's $BASE" > /ran` },
      { created_by: "vox: run id -u > /who" },
      { created_by: "vox: application" },
    ]);
  });

  it.skipIf(address === undefined)("is the same at the next run, for which no engine is needed", async () => {
    expect(succeeded(await shop.vox(["package", "--json"], NOWHERE)).json()).toMatchObject({
      image: { digest: textAt(first, "image", "digest") },
    });
  });

  it.skipIf(address === undefined)("is built anew by --no-cache, by every step, though nothing changed", async () => {
    const again = succeeded(await shop.vox(["package", "--no-cache", "--json"], env)).json();
    expect(textAt(again, "image", "digest")).not.toBe(textAt(first, "image", "digest"));
    expect(succeeded(await shop.vox(["package", "--json"], NOWHERE)).json()).toMatchObject({
      image: { digest: textAt(again, "image", "digest") },
    });
  });

  it.skipIf(address === undefined)("is verified by its key: what the engine made rests on the signed provenance", async () => {
    const [keys, signed] = [join(shop.desk.folder, "team"), join(shop.desk.folder, "signed")];
    const quiet = { ...NOWHERE, VOX_SIGN_PASSWORD: "correct horse battery" };
    succeeded(await shop.vox(["keys", "generate", "--out", keys], quiet));
    succeeded(await shop.vox(["package", "--out", signed, "--sign-key", `${keys}.key`], quiet));
    const verified = succeeded(await shop.vox(["verify", signed, "--key", `${keys}.pub`, "--lock", "vox.lock"], quiet));
    expect(verified.stdout).toContain("3 that an engine made rest on the provenance");
    const unproved = await shop.vox(["verify", signed, "--lock", "vox.lock"], quiet);
    expect([unproved.exitCode, unproved.stdout]).toEqual([1, expect.stringContaining("FAILED contents linux/amd64")]);
  });

  it.skipIf(address === undefined)("leaves nothing in the engine but the base", async () => {
    expect(await testEngine(address ?? "").imagesLabelled(LABEL)).toEqual(BASE_ALONE);
  });
});

describe.skipIf(!ready).each(engines)("a Dockerfile of the project's own, built by $name", ({ address, env: settings }) => {
  const env = { DOCKER_HOST: address ?? "", ...settings };
  let shop: Shop;

  const DOCKERFILE = [
    "ARG BASE_IMAGE",
    "FROM ${BASE_IMAGE} AS build",
    "COPY . /ctx",
    "RUN ls -R /ctx > /listed && cat /ctx/src/in.txt > /made",
    "FROM ${BASE_IMAGE}",
    "ARG WORD",
    'ENV FROM_FILE="$WORD" BASE=changed',
    "EXPOSE 8080",
    "COPY --from=build /made /listed /out/",
    "USER someone",
    "",
  ].join("\n");

  beforeAll(async () => {
    if (address === undefined) return;
    shop = await layShop({});
    mkdirSync(join(shop.folder, "src"));
    writeFileSync(join(shop.folder, "src/in.txt"), "in\n");
    writeFileSync(join(shop.folder, "src/hidden.txt"), "not sent\n");
    writeFileSync(join(shop.folder, ".env"), "SECRET=1\n");
    writeFileSync(join(shop.folder, ".dockerignore"), "*\n!src\nsrc/hidden.txt\n");
    writeFileSync(join(shop.folder, "Dockerfile"), DOCKERFILE);
    await shop.ask(`${AMD64}\ndockerfile = "Dockerfile"\nbuild_args = { WORD = "w" }`);
    succeeded(await shop.vox(["package"], env));
  }, 120_000);
  afterAll(() => shop?.desk.remove());

  it.skipIf(address === undefined)(
    "sends the context that .dockerignore leaves, and takes what the last stage added",
    async () => {
      const { layers } = layoutImage(shop.layout);
      const made = Object.assign({}, ...(await Promise.all(layers.slice(1).map(filesOf))));
      expect(made).toMatchObject({ "out/made": "in\n" });
      expect(made["out/listed"].split("\n").filter((line: string) => /\.txt$|\.env|main/.test(line))).toEqual(["in.txt"]);
    },
  );

  it.skipIf(address === undefined)("keeps what the Dockerfile says of running it, and no clock of the engine", () => {
    const { config } = layoutImage(shop.layout);
    expect(at(config, "config")).toMatchObject({ User: "65532:65532", ExposedPorts: { "8080/tcp": {} } });
    expect(at(config, "config", "Env")).toEqual(expect.arrayContaining(["FROM_FILE=w", "BASE=changed"]));
    expect(JSON.stringify(at(config, "history"))).not.toMatch(/"created":"20(?!24-05-06)/);
  });

  it.skipIf(address === undefined)("is not built again while nothing of it changes, and is when the context does", async () => {
    succeeded(await shop.vox(["package"], NOWHERE));
    writeFileSync(join(shop.folder, "src/in.txt"), "other\n");
    expect(await shop.vox(["package"], NOWHERE)).toMatchObject({ exitCode: 69 });
  });
});

describe.skipIf(!ready).each(engines)("a build by $name", ({ address, env: settings }) => {
  it.skipIf(address === undefined)(
    "is stopped by Ctrl-C in its middle, and nothing half made stays",
    async () => {
      const engine = testEngine(address ?? "");
      const { ask, desk } = await layShop({});
      // The classic builder keeps the stages of Dockerfiles that were built before.
      const countUnnamed = async () => (await engine.imagesLabelled(LABEL)).filter((names) => names.length === 0).length;
      const unnamedBefore = await countUnnamed();
      // Podman runs the step that is under way to its end, whoever has gone.
      const step = `sleep ${address === podman ? 6 : 55}.${process.pid}`;
      await ask(`${AMD64}\nrun = ["touch /begun", "${step}"]`);
      const child = spawn(process.execPath, [PROGRAM, "package"], {
        cwd: join(desk.folder, "shop"),
        env: { ...desk.env, ...settings, DOCKER_HOST: address },
        stdio: ["ignore", "ignore", "ignore"],
      });
      const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
      await expect.poll(() => processesOf(step), { timeout: 30_000 }).not.toBe(0);
      child.kill("SIGINT");
      expect(await exited).toBe(130);
      await expect.poll(() => processesOf(step), { timeout: 20_000 }).toBe(0);
      await expect.poll(() => engine.containersRunning(step), { timeout: 20_000 }).toEqual([]);
      await expect.poll(countUnnamed, { timeout: 20_000 }).toBe(unnamedBefore);
      desk.remove();
    },
    90_000,
  );
});

describe.skipIf(!ready || docker === undefined)("the lower part, built by a real Docker", () => {
  const env = { DOCKER_HOST: docker ?? "" };
  let shop: Shop;
  const shops: Shop[] = [];
  const newShop = async (base: ShellBase): Promise<Shop> => {
    shop = await layShop(base);
    shops.push(shop);
    return shop;
  };
  afterAll(() => shops.forEach(({ desk }) => desk.remove()));

  it("installs with apt-get where the base has that, and leaves no lists behind", async () => {
    const { ask, vox, layout } = await newShop({ scripts: APT });
    await ask(`${AMD64}\npackages = ["curl"]`);
    succeeded(await vox(["package"], env));
    const files = await filesOf(layoutImage(layout).layers[1] ?? Buffer.alloc(0));
    expect(files).toEqual({ "usr/share/installed/curl": "apt curl\n" });
  }, 60_000);

  it("names the step that failed, and what it printed", async () => {
    const { ask, vox } = await newShop({});
    await ask(`${AMD64}\nrun = ["echo made; exit 7"]`);
    const ended = await vox(["package"], env);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain(
      'error[ENGINE_BUILD_FAILED]: the lower part for `linux/amd64` does not build: `RUN ["/bin/sh","-c","echo made; exit 7"]` ended with exit code 7',
    );
    expect(ended.stderr).toMatch(/caused by: made/);
  }, 60_000);

  it.each([
    {
      what: "no package manager",
      base: {},
      ask: 'packages = ["curl"]',
      says: "needs `apk` or `apt-get`, and the base image has neither",
    },
    { what: "no shell", base: { shell: false }, ask: 'run = ["true"]', says: "need `/bin/sh`, and the base image has none" },
  ])(
    "says that a base has $what",
    async ({ base, ask: lines, says }) => {
      const { ask, vox } = await newShop(base);
      await ask(`${AMD64}\n${lines}`);
      const ended = await vox(["package"], env);
      expect(ended).toMatchObject({ exitCode: 65, stderr: expect.stringContaining("error[BASE_IMAGE_UNUSABLE]") });
      expect(ended.stderr).toContain(says);
    },
    60_000,
  );

  it.skipIf(existsSync("/proc/sys/fs/binfmt_misc/qemu-aarch64"))(
    "explains a platform that the engine has no emulator for",
    async () => {
      const { ask, vox } = await newShop({ platforms: [...FOREIGN] });
      await ask('platforms = ["linux/arm64"]\nrun = ["true"]');
      const ended = await vox(["package"], env);
      expect(ended.exitCode).toBe(1);
      expect(ended.stderr).toContain("cannot run the programs of `linux/arm64`: no emulator is registered with binfmt_misc");
      expect(ended.stderr).toContain("tonistiigi/binfmt --install arm64");
    },
    60_000,
  );

  it("is built by `deploy --load` for the engine's own platform alone", async () => {
    const { ask, vox } = await newShop({ platforms: [parsePlatform("linux/amd64"), ...FOREIGN] });
    await ask('run = ["true"]');
    const loaded = succeeded(await vox(["deploy", "--load", "--json"], env)).json();
    expect(at(loaded, "image", "platforms")).toMatchObject([{ platform: "linux/amd64" }]);
    await testEngine(docker ?? "").removeImage(textAt(loaded, "image", "reference"));
    await ask('platforms = ["linux/arm64"]\nrun = ["true"]');
    expect(await vox(["deploy", "--load"], env)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("the image is not made for `linux/amd64`, only for `linux/arm64`"),
    });
  }, 60_000);

  it("builds what is locked, whatever has come to stand under the base's tag", async () => {
    const { ask, vox, desk, layout } = await newShop({ scripts: APK });
    await ask(`${AMD64}\npackages = ["curl"]`);
    const lock = readFileSync(join(desk.folder, "shop/vox.lock"), "utf8");
    await writeShellBase(join(desk.folder, "base"), labelled({ scripts: { ...APK, "etc/moved": "moved" } }));
    succeeded(await vox(["package"], env));
    expect(readFileSync(join(desk.folder, "shop/vox.lock"), "utf8")).toBe(lock);
    expect(Object.keys(await filesOf(layoutImage(layout).layers[0] ?? Buffer.alloc(0)))).not.toContain("etc/moved");
  }, 60_000);

  it("is not built without an engine, whose absence is told with what was tried", async () => {
    const { ask, vox } = await newShop({ scripts: APK });
    await ask(`${AMD64}\npackages = ["curl"]`);
    const ended = await vox(["package"], NOWHERE);
    expect(ended.exitCode).toBe(69);
    expect(ended.stderr).toContain("tried `unix:///nowhere/engine.sock` (ENOENT)");
  }, 60_000);

  it("locks every image that a Dockerfile names, and asks for a new lock when it names another", async () => {
    const { ask, vox, desk, folder, layout } = await newShop({});
    await writeShellBase(join(desk.folder, "tools"), labelled({ scripts: { tool: "a tool\n" } }));
    const name = `${registry}/engine-build-${randomUUID().slice(0, 8)}/tools`;
    await run("skopeo", ["copy", "-q", "--dest-tls-verify=false", `oci:${desk.folder}/tools:base`, `docker://${name}:1`]);
    writeFileSync(join(folder, "Dockerfile"), `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nCOPY --from=${name}:1 /tool /got\n`);
    await ask(`${AMD64}\ndockerfile = "Dockerfile"`);
    expect(readFileSync(join(folder, "vox.lock"), "utf8")).toContain(`reference = "${name}:1"`);
    succeeded(await vox(["package"], env));
    expect(await filesOf(layoutImage(layout).layers[1] ?? Buffer.alloc(0))).toMatchObject({ got: "a tool\n" });
    writeFileSync(join(folder, "Dockerfile"), `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nCOPY --from=${name}:2 /tool /got\n`);
    expect(await vox(["package"], env)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("error[LOCK_STALE]") });
    expect(await vox(["lock", "--locked"])).toMatchObject({ exitCode: 1 });
    writeFileSync(join(folder, "Dockerfile"), "# syntax=docker/dockerfile:1\nFROM scratch\n");
    expect(await vox(["lock"])).toMatchObject({
      exitCode: 65,
      stderr: expect.stringContaining("a program from a registry that no lock names"),
    });
  }, 60_000);
});

describe.skipIf(!ready || docker === undefined)("what a step leaves in a layer", () => {
  it("is looked through for secrets before it is deployed, but on a desk", async () => {
    const shop = await layShop({});
    try {
      // In pieces, so that neither Vox.toml nor the history says it.
      const step = "printf 'AKIA%s' Q3ZB7XKJ5NWM2PLD > /leak.txt";
      await shop.ask(`registry = "127.0.0.1:1/apps"\n${AMD64}\nrun = ["${step}"]`);
      const deploy = (lane: string) =>
        shop.vox(["deploy", "--dry-run", "--json"], { DOCKER_HOST: docker ?? "", VOX_LANE: lane });
      const refused = await deploy("ci");
      expect([refused.exitCode, textAt(refused.json(), "error", "code")]).toEqual([1, "POLICY_REFUSED"]);
      expect(textAt(refused.json(), "error", "message")).toMatch(/`no-secrets`: `leak\.txt:1` in the layer/);
      succeeded(await deploy("local"));
    } finally {
      shop.desk.remove();
    }
  }, 60_000);
});
