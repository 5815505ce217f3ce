import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent } from "undici";
import { VoxError } from "../errors/vox-error.ts";
import type { ReleaseSource } from "../toolchain/release-source.ts";

const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 5;

/** An address below which the files of a release are; with TLS, but on loopback. */
export function addressSource(base: string, signal: AbortSignal): ReleaseSource {
  const root = base.endsWith("/") ? base : `${base}/`;
  const open = (name: string): Promise<Readable> => get(new URL(name, root), signal, MAX_REDIRECTS);
  return {
    place: base,
    readText: async (name) => textOf(await open(name), name),
    copyTo: async (name, path) => {
      const body = await open(name);
      await pipeline(body, createWriteStream(path), { signal });
    },
  };
}

async function get(url: URL, signal: AbortSignal, redirects: number): Promise<Readable> {
  if (!isSafe(url)) throw unavailable(url, "is not an address with TLS");
  const asked = { origin: url.origin, path: `${url.pathname}${url.search}`, method: "GET", signal } as const;
  const answer = await new EnvHttpProxyAgent().request(asked).catch((cause: unknown) => {
    throw new VoxError("RELEASE_UNAVAILABLE", `\`${url.href}\` does not answer`, { cause });
  });
  const { location } = answer.headers;
  if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === "string" && redirects > 0) {
    await answer.body.dump();
    return get(new URL(location, url), signal, redirects - 1);
  }
  if (answer.statusCode === 200) return answer.body;
  await answer.body.dump();
  throw unavailable(url, `answers ${answer.statusCode}`);
}

const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));

async function textOf(body: Readable, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_TEXT_BYTES) throw new VoxError("RELEASE_INVALID", `\`${name}\` is larger than ${MAX_TEXT_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const unavailable = (url: URL, what: string): VoxError => new VoxError("RELEASE_UNAVAILABLE", `\`${url.href}\` ${what}`);
