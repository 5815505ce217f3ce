import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { testEngine } from "../support/docker-engine.ts";
import { debianTar, writeDebianBase } from "../support/debian-base.ts";
import { requireService } from "../support/services.ts";
import { layShop, type Shop } from "../support/shell-shop.ts";
import { succeeded, textAt } from "../support/vox-cli.ts";

const docker = process.arch === "x64" ? await requireService("docker") : undefined;
const tar = docker === undefined ? undefined : debianTar();

describe.skipIf(tar === undefined)("system packages upon a real Debian", () => {
  const env = { DOCKER_HOST: docker ?? "" };
  let shop: Shop;

  beforeAll(async () => {
    shop = await layShop({});
    await writeDebianBase(join(shop.desk.folder, "debian"), tar ?? "");
  }, 300_000);
  afterAll(() => shop?.desk.remove());

  it("are installed from its mirror by apt-get, and run", async () => {
    await shop.ask('platforms = ["linux/amd64"]\npackages = ["ca-certificates", "jq"]', "oci-layout:../debian:base");
    const document = succeeded(await shop.vox(["deploy", "--load", "--json"], env)).json();
    const reference = textAt(document, "image", "reference");
    const engine = testEngine(docker ?? "");
    const container = await engine.run(reference);
    try {
      expect(await container.exec(["jq", "-n", "1+1"])).toContain("2");
      expect(await container.exec(["ls", "/var/lib/apt/lists"])).toBe("");
      expect(await container.exec(["ls", "/etc/ssl/certs/ca-certificates.crt"])).toContain("ca-certificates.crt");
    } finally {
      await container.remove();
      await engine.removeImage(reference);
    }
  }, 300_000);
});
