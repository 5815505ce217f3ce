import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { openLoggedRegistry, type LoggedRegistry, traffic } from "../support/real-registry.ts";
import { requireService } from "../support/services.ts";
import { laySmallApplication, type SmallApplication } from "../support/small-application.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

const registry = await requireService("registry");

describe.skipIf(registry === undefined)("a commit and the image of before", () => {
  const prefix = `unchanged-${randomUUID().slice(0, 8)}`;
  let door: LoggedRegistry;
  let application: SmallApplication;
  let repository: GitRepository;
  let first: Deployed;

  interface Deployed {
    readonly digest: string;
    readonly platforms: unknown;
    readonly changed: unknown;
    readonly tags: unknown;
    readonly stderr: string;
    readonly sent: ReturnType<typeof traffic>;
  }

  async function deploy(...args: readonly string[]): Promise<Deployed> {
    door.takeLog();
    const run = succeeded(await application.vox(["deploy", "--json", ...args]));
    const document = run.json();
    return {
      digest: textAt(document, "image", "digest"),
      platforms: at(document, "image", "platforms"),
      changed: at(document, "changed"),
      tags: at(document, "tags"),
      stderr: run.stderr,
      sent: traffic(door.takeLog()),
    };
  }

  beforeAll(async () => {
    door = await openLoggedRegistry(registry ?? "");
    application = await laySmallApplication({ container: `registry = "${door.host}/${prefix}"\n` });
    succeeded(await application.vox(["lock"]));
    repository = createRepository(application.folder);
    repository.commit({ ".voxignore": "notes.md\n", "notes.md": "1\n" });
    first = await deploy();
  }, 60_000);

  afterAll(async () => {
    await door.close();
    application.desk.remove();
  });

  it("is deployed with the environment's tag and the commit's", () => {
    const revision = repository.git("rev-parse", "HEAD");
    expect(first).toMatchObject({ changed: true, tags: ["production", `git-${revision.slice(0, 12)}`] });
  });

  it("that changes nothing in the image leaves the platforms' manifests as they were: deploying says so and writes nothing", async () => {
    repository.commit({ "notes.md": "2\n" });
    const again = await deploy();
    expect(again).toMatchObject({ digest: first.digest, platforms: first.platforms, changed: false, tags: ["production"] });
    expect(again.stderr).toContain("`production` is this image already; nothing is deployed\n");
    expect(again.sent).toMatchObject({ uploaded: [], mounted: [], manifests: [], sentBytes: 0 });
  }, 30_000);

  it("that changes nothing still gets the tag that is asked for, which names the image that stands there", async () => {
    const tagged = await deploy("--tag", "asked");
    expect(tagged).toMatchObject({ digest: first.digest, changed: false, tags: ["production", "asked"] });
    expect(tagged.sent).toMatchObject({ uploaded: [], manifests: ["asked"] });
    expect((await deploy("--tag", "asked")).sent.manifests).toEqual([]);
  }, 30_000);

  it("that changes nothing is signed where it stands, once", async () => {
    const env = { VOX_SIGN_PASSWORD: "correct horse battery" };
    const keys = join(application.desk.folder, "keys");
    succeeded(await application.vox(["keys", "generate", "--out", keys], { env }));
    repository.commit({ "notes.md": "3\n" });
    const signed = async (): Promise<unknown> =>
      succeeded(await application.vox(["deploy", "--json", "--sign-key", `${keys}.key`], { env })).json();
    expect(at(await signed(), "image", "digest")).toBe(first.digest);
    const reference = `${door.host}/${prefix}/small@${first.digest}`;
    succeeded(await application.vox(["verify", reference, "--key", `${keys}.pub`, "--lock", "vox.lock"]));
    door.takeLog();
    expect(at(await signed(), "changed")).toBe(false);
    expect(traffic(door.takeLog())).toMatchObject({ uploaded: [], manifests: [] });
  }, 60_000);

  it("that changes a file is deployed", async () => {
    repository.commit({ "main.txt": "another\n" });
    const changed = await deploy();
    expect(changed.changed).toBe(true);
    expect(changed.digest).not.toBe(first.digest);
    expect(changed.sent.manifests).toContain("production");
  }, 30_000);
});
