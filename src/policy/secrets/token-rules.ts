import { isPlaceholder } from "./placeholder.ts";
import { entropyBits } from "./randomness.ts";
import type { SecretMatch, SecretRule } from "./secret-rule.ts";

/** Below this a token is a row of few characters that somebody typed, in bits a character. */
const TOKEN_BITS = 2.5;

const isLikely = ({ secret }: SecretMatch): boolean => entropyBits(secret) >= TOKEN_BITS && !isPlaceholder(secret);

interface TokenForm {
  readonly id: string;
  readonly finds: string;
  readonly anchors: readonly string[];
  /** From the anchor on; the group `secret` is what is random in it. */
  readonly form: string;
  readonly accepts?: (match: SecretMatch) => boolean;
}

const tokenRule = ({ form, accepts, ...rest }: TokenForm): SecretRule => ({
  ...rest,
  pattern: new RegExp(form, "y"),
  accepts: (match) => isLikely(match) && (accepts?.(match) ?? true),
});

/** Not in the middle of a longer word. */
const START = "(?<![A-Za-z0-9_])";
const ASSIGNED = String.raw`["'\]]{0,2}\s{0,8}(?:=>|:=|=|:)\s{0,8}["'\x60]?`;

/** Tokens and keys that are known by their own form. */
const TOKEN_FORMS: readonly TokenForm[] = [
  {
    id: "aws-access-key",
    finds: "AWS access key ids (`AKIA…`, `ASIA…`) and secret access keys under their name",
    anchors: ["akia", "asia", "secret_access_key", "secretaccesskey", "secret-access-key"],
    form: String.raw`${START}(?:AKIA|ASIA)(?<secret>[A-Z2-7]{16})(?![A-Za-z0-9])|(?:[Ss]ecret[_-]?[Aa]ccess[_-]?[Kk]ey|SECRET_ACCESS_KEY)${ASSIGNED}(?<key>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])`,
  },
  {
    id: "azure-secret",
    finds: "Azure storage and service bus keys in connection strings, and client secrets of Entra ID",
    anchors: ["accountkey=", "sharedaccesskey=", ...Array.from("0123456789", (digit) => `${digit}q~`)],
    form: String.raw`(?:AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)|SharedAccessKey=(?<shared>[A-Za-z0-9+/]{43}=))|(?<=(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3})\dQ~(?<client>[A-Za-z0-9_~.-]{31,34})(?![A-Za-z0-9_~.-])`,
  },
  {
    id: "github-token",
    finds: "GitHub tokens: `ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`, `github_pat_`",
    anchors: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
    form: String.raw`${START}(?:gh[pousr]_(?<secret>[A-Za-z0-9]{36,255})|github_pat_(?<fine>[A-Za-z0-9_]{60,255}))`,
  },
  {
    id: "gitlab-token",
    finds: "GitLab tokens: `glpat-` and its kin for deploys, runners and pipelines",
    anchors: ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-"],
    form: String.raw`${START}gl(?:pat|dt|rt|cbt|ptt|soat)-(?<secret>[A-Za-z0-9_-]{20,100})`,
  },
  {
    id: "npm-token",
    finds: "npm tokens (`npm_…`) and what an `.npmrc` holds: `_authToken`, `_auth`, `_password`",
    anchors: ["npm_", "_authtoken", ":_auth", ":_password"],
    form: String.raw`${START}npm_(?<secret>[A-Za-z0-9]{36})(?![A-Za-z0-9_])|(?::?_authToken|:_auth|:_password)\s{0,4}=\s{0,4}"?(?<npmrc>[A-Za-z0-9+/=_.-]{8,400})`,
  },
  {
    id: "pypi-token",
    finds: "PyPI tokens: `pypi-…`",
    anchors: ["pypi-ag"],
    form: String.raw`${START}pypi-(?<secret>AgE[A-Za-z0-9_-]{50,400})`,
  },
  {
    id: "crates-token",
    finds: "crates.io tokens: `cio…`",
    anchors: ["cio"],
    form: String.raw`${START}cio(?<secret>[A-Za-z0-9]{32})(?![A-Za-z0-9_])`,
    accepts: ({ secret }) => /[0-9]/.test(secret) && /[A-Z]/.test(secret),
  },
  {
    id: "docker-hub-token",
    finds: "Docker Hub tokens: `dckr_pat_`, `dckr_oat_`",
    anchors: ["dckr_pat_", "dckr_oat_"],
    form: String.raw`${START}dckr_[po]at_(?<secret>[A-Za-z0-9_-]{27,64})`,
  },
  {
    id: "docker-config-auth",
    finds: "credentials in a Docker `config.json`: `auth` and `identitytoken` of a registry",
    anchors: ['"auth"', '"identitytoken"'],
    form: String.raw`"(?:auth|identitytoken)"\s{0,8}:\s{0,8}"(?<secret>[A-Za-z0-9+/_.-]{8,4000}={0,2})"`,
    accepts: ({ secret }) => /^[^:\s]{1,256}:.*[^\s:]/s.test(decoded(secret)),
  },
  {
    id: "slack-token",
    finds: "Slack tokens (`xoxb-` and its kin, `xapp-`) and incoming webhooks",
    anchors: ["xox", "xapp-", "hooks.slack.com/"],
    form: String.raw`${START}xox[abeoprs]-(?<secret>[A-Za-z0-9-]{20,250})|${START}xapp-(?<app>\d-[A-Za-z0-9-]{20,250})|hooks\.slack\.com/(?:services|workflows)/(?<hook>[A-Z][A-Za-z0-9]{6,14}/[A-Z][A-Za-z0-9]{6,14}/[A-Za-z0-9]{20,40})`,
  },
  {
    id: "stripe-key",
    finds: "Stripe's live keys: `sk_live_`, `rk_live_`, and webhook secrets `whsec_`",
    anchors: ["sk_live_", "rk_live_", "whsec_"],
    form: String.raw`${START}(?:[rs]k_live_|whsec_)(?<secret>[A-Za-z0-9]{24,250})`,
  },
  {
    id: "google-api-key",
    finds: "Google API keys (`AIza…`) and OAuth client secrets (`GOCSPX-`)",
    anchors: ["aiza", "gocspx-"],
    form: String.raw`${START}(?:AIza(?<secret>[A-Za-z0-9_-]{35})|GOCSPX-(?<client>[A-Za-z0-9_-]{28}))(?![A-Za-z0-9_-])`,
  },
  {
    id: "ai-provider-key",
    finds: "keys of providers of language models: `sk-ant-`, `sk-proj-` and its kin, `hf_`",
    anchors: ["sk-ant-", "sk-proj-", "sk-svcacct-", "hf_"],
    form: String.raw`${START}(?:sk-(?:ant|proj|svcacct)-(?<secret>[A-Za-z0-9_-]{32,250})|hf_(?<hub>[A-Za-z0-9]{34})(?![A-Za-z0-9_]))`,
  },
  {
    id: "jwt",
    finds: "signed JSON web tokens, but for the one that introductions show",
    anchors: ["eyj"],
    form: String.raw`${START}(?<head>eyJ[A-Za-z0-9_-]{10,1000})\.(?<secret>eyJ[A-Za-z0-9_-]{10,4000})\.[A-Za-z0-9_-]{20,1000}`,
    accepts: ({ secret, groups }) =>
      decoded(groups["head"] ?? "").includes('"alg"') && !decoded(secret).includes('"1234567890"'),
  },
];

export const TOKEN_RULES: readonly SecretRule[] = TOKEN_FORMS.map(tokenRule);

const decoded = (text: string): string => Buffer.from(text, "base64").toString("latin1");
