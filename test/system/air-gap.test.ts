import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GREETING, type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { requireService } from "../support/services.ts";
import { at, createDesk, type Desk, succeeded, textAt } from "../support/vox-cli.ts";

const docker = await requireService("docker");

/** No registry is there, and no other host can be asked: nothing answers at that address. */
const NOWHERE = "127.0.0.1:1/nowhere";

describe.skipIf(docker === undefined)("an air-gap file", () => {
  let desk: RolloutDesk;
  let other: Desk;
  let file = "";

  const elsewhere = async (args: readonly string[]) =>
    other.vox(args, {
      env: { DOCKER_HOST: docker ?? "", HTTPS_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" },
    });

  beforeAll(async () => {
    desk = await rolloutDesk({
      dockerHost: docker ?? "",
      container: `registry = "${NOWHERE}"`,
      tables: '[deploy]\ntarget = "compose"\n[deploy.compose]\nproject_name = "NAME"\nports = ["127.0.0.1::3000"]\n',
    });
    other = createDesk();
  }, 120_000);

  afterAll(async () => {
    await desk.remove();
    other.remove();
  });

  it("holds the image, what is attached to it, the Compose file, the lock and the policy, and is made without a registry", async () => {
    const key = { VOX_SIGN_PASSWORD: "sign" };
    succeeded(await desk.desk.vox(["keys", "generate", "--out", "team"], { cwd: desk.folder, env: key }));
    const document = await desk.document(["package", "--format", "airgap", "--sign-key", "team.key"], key);
    file = textAt(document, "out");
    expect(file.endsWith(`dist/airgap/${desk.name}.tar`)).toBe(true);
    expect(existsSync(file)).toBe(true);
    expect(at(document, "transfer", "requests")).toBe(0);
  }, 60_000);

  it("is deployed by a machine that has neither project nor registry, and rolled out like any other", async () => {
    const document = succeeded(await elsewhere(["deploy", "production", "--image", file, "--json"])).json();
    expect(at(document, "deployment")).toMatchObject({ target: "compose", result: "succeeded", sequence: 1 });
    expect(await desk.greeting(document)).toBe(GREETING);
    const again = succeeded(await elsewhere(["deploy", "production", "--image", file, "--json"])).json();
    expect(at(again, "deployment", "result")).toBe("unchanged");
  }, 90_000);

  it("puts back what ran when what is carried is unhealthy", async () => {
    desk.breakHealth();
    await desk.document(["package", "--format", "airgap"]);
    const run = await elsewhere(["deploy", "production", "--image", file, "--json"]);
    expect(run.exitCode).toBe(1);
    expect(at(run.json(), "error", "message")).toBe("deployment 2 of `production` failed: deployment 1 was put back");
    desk.mendHealth();
  }, 120_000);

  it("is for one environment, and nothing but an air-gap file is taken for one", async () => {
    const wrong = await elsewhere(["deploy", "staging", "--image", file, "--json"]);
    expect(wrong.exitCode).toBe(64);
    expect(at(wrong.json(), "error", "code")).toBe("ENVIRONMENT_UNKNOWN");
    const empty = join(other.folder, "empty.tar");
    writeFileSync(empty, "");
    expect(at((await elsewhere(["deploy", "--image", empty, "--json"])).json(), "error", "code")).toMatch(
      /^(ARCHIVE|OCI)_INVALID$/,
    );
    mkdirSync(join(other.folder, "folder.tar"));
    expect(
      at((await elsewhere(["deploy", "--image", join(other.folder, "folder.tar"), "--json"])).json(), "error", "code"),
    ).toBe("FILE_UNREADABLE");
  }, 60_000);
});
