import { describe, expect, it } from "vitest";
import { authEntry, withAuthEntry, withoutAuthEntry } from "../../../src/oci/docker-config-edit.ts";

const ada = { auth: "YWRhOnNlY3JldA==" };

describe("a login that goes into Docker's config.json", () => {
  it.each<[string, string, string, string]>([
    [
      "a file that is not there",
      "",
      "ghcr.io",
      '{\n\t"auths": {\n\t\t"ghcr.io": {\n\t\t\t"auth": "YWRhOnNlY3JldA=="\n\t\t}\n\t}\n}',
    ],
    [
      "a file of tabs",
      '{\n\t"HttpHeaders": {},\n\t"auths": {}\n}\n',
      "ghcr.io",
      '{\n\t"HttpHeaders": {},\n\t"auths": {\n\t\t"ghcr.io": {\n\t\t\t"auth": "YWRhOnNlY3JldA=="\n\t\t}\n\t}\n}\n',
    ],
    [
      "a file of two spaces",
      '{\n  "experimental": "enabled"\n}',
      "ghcr.io",
      '{\n  "experimental": "enabled",\n  "auths": {\n    "ghcr.io": {\n      "auth": "YWRhOnNlY3JldA=="\n    }\n  }\n}',
    ],
    ["a file of one line", '{"x":1}', "ghcr.io", '{"x":1,"auths":{"ghcr.io":{"auth":"YWRhOnNlY3JldA=="}}}'],
    [
      "Docker Hub's own key, whatever key was there",
      '{"auths":{"docker.io":{"auth":"b2xkOm9sZA=="},"a.io":{}}}',
      "docker.io",
      '{"auths":{"a.io":{},"https://index.docker.io/v1/":{"auth":"YWRhOnNlY3JldA=="}}}',
    ],
    [
      "an older spelling of the host",
      '{"auths":{"https://ghcr.io":{"auth":"b2xkOm9sZA=="}},"credsStore":""}',
      "ghcr.io",
      '{"auths":{"ghcr.io":{"auth":"YWRhOnNlY3JldA=="}},"credsStore":""}',
    ],
  ])("stands in %s, and the rest keeps its place", (_, before, host, after) => {
    expect(withAuthEntry(before, host, ada)).toBe(after);
  });

  it("is taken out with every spelling of its host, and leaves others alone", () => {
    const text =
      '{\n  "auths": {\n    "ghcr.io": {},\n    "https://ghcr.io/v2/": {},\n    "ghcr.io/acme": {}\n  },\n  "x": 1\n}\n';
    expect(withoutAuthEntry(text, "ghcr.io")).toBe('{\n  "auths": {\n    "ghcr.io/acme": {}\n  },\n  "x": 1\n}\n');
    expect(withoutAuthEntry(text, "a.io")).toBeUndefined();
    expect(withoutAuthEntry("{}", "a.io")).toBeUndefined();
  });

  it("is a password, or an identity token under the user `<token>`", () => {
    expect(authEntry({ username: "ada", secret: "secret" })).toEqual(ada);
    expect(authEntry({ username: "<token>", secret: "refresh" })).toEqual({ identitytoken: "refresh" });
  });
});
