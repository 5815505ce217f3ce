import { describe, expect, test } from "vitest";
import { isVoxError } from "../../../../src/errors/vox-error.ts";
import { isPackageManifest } from "../../../../src/pm/manifest/manifest.ts";
import { parseManifest } from "../../../../src/pm/manifest/parse-manifest.ts";
import { type MemberChoice, selectMember } from "../../../../src/pm/manifest/select-member.ts";
import type { Workspace } from "../../../../src/pm/manifest/workspace.ts";

function workspaceOf(...members: readonly (readonly [path: string, name: string])[]): Workspace {
  return {
    root: ".",
    members: members.map(([path, name]) => {
      const { manifest } = parseManifest(`[package]\nname = "${name}"\n`, { file: "Vox.toml" });
      if (!isPackageManifest(manifest)) throw new Error("the text has [package]");
      return { path, manifest, text: "" };
    }),
    pathPackages: [],
    registries: [],
    patches: [],
    resolver: { minReleaseAgeMs: 0 },
    warnings: [],
  };
}

const VIRTUAL = workspaceOf(["packages/api", "api"], ["packages/api/inner", "inner"], ["packages/web-app", "web-app"]);
const ROOTED = workspaceOf([".", "root"], ["packages/api", "api"]);

function outcome(workspace: Workspace, choice: MemberChoice): string {
  try {
    return selectMember(workspace, choice).manifest.package.name;
  } catch (error) {
    if (isVoxError(error)) return `${error.code} ${error.exitCode}: ${error.message} (${error.hint ?? ""})`;
    throw error;
  }
}

describe("the member that a command is about", () => {
  test.each<[string, Workspace, MemberChoice, string]>([
    ["is the one that is named", VIRTUAL, { packageName: "api", folder: "packages/web-app" }, "api"],
    ["may be named with the other of - and _", VIRTUAL, { packageName: "web_app", folder: "." }, "web-app"],
    ["is the one in whose folder one stands", VIRTUAL, { folder: "packages/web-app" }, "web-app"],
    ["is the deepest around one", VIRTUAL, { folder: "packages/api/inner/src" }, "inner"],
    [
      "is not one whose name only begins alike",
      VIRTUAL,
      { folder: "packages/api-docs" },
      "WORKSPACE_AMBIGUOUS 64: the workspace has several members: `api`, `inner`, `web-app` (add `--package api`)",
    ],
    ["is the root's package when no other is nearer", ROOTED, { folder: "docs" }, "root"],
    ["is a member before the root's package", ROOTED, { folder: "packages/api/src" }, "api"],
    ["is the only one", workspaceOf(["packages/api", "api"]), { folder: "." }, "api"],
    [
      "cannot be guessed",
      VIRTUAL,
      { folder: "." },
      "WORKSPACE_AMBIGUOUS 64: the workspace has several members: `api`, `inner`, `web-app` (add `--package api`)",
    ],
    [
      "must exist",
      VIRTUAL,
      { packageName: "webapp", folder: "." },
      "USAGE 64: no member of the workspace is called `webapp`: there is `api`, `inner`, `web-app` (did you mean `--package web-app`?)",
    ],
    [
      "must exist at all",
      workspaceOf(),
      { folder: "." },
      "WORKSPACE_INVALID 65: the workspace has no members (add a folder with a Vox.toml to `members`)",
    ],
  ])("%s", (_, workspace, choice, expected) => {
    expect(outcome(workspace, choice)).toBe(expected);
  });
});
