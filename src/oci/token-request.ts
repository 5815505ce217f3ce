import { collectBytes } from "../core/byte-stream.ts";
import type { Clock } from "../core/clock.ts";
import { parseJson } from "../core/json-cursor.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type Credentials, basicAuthorization, hostTokenParts } from "./credentials.ts";
import { bodyOf, callFailure, readRefusal, type RegistryCall } from "./registry-answer.ts";
import { retrying } from "./retry.ts";
import { formatScopes, type TokenScopes } from "./token-scope.ts";
import type { HttpRequest, HttpResponse, HttpTransport } from "./transport.ts";

/** Where tokens are had, as a challenge named it and `admitAddress` let it pass. */
export interface TokenServer {
  readonly realm: URL;
  readonly service?: string;
}

export interface IssuedToken {
  readonly value: string;
  readonly scopes: TokenScopes;
  /** When to ask for another, in milliseconds since 1970: a little before it expires. */
  readonly staleAtMs: number;
}

export interface TokenPorts {
  readonly transport: HttpTransport;
  readonly clock: Clock;
}

const MAX_TOKEN_BYTES = 1024 * 1024;
/** What holds when the answer does not say (distribution, token.md). */
const DEFAULT_LIFETIME_S = 60;

/**
 * Asks a token server for a token; a granted scope may be smaller than the one asked for, which is no error.
 * @throws {VoxError} REGISTRY_DENIED, REGISTRY_RATE_LIMITED, REGISTRY_UNAVAILABLE
 */
export async function requestToken(
  server: TokenServer,
  scopes: TokenScopes,
  credentials: Credentials | undefined,
  ports: TokenPorts,
): Promise<IssuedToken> {
  const askedAtMs = ports.clock.nowMs();
  const { response, call } = await askForToken(server, scopes, credentials, ports);
  if (response.status !== 200) throw (await readRefusal(response, call)).error;
  const what = `the token of \`${call.host}\``;
  const bytes = await collectBytes(bodyOf(response, call), { maxBytes: MAX_TOKEN_BYTES, what });
  const json = parseJson(bytes, { code: "REGISTRY_UNAVAILABLE", what });
  const value = json.at("token").present?.string() || json.at("access_token").string();
  if (!/^[\x21-\x7e]+$/.test(value)) throw new VoxError("REGISTRY_UNAVAILABLE", `${what} is not one`);
  const lifetimeMs = (json.at("expires_in").present?.count() || DEFAULT_LIFETIME_S) * 1000;
  return { value, scopes, staleAtMs: askedAtMs + lifetimeMs - Math.min(10_000, lifetimeMs / 5) };
}

interface TokenAnswer {
  readonly response: HttpResponse;
  readonly call: RegistryCall;
}

/** An identity token is posted; servers without OAuth2 say so and take it as a password. */
async function askForToken(
  server: TokenServer,
  scopes: TokenScopes,
  credentials: Credentials | undefined,
  ports: TokenPorts,
): Promise<TokenAnswer> {
  if (credentials?.kind !== "identity-token") return sendTokenRequest(getRequest(server, scopes, credentials), ports);
  const posted = await sendTokenRequest(postRequest(server, scopes, credentials.token), ports);
  if (posted.response.status !== 404 && posted.response.status !== 405) return posted;
  await posted.response.discard();
  return sendTokenRequest(getRequest(server, scopes, credentials), ports);
}

async function sendTokenRequest(request: HttpRequest, { transport, clock }: TokenPorts): Promise<TokenAnswer> {
  const call = { host: request.url.host, method: request.method, path: request.url.pathname };
  try {
    return { response: await retrying(() => transport.send(request), { clock }), call };
  } catch (error) {
    throw callFailure(error, call);
  }
}

function getRequest(server: TokenServer, scopes: TokenScopes, credentials: Credentials | undefined): HttpRequest {
  const url = new URL(server.realm);
  if (server.service !== undefined) url.searchParams.set("service", server.service);
  for (const scope of formatScopes(scopes)) url.searchParams.append("scope", scope);
  const login = passwordOf(credentials);
  if (login) url.searchParams.set("account", login.username);
  return { method: "GET", url, headers: login ? { authorization: basicAuthorization(login.username, login.password) } : {} };
}

function postRequest(server: TokenServer, scopes: TokenScopes, refreshToken: string): HttpRequest {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    service: server.service ?? "",
    client_id: "vox",
    scope: formatScopes(scopes).join(" "),
    refresh_token: refreshToken,
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", url: server.realm, headers, body: Buffer.from(form.toString()) };
}

function passwordOf(credentials: Credentials | undefined): { username: string; password: string } | undefined {
  switch (credentials?.kind) {
    case "basic":
      return credentials;
    case "identity-token":
      return { username: credentials.username, password: credentials.token };
    case "host-token":
      return hostTokenParts(credentials.token);
    default:
      return undefined;
  }
}
