import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generateKeyPair } from "../../../src/attest/keys/generate-key.ts";
import { openPrivateKey } from "../../../src/attest/keys/private-key.ts";
import { isSignatureOf, parsePublicKey } from "../../../src/attest/keys/public-key.ts";
import { KeySigner } from "../../../src/attest/signer.ts";
import { COSIGN_PAIR } from "./cosign-pair.ts";

const given = (password?: string) => () => Promise.resolve(password);
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "opened",
    (error: Error & { code?: string }) => error.code,
  );
const plain = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
const BYTES = Buffer.from("what is signed");

describe("a new pair of keys", () => {
  const pair = generateKeyPair("geheim");

  it("signs what its public half proves", async () => {
    const signer = new KeySigner(await openPrivateKey(pair.privatePem, given("geheim"), "it"), "it");
    const signature = signer.signature(BYTES);
    const key = parsePublicKey(pair.publicPem, "it");
    expect([key.id, isSignatureOf(key, BYTES, signature)]).toEqual([signer.publicKey.id, true]);
    expect(isSignatureOf(key, Buffer.from("else"), signature)).toBe(false);
    expect(isSignatureOf(key, BYTES, Buffer.from("no signature"))).toBe(false);
  });

  it("is encrypted so that OpenSSL reads it, with scrypt", () => {
    const folder = mkdtempSync(join(tmpdir(), "vox-keys-"));
    try {
      writeFileSync(join(folder, "k.key"), pair.privatePem);
      const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: folder, encoding: "utf8" });
      expect(openssl("pkey", "-in", "k.key", "-passin", "pass:geheim", "-pubout")).toBe(pair.publicPem);
      expect(openssl("asn1parse", "-in", "k.key")).toMatch(/PBES2[^]*scrypt[^]*aes-256-cbc/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is another each time, and tells no password", () => {
    expect(generateKeyPair("geheim").publicPem).not.toBe(pair.publicPem);
    expect(pair.privatePem).not.toContain("geheim");
  });
});

describe("a private key", () => {
  it.each([
    ["PKCS#8", plain.export({ type: "pkcs8", format: "pem" })],
    ["SEC 1", plain.export({ type: "sec1", format: "pem" })],
  ])("in %s is opened without a password", async (_form, pem) => {
    const key = await openPrivateKey(pem.toString(), given(), "it");
    expect(createPublicKey(key).equals(createPublicKey(plain))).toBe(true);
  });

  it("in PKCS#8 as Node encrypts it is opened by its password", async () => {
    const pem = plain.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" }).toString();
    expect((await openPrivateKey(pem, given("p"), "it")).equals(plain)).toBe(true);
  });

  it("that cosign wrote is opened by its password, and is the one of its public half", async () => {
    const key = await openPrivateKey(COSIGN_PAIR.privatePem, given(COSIGN_PAIR.password), "it");
    const publicKey = parsePublicKey(COSIGN_PAIR.publicPem, "it");
    expect(isSignatureOf(publicKey, BYTES, new KeySigner(key, "it").signature(BYTES))).toBe(true);
  });

  const cosignJson = (change: object): string => {
    const body = Buffer.from(COSIGN_PAIR.privatePem.replace(/-----[^-]+-----|\s/g, ""), "base64").toString();
    const json = JSON.stringify({ ...JSON.parse(body), ...change });
    return `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${Buffer.from(json).toString("base64")}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n`;
  };

  it.each([
    ["without its password", COSIGN_PAIR.privatePem, undefined, "KEY_PASSWORD"],
    ["of cosign's with another password", COSIGN_PAIR.privatePem, "other", "KEY_PASSWORD"],
    ["of ours with another password", generateKeyPair("geheim").privatePem, "other", "KEY_PASSWORD"],
    ["with the empty password", generateKeyPair("geheim").privatePem, "", "KEY_PASSWORD"],
    ["that is empty", "", undefined, "KEY_INVALID"],
    ["that is a public one", COSIGN_PAIR.publicPem, undefined, "KEY_INVALID"],
    ["that breaks off", COSIGN_PAIR.privatePem.slice(0, 120), "geheim", "KEY_INVALID"],
    ["that is nonsense in PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", undefined, "KEY_INVALID"],
    [
      "that would keep the machine busy",
      cosignJson({ kdf: { name: "scrypt", params: { N: 1 << 30, r: 8, p: 1 }, salt: "AAAA" } }),
      "geheim",
      "KEY_INVALID",
    ],
    ["of another key derivation", cosignJson({ kdf: { name: "argon2" } }), "geheim", "KEY_INVALID"],
    ["of another cipher", cosignJson({ cipher: { name: "aes" } }), "geheim", "KEY_INVALID"],
  ])("%s is refused", async (_name, pem, password, code) => {
    expect(await codeOf(openPrivateKey(pem, given(password), "it"))).toBe(code);
  });

  it.each([
    ["another curve", generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey],
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
    ["Ed25519", generateKeyPairSync("ed25519").privateKey],
  ])("of %s does not sign", (_kind, key) => {
    expect(() => new KeySigner(createPrivateKey(key.export({ type: "pkcs8", format: "pem" })), "it")).toThrow(/P-256/);
  });

  it("is not taken for a public one", () => {
    expect(() => parsePublicKey(plain.export({ type: "pkcs8", format: "pem" }).toString(), "it")).toThrow(/private key/);
    expect(() => parsePublicKey("no key", "it")).toThrow(/not a public key/);
  });
});
