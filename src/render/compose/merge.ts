import type { JsonValue } from "../../core/canonical-json.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { type ComposeObject, isList, isObject, objectAt } from "./compose-object.ts";

/**
 * Our service beside those of the project's own Compose file. What that file says about our service is taken where it speaks of how
 * it runs; the image and how secrets come in are ours.
 * @throws {VoxError} COMPOSE_INVALID when it names an image or a build for our service
 */
export function mergeDocuments(own: ComposeObject, user: ComposeObject | undefined, service: string): ComposeObject {
  if (user === undefined) return own;
  const theirs = objectAt(user, "services");
  refuseOtherImage(objectAt(theirs, service), service);
  const { version: _, ...rest } = user;
  return {
    ...rest,
    services: { ...theirs, [service]: mergeService(objectAt(objectAt(own, "services"), service), objectAt(theirs, service)) },
    ...joined("volumes", own, user),
    ...joined("secrets", own, user),
  };
}

const OURS = ["image", "build", "pull_policy"];

function refuseOtherImage(service: ComposeObject, name: string): void {
  const key = OURS.find((candidate) => service[candidate] !== undefined);
  if (key === undefined) return;
  throw new VoxError("COMPOSE_INVALID", `the project's Compose file says \`${key}\` of \`${name}\`, whose image vox builds`, {
    hint: `remove \`${key}\` from the service, or give it another name`,
  });
}

/** Lists are added to, maps are joined, anything else is theirs. */
function mergeService(own: ComposeObject, theirs: ComposeObject): ComposeObject {
  const merged = Object.entries(theirs).map(([key, value]) => [key, mergeValue(own[key], value)] as const);
  return { ...own, ...Object.fromEntries(merged) };
}

function mergeValue(own: JsonValue | undefined, theirs: JsonValue | undefined): JsonValue | undefined {
  if (isList(own) && isList(theirs)) return [...own, ...theirs.filter((item) => !own.some((other) => same(other, item)))];
  if (isObject(own) && (isObject(theirs) || isList(theirs))) return { ...asMap(theirs), ...own };
  return theirs;
}

/** `environment` and `labels` may be lists of `NAME=value`. */
function asMap(value: ComposeObject | readonly JsonValue[]): ComposeObject {
  if (!isList(value)) return value;
  return Object.fromEntries(
    value.map((item) => {
      const text = typeof item === "string" ? item : JSON.stringify(item);
      const at = text.indexOf("=");
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function joined(key: string, own: ComposeObject, user: ComposeObject): ComposeObject {
  const entries = { ...objectAt(own, key), ...objectAt(user, key) };
  return Object.keys(entries).length > 0 ? { [key]: entries } : {};
}

const same = (left: JsonValue, right: JsonValue): boolean => JSON.stringify(left) === JSON.stringify(right);
