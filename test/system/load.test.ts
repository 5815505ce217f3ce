import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine } from "../support/docker-engine.ts";
import { requireService } from "../support/services.ts";
import { EXPECTED_ANSWER, layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, podman] = [await requireService("docker"), await requireService("podman")];

describe.each([
  { name: "Docker", address: docker },
  { name: "Podman", address: podman },
])("vox deploy --load into $name", ({ address }) => {
  let storefront: Storefront;

  beforeAll(async () => {
    if (address === undefined) return;
    storefront = await layLockedStorefront();
  }, 120_000);

  afterAll(() => storefront?.desk.remove());

  it.skipIf(address === undefined)(
    "loads the image that the native builder made, and it serves the right values",
    async () => {
      const engine = testEngine(address ?? "");
      const document = succeeded(
        await storefront.vox(["deploy", "--load", "--json"], { env: { DOCKER_HOST: address ?? "" } }),
      ).json();
      const reference = textAt(document, "image", "reference");
      const container = await engine.run(reference);
      try {
        expect(at(await container.get("/"), "body")).toEqual(EXPECTED_ANSWER);
      } finally {
        await container.remove();
        await engine.removeImage(reference);
      }
    },
    120_000,
  );

  it.skipIf(address === undefined)(
    "runs it with --run on a port of loopback, and leaves it running when nothing changed",
    async () => {
      const run = async (): Promise<unknown> =>
        succeeded(await storefront.vox(["deploy", "--run", "--json"], { env: { DOCKER_HOST: address ?? "" } })).json();
      const first = textAt(await run(), "container", "id");
      const document = await run();
      const engine = testEngine(address ?? "");
      const container = engine.running(
        textAt(document, "container", "id"),
        Number(at(document, "container", "ports", 0, "host")),
      );
      try {
        expect(at(await container.get("/"), "body")).toEqual(EXPECTED_ANSWER);
        expect(container.id).toBe(first);
      } finally {
        await container.remove();
        await engine.removeImage(textAt(document, "image", "reference"));
      }
    },
    120_000,
  );
});
