import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine } from "../support/docker-engine.ts";
import { requireService } from "../support/services.ts";
import { APK, hasBusybox, writeShellBase } from "../support/shell-base.ts";
import { layShop, type Shop } from "../support/shell-shop.ts";
import { layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, type Desk, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

const [docker, podman, registry, skopeo] = [
  await requireService("docker"),
  await requireService("podman"),
  await requireService("registry"),
  await requireService("skopeo"),
];
const ready = hasBusybox();
const run = promisify(execFile);

interface Project {
  readonly desk: Desk;
  vox(args: readonly string[], options: { readonly env: Readonly<Record<string, string>> }): Promise<VoxRun>;
}

/** The image that vox loads, beside the one that an engine builds of the folder that vox writes. */
async function bothImages(project: Project, address: string, { buildkit = false } = {}) {
  const engine = testEngine(address);
  const env = { DOCKER_HOST: address };
  const folder = join(project.desk.folder, "dockerfile");
  const tag = `localhost/vox-dockerfile-${randomUUID().slice(0, 8)}:test`;
  const native = textAt(succeeded(await project.vox(["deploy", "--load", "--json"], { env })).json(), "image", "reference");
  const written = succeeded(await project.vox(["package", "--format", "dockerfile", "--out", folder], { env }));
  await engine.build(folder, { tag, buildkit });
  try {
    const [ours, theirs] = [await engine.inspectImage(native), await engine.inspectImage(tag)];
    return {
      folder,
      stderr: written.stderr,
      trees: [await engine.wholeTree(native), await engine.wholeTree(tag)],
      configs: [ours.Config, theirs.Config].map(runConfiguration),
      diffIds: [ours.RootFS.Layers, theirs.RootFS.Layers],
    };
  } finally {
    for (const reference of [native, tag]) await engine.removeImage(reference);
  }
}

/** How a container runs: what is empty and what is absent are the same, and so are two orders of variables. */
function runConfiguration(config: unknown) {
  const list = (key: string): readonly unknown[] => {
    const value = at(config, key);
    return Array.isArray(value) ? value : [];
  };
  return {
    env: [...list("Env")].toSorted(),
    entrypoint: list("Entrypoint"),
    cmd: list("Cmd"),
    user: at(config, "User"),
    workdir: at(config, "WorkingDir"),
    ports: Object.keys(Object(at(config, "ExposedPorts") ?? {})),
    volumes: Object.keys(Object(at(config, "Volumes") ?? {})).toSorted(),
    stopSignal: at(config, "StopSignal"),
    healthcheck: at(config, "Healthcheck"),
    labels: labelsOf(config),
  };
}

/** Without what buildah says of itself. */
const labelsOf = (config: unknown): unknown =>
  Object.fromEntries(Object.entries(Object(at(config, "Labels") ?? {})).filter(([name]) => name !== "io.buildah.version"));

/** Files that buildah mounts while a step runs, and leaves empty in the image. */
const MOUNTED_BY_BUILDAH = ["etc/hostname", "etc/hosts", "etc/resolv.conf", "run"];
const withoutMounts = (tree: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => !MOUNTED_BY_BUILDAH.includes(path)));

const engines = [
  { name: "Docker's classic builder", address: docker, buildkit: false },
  { name: "BuildKit", address: docker, buildkit: true },
  { name: "Podman", address: podman, buildkit: false },
];

describe.skipIf(docker === undefined)("the folder of `vox package --format dockerfile`", () => {
  let storefront: Storefront;

  beforeAll(async () => {
    storefront = await layLockedStorefront();
  }, 120_000);
  afterAll(() => storefront?.desk.remove());

  it("gives the example's file tree and run configuration, with other diff-ids", async () => {
    const { trees, configs, diffIds } = await bothImages(storefront, docker ?? "", { buildkit: true });
    expect(Object.keys(trees[0] ?? {}).length).toBeGreaterThan(50);
    expect(trees[1]).toEqual(trees[0]);
    expect(configs[1]).toEqual(configs[0]);
    expect(diffIds[1]).not.toEqual(diffIds[0]);
  }, 120_000);
});

const ODD = "a \"b\" 'c' \\\\ $HOME ${X:-y} `id` # é <<EOF ";

