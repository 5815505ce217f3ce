import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AIRGAP_TAG, AIRGAP_TYPE } from "../../src/deploy/airgap.ts";
import { fileArtifact, pushArtifact, readArtifactFiles } from "../../src/oci/file-artifact.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { ANNOTATION } from "../../src/oci/media-types.ts";
import { fsRegistryArchive } from "../../src/runtime/fs-registry-archive.ts";
import { GREETING, type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { leaveOut, requireService } from "../support/services.ts";
import { at, createDesk, type Desk, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, registry] = [await requireService("docker"), await requireService("registry")];

/** A network of its own, in which there is nothing, not even this machine: an engine is reached by its socket. */
const OFF = ["unshare", "--net"];
const canBeOff = ((): boolean => {
  try {
    execFileSync("unshare", ["--net", "true"]);
    return true;
  } catch {
    return leaveOut("a network of its own", "`unshare --net` is refused") === true;
  }
})();

const TABLES = `[deploy]
target = "compose"
[deploy.compose]
project_name = "NAME"
file = "compose.yaml"
ports = ["127.0.0.1::3000"]
[deploy.policy]
signers = ["team.pub"]
`;

describe.skipIf(docker === undefined || registry === undefined || !canBeOff)("an air-gap file", () => {
  let desk: RolloutDesk;
  let other: Desk;
  let file = "";
  let key: readonly string[] = [];
  const PASSWORD = { VOX_SIGN_PASSWORD: "sign" };

  const elsewhere = (args: readonly string[]) =>
    other.vox([...args, "--json"], { through: OFF, env: { DOCKER_HOST: docker ?? "" } });
  const failure = async (args: readonly string[]) => {
    const run = await elsewhere(args);
    return [at(run.json(), "error", "code"), run.exitCode];
  };

  beforeAll(async () => {
    desk = await rolloutDesk({
      dockerHost: docker ?? "",
      container: `registry = "${registry}/never-pushed-to"`,
      tables: TABLES,
    });
    other = createDesk();
    for (const name of ["team", "others"]) succeeded(await desk.vox(["keys", "generate", "--out", name], PASSWORD));
    key = ["--key", join(desk.folder, "team.pub")];
    // Beside the application are the same program, named by a tag of a registry, one that has one thing to do, and one that nobody asks for.
    const beside = `${registry}/air-gap/${desk.name}:1`;
    desk.write(
      "compose.yaml",
      `services:
  beside: { image: "${beside}", pull_policy: always }
  once: { image: "${beside}", command: ["/bin/busybox", "true"], restart: "no" }
  unasked: { build: ., profiles: [other] }
`,
    );
    await desk.document(["package", "--out", "beside"]);
    await desk.document(["push", "beside", beside]);
  }, 120_000);

  afterAll(async () => {
    await desk.remove();
    other.remove();
  });

  it("holds images, what is attached to them, the Compose file, the lock and the policy", async () => {
    const document = await desk.document(["package", "--format", "airgap", "--sign-key", "team.key"], PASSWORD);
    file = textAt(document, "out");
    expect(file.endsWith(`dist/airgap/${desk.name}.tar`)).toBe(true);
    await using archive = await fsRegistryArchive.openRegistryArchive(file, AbortSignal.timeout(30_000));
    const layout = new FsLayoutStore(join(archive.dir, "bundle"));
    const root = await layout.resolve(AIRGAP_TAG);
    const files = root && (await readArtifactFiles(layout, root, AIRGAP_TYPE, {}));
    expect([...(files?.keys() ?? [])].sort()).toEqual(["compose.yaml", "policy.json", "rollout.json", "vox.lock"]);
    expect(Buffer.from(files?.get("compose.yaml") ?? "").toString()).toMatch(/air-gap\/[^:]+:sha256-[0-9a-f]{64}/);
    expect((await layout.tags()).map((tag) => tag.replace(/-[0-9a-f]{12}$/, ""))).toEqual([
      "carried",
      "production",
      AIRGAP_TAG,
    ]);
  }, 60_000);

  it("is refused, and nothing loaded, without a key where the policy asks for one, and with a key that did not sign", async () => {
    const deploy = ["deploy", "production", "--image", file];
    expect(await failure(deploy)).toEqual(["POLICY_REFUSED", 1]);
    expect(await failure([...deploy, "--key", join(desk.folder, "others.pub")])).toEqual(["POLICY_REFUSED", 1]);
    expect(await desk.containers()).toEqual([]);
  }, 60_000);

  it("is refused when what it says of how the image is to run was changed, though the image is as it was signed", async () => {
    const signal = AbortSignal.timeout(30_000);
    const changed = join(other.folder, "changed.tar");
    await using archive = await fsRegistryArchive.openRegistryArchive(file, signal);
    const layout = new FsLayoutStore(join(archive.dir, "bundle"));
    const root = await layout.resolve(AIRGAP_TAG);
    const files = new Map(root && (await readArtifactFiles(layout, root, AIRGAP_TYPE, {})));
    const text = Buffer.from(files.get("rollout.json") ?? "").toString();
    files.set("rollout.json", Buffer.from(text.replace("restart:", "privileged: true\\n    restart:")));
    const artifact = fileArtifact(
      AIRGAP_TYPE,
      [...files].map(([title, bytes]) => ({
        mediaType: "application/octet-stream",
        annotations: { [ANNOTATION.title]: title },
        bytes,
      })),
    );
    await fsRegistryArchive.writeRegistryArchive(changed, async (dir) => {
      execFileSync("cp", ["-r", join(archive.dir, "bundle"), dir]);
      await pushArtifact(new FsLayoutStore(join(dir, "bundle")), artifact, AIRGAP_TAG, {});
    });
    expect(await failure(["deploy", "--image", changed, ...key])).toEqual(["POLICY_REFUSED", 1]);
  }, 60_000);

  it("is deployed with the network off by a machine that has no project, and rolled out like any other", async () => {
    const deploy = ["deploy", "production", "--image", file, ...key];
    const document = succeeded(await elsewhere(deploy)).json();
    expect(at(document, "deployment")).toMatchObject({ target: "compose", result: "succeeded", sequence: 1 });
    expect(await desk.greeting(document)).toBe(GREETING);
    expect(await desk.projectContainers()).toHaveLength(3);
    expect(at(succeeded(await elsewhere(deploy)).json(), "deployment", "result")).toBe("unchanged");
  }, 90_000);

  it("is for one environment, and nothing but an air-gap file is taken for one", async () => {
    expect(await failure(["deploy", "staging", "--image", file, ...key])).toEqual(["ENVIRONMENT_UNKNOWN", 64]);
    const empty = join(other.folder, "empty.tar");
    writeFileSync(empty, "");
    expect((await failure(["deploy", "--image", empty]))[0]).toMatch(/^(ARCHIVE|OCI)_INVALID$/);
    mkdirSync(join(other.folder, "folder.tar"));
    expect((await failure(["deploy", "--image", join(other.folder, "folder.tar")]))[0]).toBe("FILE_UNREADABLE");
  }, 60_000);
});
