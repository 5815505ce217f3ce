import { ASSIGNMENT_RULES } from "./assignment-rules.ts";
import { SECRET_FILE_RULE } from "./file-name-rule.ts";
import { KEY_RULES } from "./key-rules.ts";
import type { SecretRule } from "./secret-rule.ts";
import { TOKEN_RULES } from "./token-rules.ts";

/** Raised whenever the rules may find more than before in the same content. */
export const SCANNER_VERSION = 1;

export const CONTENT_RULES: readonly SecretRule[] = [...KEY_RULES, ...TOKEN_RULES, ...ASSIGNMENT_RULES];

/** An allowance that gives no reason, or names no rule, is a finding itself. */
export const ALLOWANCE_RULE = {
  id: "allowance",
  finds: "`vox:allow-secret` with an unknown rule, or without a reason",
} as const;

/** Every rule, as the reference tells them. */
export const SECRET_RULES: readonly Pick<SecretRule, "id" | "finds">[] = [SECRET_FILE_RULE, ...CONTENT_RULES, ALLOWANCE_RULE];
