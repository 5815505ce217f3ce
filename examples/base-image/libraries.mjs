// The shared libraries that a Node binary needs: this machine's by the loader's own list, another architecture's from Debian.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const run = (command, args, options = {}) =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 180_000, ...options });

/** @returns {Map<string, Buffer>} content by the absolute path at which the loader looks */
export function hostLibraries(binary) {
  const listing = run("ldd", [binary]);
  const missing = listing.match(/^\s*(\S+) => not found/m);
  if (missing) throw new Error(`${binary} needs ${missing[1]}, which is not here`);
  const paths = [...listing.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1]);
  return new Map(paths.map((path) => [path, readFileSync(realpathSync(path))]));
}

const DEBIAN = {
  arm64: { triplet: "aarch64-linux-gnu", loader: "/lib/ld-linux-aarch64.so.1" },
  amd64: { triplet: "x86_64-linux-gnu", loader: "/lib64/ld-linux-x86-64.so.2" },
};
const DEBIAN_PACKAGES = ["libc6", "libstdc++6", "libgcc-s1"];
const SONAMES = ["libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "libstdc++.so.6"];

/** apt with folders of its own: the machine's architectures, lists and status stay as they are. */
function aptOptions(folder, architecture) {
  for (const part of ["lists/partial", "archives/partial", "parts"]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "status"), "");
  const release = Object.fromEntries(
    readFileSync("/etc/os-release", "utf8")
      .split("\n")
      .map((line) => line.split("=")),
  );
  const suite = release["VERSION_CODENAME"] ?? "bookworm";
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  writeFileSync(join(folder, "sources.list"), `deb [signed-by=${keys}] http://deb.debian.org/debian ${suite} main\n`);
  const settings = {
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Dir::State::lists": join(folder, "lists"),
    "Dir::State::status": join(folder, "status"),
    "Dir::Cache": folder,
    "Dir::Etc::sourcelist": join(folder, "sources.list"),
    "Dir::Etc::sourceparts": join(folder, "parts"),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

function unpackedDebianPackages(folder, architecture) {
  const options = aptOptions(folder, architecture);
  run("apt-get", [...options, "update", "-qq"], { cwd: folder });
  run("apt-get", [...options, "download", "-qq", ...DEBIAN_PACKAGES], { cwd: folder });
  const tree = join(folder, "tree");
  for (const deb of readdirSync(folder).filter((name) => name.endsWith(".deb")))
    run("dpkg-deb", ["-x", join(folder, deb), tree]);
  return tree;
}

/**
 * @param {"arm64" | "amd64"} architecture
 * @returns {Map<string, Buffer>} content by absolute path
 * @throws where apt, dpkg-deb or the network are missing
 */
export function debianLibraries(architecture) {
  if (!existsSync("/etc/debian_version")) throw new Error("Debian's packages are fetched on Debian only");
  const { triplet, loader } = DEBIAN[architecture];
  const folder = mkdtempSync(join(tmpdir(), "vox-base-libraries-"));
  try {
    const tree = unpackedDebianPackages(folder, architecture);
    const find = (soname) => {
      const found = ["lib", "usr/lib"].map((root) => join(tree, root, triplet, soname)).find((path) => existsSync(path));
      if (found === undefined) throw new Error(`Debian's ${architecture} packages hold no ${soname}`);
      return readFileSync(realpathSync(found));
    };
    const libraries = SONAMES.map((soname) => [`/lib/${triplet}/${soname}`, find(soname)]);
    return new Map([...libraries, [loader, find(basename(loader))]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
