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
