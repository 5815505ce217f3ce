import { describe, expect, it } from "vitest";
import { negotiateApiVersion } from "../../../src/container/engine/api-version.ts";
import { demuxLogs } from "../../../src/container/engine/demux-logs.ts";
import { type EngineEnvironment, engineEndpoints } from "../../../src/container/engine/endpoints.ts";
import { loadedImages } from "../../../src/container/engine/load-progress.ts";
import type { EngineChoice } from "../../../src/project/deploy-intent.ts";
import { failureOf } from "./fixtures.ts";

describe("where an engine is looked for", () => {
  const XDG_RUNTIME_DIR = "/run/user/1000";
  it.each<[EngineChoice, EngineEnvironment, readonly string[]]>([
    ["docker", {}, ["unix:///var/run/docker.sock"]],
    ["podman", {}, ["unix:///run/podman/podman.sock"]],
    ["auto", {}, ["unix:///var/run/docker.sock", "unix:///run/podman/podman.sock"]],
    ["docker", { XDG_RUNTIME_DIR }, ["unix:///var/run/docker.sock", "unix:///run/user/1000/docker.sock"]],
    ["podman", { XDG_RUNTIME_DIR }, ["unix:///run/user/1000/podman/podman.sock", "unix:///run/podman/podman.sock"]],
    ["docker", { DOCKER_HOST: "unix:///d.sock", XDG_RUNTIME_DIR }, ["unix:///d.sock"]],
    ["auto", { DOCKER_HOST: "tcp://127.0.0.1:2375" }, ["tcp://127.0.0.1:2375"]],
    ["podman", { DOCKER_HOST: "unix:///d.sock" }, ["unix:///run/podman/podman.sock"]],
    ["podman", { CONTAINER_HOST: "unix:///p.sock" }, ["unix:///p.sock"]],
  ])("for %s with %j", (choice, environment, expected) => {
    expect(engineEndpoints(choice, environment).map((endpoint) => endpoint.url)).toEqual(expected);
  });

  it.each([
    ["tcp://h", { host: "h", port: 2375, tls: false }, undefined],
    ["tcp://h:1", { host: "h", port: 1, tls: false }, undefined],
    ["tcp://h", { host: "h", port: 2376, tls: true }, "1"],
    ["https://h", { host: "h", port: 2376, tls: true }, undefined],
    ["tcp://[::1]:5", { host: "::1", port: 5, tls: false }, undefined],
  ])("takes `%s` apart", (url, expected, verify) => {
    expect(engineEndpoints("docker", { DOCKER_HOST: url, DOCKER_TLS_VERIFY: verify })[0]).toMatchObject(expected);
  });

  it.each(["ssh://host", "npipe:////./pipe/docker", "nonsense", "tcp://"])("refuses `%s`", (url) => {
    expect(failureOf(() => engineEndpoints("auto", { DOCKER_HOST: url }))).toBe(
      `CONFIG_INVALID: \`${url}\` is not an engine's address that vox can speak to`,
    );
  });
});

describe("the API's version", () => {
  it.each([
    ["1.41", undefined, "1.41"],
    ["1.41", "1.12", "1.41"],
    ["1.9", undefined, "1.9"],
    ["1.52", "1.44", "1.44"],
  ])("of an engine with %s (from %s) is %s", (newest, oldest, expected) => {
    expect(negotiateApiVersion({ newest, oldest })).toBe(expected);
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
