import * as z from "zod";

/** What the schema says about a field of `[deploy]` beside its type. */
export interface FieldMeta {
  /** `intent` is changed by editing the file only; an `override-candidate` by a flag or a variable too. */
  readonly role: "intent" | "override-candidate";
  readonly status: "current" | "transitional" | "legacy";
  /** Whether the field changes what is in the image or how it runs and where it goes. */
  readonly plane: "image" | "run-time";
  readonly flag?: string;
  readonly variable?: string;
}

const DEFAULTS: FieldMeta = { role: "intent", status: "current", plane: "run-time" };

/** An optional field of `[deploy]` with its description and marks (contracts, §2). */
export const field = <T extends z.ZodType>(schema: T, description: string, meta: Partial<FieldMeta> = {}): z.ZodOptional<T> =>
  schema.optional().meta({ description, vox: { ...DEFAULTS, ...meta } });

/** The fields of a table and of the tables in it, with their marks; `environments` repeats the others and is not entered. */
export function fieldsOf(table: z.ZodObject, prefix: string): (FieldMeta & { readonly path: string; readonly description: string })[] {
  return Object.entries(table.shape).flatMap(([key, schema]) => {
    const path = `${prefix}.${key}`;
    const meta = z.globalRegistry.get(schema);
    const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    const marks = isFieldMeta(meta?.["vox"]) ? [{ path, description: meta?.description ?? "", ...meta["vox"] }] : [];
    return [...marks, ...(inner instanceof z.ZodObject && key !== "healthcheck" ? fieldsOf(inner, path) : [])];
  });
}

const isFieldMeta = (value: unknown): value is FieldMeta => typeof value === "object" && value !== null && "role" in value && "status" in value;
