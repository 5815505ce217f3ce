import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleToJSON } from "@sigstore/bundle";
import { FulcioSigner, MessageSignatureBundleBuilder, RekorWitness } from "@sigstore/sign";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { publicKeyOf } from "../../src/attest/keys/public-key.ts";
import type { Json } from "../support/layout-surgeon.ts";
import { identityToken, type LoopbackSigstore, startLoopbackSigstore } from "../support/loopback-sigstore.ts";
import { findOracle } from "../support/oracles.ts";
import { createDesk, type Desk, succeeded, type VoxRun } from "../support/vox-cli.ts";
import { COSIGN_PAIR } from "../unit/attest/cosign-pair.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ISSUER = "https://issuer.example.com";
const WHO = "release@example.com";
const LIST = `${"0".repeat(64)}  vox-9.9.9.tar.gz\n`;

let desk: Desk;
let sigstore: LoopbackSigstore;
const at = (...path: readonly string[]): string => join(desk.folder, ...path);

beforeAll(async () => {
  [desk, sigstore] = [createDesk(), await startLoopbackSigstore()];
  writeFileSync(at("root.json"), sigstore.trustedRoot);
});
afterAll(async () => {
  await sigstore?.close();
  desk?.remove();
});
beforeEach(() => writeFileSync(at("checksums.txt"), LIST));

const SIGNATURE = "checksums.txt.sigstore.json";
const told = (...flags: readonly string[]): Promise<VoxRun> => desk.vox(["upgrade", "--from", ".", "--json", ...flags]);

/** The bundle that `cosign sign-blob --key` writes. */
const keyBundle = (text: string, privateKey: KeyObject, hint: string): string =>
  JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint } },
    messageSignature: {
      messageDigest: { algorithm: "SHA2_256", digest: createHash("sha256").update(text).digest("base64") },
      signature: sign("sha256", Buffer.from(text), privateKey).toString("base64"),
    },
  });

function makeKey(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  writeFileSync(at(`${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
  return { privateKey, hint: publicKeyOf(publicKey, name).id };
}

/** The library writes the version before, which differs in how it holds the certificate. */
const asCosignWrites = ({ verificationMaterial: { x509CertificateChain, ...material }, ...bundle }: Json): Json => ({
  ...bundle,
  mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
  verificationMaterial: { ...material, certificate: x509CertificateChain.certificates[0] },
});

const refused = (run: VoxRun, what: string): void =>
  expect([run.exitCode, run.json()]).toEqual([
    1,
    { error: expect.objectContaining({ code: "RELEASE_UNSIGNED", message: what }) },
  ]);

describe("a release that a key signed", () => {
  it("is told with the key, and refused when another key signed it, or another list", async () => {
    const { privateKey, hint } = makeKey("release");
    makeKey("other");
    writeFileSync(at(SIGNATURE), keyBundle(LIST, privateKey, hint));
    expect(succeeded(await told("--key", "other.pub", "--key", "release.pub")).json()).toMatchObject({
      latest: "9.9.9",
      signedBy: `the key ${hint}`,
    });
    expect((await told()).json()).toMatchObject({ signedBy: null });
    refused(await told("--key", "other.pub"), "the checksums are signed by none of the keys that are given");
    writeFileSync(at("checksums.txt"), LIST.replace("0", "1"));
    refused(await told("--key", "release.pub", "--apply"), "the checksums are signed by none of the keys that are given");
  });

  it.skipIf(findOracle("cosign") === undefined)("is told when cosign signed it", async () => {
    writeFileSync(at("cosign.key"), COSIGN_PAIR.privatePem);
    writeFileSync(at("cosign.pub"), COSIGN_PAIR.publicPem);
    const flags = ["--key", "cosign.key", "--tlog-upload=false", "--use-signing-config=false", "--yes", "--bundle", SIGNATURE];
    execFileSync(findOracle("cosign") ?? "", ["sign-blob", ...flags, "checksums.txt"], {
      cwd: desk.folder,
      stdio: "ignore",
      env: { ...process.env, HOME: desk.folder, COSIGN_PASSWORD: COSIGN_PAIR.password },
    });
    expect(succeeded(await told("--key", "cosign.pub")).json()).toMatchObject({
      signedBy: expect.stringContaining("the key "),
    });
  });

  it.each([
    ["no signature", undefined, 1, "RELEASE_UNSIGNED"],
    ["an empty one", "", 65, "ATTESTATION_INVALID"],
    ["one of an image", '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}', 65, "ATTESTATION_INVALID"],
  ])("is refused with %s", async (_what, bundle, exit, code) => {
    makeKey("release");
    execFileSync("rm", ["-f", at(SIGNATURE)]);
    if (bundle !== undefined) writeFileSync(at(SIGNATURE), bundle);
    const run = await told("--key", "release.pub");
    expect([run.exitCode, run.json()]).toEqual([exit, { error: expect.objectContaining({ code }) }]);
  });
});

describe("a release that a workflow signed by its identity", () => {
  const identity = (who: string): readonly string[] => [
    "--certificate-identity",
    who,
    "--certificate-oidc-issuer",
    ISSUER,
    "--trusted-root",
    "root.json",
  ];
  beforeAll(async () => {
    const builder = new MessageSignatureBundleBuilder({
      signer: new FulcioSigner({
        fulcioBaseURL: sigstore.url,
        identityProvider: { getToken: () => Promise.resolve(identityToken(WHO, ISSUER)) },
      }),
      witnesses: [new RekorWitness({ rekorBaseURL: sigstore.url })],
    });
    const made = JSON.parse(JSON.stringify(bundleToJSON(await builder.create({ data: Buffer.from(LIST) }))));
    writeFileSync(at("keyless.json"), JSON.stringify(asCosignWrites(made)));
  });
  beforeEach(() => writeFileSync(at(SIGNATURE), readFileSync(at("keyless.json"))));

  it("is told with that identity", async () => {
    expect(succeeded(await told(...identity(WHO))).json()).toMatchObject({ signedBy: `\`${WHO}\` of \`${ISSUER}\`` });
  });

  it("is refused for another identity, for a key, and when the list is another", async () => {
    refused(await told(...identity("eve@example.com")), "the checksums are signed by somebody else than is asked for");
    makeKey("release");
    refused(await told("--key", "release.pub"), "the checksums are signed by somebody else than is asked for");
    writeFileSync(at("checksums.txt"), LIST.replace("0", "1"));
    const run = await told(...identity(WHO));
    expect([run.exitCode, run.json()]).toMatchObject([1, { error: { code: "RELEASE_UNSIGNED" } }]);
  });

  it("needs all three flags", async () => {
    expect((await told("--certificate-identity", WHO)).exitCode).toBe(64);
  });
});
