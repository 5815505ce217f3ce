/** What a registry may be shown. */
export type Credentials =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, exchanged at the registry's token server. */
  | { readonly kind: "identity-token"; readonly username: string; readonly token: string }
  /** A bearer token that is sent as it is. */
  | { readonly kind: "registry-token"; readonly token: string }
  /** A secret for this host and no other: never shown to a token server elsewhere. `user:secret`, or the secret alone. */
  | { readonly kind: "host-token"; readonly token: string };

export interface CredentialSource {
  /** `undefined` when there are none; the host as references write it, Docker Hub is `docker.io`. */
  credentialsFor(host: string): Promise<Credentials | undefined>;
}

/** Asks a program that keeps credentials. */
export interface CredentialHelper {
  /** `undefined` when it holds none for the address. */
  get(name: string, serverAddress: string): Promise<Credentials | undefined>;
}

/** What a person logs in with; under the user `<token>` the secret is an identity token. */
export interface Login {
  readonly username: string;
  readonly secret: string;
}

/** A program that keeps credentials, told to keep or to forget some. */
export interface CredentialKeeper extends CredentialHelper {
  /** @throws {VoxError} CREDENTIALS_INVALID */
  store(name: string, serverAddress: string, login: Login): Promise<void>;
  /** @throws {VoxError} CREDENTIALS_INVALID */
  erase(name: string, serverAddress: string): Promise<void>;
}

/** Where a login is kept. */
export type LoginPlace =
  { readonly kind: "helper"; readonly helper: string } | { readonly kind: "file"; readonly file: string };

export interface LoginStore {
  /** @throws {VoxError} CREDENTIALS_INVALID, CANNOT_WRITE, LOCK_HELD */
  store(host: string, login: Login): Promise<LoginPlace>;
  /**
   * Forgets a host's login, and says where there was one.
   * @throws {VoxError} CREDENTIALS_INVALID, CANNOT_WRITE, LOCK_HELD
   */
  erase(host: string): Promise<readonly LoginPlace[]>;
}

/** The user name under which helpers and files keep an identity token. */
export const IDENTITY_TOKEN_USER = "<token>";

export const anonymous: CredentialSource = { credentialsFor: async () => undefined };

/** VOX_REGISTRY_TOKEN, bound to the host of VOX_REGISTRY (contracts, §8). */
export const hostTokenSource = (host: string, token: string): CredentialSource => ({
  credentialsFor: async (asked) => (asked === host ? { kind: "host-token", token } : undefined),
});

/** The first source that has credentials for the host. */
export const firstOf = (sources: readonly CredentialSource[]): CredentialSource => ({
  async credentialsFor(host) {
    for (const source of sources) {
      const credentials = await source.credentialsFor(host);
      if (credentials) return credentials;
    }
    return undefined;
  },
});

export const basicAuthorization = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

/** A host token as name and password; registries that take tokens as passwords ignore the name. */
export function hostTokenParts(token: string): { readonly username: string; readonly password: string } {
  const colon = token.indexOf(":");
  return colon < 0
    ? { username: "vox", password: token }
    : { username: token.slice(0, colon), password: token.slice(colon + 1) };
}

/** What a login is when it is shown to a registry; `undefined` for one without a name or a secret. */
export function credentialsOf({ username, secret }: Login): Credentials | undefined {
  if (secret === "") return undefined;
  if (username === IDENTITY_TOKEN_USER) return { kind: "identity-token", username, token: secret };
  return username === "" ? undefined : { kind: "basic", username, password: secret };
}
