import { describe, expect, it } from "vitest";
import { negotiateApiVersion } from "../../../src/container/engine/api-version.ts";
import { demuxLogs } from "../../../src/container/engine/demux-logs.ts";
import { contextFolder, contextHost, contextInUse, type DockerContext } from "../../../src/container/engine/docker-context.ts";
import type { EngineEnvironment } from "../../../src/container/engine/client-environment.ts";
import { engineEndpoints, type EnginePlaces } from "../../../src/container/engine/endpoints.ts";
import { podmanConnections } from "../../../src/container/engine/podman-connections.ts";
import { noEngine } from "../../../src/container/engine/no-engine.ts";
import { loadedImages } from "../../../src/container/engine/load-progress.ts";
import type { EngineChoice } from "../../../src/project/deploy-intent.ts";
import { failureOf } from "./fixtures.ts";

describe("where an engine is looked for", () => {
  const XDG_RUNTIME_DIR = "/run/user/1000";
  const context: DockerContext = { name: "far", host: "tcp://far:1", certPath: "/certs" };
  const urls = (places: EnginePlaces): readonly string[] => engineEndpoints(places).map((endpoint) => endpoint.url);

  it.each<[EngineChoice, Partial<EnginePlaces>, readonly string[]]>([
    ["docker", {}, ["unix:///var/run/docker.sock"]],
    ["podman", {}, ["unix:///run/podman/podman.sock"]],
    ["auto", {}, ["unix:///var/run/docker.sock", "unix:///run/podman/podman.sock"]],
    ["auto", { uid: 0 }, ["unix:///var/run/docker.sock", "unix:///run/podman/podman.sock"]],
    ["docker", { environment: { XDG_RUNTIME_DIR } }, ["unix:///var/run/docker.sock", "unix:///run/user/1000/docker.sock"]],
    ["docker", { uid: 7 }, ["unix:///var/run/docker.sock", "unix:///run/user/7/docker.sock"]],
    [
      "podman",
      { environment: { XDG_RUNTIME_DIR }, uid: 7 },
      ["unix:///run/user/1000/podman/podman.sock", "unix:///run/podman/podman.sock"],
    ],
    ["docker", { environment: { DOCKER_HOST: "unix:///d.sock", XDG_RUNTIME_DIR } }, ["unix:///d.sock"]],
    ["auto", { environment: { DOCKER_HOST: "tcp://127.0.0.1:2375" } }, ["tcp://127.0.0.1:2375"]],
    ["auto", { environment: { CONTAINER_HOST: "unix:///p.sock" } }, ["unix:///var/run/docker.sock", "unix:///p.sock"]],
    ["podman", { environment: { DOCKER_HOST: "unix:///d.sock" }, context }, ["unix:///run/podman/podman.sock"]],
    ["podman", { environment: { CONTAINER_HOST: "unix:///p.sock" } }, ["unix:///p.sock"]],
    ["auto", { context }, ["tcp://far:1"]],
    ["docker", { context, environment: { DOCKER_HOST: "unix:///d.sock" } }, ["unix:///d.sock"]],
  ])("for %s with %j", (choice, places, expected) => expect(urls({ choice, environment: {}, ...places })).toEqual(expected));

  it.each([
    ["tcp://h", { host: "h", port: 2375, tls: false }, undefined],
    ["tcp://h:1", { host: "h", port: 1, tls: false }, undefined],
    ["tcp://h", { host: "h", port: 2376, tls: true, certPath: "/c" }, "1"],
    ["https://h", { host: "h", port: 2376, tls: true }, undefined],
    ["tcp://[::1]:5", { host: "::1", port: 5, tls: false }, undefined],
  ])("takes `%s` apart", (url, expected, verify) => {
    const environment = { DOCKER_HOST: url, DOCKER_TLS_VERIFY: verify, DOCKER_CERT_PATH: "/c" };
    expect(engineEndpoints({ choice: "docker", environment })[0]).toMatchObject(expected);
  });

  it("takes a context's own certificates", () => {
    expect(engineEndpoints({ choice: "docker", environment: {}, context })[0]).toMatchObject({ tls: true, certPath: "/certs" });
  });

  it.each(["npipe:////./pipe/docker", "nonsense", "tcp://"])("refuses `%s`", (url) => {
    expect(failureOf(() => engineEndpoints({ choice: "auto", environment: { DOCKER_HOST: url } }))).toBe(
      `CONFIG_INVALID: \`${url}\` of DOCKER_HOST is not an engine's address that vox can speak to`,
    );
  });

  it.each<[string, Partial<EnginePlaces>, readonly string[]]>([
    ["ssh://far", {}, ["--", "far", "docker", "system", "dial-stdio"]],
    ["ssh://me@far:2222/", {}, ["-l", "me", "-p", "2222", "--", "far", "docker", "system", "dial-stdio"]],
    ["ssh://far/run/d.sock", {}, ["--", "far", "docker", "--host", "unix:///run/d.sock", "system", "dial-stdio"]],
    ["ssh://[::1]", {}, ["--", "::1", "docker", "system", "dial-stdio"]],
  ])("reaches `%s` as Docker's own client does", (DOCKER_HOST, places, command) => {
    expect(engineEndpoints({ choice: "auto", environment: { DOCKER_HOST }, ...places })).toEqual([
      { kind: "dialled", url: DOCKER_HOST, command: ["ssh", "-o", "ConnectTimeout=30", "-T", ...command] },
    ]);
  });

  it("reaches Podman's service behind ssh by its socket there, with the key that is named", () => {
    const environment = { CONTAINER_HOST: "ssh://core@far/run/p.sock", CONTAINER_SSHKEY: "/key" };
    expect(engineEndpoints({ choice: "podman", environment })).toMatchObject([
      {
        command: [
          "ssh",
          "-o",
          "ConnectTimeout=30",
          "-T",
          "-i",
          "/key",
          "-l",
          "core",
          "--",
          "far",
          "podman",
          "--remote",
          "--url",
          "unix:///run/p.sock",
          "system",
          "dial-stdio",
        ],
      },
    ]);
  });

  it.each(["ssh://me:secret@far", "ssh://far/a;b", "ssh://far/$(x)"])("refuses `%s`", (DOCKER_HOST) => {
    const failure = failureOf(() => engineEndpoints({ choice: "auto", environment: { DOCKER_HOST } }));
    expect(failure).toMatch(/^CONFIG_INVALID: .* of DOCKER_HOST is not an engine's address behind ssh$/);
    expect(failure).not.toContain("secret");
  });
});

describe("the connections of Podman's client", () => {
  const file = (path: string, text: string) => ({ path, text });
  const toml =
    '[engine]\nactive_service = "a"\n[engine.service_destinations.a]\nuri = "ssh://a/a.sock"\nidentity = "/a"\n[engine.service_destinations.b]\nuri = "unix:///b.sock"\n';
  const json =
    '{"Connection":{"Default":"c","Connections":{"c":{"URI":"tcp://c:1","IsMachine":true},"b":{"URI":"unix:///other.sock"}}}}';
  const both = podmanConnections([file("containers.conf", toml), file("podman-connections.json", json)]);

  it("are those of all its files, where the later one wins", () => {
    expect(podmanConnections([file("containers.conf", toml)])).toMatchObject({ chosen: "a" });
    expect(both.chosen).toBe("c");
    expect([...both.known.values()]).toEqual([
      { name: "a", uri: "ssh://a/a.sock", identity: "/a" },
      { name: "b", uri: "unix:///other.sock" },
      { name: "c", uri: "tcp://c:1" },
    ]);
    expect(podmanConnections([file("a.conf", "[network]\n"), file("a.json", "{}")])).toEqual({ known: new Map() });
  });

  it.each<[Partial<EnginePlaces>, readonly string[]]>([
    [{}, ["unix:///run/podman/podman.sock", "tcp://c:1"]],
    [{ environment: { CONTAINER_CONNECTION: "a" } }, ["ssh://a/a.sock"]],
    [{ environment: { CONTAINER_CONNECTION: "a", CONTAINER_HOST: "unix:///p.sock" } }, ["unix:///p.sock"]],
    [{ choice: "auto" }, ["unix:///var/run/docker.sock", "unix:///run/podman/podman.sock", "tcp://c:1"]],
    [{ choice: "docker" }, ["unix:///var/run/docker.sock"]],
  ])("are asked for %j in this order", (places, expected) => {
    const endpoints = engineEndpoints({ choice: "podman", environment: {}, connections: both, ...places });
    expect(endpoints.map(({ url }) => url)).toEqual(expected);
  });

  it("are refused when there is none of that name, and where a file says nothing", () => {
    const asking = () => engineEndpoints({ choice: "podman", environment: { CONTAINER_CONNECTION: "x" }, connections: both });
    expect(failureOf(asking)).toBe("CONFIG_INVALID: Podman has no connection `x`");
    for (const path of ["/a.conf", "/a.json"])
      expect(failureOf(() => podmanConnections([file(path, "{[")]))).toBe(
        `CONFIG_INVALID: \`${path}\` of Podman cannot be read`,
      );
  });
});

describe("the context of Docker's client", () => {
  it.each<[string, EngineEnvironment, string | undefined, string | undefined]>([
    ["is none without a configuration", {}, undefined, undefined],
    ["is none where none is in use", {}, "{}", undefined],
    ["is the one in use", {}, '{"currentContext":"far"}', "far"],
    ["is none for the default one", {}, '{"currentContext":"default"}', undefined],
    ["is the variable's", { DOCKER_CONTEXT: "near" }, '{"currentContext":"far"}', "near"],
    ["is none when the variable names the default one", { DOCKER_CONTEXT: "default" }, '{"currentContext":"far"}', undefined],
    ["is none where DOCKER_HOST is set", { DOCKER_HOST: "tcp://h", DOCKER_CONTEXT: "near" }, undefined, undefined],
  ])("%s", (_name, environment, config, expected) => expect(contextInUse(environment, config)).toBe(expected));

  it("is found by the hash of its name, and refused when it is not there or says nothing", () => {
    expect(contextFolder("default")).toBe("37a8eec1ce19687d132fe29051dca629d164e2c4958ba141d5f4133a33f0688f");
    expect(contextHost("far", '{"Name":"far","Endpoints":{"docker":{"Host":"tcp://far:1"}}}')).toBe("tcp://far:1");
    expect(failureOf(() => contextHost("far", undefined))).toBe("CONFIG_INVALID: there is no Docker context `far`");
    expect(failureOf(() => contextHost("far", "{}"))).toMatch(/^CONFIG_INVALID: the Docker context `far`/);
    expect(failureOf(() => contextInUse({}, "nonsense"))).toMatch(/^CONFIG_INVALID: Docker's `config.json`/);
  });
});

describe("an engine that is not there", () => {
  const hint = (places: Partial<EnginePlaces>, ...reasons: readonly string[]): string | undefined =>
    noEngine(
      { choice: "auto", environment: {}, ...places },
      reasons.map((reason) => ({ url: "unix:///s", reason })),
    ).hint;

  it("is told with all that was tried", () => {
    const tried = [
      { url: "unix:///a", reason: "ENOENT" },
      { url: "tcp://b", reason: "ECONNREFUSED" },
    ];
    expect(noEngine({ choice: "podman", environment: {} }, tried).message).toBe(
      "no podman answers: tried `unix:///a` (ENOENT), `tcp://b` (ECONNREFUSED)",
    );
  });

  it.each<[string, Partial<EnginePlaces>, string, RegExp]>([
    ["a socket that may not be opened", {}, "EACCES", /^run `sudo usermod -aG docker \$USER`/],
    ["an engine of another kind", { choice: "docker" }, "is podman", /^set `runtime = "podman"`/],
    ["an address in DOCKER_HOST", { environment: { DOCKER_HOST: "tcp://h" } }, "ECONNREFUSED", /correct DOCKER_HOST/],
    [
      "an address in CONTAINER_HOST",
      { choice: "podman", environment: { CONTAINER_HOST: "unix:///p" } },
      "ENOENT",
      /CONTAINER_HOST/,
    ],
    ["a context", { context: { name: "far", host: "tcp://far" } }, "ETIMEDOUT", /`docker context use default`/],
    ["Docker's own sockets", { choice: "docker" }, "ENOENT", /^start it with `sudo systemctl start docker`/],
    ["Podman's own sockets", { choice: "podman" }, "ENOENT", /^start it with `systemctl --user start podman.socket`/],
    ["any socket", {}, "ENOENT", /^start one with/],
  ])("is told with the act that helps: %s", (_name, places, reason, expected) =>
    expect(hint(places, reason)).toMatch(expected),
  );
});

describe("the API's version", () => {
  it.each([
    ["1.41", undefined, "1.41"],
    ["1.41", "1.12", "1.41"],
    ["1.40", undefined, "1.40"],
    ["1.52", "1.44", "1.44"],
  ])("of an engine with %s (from %s) is %s", (newest, oldest, expected) => {
    expect(negotiateApiVersion({ newest, oldest })).toBe(expected);
  });

  it("is refused when the engine is too old", () => {
    expect(failureOf(() => negotiateApiVersion({ newest: "1.9" }))).toBe(
      "ENGINE_UNAVAILABLE: the engine speaks API 1.9 and older, vox 1.40 and newer",
    );
  });

  it("is refused when the engine speaks only newer ones", () => {
    expect(failureOf(() => negotiateApiVersion({ newest: "1.60", oldest: "1.50" }))).toBe(
      "ENGINE_UNAVAILABLE: the engine speaks API 1.50 and newer, vox 1.44 and older",
    );
  });
});

describe("what a load answers", () => {
  it.each([
    ["Docker's name", '{"stream":"Loaded image: storefront:production\\n"}\r\n', ["storefront:production"]],
    ["Docker's ID", '{"status":"Loading"}\n{"stream":"Loaded image ID: sha256:ab\\n"}\n', ["sha256:ab"]],
    ["Podman's name", '{"stream":"Loaded image: localhost/a:b"}', ["localhost/a:b"]],
    ["older Podman's names", "Loaded image(s): localhost/a:b\n", ["localhost/a:b"]],
    ["nothing of use", "\n{}\nnull\n", []],
  ])("is read: %s", (_name, answer, expected) => expect(loadedImages(answer)).toEqual(expected));

  it.each([
    ['{"errorDetail":{"message":"no space left\\n"},"error":"no space left"}', "no space left"],
    ['{"error":"broken"}', "broken"],
  ])("is a failure inside a 200 stream: %s", (answer, reason) => {
    expect(failureOf(() => loadedImages(`{"status":"x"}\n${answer}\n`))).toBe(
      `ENGINE_FAILED: the engine does not load the image: ${reason}`,
    );
  });
});

describe("logs", () => {
  const frame = (stream: number, text: string): Buffer => {
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };

  it("are both streams in order, without their headers", () => {
    expect(demuxLogs(Buffer.concat([frame(1, "out\n"), frame(2, "err é\n"), frame(1, "")]))).toBe("out\nerr é\n");
  });

  it("may break off within a frame", () => {
    expect(demuxLogs(frame(1, "whole").subarray(0, 10))).toBe("wh");
    expect(demuxLogs(Buffer.from([1, 0]))).toBe("");
  });
});
