import { describe, expect, it } from "vitest";
import { SECRET_RULES } from "../../../../src/policy/secrets/rules.ts";
import { ALPHABET, findIn, pem, randomText, webToken } from "../../../support/secrets.ts";

const r = randomText;
const b64 = (length: number): string => r(length, "b64", ALPHABET.base64);

/** The rule, and a text that holds what it is for on its first line. */
const FOUND: readonly (readonly [rule: string, what: string, text: string, path?: string])[] = [
  ["private-key", "PKCS#1", pem("RSA PRIVATE KEY")],
  ["private-key", "PKCS#8", pem("PRIVATE KEY")],
  ["private-key", "encrypted PKCS#8", pem("ENCRYPTED PRIVATE KEY")],
  ["private-key", "SEC 1", pem("EC PRIVATE KEY")],
  ["private-key", "OpenSSH", pem("OPENSSH PRIVATE KEY")],
  ["private-key", "cosign's own", pem("ENCRYPTED SIGSTORE PRIVATE KEY")],
  ["private-key", "PGP", `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n${b64(64)}\n`],
  [
    "private-key",
    "encrypted in OpenSSL's old way",
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n${b64(64)}\n`,
  ],
  ["private-key", "escaped in a string", `const key = "-----BEGIN PRIVATE KEY-----\\n${b64(64)}\\n";`],
  ["private-key", "concatenated", `"-----BEGIN PRIVATE KEY-----" + "${b64(64)}"`],
  ["private-key", "PuTTY", `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPublic-Lines: 1\nx\nPrivate-Lines: 1\n`],
  ["private-key", "age", `AGE-SECRET-KEY-1${r(58, "age").toUpperCase()}`],
  ["private-key", "in a binary", `\0\0${pem("PRIVATE KEY").replaceAll("\n", "\\n")}\0`],
  [
    "gcp-service-account",
    "a key file",
    `{"type": "service_account", "project_id": "p", "private_key_id": "i", "private_key": "${pem("PRIVATE KEY").replaceAll("\n", "\\n")}"}`,
  ],
  ["aws-access-key", "an id", `id = AKIA${r(16, "id", ALPHABET.aws)}`],
  ["aws-access-key", "a temporary id", `id = ASIA${r(16, "id2", ALPHABET.aws)}`],
  ["aws-access-key", "a secret key", `aws_secret_access_key = ${b64(40)}`],
  ["aws-access-key", "a secret key in code", `secretAccessKey: "${b64(40)}"`],
  ["azure-secret", "a storage key", `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${b64(86)}==`],
  ["azure-secret", "a bus key", `Endpoint=sb://a/;SharedAccessKey=${b64(43)}=`],
  ["azure-secret", "a client secret", `"${r(3)}8Q~${r(34, "ad")}"`],
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((start): [string, string, string] => ["github-token", start, start + r(36)]),
  ["github-token", "a fine-grained one", `github_pat_${r(22)}_${r(59)}`],
  ["gitlab-token", "a personal one", `glpat-${r(20)}`],
  ["npm-token", "by its form", `npm_${r(36)}`],
  ["npm-token", "in an .npmrc", `//registry.npmjs.org/:_authToken=${r(36)}`],
  ["pypi-token", "by its form", `pypi-AgEIcHlwaS5vcmc${r(70)}`],
  ["crates-token", "by its form", `token = "cio${r(32, "c")}"`],
  ["docker-hub-token", "by its form", `dckr_pat_${r(27)}`],
  ["docker-config-auth", "a login", `{"auths":{"ghcr.io":{"auth":"${Buffer.from(`bot:${r(20)}`).toString("base64")}"}}}`],
  ["slack-token", "a bot's", `xoxb-${r(12, "s", "123456789")}-${r(24)}`],
  [
    "slack-token",
    "a hook",
    `https://hooks.slack.com/services/T${r(8, "t", ALPHABET.aws)}/B${r(8, "b", ALPHABET.aws)}/${r(24)}`,
  ],
  ["stripe-key", "a live key", `sk_live_${r(24)}`],
  ["google-api-key", "an API key", `AIza${r(35)}`],
  ["ai-provider-key", "by its form", `sk-ant-api03-${r(93)}`],
  ["jwt", "a session", `Bearer ${webToken("7e1c")}`],
  ["basic-auth-in-url", "a database", `postgres://app:${r(9)}@db.internal:5432/app`],
  ["basic-auth-in-url", "without a user", `redis://:${r(12)}@cache.internal:6379`],
  ["high-entropy-assignment", "in code", `const apiKey = "${r(24)}";`],
  ["high-entropy-assignment", "with a type", `const apiToken: string = "${r(24)}";`],
  ["high-entropy-assignment", "in JSON", `{"client_secret": "${r(32)}"}`],
  ["high-entropy-assignment", "in hexadecimal", `SESSION_SECRET = '${r(64, "h", ALPHABET.hex)}'`],
  ["high-entropy-assignment", "in lower case", `password = "${r(24, "l", ALPHABET.base36)}"`],
  ["high-entropy-assignment", "without quotes in YAML", `db:\n  password: ${r(20)}`, "deploy.yaml"],
  ["high-entropy-assignment", "with a comment in INI", `token=${r(20)} # for CI`, "app.ini"],
  ["high-entropy-assignment", "exported", `export DB_PASSWORD=${r(20)}`, "run.sh"],
  ["high-entropy-assignment", "in XML", `<password>${r(20)}</password>`, "settings.xml"],
  ["secret-file", "a dotenv file of another name", "NODE_ENV=production\n", "config/prod.env"],
  ["secret-file", "a dotenv file without its dot", "A=1\n", "env.production"],
  ["secret-file", "a file of secrets", "a: b\n", "deploy/secrets.yaml"],
  ["secret-file", "an ssh key", "x", "keys/id_ed25519"],
  ["secret-file", "a key store", "\0\u0001", "release.p12"],
  ["allowance", "no reason", "// vox:allow-secret jwt"],
  ["allowance", "a reason that says nothing", "// vox:allow-secret jwt: ..."],
  ["allowance", "a rule that is none", "// vox:allow-secret passwords: the rule is called otherwise"],
];

/** What must not be taken for a secret. */
const PASSED: readonly (readonly [rule: string, what: string, text: string, path?: string])[] = [
  ["private-key", "a public key", pem("PUBLIC KEY")],
  ["private-key", "a certificate", pem("CERTIFICATE")],
  [
    "private-key",
    "code that makes one",
    'return "-----BEGIN PRIVATE KEY-----\\n" + wrap(base64, 64) + "\\n-----END PRIVATE KEY-----";',
  ],
  ["private-key", "a document that shows one", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg...\n-----END PRIVATE KEY-----\n"],
  ["private-key", "a row of one letter", `-----BEGIN PRIVATE KEY-----\n${"A".repeat(64)}\n`],
  ["gcp-service-account", "the type alone", '{"type": "service_account", "client_email": "a@b.example"}'],
  ["aws-access-key", "Amazon's own example", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
  ["aws-access-key", "a longer word", `XAKIA${r(16, "id", ALPHABET.aws)}`],
  ["azure-secret", "a template", "AccountKey=${AZURE_KEY}"],
  ["github-token", "a placeholder", `ghp_${"x".repeat(36)}`],
  ["gitlab-token", "an expression", 'if (token.startsWith("glpat-")) return;'],
  ["npm-token", "a variable", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}", ".config/npmrc"],
  ["npm-token", "a name", "npm_config_user_agent npm_package_json npm_lifecycle_event"],
  ["pypi-token", "a name", "pypi-agent-configuration"],
  ["crates-token", "a word", "ciocolata = cioccolatofondentealnocciola"],
  ["docker-hub-token", "a mask", `dckr_pat_${"*".repeat(27)}`],
  ["docker-config-auth", "another word", '{"auth": "required", "kind": "auth"}'],
  ["slack-token", "a mask", "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx"],
  ["stripe-key", "a test key", `sk_test_${r(24)}`],
  ["google-api-key", "a mask", `AIza${"x".repeat(35)}`],
  ["ai-provider-key", "a placeholder", "sk-ant-your-key-goes-here-and-nothing-else"],
  ["jwt", "the one that introductions show", webToken("1234567890")],
  ["jwt", "three parts of base64", `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(30)}`],
  ["basic-auth-in-url", "a document", "https://user:password@example.com/ postgres://postgres:postgres@db/app"],
  ["basic-auth-in-url", "this machine", `postgres://app:${r(9)}@localhost/app`],
  ["basic-auth-in-url", "a template", "https://${user}:${password}@host.internal https://x-access-token:$TOKEN@github.com"],
  ["basic-auth-in-url", "a port and a scope", "http://host.internal:8080/@scope/package"],
  ["high-entropy-assignment", "a variable", "password: process.env.DATABASE_PASSWORD_PRODUCTION1"],
  ["high-entropy-assignment", "words", 'tokenPrefix: "access-token", secretName: "storefront-database-credentials-2"'],
  [
    "high-entropy-assignment",
    "words under the name itself",
    'secret: "storefront-database-credentials-2", token: "punctuation.definition.string.begin.v2"',
  ],
  ["high-entropy-assignment", "camel case", 'token: "OAuth2AccessTokenRefreshHandlerFactory"'],
  ["high-entropy-assignment", "a placeholder", `password = "changeme-${r(12)}"`],
  ["high-entropy-assignment", "an example", `password = "example-${r(12)}"`],
  ["high-entropy-assignment", "a template", 'password: "{{ .Values.database.p4ssw0rd7 }}" token: "${SECRET_9f8e7d6c5b}"'],
  ["high-entropy-assignment", "a UUID", 'secret: "5f0c1d9e-8a1b-4c3d-9e2f-7a6b5c4d3e2f"'],
  ["high-entropy-assignment", "a digest", `token: "sha256:${r(64, "d", ALPHABET.hex)}"`],
  ["high-entropy-assignment", "a digest of a password", `password: "$2b$10$${r(53)}"`],
  [
    "high-entropy-assignment",
    "what names the secret",
    `secretId = "${r(24)}"; token_url = "${r(24)}"; passwordHash = "${r(32)}"`,
  ],
  ["high-entropy-assignment", "a cursor", `nextPageToken: "${r(24)}"`],
  ["high-entropy-assignment", "another word", `tokenizer = "${r(24)}"`],
  ["high-entropy-assignment", "a call without quotes in code", "const token = nextToken1(parser2, 0x3f8a);"],
  ["high-entropy-assignment", "an integrity line", `integrity: sha512-${b64(86)}==`, "pnpm-lock.yaml"],
  ["high-entropy-assignment", "a lock file", `"token": "${r(40)}"`, "package-lock.json"],
  ["high-entropy-assignment", "one character all the way", `secret = "a1a1a1a1a1a1a1a1a1a1a1"`],
  ["secret-file", "code", "", "src/env.ts"],
  ["secret-file", "an example", "A=\n", "env.example"],
  ["secret-file", "a directory's name", "", "secrets.yaml/README.md"],
  ["allowance", "text that tells about it", "write `vox:allow-secret RULE: reason` on the line"],
];

describe("each rule for secrets", () => {
  it.each(FOUND)("%s finds %s", (rule, _what, text = "", path = "src/a.js") => {
    expect(findIn(text, path).map((found) => found.split(":")[0])).toContain(rule);
  });

  it.each(PASSED)("%s passes over %s", (_rule, _what, text = "", path = "src/a.js") => {
    expect(findIn(text, path)).toEqual([]);
  });

  it("has what it must find, and what it must pass over", () => {
    const ids = SECRET_RULES.map(({ id }) => id);
    expect(new Set(FOUND.map(([rule]) => rule))).toEqual(new Set(ids));
    expect(new Set(PASSED.map(([rule]) => rule))).toEqual(new Set(ids));
  });

  it("finds nine of ten random literals of 20 characters under a secret's name", () => {
    for (const alphabet of [ALPHABET.base62, ALPHABET.base64, ALPHABET.hex]) {
      const found = Array.from({ length: 200 }, (_, seed) => findIn(`password = "${r(20, `p${seed}`, alphabet)}"`).length);
      expect(found.filter((count) => count === 1).length).toBeGreaterThanOrEqual(180);
    }
  });
});
