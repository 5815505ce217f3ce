import type { Answer, Exchange } from "./loopback-registry-routes.ts";

export interface LoopbackAuthOptions {
  /** `bearer` hands out tokens at `/token`; `basic` wants the password with every request. */
  readonly kind: "bearer" | "basic";
  /** Without a password anyone gets a token. */
  readonly username?: string;
  readonly password?: string;
  /** Answers an OAuth2 POST with this refresh token. */
  readonly identityToken?: string;
  /** Accepted as it is, without an exchange. */
  readonly staticToken?: string;
  /** How often a token may be used before it counts as expired. */
  readonly usesPerToken?: number;
  /** What the token answer says; absent leaves it out, so that 60 s are assumed. */
  readonly expiresInS?: number;
  /** Another origin whose `/token` is named as the realm. */
  readonly realm?: string;
  /** Scopes that are never granted, such as `repository:a/b:pull`. */
  readonly deniedRepositories?: readonly string[];
  /** Whether a token for these and others is refused as a whole, instead of granting less. */
  readonly refusesDenied?: boolean;
}

interface IssuedToken {
  readonly scopes: readonly string[];
  uses: number;
}

/** Guards a loopback registry as the distribution's token protocol does. */
export class LoopbackAuth {
  readonly #options: LoopbackAuthOptions;
  readonly #realm: string;
  readonly #issued = new Map<string, IssuedToken>();

  constructor(options: LoopbackAuthOptions, origin: string) {
    this.#options = options;
    this.#realm = options.realm ?? `${origin}/token`;
  }

  /** An answer when the request is one for a token or lacks one; `undefined` when it may pass. */
  answer(exchange: Exchange): Answer | undefined {
    if (exchange.path === "/token") return this.#token(exchange);
    const authorization = exchange.headers.authorization ?? "";
    if (this.#options.kind === "basic") return authorization === this.#basic() ? undefined : denied('Basic realm="loopback"');
    const token = authorization.replace(/^Bearer /, "");
    if (token !== "" && token === this.#options.staticToken) return undefined;
    const scope = scopeOf(exchange);
    return this.#use(token, scope) ? undefined : denied(`Bearer realm="${this.#realm}",service="loopback",scope="${scope}"`);
  }

  #token({ method, query, headers, body }: Exchange): Answer {
    const form = method === "POST" ? new URLSearchParams(Buffer.from(body).toString()) : query;
    if (method === "POST" && this.#options.identityToken === undefined) return json(404, { error: "unsupported" });
    if (method === "POST" && form.get("refresh_token") !== this.#options.identityToken)
      return json(401, { error: "invalid_grant" });
    if (method === "GET" && this.#options.password !== undefined && headers.authorization !== this.#basic())
      return json(401, {});
    const token = `token-${this.#issued.size + 1}`;
    const scopes = form.getAll("scope").flatMap((scope) => scope.split(" "));
    const denied = this.#options.deniedRepositories ?? [];
    if (this.#options.refusesDenied && scopes.some((scope) => denied.includes(scope.split(":")[1] ?? "")))
      return json(403, { errors: [{ code: "DENIED", message: "requested access to the resource is denied" }] });
    this.#issued.set(token, { scopes, uses: 0 });
    const lifetime = this.#options.expiresInS === undefined ? {} : { expires_in: this.#options.expiresInS };
    return json(200, { [method === "POST" ? "access_token" : "token"]: token, ...lifetime });
  }

  #use(token: string, scope: string): boolean {
    const issued = this.#issued.get(token);
    if (!issued || issued.uses >= (this.#options.usesPerToken ?? Number.POSITIVE_INFINITY)) return false;
    const [, repository = "", actions = ""] = scope.split(":");
    if (repository && this.#options.deniedRepositories?.includes(repository)) return false;
    const granted = issued.scopes.filter((item) => item.startsWith(`repository:${repository}:`)).join(",");
    if (repository && !actions.split(",").every((action) => granted.includes(action))) return false;
    issued.uses += 1;
    return true;
  }

  #basic(): string {
    return `Basic ${Buffer.from(`${this.#options.username ?? ""}:${this.#options.password ?? ""}`).toString("base64")}`;
  }
}

function scopeOf({ method, path }: Exchange): string {
  const repository = /^\/v2\/(.+?)\/(?:manifests|blobs|tags|referrers)\//.exec(path)?.[1];
  if (!repository) return "";
  return `repository:${repository}:${method === "GET" || method === "HEAD" ? "pull" : "pull,push"}`;
}

const denied = (challenge: string): Answer => ({
  ...json(401, { errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] }),
  headers: { "www-authenticate": challenge, "content-type": "application/json" },
});

const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value)),
});
