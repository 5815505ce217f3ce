import { describe, expect, it } from "vitest";
import { copyGraph } from "../../src/oci/copy.ts";
import { MemoryStore } from "../../src/oci/memory-store.ts";
import { RemoteStore } from "../../src/oci/remote-store.ts";
import { startLoopbackRegistry } from "../support/loopback-registry.ts";
import { imageOf, piecesOf, pushAll } from "../support/oci-graph.ts";
import { piecemeal } from "../support/piecemeal.ts";
import { clientOf } from "../support/remote-subject.ts";

const CHUNK = 64 * 1024 * 1024;

describe("a chunk of an upload", () => {
  it.each<[number, readonly string[]]>([
    [CHUNK, [`PUT ${CHUNK}`]],
    [CHUNK + 1, [`PATCH ${CHUNK} 0-${CHUNK - 1}`, `PATCH 1 ${CHUNK}-${CHUNK}`, "PUT 0"]],
    [2 * CHUNK, [`PATCH ${CHUNK} 0-${CHUNK - 1}`, `PATCH ${CHUNK} ${CHUNK}-${2 * CHUNK - 1}`, "PUT 0"]],
  ])("is 64 MiB long unless said: %i bytes", async (sizeBytes, wanted) => {
    const registry = await startLoopbackRegistry({});
    try {
      const image = imageOf("large", [Buffer.alloc(sizeBytes, "large")]);
      const source = new MemoryStore();
      await pushAll(source, piecesOf(image));
      const store = new RemoteStore(clientOf(registry.host), "acme/app", { access: "push" });
      await copyGraph(piecemeal(source), store, image.manifest.descriptor, { concurrency: 1 });
      const uploads = registry.requests.filter(({ method, path }) => path.includes("/blobs/uploads/") && method !== "POST");
      const steps = uploads.map(({ method, bodyBytes, headers }) => [method, bodyBytes, headers["content-range"]]);
      expect(steps.map((step) => step.filter((part) => part !== undefined).join(" "))).toEqual([
        `PUT ${image.config.bytes.byteLength}`,
        ...wanted,
      ]);
    } finally {
      await registry.close();
    }
  });
});
