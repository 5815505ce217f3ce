import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine } from "../support/docker-engine.ts";
import { type GitSshServer, hasSshd, startGitSsh } from "../support/git-servers.ts";
import { requireService } from "../support/services.ts";
import { APK, hasBusybox } from "../support/shell-base.ts";
import { layShop, type Shop } from "../support/shell-shop.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, podman] = [await requireService("docker"), await requireService("podman")];
const ready = hasSshd() && hasBusybox();
const LABEL = "org.example.over-ssh";

describe.skipIf(!ready || docker === undefined || podman === undefined)("an engine behind ssh", () => {
  let shop: Shop;
  let server: GitSshServer;

  /** `ssh` with a key, in the place of whoever runs the tests. */
  const sshBy = (command: string): Record<string, string> => {
    const bin = join(shop.desk.folder, `bin-${command.length}-${command.includes("stranger")}`);
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec /usr/bin/${command} "$@"\n`);
    chmodSync(join(bin, "ssh"), 0o755);
    return { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  };
  const socketOf = (address: string | undefined): string => (address ?? "").slice("unix://".length);
  const behindSsh = (address: string | undefined): string =>
    `${server.url("").replace(/(:\d+)\/.*$/, "$1")}${socketOf(address)}`;

  beforeAll(async () => {
    shop = await layShop({ scripts: APK, config: { Labels: { [LABEL]: "1" } } });
    const scratch = join(shop.desk.folder, "ssh");
    mkdirSync(scratch);
    server = await startGitSsh(shop.desk.folder, scratch);
    await shop.ask('platforms = ["linux/amd64"]\npackages = ["curl"]');
  }, 60_000);

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    for (const address of [docker, podman]) if (address) await testEngine(address).removeLabelled(`${LABEL}=1`);
    shop?.desk.remove();
  });

  it("builds and takes an image as one on this machine does: Docker by DOCKER_HOST", async () => {
    const env = { ...sshBy(server.command), DOCKER_HOST: behindSsh(docker) };
    const loaded = succeeded(await shop.vox(["deploy", "--load", "--json"], env)).json();
    const found = await testEngine(docker ?? "").inspectImage(textAt(loaded, "image", "reference"));
    expect(at(found, "Config", "Cmd")).toEqual(["/bin/sh", "main.sh"]);
  }, 60_000);

  it("runs what is deployed, and is asked there how it is", async () => {
    const env = { ...sshBy(server.command), DOCKER_HOST: behindSsh(docker) };
    await shop.ask('platforms = ["linux/amd64"]\nrun = ["touch /ran"]\nhealthcheck = { command = ["/bin/true"] }');
    const document = succeeded(await shop.vox(["deploy", "--run", "--json"], env)).json();
    expect(document).toMatchObject({ deployment: { result: "succeeded" }, container: { status: "running" } });
    const engine = testEngine(docker ?? "");
    await engine.running(textAt(document, "container", "id"), 0).remove();
    await engine.removeImage(textAt(document, "image", "reference"));
  }, 60_000);

  it("is Podman's by the connection that `podman system connection` keeps", async () => {
    const file = join(shop.desk.folder, "connections.json");
    const Connections = { far: { URI: behindSsh(podman) } };
    writeFileSync(file, JSON.stringify({ Connection: { Default: "far", Connections } }));
    const env = { ...sshBy(server.command), PODMAN_CONNECTIONS_CONF: file, CONTAINER_CONNECTION: "far" };
    await shop.ask('platforms = ["linux/amd64"]\npackages = ["jq"]\n[deploy]\nruntime = "podman"');
    const loaded = succeeded(await shop.vox(["deploy", "--load", "--json"], env)).json();
    await testEngine(podman ?? "").inspectImage(textAt(loaded, "image", "reference"));
  }, 60_000);

  it("is told with ssh's own words where it lets nobody in", async () => {
    const env = { ...sshBy(server.stranger), DOCKER_HOST: behindSsh(docker) };
    await shop.ask('platforms = ["linux/amd64"]\npackages = ["other"]');
    const ended = await shop.vox(["package"], env);
    expect(ended.exitCode).toBe(69);
    expect(ended.stderr).toMatch(/no container engine answers: tried `ssh:.*` \(.*Permission denied \(publickey\)/);
    expect(ended.stderr).toMatch(/hint: run `ssh -p \d+ \S+ docker version`/);
  }, 60_000);
});
