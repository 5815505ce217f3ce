import { z } from "zod";
import { count, digest, platform, sizeBytes } from "./value-schemas.ts";

/** Documents of the commands that make images, deploy and tell of it; see `output.ts`. */

export const imageDocument = z.looseObject({
  image: z.looseObject({
    reference: z.string(),
    digest,
    mediaType: z.string(),
    platforms: z.array(z.looseObject({ platform, digest })),
  }),
  transfer: z.looseObject({ bytes: sizeBytes, blobs: count, mounted: count, skipped: count, requests: count }),
  out: z.string().nullish().describe("Where it was written; null or absent when nothing was"),
});

export const pushDocument = z.looseObject({
  repository: z.string(),
  images: z.array(
    z.looseObject({
      reference: z.string(),
      digest,
      mediaType: z.string(),
      tags: z.array(z.string()),
      referrers: count.describe("What is attached to it, and to that"),
    }),
  ),
  transfer: z.looseObject({ bytes: sizeBytes, blobs: count, mounted: count, skipped: count, requests: count }),
  pushed: z.boolean().describe("False with `--dry-run`"),
});

const deploymentEntry = z.looseObject({
  sequence: count.describe("Counts the environment's deployments from 1"),
  result: z.enum(["started", "succeeded", "rolled-back", "failed", "yielded", "interrupted"]),
  current: z.boolean().describe("Whether this is what should run"),
  at: z.string().describe("RFC 3339, by the clock of who deployed"),
  actor: z.string(),
  target: z.string(),
  image: digest,
  reference: z.string(),
  cause: z.string(),
  record: digest,
});

const planStep = z.looseObject({ kind: z.string(), subject: z.string(), cause: z.string() });

/** What `deploy` and `rollback` say of a rollout. */
const rolloutMembers = {
  deployment: z
    .looseObject({
      environment: z.string(),
      target: z.string(),
      sequence: count.nullable().describe("null when nothing was done"),
      result: z.enum(["succeeded", "unchanged", "planned"]),
      steps: z.array(planStep),
      undo: z.array(planStep).describe("What puts things back, should a step fail"),
    })
    .optional()
    .describe("Where a target was brought to what should run"),
  container: z
    .looseObject({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      ports: z.array(z.looseObject({ container: count, host: count, address: z.string() })),
    })
    .optional(),
};

export const deployDocument = imageDocument.extend({
  tags: z.array(z.string()),
  changed: z
    .boolean()
    .optional()
    .describe("Whether the environment's tag named something else before; absent where no registry is written"),
  ...rolloutMembers,
});

export const deploymentsDocument = z.looseObject({
  environments: z.array(
    z.looseObject({
      environment: z.string(),
      history: z.string().describe("Where the records are"),
      deployments: z.array(deploymentEntry).describe("Newest first"),
      forks: z
        .array(z.looseObject({ previous: digest.nullable(), records: z.array(digest) }))
        .describe("Records that follow one and the same record: people began at once"),
      tag: digest.nullable().describe("What the environment's tag names; null where there is none"),
    }),
  ),
});

export const rollbackDocument = z.looseObject({
  to: z.looseObject({ sequence: count, image: digest, reference: z.string() }).describe("What was gone back to"),
  ...rolloutMembers,
});
