import { z } from "zod";

/** Documents of the commands that tell about vox itself; see `output.ts`. */

export const commandsDocument = z.looseObject({
  commands: z.array(z.looseObject({ path: z.string(), summary: z.string(), area: z.string(), status: z.string() })),
});

export const explainDocument = z.looseObject({
  code: z.string(),
  exit: z.int(),
  meaning: z.string(),
  hint: z.string(),
});

export const completionsDocument = z.looseObject({ shell: z.enum(["bash", "zsh", "fish"]), script: z.string() });

/** `--list` of the gates of this repository. */
export const checksDocument = z.looseObject({
  checks: z.array(z.looseObject({ id: z.string(), statement: z.string(), advisoryLocally: z.boolean() })),
});

export const doctorDocument = z.looseObject({
  ok: z.boolean(),
  checks: z.array(
    z.looseObject({ id: z.string(), ok: z.boolean(), needed: z.boolean(), detail: z.string(), hint: z.string().nullable() }),
  ),
});

export const upgradeDocument = z.looseObject({
  current: z.string(),
  latest: z.string().nullable().describe("null where no place of releases is known"),
  newer: z.boolean(),
  source: z.string().nullable(),
  signedBy: z.string().nullable().describe("null where nobody was named who must have signed"),
  applied: z.boolean(),
});
