import type { Known, SecretFacts } from "../facts.ts";
import type { ImageJudge, ProjectJudge } from "../judge.ts";
import { broken, held, unknown, type Verdict } from "../verdict.ts";

/** Reports `no-secrets`. */
export const noSecrets: ProjectJudge = ({ secrets }) => verdictOf({ value: secrets });

/** Reports `no-secrets`, of an image: its layers, environment, labels and history. */
export const noSecretsInImage: ImageJudge = ({ secrets }) => verdictOf(secrets);

function verdictOf(secrets: Known<readonly SecretFacts[]> | undefined): Verdict | undefined {
  if (!secrets) return undefined;
  if ("unknown" in secrets) return unknown(secrets.unknown);
  const [first, ...others] = secrets.value;
  if (!first) return held("nothing looks like a secret");
  const more = others.length === 0 ? "" : `; there are ${others.length} more`;
  return broken(`${first.where} holds what looks like a secret, by the rule \`${first.rule}\`${more}`, {
    ...(first.place && { place: first.place }),
    hint: "take it out and revoke it",
  });
}
