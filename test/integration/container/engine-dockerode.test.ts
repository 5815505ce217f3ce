import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { streamOf } from "../../../src/core/byte-stream.ts";
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
