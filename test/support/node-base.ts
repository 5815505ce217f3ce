import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hostLibraries } from "../../examples/base-image/libraries.mjs";

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const APPLETS = ["sh", "mkdir", "cat", "id", "rm"];

/** Gives an engine an image with the running Node, its npm and a shell, as the official ones hold them: what stands in for those in tests. */
export function loadNodeBase(tag: string, dockerHost: string): void {
  const root = mkdtempSync(join(tmpdir(), "vox-node-base-"));
  try {
    layOut(root);
    const tar = execFileSync("tar", ["-C", root, "-c", "."], { maxBuffer: 1 << 30 });
    const path = "PATH=/usr/local/bin:/usr/bin:/bin";
    execFileSync("docker", ["import", "--change", `ENV ${path}`, "-", tag], {
      input: tar,
      env: { ...process.env, DOCKER_HOST: dockerHost },
      stdio: ["pipe", "ignore", "inherit"],
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

function layOut(root: string): void {
  const at = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  copyFileSync("/bin/busybox", at("bin/busybox"));
  for (const applet of APPLETS) symlinkSync("busybox", at(`bin/${applet}`));
  symlinkSync("../../bin/busybox", at("usr/bin/env"));
  copyFileSync(realpathSync(process.execPath), at("usr/local/bin/node"));
  for (const [path, bytes] of [process.execPath, bundler()].flatMap((binary) => [...hostLibraries(binary)]))
    writeFileSync(at(path.slice(1)), bytes, { mode: 0o755 });
  cpSync(npmFolder(), at("usr/local/lib/node_modules/npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", at("usr/local/bin/npm"));
  mkdirSync(at("tmp"), { mode: 0o1777 });
  if (!existsSync(CERTIFICATES)) return;
  copyFileSync(CERTIFICATES, at(CERTIFICATES.slice(1)));
  writeFileSync(at("usr/local/etc/npmrc"), `cafile=${CERTIFICATES}\n`);
}

const npmFolder = (): string => join(execFileSync("npm", ["root", "--global"], { encoding: "utf8" }).trim(), "npm");

/** The machine code that bundles vox asks for more of the system's libraries than Node does. */
const bundler = (): string => {
  const folder = "node_modules/@rolldown";
  const name = readdirSync(folder).find((each) => each.startsWith("binding-")) ?? "";
  const file = readdirSync(join(folder, name)).find((each) => each.endsWith(".node")) ?? "";
  return join(folder, name, file);
};
