/** Secrets that open nothing, made while a test runs, so that no file of the repository holds one. */
import { createHash } from "node:crypto";
import { SecretScan } from "../../src/policy/secrets/secret-scan.ts";

/** Always the same characters for the same seed; half of them digits and capitals, as in a real token. */
export function randomText(length: number, seed = "vox", alphabet: string = ALPHABET.base62): string {
  let bytes = Buffer.alloc(0);
  for (let block = 0; bytes.length < length; block += 1)
    bytes = Buffer.concat([bytes, createHash("sha256").update(`${seed} ${block}`).digest()]);
  return Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join("");
}

const letters = "abcdefghijklmnopqrstuvwxyz";
export const ALPHABET = {
  base62: `${letters}${letters.toUpperCase()}0123456789`,
  base64: `${letters}${letters.toUpperCase()}0123456789+/`,
  base36: `${letters}0123456789`,
  hex: "0123456789abcdef",
  aws: `${letters.toUpperCase()}234567`,
} as const;

const line = (seed: string): string => randomText(64, seed, ALPHABET.base64);
export const pem = (label: string, seed = "key"): string =>
  `-----BEGIN ${label}-----\n${line(seed)}\n${line(`${seed}2`)}\n-----END ${label}-----\n`;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
export const webToken = (subject: string): string =>
  `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url({ sub: subject, admin: true })}.${randomText(43)}`;

/** `rule:line` of what is found in a text, a chunk after the other. */
export function findIn(text: string | Uint8Array, path = "src/a.js", chunkBytes = 1 << 16): readonly string[] {
  const bytes = Buffer.from(text);
  const scan = new SecretScan(path);
  for (let at = 0; at < bytes.length; at += chunkBytes) scan.update(bytes.subarray(at, at + chunkBytes));
  return scan.end().map((finding) => `${finding.rule}:${finding.line}`);
}
