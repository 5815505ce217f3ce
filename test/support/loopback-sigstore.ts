import { createHash, generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from "@sigstore/mock";
import { portOf } from "./loopback-port.ts";

/** A certificate authority and a transparency log on loopback, with whom to believe about them. */
export interface LoopbackSigstore {
  readonly url: string;
  /** Sigstore's trusted root, as JSON. */
  readonly trustedRoot: string;
  close(): Promise<void>;
}

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const base64 = (bytes: ArrayBufferView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
/** Well before any certificate. */
const LONG_AGO = "2020-01-01T00:00:00.000Z";

/** @param options `loggedAt`: what time the log has, where that is not now. */
export async function startLoopbackSigstore(options: { readonly loggedAt?: Date } = {}): Promise<LoopbackSigstore> {
  const ctlog = await initializeCTLog(keyPair());
  const ca = await initializeCA(keyPair(), ctlog);
  const tlog = await initializeTLog("http://127.0.0.1", keyPair(), options.loggedAt);
  const handlers = [fulcioHandler(ca), rekorHandler(tlog)];
  const answer = async (request: IncomingMessage) => {
    const handler = handlers.find(({ path }) => request.url === path);
    const body = await bodyOf(request);
    return handler ? handler.fn(asRekorKeepsIt(body)) : { statusCode: 404, response: "" };
  };
  const server = createServer((request, response) => {
    void answer(request).then(({ statusCode, response: body }) =>
      response.writeHead(statusCode, { "content-type": "application/json" }).end(body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const log = (publicKey: Buffer, keyId: string) => ({
    baseUrl: "http://127.0.0.1",
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: base64(publicKey), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor: { start: LONG_AGO } },
    logId: { keyId },
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    trustedRoot: JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [log(tlog.publicKey, createHash("sha256").update(tlog.publicKey).digest("base64"))],
      certificateAuthorities: [
        {
          subject: { organization: "loopback", commonName: "loopback" },
          uri: "http://127.0.0.1",
          certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
          validFor: { start: LONG_AGO },
        },
      ],
      ctlogs: [log(ctlog.publicKey, base64(ctlog.logID))],
      timestampAuthorities: [],
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Rekor keeps hashes of an envelope and its signatures; the stand-in would keep what it is sent. */
function asRekorKeepsIt(body: string): string {
  const entry = JSON.parse(body);
  if (entry.kind !== "dsse") return body;
  const { envelope, verifiers } = entry.spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope);
  const hash = (bytes: string | Buffer) => ({ algorithm: "sha256", value: createHash("sha256").update(bytes).digest("hex") });
  const spec = {
    envelopeHash: hash(envelope),
    payloadHash: hash(Buffer.from(payload, "base64")),
    signatures: signatures.map(({ sig }: { readonly sig: string }, at: number) => ({
      signature: sig,
      verifier: verifiers[at],
    })),
  };
  return JSON.stringify({ ...entry, spec });
}

/** An OIDC token that says who somebody is; nobody here asks whether that is so. */
export function identityToken(email: string, issuer: string): string {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString("base64url");
  const claims = { iss: issuer, aud: "sigstore", sub: email, email, email_verified: true, exp: 4_102_444_800 };
  return `${part({ alg: "ES256", typ: "JWT" })}.${part(claims)}.${Buffer.from("unsigned").toString("base64url")}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
