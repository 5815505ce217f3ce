import { isVoxError } from "../errors/vox-error.ts";
import { type Challenge, parseChallenges } from "./bearer-challenge.ts";
import { basicAuthorization, type Credentials, type CredentialSource, hostTokenParts } from "./credentials.ts";
import { admitAddress, type RegistryOrigin } from "./registry-origin.ts";
import { type IssuedToken, requestToken, type TokenPorts, type TokenServer } from "./token-request.ts";
import { coversScopes, formatScopes, parseScopes, type TokenScopes, uniteScopes } from "./token-scope.ts";

type Scheme =
  | { readonly kind: "unknown" }
  | { readonly kind: "fixed"; readonly authorization: string }
  | { readonly kind: "bearer"; readonly server: TokenServer };

/**
 * Knows how one registry wants to be asked: nothing until it challenges, then a password or tokens, each kept while it is fresh
 * and used for every request that its scopes cover.
 */
export class RegistryAuth {
  readonly #origin: RegistryOrigin;
  readonly #source: CredentialSource;
  readonly #ports: TokenPorts;
  #scheme: Scheme = { kind: "unknown" };
  #challengeScopes: TokenScopes = new Map();
  #tokens: readonly IssuedToken[] = [];
  readonly #underWay = new Map<string, Promise<IssuedToken>>();
  #credentials: Promise<Credentials | undefined> | undefined;

  constructor(origin: RegistryOrigin, source: CredentialSource, ports: TokenPorts) {
    this.#origin = origin;
    this.#source = source;
    this.#ports = ports;
  }

  /**
   * The `Authorization` of a request that needs these scopes, or `undefined` when the registry has not asked for any.
   * @throws {VoxError} REGISTRY_DENIED, REGISTRY_RATE_LIMITED, REGISTRY_UNAVAILABLE, CREDENTIALS_INVALID
   */
  async authorization(scopes: TokenScopes): Promise<string | undefined> {
    const scheme = this.#scheme;
    switch (scheme.kind) {
      case "unknown":
        return undefined;
      case "fixed":
        return scheme.authorization;
      case "bearer":
        return `Bearer ${(await this.#token(scheme.server, scopes)).value}`;
    }
  }

  /** Learns from a 401; false when there is nothing else to try. */
  async challenged(header: string | undefined, scopes: TokenScopes, used: string | undefined): Promise<boolean> {
    this.#tokens = this.#tokens.filter((token) => `Bearer ${token.value}` !== used);
    const challenges = parseChallenges(header ?? "");
    const bearer = challenges.find((challenge) => challenge.kind === "bearer");
    const scheme = bearer ? await this.#bearer(bearer, scopes) : await this.#basic(challenges);
    if (!scheme || (scheme.kind === "fixed" && scheme.authorization === used)) return false;
    this.#scheme = scheme;
    return true;
  }

  async #bearer(challenge: Extract<Challenge, { kind: "bearer" }>, scopes: TokenScopes): Promise<Scheme | undefined> {
    const credentials = await this.#lookUp();
    if (credentials?.kind === "registry-token") return { kind: "fixed", authorization: `Bearer ${credentials.token}` };
    const realm = admitAddress(this.#origin, challenge.realm, this.#origin.url);
    const server = { realm, ...(challenge.service !== undefined && { service: challenge.service }) };
    if (challenge.scope !== undefined) this.#challengeScopes = parseScopes(challenge.scope);
    if (credentials?.kind !== "host-token") return { kind: "bearer", server };
    const exchangeable = realm.host === this.#origin.url.host && (await this.#exchanges(server, scopes));
    return exchangeable ? { kind: "bearer", server } : { kind: "fixed", authorization: `Bearer ${credentials.token}` };
  }

  /** Whether the token server takes the host's token; one that does not is shown it as a bearer token instead. */
  async #exchanges(server: TokenServer, scopes: TokenScopes): Promise<boolean> {
    try {
      await this.#token(server, scopes);
      return true;
    } catch (error) {
      if (isVoxError(error, "REGISTRY_DENIED") || isVoxError(error, "REGISTRY_UNAVAILABLE")) return false;
      throw error;
    }
  }

  async #basic(challenges: readonly Challenge[]): Promise<Scheme | undefined> {
    if (!challenges.some((challenge) => challenge.kind === "basic")) return undefined;
    const credentials = await this.#lookUp();
    const login = credentials?.kind === "host-token" ? hostTokenParts(credentials.token) : credentials;
    if (!login || !("password" in login)) return undefined;
    return { kind: "fixed", authorization: basicAuthorization(login.username, login.password) };
  }

  async #token(server: TokenServer, scopes: TokenScopes): Promise<IssuedToken> {
    const nowMs = this.#ports.clock.nowMs();
    const held = this.#tokens.find((token) => token.staleAtMs > nowMs && coversScopes(token.scopes, scopes));
    return held ?? this.#fetchToken(server, this.#widened(scopes));
  }

  /** What the registry itself asked for belongs in too, unless it spoke of another repository. */
  #widened(scopes: TokenScopes): TokenScopes {
    const own = [...this.#challengeScopes].filter(([resource]) => scopes.size === 0 || scopes.has(resource));
    return uniteScopes(scopes, new Map(own));
  }

  /** Requests that need the same token wait for one exchange. */
  async #fetchToken(server: TokenServer, scopes: TokenScopes): Promise<IssuedToken> {
    const key = formatScopes(scopes).join(" ");
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const asked = this.#lookUp().then((credentials) => this.#requestToken(server, scopes, credentials));
    this.#underWay.set(key, asked);
    try {
      const token = await asked;
      const nowMs = this.#ports.clock.nowMs();
      this.#tokens = [...this.#tokens.filter((held) => held.staleAtMs > nowMs), token];
      return token;
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** Some servers refuse all for one repository that may not be read, such as one to mount from: then what is written has to do. */
  async #requestToken(server: TokenServer, scopes: TokenScopes, credentials: Credentials | undefined): Promise<IssuedToken> {
    try {
      return await requestToken(server, scopes, credentials, this.#ports);
    } catch (error) {
      const written = new Map([...scopes].filter(([, actions]) => actions.has("push")));
      if (!isVoxError(error, "REGISTRY_DENIED") || written.size === 0 || written.size === scopes.size) throw error;
      return { ...(await requestToken(server, written, credentials, this.#ports)), scopes };
    }
  }

  #lookUp(): Promise<Credentials | undefined> {
    this.#credentials ??= this.#source.credentialsFor(this.#origin.host);
    return this.#credentials;
  }
}
