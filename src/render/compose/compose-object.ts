import type { JsonValue } from "../../core/canonical-json.ts";

/** An object of a Compose file. */
export type ComposeObject = Readonly<Record<string, JsonValue | undefined>>;

/** What stands at a key, when it is an object. */
export function objectAt(value: ComposeObject, key: string): ComposeObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

export const isObject = (value: JsonValue | undefined): value is ComposeObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

/** A service with profiles is for who names it (Compose specification, "Profiles"). */
export const hasProfile = ({ profiles }: ComposeObject): boolean => isList(profiles) && profiles.length > 0;
