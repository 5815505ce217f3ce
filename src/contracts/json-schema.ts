import { z } from "zod";

/** A JSON Schema (draft 2020-12) as a value. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of what a zod schema lets through, under a title. */
export const jsonSchemaOf = (schema: z.ZodType, title: string): JsonSchema => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
  return { $schema, title, ...rest };
};
