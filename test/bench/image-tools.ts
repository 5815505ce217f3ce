import { join } from "node:path";

/** Where a builder finds and leaves things; paths are absolute, `registry` is `127.0.0.1:PORT`. */
export interface ToolPlace {
  /** Of its own, kept from cell to cell. */
  readonly stateDir: string;
  /** Holds `deps/` and `app/`, whose content goes to the image's root, and a Dockerfile. */
  readonly contextDir: string;
  readonly registry: string;
  /** `NAME@DIGEST` of the base for each platform, without the registry. */
  readonly bases: { readonly amd64: string; readonly arm64: string };
}

/** How an image is built from files and pushed, without vox: shell scripts, as a person would write them into a pipeline. */
export interface Builder {
  readonly name: string;
  /** Builds the context for amd64 and pushes it under the reference. */
  readonly build: (reference: string) => string;
  /** The same for both platforms; under one index where the tool can make one. */
  readonly buildBoth: (reference: string) => string;
  /** Forgets everything. */
  readonly forget: string;
  readonly env: Readonly<Record<string, string>>;
}

export const DOCKERFILE = "ARG BASE\nFROM $BASE\nCOPY deps/ /\nCOPY app/ /\n";

/** Debian's client: newer ones need a plugin for BuildKit. */
const DOCKER = "/usr/bin/docker";

export const builders = (place: ToolPlace, dockerHost: string): readonly Builder[] => [
  dockerBuilder("Docker classic", place, { DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: "0" }),
  dockerBuilder("BuildKit", place, { DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: "1" }),
  buildahBuilder(place),
  umociBuilder(place),
];

function dockerBuilder(name: string, place: ToolPlace, env: Readonly<Record<string, string>>): Builder {
  const build = (reference: string, platform: "amd64" | "arm64"): string =>
    `${DOCKER} build -q --build-arg BASE=${place.registry}/${place.bases[platform]} -t ${reference} ${place.contextDir} && ${DOCKER} push -q ${reference}`;
  return {
    name,
    build: (reference) => build(reference, "amd64"),
    buildBoth: (reference) =>
      [
        build(`${reference}-amd64`, "amd64"),
        build(`${reference}-arm64`, "arm64"),
        `rm -rf "$DOCKER_CONFIG/manifests"`,
        `${DOCKER} manifest create --insecure ${reference} ${reference}-amd64 ${reference}-arm64`,
        `${DOCKER} manifest push --insecure ${reference}`,
      ].join(" && "),
    forget: `${DOCKER} image prune -af >/dev/null && ${DOCKER} builder prune -af >/dev/null`,
    env: { ...env, DOCKER_CONFIG: join(place.stateDir, "docker") },
  };
}

function buildahBuilder({ stateDir, contextDir, registry, bases }: ToolPlace): Builder {
  const storage = join(stateDir, "buildah");
  const buildah = `buildah --root ${storage}/root --runroot ${storage}/run --storage-driver overlay`;
  const bud = (platform: "amd64" | "arm64", tag: string): string =>
    `${buildah} bud --tls-verify=false --isolation chroot --layers -q --arch ${platform} --build-arg BASE=${registry}/${bases[platform]} -t ${tag} ${contextDir}`;
  return {
    name: "buildah",
    build: (reference) => `${bud("amd64", "bench")} && ${buildah} push -q --tls-verify=false bench docker://${reference}`,
    buildBoth: (reference) =>
      [
        bud("amd64", "bench"),
        bud("arm64", "bench-arm64"),
        `(${buildah} manifest rm both || true)`,
        `${buildah} manifest create both bench bench-arm64`,
        `${buildah} manifest push -q --tls-verify=false --all both docker://${reference}`,
      ].join(" && "),
    // It mounts this folder upon itself.
    forget: `(umount -l ${storage}/root/overlay 2>/dev/null || true) && rm -rf ${storage}`,
    env: {},
  };
}

/** umoci has no cache of its own; the layer of the dependencies is kept under a tag while `deps/` stays as it was. */
function umociBuilder({ stateDir, contextDir, registry, bases }: ToolPlace): Builder {
  const work = join(stateDir, "umoci");
  const layout = join(work, "layout");
  const build = (reference: string, platform: "amd64" | "arm64"): string => {
    const tag = (name: string): string => `${name}-${platform}`;
    const deps = `$(cd ${contextDir} && find deps -type f | sort | xargs cat | sha256sum | cut -c1-16)`;
    return [
      `mkdir -p ${work} && deps=${deps}-${platform}`,
      `([ -f ${work}/${tag("base")} ] || (skopeo copy -q --src-tls-verify=false docker://${registry}/${bases[platform]} oci:${layout}:${tag("base")} && touch ${work}/${tag("base")}))`,
      `([ -f ${work}/$deps ] || (umoci insert --image ${layout}:${tag("base")} --tag $deps ${contextDir}/deps / && touch ${work}/$deps))`,
      `umoci insert --image ${layout}:$deps --tag ${tag("app")} ${contextDir}/app /`,
      `skopeo copy -q --dest-tls-verify=false oci:${layout}:${tag("app")} docker://${reference}`,
    ].join(" && ");
  };
  return {
    name: "umoci + skopeo",
    build: (reference) => build(reference, "amd64"),
    buildBoth: (reference) => `${build(`${reference}-amd64`, "amd64")} && ${build(`${reference}-arm64`, "arm64")}`,
    forget: `rm -rf ${work}`,
    env: {},
  };
}
