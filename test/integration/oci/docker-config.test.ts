import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockerConfigCredentials } from "../../../src/oci/fs-docker-config.ts";
import { ProcessCredentialHelper } from "../../../src/oci/process-credential-helper.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-docker-"));
});
afterEach(() => rm(folder, { recursive: true }));

const helper = (): ProcessCredentialHelper =>
  new ProcessCredentialHelper({ env: { PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin` } });

async function installHelper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function config(name: string, value: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

describe("a credential helper", () => {
  it("gets the address on its standard input and answers with a login", async () => {
    await installHelper("fake", 'read address; printf \'{"Username":"%s","Secret":"%s"}\' "$1" "$address"');
    expect(await helper().get("fake", "ghcr.io")).toEqual({ kind: "basic", username: "get", password: "ghcr.io" });
  });

  it("may hold nothing", async () => {
    await installHelper("empty", "echo 'credentials not found in native keychain'; exit 1");
    expect(await helper().get("empty", "ghcr.io")).toBeUndefined();
  });

  it.each([
    ["fails", "echo hunter2; exit 3"],
    ["answers no JSON", "echo hunter2"],
  ])("that %s is told without what it printed", async (_, script) => {
    await installHelper("bad", script);
    const failure: unknown = await helper()
      .get("bad", "ghcr.io")
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "CREDENTIALS_INVALID", exitCode: 78 });
    expect(JSON.stringify([String(failure), failure])).not.toContain("hunter2");
  });

  it.each(["missing", "../evil", "a b", "a;b", "", "-x"])("%j that cannot be run is told", async (name) => {
    await expect(helper().get(name, "ghcr.io")).rejects.toMatchObject({ code: "CREDENTIALS_INVALID" });
  });
});

describe("credentials that were left by a login", () => {
  const login = (password: string): unknown => ({
    auths: { "a.io": { auth: Buffer.from(`ada:${password}`).toString("base64") } },
  });

  it("come from the first file that has them; files that are absent hold none", async () => {
    const files = [
      join(folder, "absent.json"),
      await config("config.json", {}),
      await config("auth.json", login("second")),
      await config("late.json", login("third")),
    ];
    const source = new DockerConfigCredentials(files, helper());
    expect(await source.credentialsFor("a.io")).toEqual({ kind: "basic", username: "ada", password: "second" });
    expect(await source.credentialsFor("b.io")).toBeUndefined();
  });

  it("come from the helper, else from the file beside it", async () => {
    await installHelper(
      "store",
      'read a; [ "$a" = b.io ] && printf \'{"Username":"eve","Secret":"s"}\' && exit 0; echo credentials not found; exit 1',
    );
    const both = { auths: { "a.io": { auth: Buffer.from("ada:file").toString("base64") } }, credsStore: "store" };
    const source = new DockerConfigCredentials([await config("config.json", both)], helper());
    expect(await source.credentialsFor("b.io")).toEqual({ kind: "basic", username: "eve", password: "s" });
    expect(await source.credentialsFor("a.io")).toEqual({ kind: "basic", username: "ada", password: "file" });
  });

  it("are refused when their file is malformed", async () => {
    const source = new DockerConfigCredentials([await config("config.json", "{")], helper());
    await expect(source.credentialsFor("a.io")).rejects.toMatchObject({ code: "CREDENTIALS_INVALID" });
  });
});
