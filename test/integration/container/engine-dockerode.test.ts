import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { parsePlatform } from "../../../src/core/platform.ts";
import type { EngineEnvironment } from "../../../src/container/engine/client-environment.ts";
import { connectEngine } from "../../../src/container/engine/engine-dockerode.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

let folder = "";
let server: Server | undefined;
let seen: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-engine-"));
  seen = [];
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  await rm(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const VERSION = {
  ApiVersion: "1.41",
  MinAPIVersion: "1.12",
  Version: "20.10.24",
  Os: "linux",
  Arch: "amd64",
  Components: [{ Name: "Engine" }],
};

/** An engine that answers what a test wants on a real socket. */
async function engineThat(answer: Answer, version: object = VERSION): Promise<string> {
  const path = join(folder, "engine.sock");
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () =>
      request.url === "/version" ? json(response, 200, version) : answer(request, response, Buffer.concat(chunks)),
    );
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return `unix://${path}`;
}

const json = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};

const connect = (DOCKER_HOST: string, choice: "auto" | "docker" | "podman" = "auto") =>
  connectEngine({ choice, environment: { DOCKER_HOST, CONTAINER_HOST: DOCKER_HOST } });

const SPEC = {
  name: "shop",
  image: "sha256:ab",
  env: { A: "1" },
  labels: { l: "v" },
  ports: [{ container: 3000, address: "127.0.0.1" }],
  restart: "no",
} as const;

describe("finding an engine", () => {
  it("describes it and speaks the version that both know", async () => {
    const engine = await connect(await engineThat((_request, response) => json(response, 200, [])));
    expect(engine.description).toMatchObject({
      kind: "docker",
      version: "20.10.24",
      apiVersion: "1.41",
      platform: "linux/amd64",
    });
    await engine.containers({ l: "v" });
    expect(seen).toEqual([
      "GET /version",
      `GET /v1.41/containers/json?all=true&filters=${encodeURIComponent('{"label":["l=v"]}')}`,
    ]);
  });

  it("tells Podman by its components", async () => {
    const host = await engineThat(() => undefined, { ...VERSION, Components: [{ Name: "Podman Engine" }] });
    expect((await connect(host)).description.kind).toBe("podman");
    await expect(connect(host, "docker")).rejects.toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: expect.stringContaining("(is podman)"),
    });
  });

  it("finds the engine of the context that Docker's client uses", async () => {
    const host = await engineThat((_request, response) => json(response, 200, []));
    const meta = join(folder, "contexts/meta", createHash("sha256").update("near").digest("hex"));
    await mkdir(meta, { recursive: true });
    await writeFile(join(meta, "meta.json"), JSON.stringify({ Name: "near", Endpoints: { docker: { Host: host } } }));
    const connectHere = (environment: EngineEnvironment) =>
      connectEngine({ choice: "auto", environment, dockerConfigDir: folder });
    expect((await connectHere({ DOCKER_CONTEXT: "near" })).description.endpoint).toBe(host);
    await writeFile(join(folder, "config.json"), JSON.stringify({ currentContext: "near" }));
    expect((await connectHere({})).description.endpoint).toBe(host);
    await expect(connectHere({ DOCKER_CONTEXT: "gone" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("asks Podman where Podman is, whatever DOCKER_HOST says to others", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    vi.stubEnv("DOCKER_TLS_VERIFY", "1");
    vi.stubEnv("DOCKER_CERT_PATH", folder);
    for (const name of ["ca.pem", "cert.pem", "key.pem"])
      await writeFile(join(folder, name), "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
    const CONTAINER_HOST = await engineThat(() => undefined, { ...VERSION, Components: [{ Name: "Podman Engine" }] });
    const engine = await connectEngine({ choice: "podman", environment: { CONTAINER_HOST } });
    expect(engine.description.endpoint).toBe(CONTAINER_HOST);
  });

  it("is told to be too old, with what to install", async () => {
    const old = engineThat(() => undefined, { ...VERSION, Version: "18.09", ApiVersion: "1.39" });
    await expect(connect(await old)).rejects.toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: "the engine speaks API 1.39 and older, vox 1.40 and newer",
      hint: "install Docker 19.03 or newer, or Podman 3 or newer",
    });
  });

  it("says what was tried when none answers", async () => {
    await expect(connect(`unix://${folder}/none.sock`)).rejects.toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: `no container engine answers: tried \`unix://${folder}/none.sock\` (ENOENT)`,
    });
    const environment = { XDG_RUNTIME_DIR: folder };
    await expect(connectEngine({ choice: "podman", environment })).rejects.toThrow(`${folder}/podman/podman.sock`);
  });
});