describe.skipIf(!ready || [docker, podman, registry, skopeo].includes(undefined))("the folder for a base in a registry", () => {
  const name = `${registry}/dockerfile-${randomUUID().slice(0, 8)}/base:1`;
  let shop: Shop;
  let project: Project;
  const quoted = ODD.replaceAll('"', '\\"').replaceAll("\\\\", "\\\\\\\\");

  beforeAll(async () => {
    shop = await layShop({
      scripts: { ...APK, "theirs/kept": "" },
      config: {
        User: "someone",
        Entrypoint: ["/bin/sh"],
        Cmd: ["-c", "true"],
        Labels: { "org.example.base": "1" },
        Volumes: { "/theirs": {} },
      },
    });
    await run("skopeo", [
      "copy",
      "-q",
      "--all",
      "--dest-tls-verify=false",
      `oci:${shop.desk.folder}/base:base`,
      `docker://${name}`,
    ]);
    mkdirSync(join(shop.folder, "data"));
    writeFileSync(join(shop.folder, "data/ü name"), "x");
    await shop.ask(
      [
        'platforms = ["linux/amd64"]',
        `env = { ODD = "${quoted}", BASE = "no" }`,
        `labels = { "org.example.odd" = "${quoted}" }`,
        `entrypoint = ["/bin/sh", "-c", "${quoted}"]`,
        'workdir = "/srv/my app"',
        'writable = ["data", "spool"]',
        'volumes = ["/srv/my app/data", "/theirs"]',
        "ports = [8080, 9090]",
        'stop_signal = "SIGINT"',
        'healthcheck = { command = ["/bin/true", "$X"], interval = "10s", timeout = "2500ms", retries = 2 }',
        'packages = ["curl"]',
        `run = ["echo '$WORD' \\"$WORD\\" > /said; chmod 640 /said"]`,
        `build_args = { WORD = "${quoted}" }`,
      ]
        .join("\n")
        .replace(/^cmd.*$/m, ""),
      name,
    );
    project = { desk: shop.desk, vox: (args, { env }) => shop.vox(args, env) };
  }, 120_000);
  afterAll(async () => {
    shop?.desk.remove();
    for (const address of [docker, podman])
      if (address !== undefined) await testEngine(address).removeLabelled("org.example.base=1");
  });

  it.each(engines)(
    "gives $name the same tree and configuration, for odd values too",
    async ({ address = "", buildkit }) => {
      const { trees, configs, folder } = await bothImages(project, address, { buildkit });
      expect(trees[0]).toMatchObject({ said: expect.stringContaining("640 0:0"), "srv/my app/data/ü name": expect.anything() });
      const seen = address === podman ? trees.map(withoutMounts) : trees;
      expect(seen[1]).toEqual(seen[0]);
      expect(configs[1]).toEqual(configs[0]);
      expect(readFileSync(join(folder, "Dockerfile"), "utf8")).toMatch(
        new RegExp(`^FROM ${name.replace(/:1$/, "")}@sha256:[0-9a-f]{64}$`, "m"),
      );
    },
    120_000,
  );

  it("replaces what vox wrote there, and nothing else", async () => {
    const folder = join(shop.desk.folder, "elsewhere");
    mkdirSync(folder);
    writeFileSync(join(folder, "Dockerfile"), "FROM mine\n");
    const package_ = (): Promise<VoxRun> => shop.vox(["package", "--format", "dockerfile", "--out", folder]);
    expect(await package_()).toMatchObject({ exitCode: 73, stderr: expect.stringContaining("CANNOT_WRITE") });
    expect(readdirSync(folder)).toEqual(["Dockerfile"]);
    const default_ = join(shop.folder, "dist/dockerfile");
    for (let time = 0; time < 2; time += 1) succeeded(await shop.vox(["package", "--format", "dockerfile"]));
    expect(existsSync(join(default_, "Dockerfile"))).toBe(true);
  });
});

const OWN = `# The project's own.
ARG BASE_IMAGE
ARG WORD=default
FROM \${BASE_IMAGE} AS build
ARG WORD
COPY . /ctx
COPY ["sr c/in.txt", "src/", "/listed/"]
WORKDIR /ctx
RUN echo "$WORD" > /made && ls -R /ctx > /names && chmod 640 /made
FROM TOOLS AS tools
FROM \${BASE_IMAGE}
ARG WORD OTHER="o p"
ENV FROM_FILE="$WORD" OTHER=$OTHER BASE=changed
EXPOSE 8080
COPY --from=build /made /names /out/
COPY --from=tools /tool /tool
COPY --from=build /listed \\
  # a comment
  /listed
COPY --chown=7:7 ../src/*.sh ./src/deep /home/own/
ADD packed.tar /opt/
ENV DIR=src
COPY $DIR/link \${DIR}/deep/ /links/
VOLUME /theirs
HEALTHCHECK CMD true
CMD ["theirs"]
USER someone
`;

