import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Json, LayoutSurgeon } from "../support/layout-surgeon.ts";
import { identityToken, type LoopbackSigstore, startLoopbackSigstore } from "../support/loopback-sigstore.ts";
import { startLoopbackRegistry } from "../support/loopback-registry.ts";
import { createDesk, type Desk, succeeded, type VoxRun } from "../support/vox-cli.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ISSUER = "https://issuer.example.com";
const WHO = "ada@example.com";
const APP =
  '[package]\nname = "shop"\nkind = "application"\n[deploy.container]\nbase_image = "scratch"\ncmd = ["/bin/x"]\nplatforms = ["linux/amd64"]\n';
const TOKEN = identityToken(WHO, ISSUER);

let desk: Desk;
let sigstore: LoopbackSigstore;
const at = (...path: readonly string[]): string => join(desk.folder, ...path);
const env = (token: string) => ({ VOX_FULCIO_URL: sigstore.url, VOX_REKOR_URL: sigstore.url, SIGSTORE_ID_TOKEN: token });
const verify = (image: string, change: Readonly<Record<string, string>> = {}): Promise<VoxRun> => {
  const flags = { "certificate-identity": WHO, "certificate-oidc-issuer": ISSUER, "trusted-root": at("root.json"), ...change };
  return desk.vox(["verify", image, ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]), "--offline"]);
};

beforeAll(async () => {
  [desk, sigstore] = [createDesk(), await startLoopbackSigstore()];
  mkdirSync(at("app"));
  writeFileSync(at("app/Vox.toml"), APP);
  writeFileSync(at("app/x.js"), "");
  writeFileSync(at("root.json"), sigstore.trustedRoot);
  succeeded(await desk.vox(["lock"], { cwd: at("app") }));
  const made = await desk.vox(["package", "--keyless", "--out", at("image")], { cwd: at("app"), env: env(TOKEN) });
  succeeded(made);
  expect(made.stderr + made.stdout).not.toContain(TOKEN);
});
afterAll(async () => {
  await sigstore?.close();
  desk?.remove();
});

describe("an image that was signed without a key", () => {
  it("is verified by who signed, with no network", async () => {
    const run = succeeded(await verify(at("image")));
    expect(run.stdout).toContain(`is signed by \`${WHO}\` of \`${ISSUER}\``);
    expect(run.stdout).toContain("ok     attestation provenance");
  });

  it.each([
    [
      "somebody else is asked for",
      { "certificate-identity": "eve@example.com" },
      "nothing that is attached is signed by who is asked for",
    ],
    [
      "another issuer is asked for",
      { "certificate-oidc-issuer": "https://evil.example.com" },
      "nothing that is attached is signed by who is asked for",
    ],
  ])("is told when %s", async (_what, change, detail) => {
    const run = await verify(at("image"), change);
    expect([run.exitCode, run.stdout]).toEqual([1, expect.stringContaining(`FAILED signature index: ${detail}`)]);
  });

  it("is told when another authority gave the certificate", async () => {
    const other = await startLoopbackSigstore();
    try {
      writeFileSync(at("other.json"), other.trustedRoot);
      const run = await verify(at("image"), { "trusted-root": at("other.json") });
      expect([run.exitCode, run.stdout]).toEqual([
        1,
        expect.stringMatching(/FAILED signature index: .* says that it is of `ada@example\.com`/),
      ]);
    } finally {
      await other.close();
    }
  });

  it("is told when the authority was not valid any more: an expired certificate", async () => {
    const root = JSON.parse(sigstore.trustedRoot);
    root.certificateAuthorities[0].validFor = { start: "2020-01-01T00:00:00Z", end: "2020-01-02T00:00:00Z" };
    writeFileSync(at("expired.json"), JSON.stringify(root));
    const run = await verify(at("image"), { "trusted-root": at("expired.json") });
    expect([run.exitCode, run.stdout]).toEqual([1, expect.stringContaining("FAILED signature index")]);
  });

  it.each([
    ["log entry", (bundle: Json) => (bundle.verificationMaterial.tlogEntries = [])],
    ["signature", (bundle: Json) => (bundle.dsseEnvelope.signatures[0].sig = "MAYCAQECAQE=")],
  ])("is told when its %s is taken away", async (_what, change) => {
    const surgeon = new LayoutSurgeon(at("image"));
    try {
      const found = surgeon.attached.find(
        (item) =>
          surgeon.statementOf(item)["predicateType"].endsWith("/sign/v1") && item.manifest["subject"].digest === surgeon.root,
      );
      const bundle = surgeon.json(found?.manifest["layers"][0].digest);
      change(bundle);
      surgeon.attach(Buffer.from(JSON.stringify(bundle)), surgeon.root);
      const run = await verify(surgeon.dir);
      expect([run.exitCode, run.stdout]).toEqual([1, expect.stringContaining("FAILED signature index")]);
    } finally {
      surgeon.remove();
    }
  });
});