describe("loading", () => {
  it("waits for an engine that is slow to answer", async () => {
    const slowMs = 5_500;
    const host = await engineThat((request, response) => {
      const answer = request.url?.includes("/images/load")
        ? { stream: "Loaded image: shop:production\n" }
        : { Id: "sha256:abcd" };
      setTimeout(() => json(response, 200, answer), request.url?.includes("/images/load") ? slowMs : 0);
    });
    expect(await (await connect(host)).load(streamOf(Buffer.from("tar")))).toBe("sha256:abcd");
  });

  it("sends the archive and gives the image's ID", async () => {
    let sent = "";
    const host = await engineThat((request, response, body) => {
      if (request.url?.includes("/images/load")) {
        sent = body.toString();
        return json(response, 200, { stream: "Loaded image: shop:production\n" });
      }
      return json(response, 200, { Id: "sha256:abcd" });
    });
    expect(await (await connect(host)).load(streamOf(Buffer.from("tar"), Buffer.from("ball")))).toBe("sha256:abcd");
    expect(sent).toBe("tarball");
  });

  it("fails when the engine says so inside a 200 stream", async () => {
    const host = await engineThat((_request, response) =>
      json(response, 200, { errorDetail: { message: "invalid tar header" } }),
    );
    await expect((await connect(host)).load(streamOf())).rejects.toMatchObject({
      code: "ENGINE_FAILED",
      message: "the engine does not load the image: invalid tar header",
    });
  });

  it("fails as the archive fails", async () => {
    const host = await engineThat((_request, response) => json(response, 200, {}));
    const broken = async function* () {
      yield Buffer.from("tar");
      throw new Error("the disk is gone");
    };
    await expect((await connect(host)).load(broken())).rejects.toThrow("the disk is gone");
  });
});

describe("building", () => {
  const request = {
    context: () => streamOf(Buffer.from("tar")),
    dockerfile: "Dockerfile",
    platform: parsePlatform("linux/amd64"),
    buildArgs: { A: "b" },
    network: "none",
    anew: true,
  } as const;
  const build = async (answer: Answer) => (await connect(await engineThat(answer))).images.build(request);

  it("goes through BuildKit where the engine has it, and sends arguments and context", async () => {
    let sent = "";
    const id = await build((asked, response, body) => {
      sent = body.toString();
      json(response, 200, { id: "moby.image.id", aux: { ID: "sha256:ab" } });
      expect(new URL(asked.url ?? "", "http://e").searchParams.get("buildargs")).toBe('{"A":"b"}');
    });
    expect([id, sent]).toEqual(["sha256:ab", "tar"]);
    expect(seen.at(-1)).toMatch(/^POST \/v1\.41\/build\?.*networkmode=none.*version=2/);
  });

  it("fails when the engine says so inside a 200 stream", async () => {
    const failing = build((_asked, response) => json(response, 200, { errorDetail: { message: "no such stage" } }));
    await expect(failing).rejects.toMatchObject({
      code: "ENGINE_BUILD_FAILED",
      message: "the lower part for `linux/amd64` does not build: no such stage",
    });
  });

  it.each<[string, Answer]>([
    ["ends without a result", (_asked, response) => json(response, 200, { stream: "Step 1/1 : FROM a" })],
    [
      "is killed in the middle",
      (_asked, response) => {
        response.write('{"stream":"Step 1/1 : FROM a"}\n');
        setTimeout(() => response.destroy(), 20);
      },
    ],
  ])("fails when the engine %s", async (_name, answer) => {
    await expect(build(answer)).rejects.toMatchObject({
      code: "ENGINE_FAILED",
      message: "the engine broke off the build",
      hint: expect.stringContaining("docker version"),
    });
  });

  it("passes on why the engine refuses", async () => {
    const refusing = build((_asked, response) => json(response, 400, { message: "dockerfile parse error" }));
    await expect(refusing).rejects.toThrow("the engine does not build the lower part: dockerfile parse error");
  });
});

