import { createServer } from "node:http";
import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { createLockWorld } from "../support/lock-world.ts";
import { at, textAt } from "../support/vox-cli.ts";

/** An address of this machine that is not loopback; none where it stands alone. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === "IPv4" && !found.internal)?.address;

it.skipIf(outer === undefined)(
  "a registry that speaks plain HTTP beyond loopback is refused with the variable that admits it, and then asked",
  async () => {
    const server = createServer((_, response) => response.writeHead(404).end("{}"));
    await new Promise<void>((resolve) => server.listen(0, outer, resolve));
    const address = server.address();
    const host = `${outer}:${typeof address === "object" && address ? address.port : 0}`;
    const world = createLockWorld();
    const registry = `[registries.default]\nindex = "oci://${host}/vox"\n`;
    world.write("Vox.toml", `[package]\nname = "app"\nversion = "1.0.0"\n[dependencies]\nghost = "^1"\n${registry}`);
    const refused = (await world.vox(["lock", "--json"])).json();
    expect(at(refused, "error", "code")).toBe("REGISTRY_UNAVAILABLE");
    const assignment = /`(VOX_INSECURE_REGISTRIES)=(.*?)`/.exec(textAt(refused, "error", "hint"));
    const admitted = await world.vox(["lock", "--json"], { env: { [assignment?.[1] ?? ""]: assignment?.[2] ?? "" } });
    expect(at(admitted.json(), "error", "code")).toBe("PACKAGE_UNKNOWN");
    world.desk.remove();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);
