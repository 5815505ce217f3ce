import { describe, expect, it } from "vitest";
import { argumentEdits, contextEdits } from "../../../src/container/dockerfile/context-folder.ts";
import { edited } from "../../../src/container/dockerfile/text-edits.ts";
import { failureOf } from "./fixtures.ts";

describe("a Dockerfile whose context is in a folder", () => {
  it.each<[string, string, string]>([
    ["a source", "COPY a /b", "COPY context/a /b"],
    ["all of it", "COPY . .", "COPY context/. ."],
    ["several, with flags", "copy --chown=1:1 --link a ./b* /c/", "copy --chown=1:1 --link context/a context/./b* /c/"],
    ["an absolute one", "ADD /a /b", "ADD context/a /b"],
    ["one that would leave it, which stays in it", "COPY ../../a x/../../b/ /c/", "COPY context/a context/b/ /c/"],
    ["a variable", "COPY ${A}/b $C /d/", "COPY context/${A}/b context/$C /d/"],
    ["one in quotes", 'COPY "a" /b', 'COPY context/"a" /b'],
    ["a list in JSON", 'COPY --chown=1 ["a b",  "c", "/d/"]', 'COPY --chown=1 ["context/a b","context/c","/d/"]'],
    ["a list over several lines", 'ADD ["a", \\\n  "b c", \\\n "/d/"]\nRUN x', 'ADD ["context/a","context/b c","/d/"]\nRUN x'],
    ["what only looks like one", "COPY [a] /b", "COPY context/[a] /b"],
    ["sources over several lines", "COPY a \\\n# b\n  c \\\n  /d/", "COPY context/a \\\n# b\n  context/c \\\n  /d/"],
    [
      "what is fetched",
      "ADD https://example.com/a git@example.com:a.git b /c/",
      "ADD https://example.com/a git@example.com:a.git context/b /c/",
    ],
    [
      "a here-document",
      "COPY <<EOF a /b/\nCOPY x y\nEOF\nCOPY c /d",
      "COPY <<EOF context/a /b/\nCOPY x y\nEOF\nCOPY context/c /d",
    ],
    ["what comes from another stage", "COPY --from=a b /c", "COPY --from=a b /c"],
    ["a mount of it all", "RUN --mount=target=/x ls", "RUN --mount=target=/x,source=context/ ls"],
    [
      "a mount of some of it",
      "RUN --mount=type=bind,src=a,target=/x --mount=type=cache,target=/y COPY a b",
      "RUN --mount=type=bind,target=/x,source=context/a --mount=type=cache,target=/y COPY a b",
    ],
    ["a mount of something else", "RUN --mount=type=bind,from=a,target=/x ls", "RUN --mount=type=bind,from=a,target=/x ls"],
    ["nothing else", "FROM a\nENV COPY=a\nWORKDIR b", "FROM a\nENV COPY=a\nWORKDIR b"],
  ])("finds %s there", (_name, text, wanted) => expect(edited(text, contextEdits(text, "context"))).toBe(wanted));

  it.each<[string, string]>([
    ["FROM a\nONBUILD COPY a b", "has a trigger (`ONBUILD`)"],
    ["ADD $A /b", "takes a source of `ADD` from `$A`"],
    ["COPY $A/../b /c", "takes a source of `COPY` from `$A/../b`"],
  ])("is refused for `%s`", (text, why) =>
    expect(failureOf(() => contextEdits(text, "context"))).toBe(
      `DEPLOY_UNSUPPORTED: \`--format dockerfile\` cannot carry a \`dockerfile\` that ${why}`,
    ),
  );

  it.each<[string, string, string]>([
    ["without a default", "ARG A", 'ARG A="1 \\$x"'],
    ["with one", "ARG A=0", 'ARG A="1 \\$x"'],
    ["among others", "ARG B A='0 1' C=\"a b\"", 'ARG B A="1 \\$x" C="a b"'],
    ["each time", "ARG A\nFROM a\nARG A", 'ARG A="1 \\$x"\nFROM a\nARG A="1 \\$x"'],
    ["of another name, which stays", "ARG B=1", "ARG B=1"],
  ])("has the values of `ARG`s %s", (_name, text, wanted) =>
    expect(edited(text, argumentEdits(text, { A: "1 $x" }))).toBe(wanted),
  );
});