describe("running", () => {
  it("describes the container as the API wants it", async () => {
    let created: unknown;
    const host = await engineThat((request, response, body) => {
      if (!request.url?.includes("/create")) return json(response, 204, "");
      created = JSON.parse(body.toString());
      return json(response, 201, { Id: "c1" });
    });
    const container = await (await connect(host)).run(SPEC);
    expect([container.id, container.name]).toEqual(["c1", "shop"]);
    expect(created).toMatchObject({
      Image: "sha256:ab",
      Env: ["A=1"],
      Labels: { l: "v" },
      HostConfig: { PortBindings: { "3000/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] }, RestartPolicy: { Name: "no" } },
    });
  });

  it("removes a container that does not start, and gives the engine's words", async () => {
    const host = await engineThat((request, response) => {
      if (request.url?.includes("/create")) return json(response, 201, { Id: "c1" });
      if (request.url?.includes("/start")) return json(response, 500, { message: "port is already allocated" });
      return json(response, 204, "");
    });
    await expect((await connect(host)).run(SPEC)).rejects.toMatchObject({
      code: "ENGINE_FAILED",
      message: "the engine does not start container `shop`: port is already allocated",
    });
    expect(seen.at(-1)).toBe("DELETE /v1.41/containers/c1?force=true&v=true");
  });

  it("asks for modest limits when the engine may not give its own", async () => {
    const asked: unknown[] = [];
    const host = await engineThat((request, response, body) => {
      if (request.url?.includes("/create")) {
        asked.push(JSON.parse(body.toString()).HostConfig.Ulimits);
        return json(response, 201, { Id: `c${asked.length}` });
      }
      if (request.url?.includes("/c1/start")) return json(response, 500, { message: "runc: error setting rlimit type 7" });
      return json(response, 204, "");
    });
    expect((await (await connect(host)).run(SPEC)).id).toBe("c2");
    expect(asked).toEqual([
      undefined,
      [
        { Name: "nofile", Soft: 1024, Hard: 1024 },
        { Name: "nproc", Soft: 4096, Hard: 4096 },
      ],
    ]);
    expect(seen).toContain("DELETE /v1.41/containers/c1?force=true&v=true");
  });

  it("stops before it removes, and takes a container that is gone for removed", async () => {
    const statuses: Readonly<Record<string, number>> = { "/create": 201, "/start": 204, "/stop?t=2": 304 };
    const host = await engineThat((request, response) => {
      const ending = Object.keys(statuses).find((key) => request.url?.includes(key));
      json(response, ending === undefined ? 404 : (statuses[ending] ?? 500), { Id: "c1", message: "x" });
    });
    const container = await (await connect(host)).run(SPEC);
    await container.remove({ timeoutMs: 1_500 });
    expect(seen.slice(-2)).toEqual(["POST /v1.41/containers/c1/stop?t=2", "DELETE /v1.41/containers/c1?force=true&v=true"]);
    await expect(container.inspect()).rejects.toMatchObject({ code: "ENGINE_FAILED" });
  });
});
