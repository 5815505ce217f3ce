import type { PackageKind } from "../../core/package-kind.ts";
import { tomlString } from "./write-toml.ts";

export interface NewManifest {
  readonly name: string;
  readonly kind: PackageKind;
  readonly description?: string;
  readonly license?: string;
  /** Version requirements by name, as they are to be written. */
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The Vox.toml that `vox init` writes: what is needed, and the rest as comments to be turned on. */
export function newManifestText(manifest: NewManifest): string {
  const sections = [packageText(manifest), dependenciesText(manifest.dependencies ?? {})];
  if (manifest.kind === "application") sections.push(DEPLOY_TEXT);
  if (manifest.kind === "workspace") sections.push(WORKSPACE_TEXT);
  return sections.join("\n");
}

function packageText({ name, kind, description, license }: NewManifest): string {
  return [
    "# What this project wants to be. `vox.lock` says what it is: run `vox lock` after a change.",
    "",
    "[package]",
    `name = ${tomlString(name)}`,
    'version = "0.1.0"',
    `kind = ${tomlString(kind)}`,
    description ? `description = ${tomlString(description)}` : '# description = "What it does, in a sentence"',
    license ? `license = ${tomlString(license)}` : '# license = "Apache-2.0"',
    "",
  ].join("\n");
}

function dependenciesText(dependencies: Readonly<Record<string, string>>): string {
  const lines = Object.keys(dependencies)
    .sort()
    .map((name) => `${name} = ${tomlString(dependencies[name] ?? "*")}`);
  const examples = ['# `vox add http-router` writes a line here; a bare "2.1" means "^2.1".', "[dependencies]", ...lines];
  return [...examples, "", "# Needed for work on this package only, never in an image.", "# [dev-dependencies]", ""].join("\n");
}

const DEPLOY_TEXT = `[deploy.container]
# The image to build upon: the lock pins it by digest for every platform.
base_image = "docker.io/library/node:22-slim"
cmd = ["node", "server.js"]
# registry = "ghcr.io/acme"                     # where \`vox deploy\` pushes the image
# platforms = ["linux/amd64", "linux/arm64"]
# ports = [3000]
# env = { NODE_ENV = "production" }             # baked into the image: no secrets here
# secrets = ["DATABASE_URL"]                    # names only: given at run time
# writable = ["data"]                           # folders under /app that the application may write
# healthcheck = { command = ["node", "health.js"], interval = "30s" }

# [deploy.environments.staging.container]
# registry = "ghcr.io/acme-staging"
`;

const WORKSPACE_TEXT = `[workspace]
members = ["packages/*"]
`;
