import { VoxError } from "../errors/vox-error.ts";
import { credentialsOf, type Login } from "./credentials.ts";
import { readRefusal } from "./registry-answer.ts";
import { RegistryClient, type RegistryPorts, type RegistryRequest } from "./registry-client.ts";

/** What a registry made of a login: it asked and was content, or it never asked. */
export type LoginProof = "proved" | "never-asked";

/**
 * Shows a login to a registry, as it asks for it at `/v2/`: as a password, or for a token (distribution-spec, "Determining Support").
 * @throws {VoxError} REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_RATE_LIMITED
 */
export async function proveLogin(
  host: string,
  login: Login,
  ports: Omit<RegistryPorts, "credentials">,
  signal?: AbortSignal,
): Promise<LoginProof> {
  let asked = false;
  const credentialsFor = async () => {
    asked = true;
    return credentialsOf(login);
  };
  const client = new RegistryClient(host, { ...ports, credentials: { credentialsFor } });
  const request: RegistryRequest = {
    method: "GET",
    url: client.address("/v2/"),
    scopes: new Map(),
    ...(signal && { signal }),
  };
  const response = await client.send(request);
  if (response.status !== 200) throw (await readRefusal(response, client.call(request))).error;
  await response.discard();
  return asked ? "proved" : "never-asked";
}

/** A refusal in the words of somebody who logs in. */
export const loginRefused = (host: string, cause: unknown): VoxError =>
  new VoxError("REGISTRY_DENIED", `\`${host}\` refuses this login, so nothing is stored`, {
    cause,
    hint: "check user name and password; many registries take a token as the password",
  });
