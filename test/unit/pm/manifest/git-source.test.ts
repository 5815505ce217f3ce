import { expect, test } from "vitest";
import { parseGitRef, parseGitUrl } from "../../../../src/pm/manifest/git-source.ts";

test.each([
  "https://example.com/t.git",
  "https://example.com:8443/a/b",
  "ssh://git@example.com/a/b.git",
  "ssh://example.com:2222/~user/x",
  "file:///srv/git/t.git",
])("`%s` is a git URL and stays as it is", (url) => {
  expect(parseGitUrl(url)).toBe(url);
});

test.each([
  ["ext::sh -c touch% /tmp/x", "is not an https, ssh or file URL"],
  ["ext::https://example.com", "is not an https, ssh or file URL"],
  ["http://example.com/t.git", "is not an https, ssh or file URL"],
  ["git://example.com/t.git", "is not an https, ssh or file URL"],
  ["git@example.com:a/b.git", "is not an https, ssh or file URL"],
  ["../t.git", "is not an https, ssh or file URL"],
  ["--upload-pack=x", "is not an https, ssh or file URL"],
  ["https://user:secret@example.com/t.git", "cannot carry credentials"],
  ["https://token@example.com/t.git", "cannot carry credentials"],
  ["ssh://git:secret@example.com/t.git", "cannot carry credentials"],
  ["https://example.com/t.git?branch=x", "query or a fragment"],
  ["https://example.com/t.git#main", "query or a fragment"],
  ["ssh://-oProxyCommand=x/a", "has no usable host"],
  ["ssh://-oX@example.com/a", "has no usable host"],
  ["file://host/srv/t.git", "has no usable host"],
  ["https://exa mple.com/x", "is not an https, ssh or file URL"],
  ["https://example.com/a\nb", "is not an https, ssh or file URL"],
])("`%s` is refused", (url, message) => {
  expect(() => parseGitUrl(url)).toThrowError(
    expect.objectContaining({ code: "MANIFEST_INVALID", message: expect.stringContaining(message) }),
  );
});

test.each(["https", "http", "ssh"])("a secret in an %s URL is not repeated in the error", (scheme) => {
  expect(() => parseGitUrl(`${scheme}://user:secret@example.com/t.git?x`)).toThrowError(
    expect.objectContaining({ code: "MANIFEST_INVALID", message: expect.not.stringContaining("secret") }),
  );
});

test("the short form of an ssh URL is answered with the long one", () => {
  expect(() => parseGitUrl("git@example.com:a/b.git")).toThrowError(
    expect.objectContaining({ hint: "write it as `ssh://git@example.com/a/b.git`" }),
  );
});

test.each(["v3", "release/1.x", "refs/pull/7/head", "0123abc", "feature_x", "v1.0.0+build"])("`%s` is a git ref", (name) => {
  expect(parseGitRef("tag", name)).toEqual({ kind: "tag", name });
});

test.each(
  [
    "-x",
    "--upload-pack=x",
    "",
    "a b",
    "a..b",
    "a@{1}",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "[a",
    "a\\b",
    "/a",
    "a/",
    ".a",
    "a.",
    "a.lock",
    "a//b",
    "a\u0007",
  ].filter((name) => name !== ""),
)("`%s` is no git ref", (name) => {
  expect(() => parseGitRef("branch", name)).toThrowError(
    expect.objectContaining({ code: "MANIFEST_INVALID", message: `\`${name}\` is not the name of a branch` }),
  );
});
