import { describe, expect, it } from "vitest";
import { gitFailure } from "../../../../src/pm/git/git-failure.ts";

const URL = "https://example.com/t.git";

describe("a failure of git", () => {
  it.each([
    ["fatal: unable to access 'https://example.com/t.git/': Could not resolve host: example.com", "GIT_UNAVAILABLE"],
    ["fatal: repository 'https://example.com/t.git/' not found", "GIT_UNAVAILABLE"],
    ["", "GIT_UNAVAILABLE"],
    ["fatal: could not read Username for 'https://example.com': terminal prompts disabled", "GIT_DENIED"],
    ["fatal: Authentication failed for 'https://example.com/t.git/'", "GIT_DENIED"],
    ["git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.", "GIT_DENIED"],
    ["fatal: unable to access 'https://example.com/t.git/': The requested URL returned error: 403", "GIT_DENIED"],
    ["fatal: detected dubious ownership in repository at '/srv/t.git'", "GIT_DENIED"],
    ["fatal: transport 'ext' not allowed", "GIT_REFUSED"],
    ["fatal: remote error: upload-pack: not our ref 0123", "GIT_REF_UNKNOWN"],
    ["error: Server does not allow request for unadvertised object 0123", "GIT_REF_UNKNOWN"],
  ])("that says %j is %s", (stderr, code) => {
    expect(gitFailure(URL, stderr)).toMatchObject({ code });
  });

  it("is one phrase without a full stop that names the URL", () => {
    const stderr =
      "Cloning…\nfatal: '/srv/none' does not appear to be a git repository\nfatal: Could not read from remote repository.\n";
    expect(gitFailure(URL, stderr).message).toBe(
      "git cannot read `https://example.com/t.git`: '/srv/none' does not appear to be a git repository",
    );
  });

  it("never tells a secret that a user's configuration put into the URL", () => {
    const stderr = "fatal: unable to access 'https://me:s3cret@example.com/t.git/': Empty reply";
    expect(gitFailure(URL, stderr).message).not.toContain("s3cret");
  });
});
