import { type Login, IDENTITY_TOKEN_USER } from "./credentials.ts";
import { hostOfKey, keyOfHost } from "./docker-credentials.ts";

/*
 * Changes to the text of Docker's `config.json`, which was read and understood before. Other members keep their place and the text its
 * indentation.
 */

type JsonObject = Readonly<Record<string, unknown>>;

/** What an entry of `auths` holds of a login; nothing when a helper has it. */
export function authEntry({ username, secret }: Login): JsonObject {
  if (username === IDENTITY_TOKEN_USER) return { identitytoken: secret };
  return { auth: Buffer.from(`${username}:${secret}`).toString("base64") };
}

/** The text with this entry for a host, in place of any other of its; an absent file is an empty text. */
export function withAuthEntry(text: string, host: string, entry: JsonObject): string {
  const config = objectOf(text === "" ? "{}" : text);
  const auths = without(memberOf(config, "auths"), host);
  return rendered({ ...config, auths: { ...auths, [keyOfHost(host)]: entry } }, text);
}

/** The text without a host's entries; `undefined` when there are none. */
export function withoutAuthEntry(text: string, host: string): string | undefined {
  const config = objectOf(text);
  const auths = memberOf(config, "auths");
  const rest = without(auths, host);
  return Object.keys(rest).length === Object.keys(auths).length ? undefined : rendered({ ...config, auths: rest }, text);
}

const without = (auths: JsonObject, host: string): JsonObject =>
  Object.fromEntries(Object.entries(auths).filter(([key]) => hostOfKey(key) !== host));

/** With the indentation of what was there; Docker writes tabs. */
function rendered(config: JsonObject, before: string): string {
  const indentation = before.trim() === "" ? "\t" : (/^\s*\{\r?\n([ \t]+)/.exec(before)?.[1] ?? "");
  return JSON.stringify(config, undefined, indentation) + (/\n\s*$/.test(before) ? "\n" : "");
}

function objectOf(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function memberOf(config: JsonObject, key: string): JsonObject {
  const value = config[key];
  return isObject(value) ? value : {};
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
