import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GREETING, type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { requireService } from "../support/services.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

const [docker, registry] = [await requireService("docker"), await requireService("registry")];

describe.skipIf(docker === undefined || registry === undefined)("vox deploy --image", () => {
  let desk: RolloutDesk;
  let tested = "";
  let digest = "";

  beforeAll(async () => {
    desk = await rolloutDesk({
      dockerHost: docker ?? "",
      container: `registry = "${registry}/promotion-staging"`,
      tables: `[deploy.environments.staging]\n[deploy.environments.production.container]\nregistry = "${registry}/promotion"\n`,
    });
    const key = { VOX_SIGN_PASSWORD: "sign" };
    const inApp = { cwd: desk.folder, env: key };
    succeeded(await desk.desk.vox(["keys", "generate", "--out", "team"], inApp));
    const document = await desk.document(["deploy", "staging", "--sign-key", "team.key"], key);
    tested = textAt(document, "image", "reference");
    digest = textAt(document, "image", "digest");
    // From now on, sources say something else than what was tested.
    desk.greet("Not what was tested");
  }, 120_000);

  afterAll(() => desk.remove());

  it("promotes what was tested in staging to production, by the same digest and with what is attached to it", async () => {
    const promoted = await desk.document(["deploy", "production", "--image", tested]);
    expect(textAt(promoted, "image", "reference")).toBe(`${registry}/promotion/${desk.name}@${digest}`);
    const verified = await desk.vox(["verify", textAt(promoted, "image", "reference"), "--key", "team.pub", "--json"]);
    expect(at(verified.json(), "ok")).toBe(true);
    const list = at(await desk.document(["deployments", "production"]), "environments", 0);
    expect(list).toMatchObject({ tag: digest, deployments: [{ sequence: 1, result: "succeeded", image: digest }] });
  }, 60_000);

  it("runs what was tested, not what the sources have become", async () => {
    const running = await desk.document(["deploy", "production", "--run", "--image", tested]);
    expect(await desk.greeting(running)).toBe(GREETING);
  }, 60_000);

  it("refuses a tag, which may move, and says what it names", async () => {
    const tag = tested.replace(/@.*/, ":staging");
    const run = await desk.vox(["deploy", "production", "--image", tag, "--json"]);
    expect(run.exitCode).toBe(64);
    expect(textAt(run.json(), "error", "hint")).toContain(digest);
  }, 60_000);

  it("refuses what no signer of [deploy.policy] signed, and takes what one did", async () => {
    const before = desk.read("Vox.toml");
    desk.write("Vox.toml", `${before}\n[deploy.policy]\nsigners = ["team.pub"]\n`);
    const unsigned = textAt(await desk.document(["deploy", "staging"]), "image", "reference");
    const refused = await desk.vox(["deploy", "production", "--image", unsigned, "--json"]);
    expect(refused.exitCode).toBe(1);
    expect(at(refused.json(), "error", "code")).toBe("POLICY_REFUSED");
    await desk.document(["deploy", "production", "--image", tested]);
    desk.write("Vox.toml", before);
  }, 60_000);

  it("deploys a layout where no registry is reachable", async () => {
    await desk.document(["package", "staging", "--out", "carried"]);
    cpSync(join(desk.folder, "carried"), join(desk.desk.folder, "carried"), { recursive: true });
    const carried = join(desk.desk.folder, "carried");
    const document = await desk.document(["deploy", "staging", "--offline", "--run", "--image", carried]);
    expect(await desk.greeting(document)).toBe("Not what was tested");
  }, 60_000);
});
