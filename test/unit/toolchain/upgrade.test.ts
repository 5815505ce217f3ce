import { describe, expect, it } from "vitest";
import { installationAt } from "../../../src/toolchain/installation.ts";
import { parseRelease } from "../../../src/toolchain/release.ts";
import { isNewer, planUpgrade } from "../../../src/toolchain/upgrade-plan.ts";

const HEX = "a".repeat(64);
const PATTERN = "vox-{version}.tar.gz";
const CHECKSUMS = `${HEX}  vox-1.2.0.tgz\n${"b".repeat(64)}  vox-1.2.0.tar.gz\n${"c".repeat(64)} *vox-1.2.0.cdx.json\n`;

describe("the checksums of a release", () => {
  it("tell its version and its files", () => {
    const release = parseRelease(CHECKSUMS, PATTERN);
    expect(release.version).toBe("1.2.0");
    expect(release.files.get("vox-1.2.0.tgz")).toBe(`sha256:${HEX}`);
    expect(release.files.size).toBe(3);
  });

  it.each([
    ["", "names no `vox-{version}.tar.gz`"],
    ["<html>\n", "has a line that is no checksum: `<html>`"],
    [`${HEX}  ../vox-1.2.0.tar.gz\n`, "has a line that is no checksum"],
    [`${HEX.toUpperCase()}  vox-1.2.0.tar.gz\n`, "has a line that is no checksum"],
    [`${HEX}  vox-latest.tar.gz\n`, "names no `vox-{version}.tar.gz`"],
    [`${HEX}  vox-1.2.0.tar.gz\n${HEX}  vox-1.3.0.tar.gz\n`, "names a file twice, or two releases"],
    [`${HEX}  vox-1.2.0.tar.gz\n${"b".repeat(64)}  vox-1.2.0.tar.gz\n`, "names a file twice, or two releases"],
  ])("that are not such a list are refused: %j", (text, what) => {
    expect(() => parseRelease(text, PATTERN)).toThrow(
      expect.objectContaining({ code: "RELEASE_INVALID", message: expect.stringContaining(what) }),
    );
  });
});

describe("how vox was installed", () => {
  it.each([
    ["/usr/lib/node_modules/vox", ["dist", "package.json"], { kind: "npm", prefix: "/usr" }],
    ["/home/ada/.npm-global/lib/node_modules/vox", ["dist"], { kind: "npm", prefix: "/home/ada/.npm-global" }],
    ["/opt/vox-1.0.0", ["dist", ".vox-release"], { kind: "tarball" }],
    ["/home/ada/vox", ["dist", "src", "tsconfig.json"], { kind: "checkout" }],
    ["/opt/vox-tool", ["dist"], { kind: "unknown" }],
  ])("is told from %s", (folder, names, expected) => {
    expect(installationAt(folder, names)).toEqual({ folder, ...expected });
  });
});

describe("an upgrade", () => {
  const release = parseRelease(CHECKSUMS, PATTERN);
  const files = { npm: "vox-{version}.tgz", tarball: PATTERN };
  const tarball = installationAt("/opt/vox", [".vox-release"]);

  it.each([
    ["1.1.9", true],
    ["1.2.0-rc.1", true],
    ["1.2.0", false],
    ["2.0.0", false],
  ])("of %s is there: %s", (current, newer) => {
    expect(isNewer(release, current)).toBe(newer);
    expect(planUpgrade({ current, release, installation: tarball, files }).kind).toBe(newer ? "newer" : "current");
  });

  it("takes the file that fits the way of installing", () => {
    const npm = installationAt("/usr/lib/node_modules/vox", []);
    expect(planUpgrade({ current: "1.0.0", release, installation: npm, files })).toMatchObject({ file: "vox-1.2.0.tgz" });
    expect(planUpgrade({ current: "1.0.0", release, installation: tarball, files })).toMatchObject({
      file: "vox-1.2.0.tar.gz",
    });
  });

  it.each([
    ["checkout", ["src", "tsconfig.json"]],
    ["unknown", ["dist"]],
  ])("of a %s is refused", (_kind, names) => {
    const installation = installationAt("/srv/vox", names);
    expect(() => planUpgrade({ current: "1.0.0", release, installation, files })).toThrow(
      expect.objectContaining({ code: "UPGRADE_REFUSED" }),
    );
  });

  it("needs its file in the release", () => {
    const other = parseRelease(`${HEX}  vox-1.2.0.tar.gz\n`, PATTERN);
    const npm = installationAt("/usr/lib/node_modules/vox", []);
    expect(() => planUpgrade({ current: "1.0.0", release: other, installation: npm, files })).toThrow("has no `vox-1.2.0.tgz`");
  });
});
