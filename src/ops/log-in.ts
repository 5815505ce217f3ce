import { isVoxError } from "../errors/vox-error.ts";
import type { Login, LoginPlace } from "../oci/credentials.ts";
import { loginRefused } from "../oci/prove-login.ts";
import type { CredentialPorts, RunPorts } from "./ports.ts";

/**
 * Proves a login against its registry, then keeps it where the Docker CLI would.
 * @throws {VoxError} REGISTRY_DENIED with nothing stored, REGISTRY_UNAVAILABLE, CREDENTIALS_INVALID, CANNOT_WRITE
 */
export async function logIn(host: string, login: Login, ports: CredentialPorts & RunPorts): Promise<LoginPlace> {
  if ((await prove(host, login, ports)) === "never-asked") {
    const message = `\`${host}\` asks for no credentials, so the login is stored without a proof`;
    ports.onEvent({ kind: "warning", code: "LOGIN_UNPROVED", message });
  }
  const place = await ports.logins.store(host, login);
  if (place.kind === "file") {
    const message = `the secret is kept in \`${place.file}\`, which is not encrypted`;
    const hint = "name a credential helper as `credsStore` in that file and log in again";
    ports.onEvent({ kind: "warning", code: "LOGIN_UNENCRYPTED", message, hint });
  }
  return place;
}

/**
 * Forgets a host's login wherever the Docker CLI would look; none is no fault.
 * @throws {VoxError} CREDENTIALS_INVALID, CANNOT_WRITE
 */
export const logOut = (host: string, { logins }: CredentialPorts): Promise<readonly LoginPlace[]> => logins.erase(host);

async function prove(host: string, login: Login, { proveLogin, signal }: CredentialPorts & RunPorts) {
  try {
    return await proveLogin(host, login, signal);
  } catch (error) {
    throw isVoxError(error, "REGISTRY_DENIED") ? loginRefused(host, error) : error;
  }
}
