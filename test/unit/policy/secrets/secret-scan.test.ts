import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOOK_AHEAD } from "../../../../src/policy/secrets/secret-rule.ts";
import { SecretScan } from "../../../../src/policy/secrets/secret-scan.ts";
import { findIn, pem, randomText, webToken } from "../../../support/secrets.ts";

const token = `ghp_${randomText(36)}`;
const filler = (length: number): string => "lorem ipsum, dolor sit\n".repeat(Math.ceil(length / 23)).slice(0, length);

describe("a scan for secrets", () => {
  it("tells rule, path, line and column, and never the secret", () => {
    const scan = new SecretScan("src/a.js");
    scan.update(Buffer.from(`let a;\nlet b = "${token}";\n`));
    const findings = scan.end();
    expect(findings).toEqual([{ rule: "github-token", path: "src/a.js", line: 2, column: 10 }]);
    expect(JSON.stringify(findings)).not.toContain(token.slice(4, 12));
  });

  it("tells one finding for one secret, that of the rule which knows it", () => {
    expect(findIn(`const secret_token = "${token}";`)).toEqual(["github-token:1"]);
    expect(findIn(`const secret_token = "${randomText(30)}";`)).toEqual(["high-entropy-assignment:1"]);
  });

  it("tells the same wherever chunks end", () => {
    const pieces = [
      token,
      pem("PRIVATE KEY"),
      webToken("7e1c"),
      `password = "${randomText(24)}"`,
      "// vox:allow-secret jwt: made up\n",
    ];
    const piece = fc.oneof(
      fc.constantFrom(...pieces),
      fc.nat({ max: 9000 }).map(filler),
      fc.constantFrom("\n", " ", "\0", "é"),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1 }),
        (texts, sizes) => {
          const bytes = Buffer.from(texts.join(" "));
          const scan = new SecretScan("a.txt");
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            scan.update(bytes.subarray(at, at + size));
            at += size;
          }
          expect(scan.end().map(({ rule, line }) => `${rule}:${line}`)).toEqual(findIn(bytes, "a.txt", bytes.length + 1));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("finds a secret at every distance from a chunk's end", () => {
    for (let before = LOOK_AHEAD - 60; before < LOOK_AHEAD + 60; before += 1)
      expect(findIn(`${filler(before)} ${token}`, "a.txt", LOOK_AHEAD)).toHaveLength(1);
  });

  it("finds a secret in one line of many megabytes, and in a file without content before it", () => {
    expect(findIn(`${"var a=1;".repeat(400_000)}x="${token}"`)).toEqual(["github-token:1"]);
    expect(findIn(token)).toEqual(["github-token:1"]);
    expect(findIn("")).toEqual([]);
  });

  it("takes no longer for text that nearly matches over and over", () => {
    const nearly = [
      "password=",
      '"auth":   ',
      "-----BEGIN PRIVATE KEY-----\n ",
      "eyJ",
      'service_account"',
      "x://a:",
      "PuTTY-User-Key-File-2: a\n",
    ];
    for (const piece of nearly) expect(findIn(piece.repeat(20_000)).length).toBeLessThan(20_000);
  });

  it("finds tokens and keys in a binary, and guesses at nothing else there", () => {
    expect(findIn(`\0\0 ${token} password="${randomText(24)}"`, "a.bin")).toEqual(["github-token:1"]);
  });

  it("reads UTF-16 as Windows writes it", () => {
    const text = Buffer.from(`\ufeffline\n${token}\n`, "utf16le");
    expect(findIn(text, "a.txt", 1)).toEqual(["github-token:2"]);
    expect(findIn(text, "a.txt")).toEqual(["github-token:2"]);
  });
});

describe("an allowance", () => {
  it.each([
    ["on the line", `let a = "${token}"; // vox:allow-secret github-token: revoked, for the parser`],
    ["on the line before", `# vox:allow-secret github-token: revoked, for the parser\n${token}`],
    ["in whatever syntax the file has", `{"//": "vox:allow-secret github-token: revoked", \n"a": "${token}"}`],
    ["in another script", `/* vox:allow-secret github-token: ungültig, отозван */ ${token}`],
    ["for the whole file by its name, on the first line", "# vox:allow-secret secret-file: holds defaults only\nA=1\n"],
  ])("%s lets a secret pass", (_where, text) => {
    expect(findIn(text, text.includes("A=1") ? "prod.env" : "a.txt")).toEqual([]);
  });

  it.each([
    ["two lines before", `// vox:allow-secret github-token: revoked\n\n"${token}"`, ["github-token:3"]],
    ["after it", `"${token}"\n// vox:allow-secret github-token: revoked`, ["github-token:1"]],
    ["for another rule", `// vox:allow-secret jwt: revoked\n"${token}"`, ["github-token:2"]],
    ["without a reason", `// vox:allow-secret github-token\n"${token}"`, ["allowance:1", "github-token:2"]],
    ["with an empty reason", `// vox:allow-secret github-token:  */\n"${token}"`, ["allowance:1", "github-token:2"]],
  ])("%s does not", (_where, text, expected) => {
    expect(findIn(text)).toEqual(expected);
  });
});