it("a deployment that must be signed is read back by the certificate of its own run", async () => {
  await using registry = await startLoopbackRegistry();
  let forgets = false;
  await using forgetful = await startLoopbackRegistry({
    fault: ({ method, path }) => {
      forgets ||= method === "PUT" && path.includes("/manifests/");
      return forgets && method === "GET" && /\/(?:referrers\/sha256:|manifests\/sha256-)/.test(path)
        ? { kind: "status", status: 404 }
        : undefined;
    },
  });
  mkdirSync(at("config"), { recursive: true });
  writeFileSync(at("config/policy.toml"), '[local]\nimage-signed = "blocking"\n');
  const deployed = async ({ host }: { readonly host: string }): Promise<VoxRun> => {
    writeFileSync(at("app/Vox.toml"), `${APP}registry = "${host}/apps"\n`);
    return desk.vox(["deploy", "--keyless"], { cwd: at("app"), env: env(TOKEN) });
  };
  succeeded(await deployed(registry));
  const refused = await deployed(forgetful);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("the local lane blocks on `image-signed`")]);
  rmSync(at("config"), { recursive: true });
});

describe("signing without a key", () => {
  const sign = (args: readonly string[], run: Readonly<Record<string, string>>): Promise<VoxRun> =>
    desk.vox(["package", "--out", at("refused"), ...args], { cwd: at("app"), env: run });

  it.each([
    ["nobody says who signs", ["--keyless"], () => ({ VOX_FULCIO_URL: sigstore.url }), 77, "IDENTITY_MISSING"],
    ["the token is none", ["--keyless"], () => env("nonsense"), 69, "SIGNING_UNAVAILABLE"],
    [
      "no authority answers",
      ["--keyless"],
      () => ({ ...env(TOKEN), VOX_FULCIO_URL: "http://127.0.0.1:1" }),
      69,
      "SIGNING_UNAVAILABLE",
    ],
    ["a key is named as well", ["--keyless", "--sign-key", "k"], () => ({}), 64, "USAGE"],
    ["the older form is asked for", ["--keyless", "--signature-format", "legacy"], () => ({}), 64, "USAGE"],
  ] as const)("is refused when %s, and tells no token", async (_what, args, run, exitCode, code) => {
    const made = await sign(args, run());
    expect([made.exitCode, made.stderr]).toEqual([exitCode, expect.stringContaining(code)]);
    expect(made.stderr + made.stdout).not.toContain(TOKEN);
  });

  it.each([
    ["an identity alone", ["--certificate-identity", WHO], 64],
    [
      "a trusted root that is none",
      ["--certificate-identity", WHO, "--certificate-oidc-issuer", ISSUER, "--trusted-root", "app/Vox.toml"],
      65,
    ],
  ] as const)("is not verified with %s", async (_what, args, exitCode) => {
    expect((await desk.vox(["verify", at("image"), ...args])).exitCode).toBe(exitCode);
  });
});
