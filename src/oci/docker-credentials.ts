import { parseJson, type JsonCursor } from "../core/json-cursor.ts";
import { credentialsOf, type Credentials, IDENTITY_TOKEN_USER } from "./credentials.ts";

/** What Docker's `config.json` and containers' `auth.json` say about registries. */
export interface DockerConfig {
  /** By the key as written: `ghcr.io`, `https://index.docker.io/v1/`. */
  readonly auths: Readonly<Record<string, Credentials | undefined>>;
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** Where a host's credentials are to be had. */
export interface CredentialLookup {
  /** The helper to ask, and under which address. */
  readonly helper?: { readonly name: string; readonly serverAddress: string };
  /** What the file itself holds; used when there is no helper, or the helper knows nothing. */
  readonly stored?: Credentials;
}

const DOCKER_HUB = "docker.io";
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";
const DOCKER_HUB_HOSTS: ReadonlySet<string> = new Set([DOCKER_HUB, "index.docker.io", "registry-1.docker.io"]);

/** @throws {VoxError} CREDENTIALS_INVALID */
export function parseDockerConfig(bytes: Uint8Array, what: string): DockerConfig {
  const json = parseJson(bytes, { code: "CREDENTIALS_INVALID", what });
  const credsStore = json.at("credsStore").present?.string();
  return {
    auths: json.at("auths").present?.map(parseAuth) ?? {},
    credHelpers: json.at("credHelpers").present?.map((value) => value.string()) ?? {},
    ...(credsStore && { credsStore }),
  };
}

/** Docker's own order: a helper for the host, then the store for all hosts, then the file. */
export function lookUpCredentials(config: DockerConfig, host: string): CredentialLookup {
  const helper = Object.entries(config.credHelpers).find(([key]) => hostOfKey(key) === host)?.[1] ?? config.credsStore;
  const stored = Object.entries(config.auths).find(([key, value]) => hostOfKey(key) === host && value)?.[1];
  return { ...(helper && { helper: { name: helper, serverAddress: keyOfHost(host) } }), ...(stored && { stored }) };
}

/** The key under which files and helpers know a host. */
export const keyOfHost = (host: string): string => (host === DOCKER_HUB ? DOCKER_HUB_KEY : host);

/**
 * What a credential helper prints for `get`; `undefined` when it holds nothing for the host.
 * @throws {VoxError} CREDENTIALS_INVALID
 */
export function parseHelperAnswer(bytes: Uint8Array, what: string): Credentials | undefined {
  const json = parseJson(bytes, { code: "CREDENTIALS_INVALID", what });
  return credentialsOf({
    username: json.at("Username").present?.string() ?? "",
    secret: json.at("Secret").present?.string() ?? "",
  });
}

/** A key's host; `undefined` for one that is about a namespace of a host. */
export function hostOfKey(key: string): string | undefined {
  const [, host = "", path = ""] = /^(?:https?:\/\/)?([^/]+)(?:\/(.*?))?\/?$/i.exec(key) ?? [];
  const lower = host.toLowerCase();
  if (path !== "" && !/^v[12]$/.test(path)) return undefined;
  return DOCKER_HUB_HOSTS.has(lower) ? DOCKER_HUB : lower;
}

function parseAuth(json: JsonCursor): Credentials | undefined {
  const identityToken = json.at("identitytoken").present?.string();
  const registryToken = json.at("registrytoken").present?.string();
  const { username, password } = parseLogin(json);
  if (identityToken) return { kind: "identity-token", username: username || IDENTITY_TOKEN_USER, token: identityToken };
  if (registryToken) return { kind: "registry-token", token: registryToken };
  return credentialsOf({ username, secret: password });
}

/** `auth` is base64 of `user:password`; older files spell the two out. */
function parseLogin(json: JsonCursor): { readonly username: string; readonly password: string } {
  const auth = json.at("auth").present?.string();
  if (!auth) {
    return { username: json.at("username").present?.string() ?? "", password: json.at("password").present?.string() ?? "" };
  }
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) json.at("auth").fail("is not base64 of `user:password`");
  // Docker pads old passwords with NUL.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
}
