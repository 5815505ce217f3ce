import { createPrivateKey, type KeyObject, scrypt } from "node:crypto";
import { type JsonCursor, parseJson } from "../../core/json-cursor.ts";
import { VoxError } from "../../errors/vox-error.ts";

/** More would only keep a machine busy; cosign writes N = 65536, r = 8, p = 1. */
const MAX_SCRYPT = { N: 1 << 20, r: 16, p: 4 };
const KEY_BYTES = 32;

/**
 * The private key that cosign encrypted: JSON in PEM, scrypt, then NaCl's secretbox around PKCS#8
 * (https://github.com/sigstore/sigstore/blob/main/pkg/cryptoutils, https://github.com/secure-systems-lab/go-securesystemslib `encrypted`).
 * @throws {VoxError} KEY_INVALID, KEY_PASSWORD
 */
export async function openCosignKey(pem: string, password: string, what: string): Promise<KeyObject> {
  const json = parseJson(bodyOf(pem), { code: "KEY_INVALID", what });
  const kdf = json.at("kdf");
  if (kdf.at("name").string() !== "scrypt") kdf.at("name").fail("is not `scrypt`");
  if (json.at("cipher").at("name").string() !== "nacl/secretbox") json.at("cipher").fail("is not `nacl/secretbox`");
  const cost = costOf(kdf.at("params"));
  const nonce = base64At(json.at("cipher").at("nonce"));
  const sealed = base64At(json.at("ciphertext"));
  const { xsalsa20poly1305 } = await import("@noble/ciphers/salsa.js");
  const secret = await derived(password, base64At(kdf.at("salt")), cost);
  let der: Uint8Array;
  try {
    der = xsalsa20poly1305(secret, nonce).decrypt(sealed);
  } catch {
    throw new VoxError("KEY_PASSWORD", `${what} is not opened by the password`);
  }
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  } catch {
    throw new VoxError("KEY_INVALID", `${what} holds no private key`);
  }
}

const bodyOf = (pem: string): Uint8Array => Buffer.from(pem.replace(/-----[^-]+-----/g, "").replace(/\s/g, ""), "base64");

const base64At = (json: JsonCursor): Buffer => Buffer.from(json.string(), "base64");

function costOf(json: JsonCursor): { readonly N: number; readonly r: number; readonly p: number } {
  const cost = { N: json.at("N").count(), r: json.at("r").count(), p: json.at("p").count() };
  if (cost.N > MAX_SCRYPT.N || cost.r > MAX_SCRYPT.r || cost.p > MAX_SCRYPT.p)
    json.fail("asks for more work than any key needs");
  return cost;
}

const derived = (
  password: string,
  salt: Uint8Array,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const maxmem = 2 * 128 * cost.N * cost.r;
    scrypt(password, salt, KEY_BYTES, { ...cost, maxmem }, (error, key) => (error ? reject(error) : resolve(key)));
  });