describe.skipIf(!ready || [docker, podman, registry, skopeo].includes(undefined))(
  "the folder for a project with a Dockerfile of its own",
  () => {
    const repository = `${registry}/own-dockerfile-${randomUUID().slice(0, 8)}`;
    const config = { Entrypoint: ["/bin/sh"], Labels: { "org.example.own": "1" } };
    let shop: Shop;
    let project: Project;
    const push = (layout: string, name: string) =>
      run("skopeo", ["copy", "-q", "--all", "--dest-tls-verify=false", `oci:${layout}:base`, `docker://${repository}/${name}`]);

    beforeAll(async () => {
      shop = await layShop({ config });
      await writeShellBase(join(shop.desk.folder, "tools"), { scripts: { tool: "a tool\n" }, config });
      await push(`${shop.desk.folder}/base`, "base:1");
      await push(`${shop.desk.folder}/tools`, "tools:1");
      for (const dir of ["sr c", "src/deep"]) mkdirSync(join(shop.folder, dir), { recursive: true });
      const files = {
        "sr c/in.txt": "in",
        "src/a.sh": "a",
        "src/deep/b": "b",
        "src/hidden": "hidden",
        Dockerfile: own("tools:1"),
      };
      for (const [path, text] of Object.entries(files)) writeFileSync(join(shop.folder, path), text);
      chmodSync(join(shop.folder, "src/a.sh"), 0o755);
      symlinkSync("deep/b", join(shop.folder, "src/link"));
      execFileSync("tar", ["cf", join(shop.folder, "packed.tar"), "-C", join(shop.folder, "src"), "deep"]);
      writeFileSync(join(shop.folder, ".dockerignore"), "src/hidden\nDockerfile\ndist\n");
      project = { desk: shop.desk, vox: (args, { env }) => shop.vox(args, env) };
    }, 120_000);
    afterAll(async () => {
      shop?.desk.remove();
      for (const address of [docker, podman])
        if (address !== undefined) await testEngine(address).removeLabelled("org.example.own=1");
    });

    const own = (tools: string) => OWN.replace("TOOLS", `${repository}/${tools}`);
    const settings = [
      'platforms = ["linux/amd64"]',
      'dockerfile = "Dockerfile"',
      'build_args = { WORD = "a \\"b\\" $c" }',
      'env = { OURS = "1" }',
      "ports = [8080]",
      'writable = ["data"]',
      'healthcheck = { command = ["/bin/true"] }',
    ].join("\n");

    it.each(engines)(
      "gives $name the same tree and configuration, on a base in a registry",
      async ({ address = "", buildkit }) => {
        await shop.ask(settings, `${repository}/base:1`);
        const { trees, configs } = await bothImages(project, address, { buildkit });
        expect(trees[0]).toMatchObject({
          "home/own/a.sh": expect.stringContaining("755 7:7"),
          "links/link": expect.anything(),
          "opt/deep/b": expect.anything(),
          "out/made": expect.stringContaining("640 0:0"),
          "app/main.sh": expect.anything(),
        });
        const seen = address === podman ? trees.map(withoutMounts) : trees;
        expect(seen[1]).toEqual(seen[0]);
        expect(configs[1]).toEqual(configs[0]);
        expect(configs[0]?.env).toEqual(expect.arrayContaining(['FROM_FILE=a "b" $c', "OURS=1"]));
      },
      120_000,
    );

    it("is the same on a base in an image layout, which comes along as a stage", async () => {
      await shop.ask(settings);
      const { trees, configs, folder } = await bothImages(project, docker ?? "", { buildkit: true });
      expect(trees[1]).toEqual(trees[0]);
      expect(configs[1]).toEqual(configs[0]);
      expect(readFileSync(join(folder, "Dockerfile"), "utf8")).toContain("FROM scratch AS vox-locked-base");
    }, 120_000);
  },
);
