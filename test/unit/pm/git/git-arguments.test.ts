import { describe, expect, it } from "vitest";
import { fetchCommitArguments, GIT_SETTINGS, gitEnvironment, listRefsArguments } from "../../../../src/pm/git/git-arguments.ts";

describe("git's environment", () => {
  it("is rid of everything that points git elsewhere or lets it run programs", () => {
    const hostile = {
      GIT_DIR: "/elsewhere",
      GIT_WORK_TREE: "/elsewhere",
      GIT_INDEX_FILE: "x",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.sshCommand",
      GIT_CONFIG_VALUE_0: "touch /tmp/owned",
      GIT_CONFIG_GLOBAL: "/elsewhere",
      GIT_ALLOW_PROTOCOL: "ext",
      GIT_PROXY_COMMAND: "evil",
      GIT_EXTERNAL_DIFF: "evil",
      GIT_TEMPLATE_DIR: "/elsewhere",
      GIT_TRACE_CURL: "/tmp/secrets",
      GIT_SSL_NO_VERIFY: "1",
      GIT_OBJECT_DIRECTORY: "/elsewhere",
      GIT_ALTERNATE_OBJECT_DIRECTORIES: "/elsewhere",
      LC_MESSAGES: "de_DE",
      LANG: "de_DE.UTF-8",
    };
    expect(gitEnvironment(hostile, "/cache")).toEqual({
      LC_ALL: "C",
      GIT_TERMINAL_PROMPT: "0",
      GIT_CEILING_DIRECTORIES: "/cache",
      GIT_NO_REPLACE_OBJECTS: "1",
      GIT_NO_LAZY_FETCH: "1",
      GIT_LFS_SKIP_SMUDGE: "1",
      GIT_OPTIONAL_LOCKS: "0",
    });
  });

  it("keeps the user's own ways to the network", () => {
    const own = {
      PATH: "/bin",
      HOME: "/home/me",
      SSH_AUTH_SOCK: "/s",
      GIT_SSH_COMMAND: "ssh -i key",
      GIT_ASKPASS: "ask",
      HTTPS_PROXY: "p",
    };
    expect(gitEnvironment(own, "/cache")).toMatchObject(own);
  });
});

describe("git's arguments", () => {
  it("shut every transport but three, hooks and fsmonitor", () => {
    expect(GIT_SETTINGS).toEqual(
      expect.arrayContaining([
        "protocol.allow=never",
        "protocol.https.allow=always",
        "protocol.ssh.allow=always",
        "protocol.file.allow=always",
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
      ]),
    );
    expect(GIT_SETTINGS.filter((word) => word.startsWith("protocol.")).length).toBe(5);
  });

  it.each([listRefsArguments("URL", ["refs/heads/x"]), fetchCommitArguments("URL", "ID")])(
    "put URLs after the last option: %j",
    (...args) => {
      const end = args.indexOf("--");
      expect(args.indexOf("URL")).toBe(end + 1);
      expect(args.slice(end + 1).some((word) => word.startsWith("-"))).toBe(false);
    },
  );
});
