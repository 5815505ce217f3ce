import { RANDOM_BITS, RANDOM_LENGTH, RANDOM_MIXTURE } from "../../policy/secrets/randomness.ts";
import { SECRET_RULES } from "../../policy/secrets/rules.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

/** `docs/src/reference/secrets.md`. */
export const renderSecretReference = (): string =>
  `${[
    "# Secrets",
    generatedNote("src/policy/secrets/rules.ts"),
    "`vox pm publish`, `vox package` and `vox deploy` look for secrets in every file that would enter a package or an image, the workspace's own packages in an image included, and end with `SECRET_FOUND` (exit 1) when they find one. So does `--dry-run`. `--list` marks such files with `!` and builds nothing. There is no flag to pass over it. `.env*`, `*.key`, `*.pem` and `.npmrc` never enter anyway.",
    "## Rules",
    markdownTable(
      ["rule", "finds"],
      SECRET_RULES.map(({ id, finds }) => [`\`${id}\``, finds]),
    ),
    `\`high-entropy-assignment\` takes a literal of at least ${RANDOM_LENGTH} characters with a digit and a letter, at least ${RANDOM_BITS} bits of entropy a character, and at least ${RANDOM_MIXTURE * 100} of 100 neighbouring characters of two kinds. Without quotes it counts in settings alone (\`.yaml\`, \`.ini\`, shell and the like). Examples, masks, templates, UUIDs, digests, addresses, names of other things (\`secret_name\`, \`token_url\`) and lock files do not count.`,
    "Binary files are searched for keys and tokens, not for assignments; UTF-16 is read; archives and compressed files are not opened. A finding tells file, line and rule, never the secret.",
    "## In an image's documents",
    "`vox package` and `vox deploy` look at every text of the image's configs, manifests and index as well, before anything is written: environment, labels, command, health check, history and annotations, what the base and an engine's build say there included. A variable counts as `NAME=value` in settings. What only looks like a secret there is allowed by a comment of `Vox.toml` that names it on its line or the next one, with the rule and a reason; of the history it names `history`:",
    '```toml\n# vox:allow-secret high-entropy-assignment: a public key of the provider\nenv = { PROVIDER_API_KEY = "…" }\n```',
    "## Allowing one",
    "What only looks like a secret is allowed where it stands, with a reason, in a comment or whatever else the file's syntax has for text:",
    '```js\n// vox:allow-secret jwt: revoked in 2024, the parser\'s test reads it\nconst sample = "…";\n```',
    '```json\n{\n  "//": "vox:allow-secret gcp-service-account: made for the documentation, opens nothing",\n  "type": "service_account"\n}\n```',
    "It holds for the rule that it names, on its own line and the next one; for `secret-file` it stands on the first line. Without a reason, or with a rule that is none, it allows nothing and is a finding itself (`allowance`). A file that can hold no text is left out, or kept elsewhere: there is no list of exceptions beside the files.",
  ].join("\n\n")}\n`;
