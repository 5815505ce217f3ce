import { createCipheriv, generateKeyPairSync, randomBytes, scryptSync } from "node:crypto";

export interface KeyPair {
  /** Encrypted PKCS#8 in PEM. */
  readonly privatePem: string;
  readonly publicPem: string;
}

/** OpenSSL's own for scrypt, which reads such keys without being told more. */
const COST = { N: 1 << 14, r: 8, p: 1 };
const KEY_BYTES = 32;

/** An ECDSA pair on P-256; the private key is encrypted by the password, so that OpenSSL and others read it. */
export function generateKeyPair(password: string): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const der = encryptedPkcs8(privateKey.export({ type: "pkcs8", format: "der" }), password);
  return {
    privatePem: pemOf("ENCRYPTED PRIVATE KEY", der),
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

/**
 * EncryptedPrivateKeyInfo with PBES2, scrypt and AES-256-CBC (RFC 5958, RFC 8018, RFC 7914). Node's own export derives the key by 2048
 * rounds of PBKDF2, which is little for a file that people carry about.
 */
function encryptedPkcs8(pkcs8: Uint8Array, password: string): Buffer {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", scryptSync(password, salt, KEY_BYTES, COST), iv);
  const sealed = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  const kdf = sequence(OID.scrypt, sequence(octets(salt), integer(COST.N), integer(COST.r), integer(COST.p)));
  const encryption = sequence(OID.aes256Cbc, octets(iv));
  return sequence(sequence(OID.pbes2, sequence(kdf, encryption)), octets(sealed));
}

/** Object identifiers, encoded. */
const OID = {
  pbes2: Buffer.from("06092a864886f70d01050d", "hex"),
  scrypt: Buffer.from("06092b06010401da47040b", "hex"),
  aes256Cbc: Buffer.from("060960864801650304012a", "hex"),
} as const;

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts));
const octets = (bytes: Buffer): Buffer => tagged(0x04, bytes);

/** Positive: a first byte of 0x80 and more would be a sign. */
function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return tagged(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

/** DER; what is encoded here is shorter than 64 KiB. */
function tagged(tag: number, content: Buffer): Buffer {
  const { byteLength } = content;
  const length =
    byteLength < 0x80 ? [byteLength] : byteLength < 0x100 ? [0x81, byteLength] : [0x82, byteLength >> 8, byteLength & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

const pemOf = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${(der.toString("base64").match(/.{1,64}/g) ?? []).join("\n")}\n-----END ${label}-----\n`;
