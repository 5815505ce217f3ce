import { isName, isPlaceholder } from "./placeholder.ts";
import { looksRandom } from "./randomness.ts";
import type { SecretMatch, SecretRule } from "./secret-rule.ts";

const COMMON =
  /^(?:pass(?:w(?:or)?d)?|pwd?|secret|token|user(?:name)?|admin|root|guest|postgres|mysql|foo|bar|baz|hunter2|p|x+|key|credentials?)\d{0,4}$/i;
const NOWHERE =
  /^(?:localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0|(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?|host(?:name)?|registry|server)$/i;

/** A password in an address, unless it, the address or the host is one that documents make up. */
const isPassword = ({ secret, groups }: SecretMatch): boolean =>
  secret !== groups["user"] && !COMMON.test(secret) && !isPlaceholder(secret) && !NOWHERE.test(groups["host"] ?? "");

/** The rest of a name that ends in a word such as `token`, when it still names the thing itself. */
const SAME_THING = /^(?:s|key|value|data|text)?(?:$|[^a-z])/;
const OTHER_THING =
  /hash|digest|checksum|sum\b|[_-]?ids?$|Ids?$|name|type|url|uri|path|file|dir|endpoint|pattern|regex|expir|ttl|length|limit|version|public|class|selector|scope|header|field|prefix/i;
const NO_SECRET = /(?:page|cursor|continuation|sync|public|csrf|xsrf|next|design|syntax)[_-]?$/i;

function isSecretValue({ secret, groups, traits }: SecretMatch): boolean {
  if (traits.lock || traits.binary || (groups["bare"] !== undefined && !traits.settings)) return false;
  const rest = groups["rest"] ?? "";
  if (!SAME_THING.test(rest) || OTHER_THING.test(rest) || NO_SECRET.test(groups["before"] ?? "")) return false;
  return !isPlaceholder(secret) && !isName(secret) && looksRandom(secret);
}

const joined = (left: string, right: string): readonly string[] => ["", "_", "-"].map((join) => left + join + right);

const NAMES = [
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "credential",
  ...["api", "access", "private", "auth", "signing", "encryption"].flatMap((left) => joined(left, "key")),
];

const VALUE = String.raw`(?:(?<quote>["'\x60])(?<secret>[^\s"'\x60]{12,400})\k<quote>|(?<bare>[^\s"'\x60,;<>(){}]{12,400})(?=[ \t]{0,8}(?:[#;][^\n]{0,200})?(?:\r?\n|$)))`;

/** What is known as a secret only by where it stands. */
export const ASSIGNMENT_RULES: readonly SecretRule[] = [
  {
    id: "basic-auth-in-url",
    finds: "addresses with a password, `scheme://user:password@host`",
    anchors: ["://"],
    pattern:
      /(?<=[a-z0-9+.-])(?<!\/):\/\/(?<user>[^\s/:@"'<>{}()$`\\|?#,;]{0,64}):(?<secret>[^\s/:@"'<>{}()$`\\|?#,;]{3,200})@(?<host>\[[0-9a-f:]{2,40}\]|[A-Za-z0-9.-]{1,200})/y,
    accepts: isPassword,
  },
  {
    id: "high-entropy-assignment",
    finds: "random literals under a name like `password`, `secret`, `token`, `api_key`",
    anchors: NAMES,
    pattern: new RegExp(
      String.raw`(?<=(?<before>[A-Za-z0-9_-]{0,16}))(?:${NAMES.join("|")})(?<rest>[A-Za-z0-9_-]{0,24})(?:["'\]]{0,2}\s{0,8}(?:\?:|:|)\s{0,2}(?:(?:&'static |&)?[Ss]tr(?:ing)?\s{0,2})?(?:=>|:=|=|:)\s{0,8}${VALUE}|>(?<element>[^\s<>"'\x60]{12,400})</)`,
      "iy",
    ),
    accepts: isSecretValue,
    weight: 0,
  },
];
