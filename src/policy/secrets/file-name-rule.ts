/** Files that exist to hold secrets, known by name alone. */
export const SECRET_FILE_RULE = {
  id: "secret-file",
  finds:
    "files that hold secrets by their name: `prod.env`, `env.production`, `secrets.yaml`, `id_ed25519`, `.netrc`, `.pypirc`, `.git-credentials`, `.htpasswd`, key stores (`.p12`, `.pfx`, `.jks`, `.keystore`, `.kdbx`, `.ppk`)",
} as const;

const EXAMPLE = /(?:^|[._-])(?:example|sample|template|dist|schema|defaults?)(?:[._-]|$)/;
const DOTENV = /^(?:.+\.env|env\.(?:local|dev(?:elopment)?|prod(?:uction)?|stag(?:e|ing)|test|ci|qa|preview|live|secrets?))$/;
const SETTINGS = /^(?:secrets?|credentials?)\.(?:ya?ml|json|toml|ini|env|properties|conf|cfg)$/;
const KEPT = /^(?:id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|[._]netrc|\.pypirc|\.git-credentials|\.htpasswd|\.dockercfg|\.pgpass)$/;
const STORE = /\.(?:p12|pfx|jks|keystore|kdbx|ppk)$/;

/** Whether a file's name alone says that it holds secrets. Case does not count. */
export function isSecretFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (EXAMPLE.test(name)) return false;
  return DOTENV.test(name) || SETTINGS.test(name) || KEPT.test(name) || STORE.test(name);
}
