"""An image layout written by `vox package` (contracts, section 7)."""

import hashlib
import json
import os
import re
import tomllib

import archive
import lockfile
from layout import CONFIG, INDEX, LAYER_GZIP, LAYER_TAR, MANIFEST, REF_NAME, Layout, digest_of

PREFIX = "org.opencontainers.image."
SHARED_LIMIT = 24
OWN_LAYERS = 12
OWN_LAYER_BYTES = 256 * 1024
SECRETS = re.compile(r"(^|/)(\.git|vox\.lock|\.env[^/]*|[^/]*\.key|[^/]*\.pem|\.npmrc|dist)(/|$)")
NANOSECONDS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def read_toml(folder):
    with open(os.path.join(folder, "Vox.toml"), "rb") as file:
        return tomllib.load(file)


def inherit(package, shared):
    for field, value in package.items():
        if value == {"workspace": True}:
            package[field] = shared[field]


def check_image(facts, registry, findings):
    """`facts`: layout, project (folder), lock, member, environment, optionally base (layout) and files (paths expected)."""
    toml = read_toml(facts["project"])
    inherit(toml["package"], read_toml(os.path.dirname(facts["lock"])).get("workspace", {}).get("package", {}))
    _, lock = lockfile.read_lock(facts["lock"])
    layout = Layout(facts["layout"], findings)
    findings.equal(len(layout.index["manifests"]), 1, "layout: entries")
    entry = layout.index["manifests"][0]
    findings.equal(entry.get("annotations", {}).get(REF_NAME), facts["environment"], "layout: ref.name")
    findings.equal(entry["mediaType"], INDEX, "layout: media type of its entry")
    index = layout.document(entry, "image")
    image = Image(facts, toml, lock, registry, layout, findings)
    image.check(index)
    layout.expect_no_strangers()
    return entry["digest"]


class Image:
    def __init__(self, facts, toml, lock, registry, layout, findings):
        self.facts, self.toml, self.lock, self.registry = facts, toml, lock, registry
        self.layout, self.findings = layout, findings
        self.package = toml["package"]
        self.container = toml.get("deploy", {}).get("container", {})
        self.workdir = self.container.get("workdir", "/app")
        self.names = lockfile.production_names(lock, facts["member"])
        self.locked = {package["name"]: package for package in lock.get("package", [])}

    def check(self, index):
        labels = self.labels()
        annotations = dict(index.get("annotations", {}))
        for name in (f"{PREFIX}created", f"{PREFIX}revision", "dev.vox.version"):
            annotations.pop(name, None)
        self.findings.equal(annotations, labels, "image: annotations of the index")
        platforms = ["/".join(child["platform"].values()) for child in reversed_keys(index["manifests"])]
        wanted = self.container.get("platforms", ["linux/amd64", "linux/arm64"])
        self.findings.equal(sorted(platforms), sorted(wanted), "image: platforms")
        apps = set()
        for child, platform in zip(index["manifests"], platforms):
            self.findings.equal(child["mediaType"], MANIFEST, f"{platform}: media type")
            apps.add(self.check_platform(platform, self.layout.document(child, platform), labels))
        self.findings.equal(len(apps), 1, "image: different application layers")

    def base(self, platform):
        """(manifest, config) of the base for a platform; empty ones for scratch."""
        folder = self.facts.get("base")
        if folder is None:
            return {"layers": []}, {"rootfs": {"diff_ids": []}}
        base = Layout(folder, self.findings)
        locked = self.lock["base-image"][0]
        digest = next(entry["digest"] for entry in locked["platform"] if entry["platform"] == platform)
        manifest = json.loads(self._bytes(folder, digest))
        return manifest, json.loads(self._bytes(folder, manifest["config"]["digest"]))

    @staticmethod
    def _bytes(folder, digest):
        with open(os.path.join(folder, "blobs", "sha256", digest[7:]), "rb") as file:
            return file.read()

    def labels(self):
        package, container = self.package, self.container
        named = {
            "title": package["name"], "version": package.get("version", "0.1.0"), "description": package.get("description"),
            "source": package.get("repository"), "licenses": package.get("license"), "documentation": package.get("documentation"),
            "url": package.get("homepage"), "authors": ", ".join(package.get("authors", [])),
        }  # fmt: skip
        labels = {f"{PREFIX}{name}": value for name, value in named.items() if value}
        if self.facts.get("base") is not None:
            locked = self.lock["base-image"][0]
            labels[f"{PREFIX}base.name"] = locked["reference"]
            labels[f"{PREFIX}base.digest"] = locked["digest"]
        labels.update(container.get("labels", {}))
        labels["dev.vox.lock.digest"] = lockfile.closure_of(self.lock, self.names)
        labels["dev.vox.image-format"] = "1"
        return labels

    def check_platform(self, platform, manifest, labels):
        """Checks one platform's manifest; the digest of its application layer."""
        expect, equal = self.findings.expect, self.findings.equal
        equal(manifest.get("annotations"), labels, f"{platform}: annotations")
        equal(manifest["config"]["mediaType"], CONFIG, f"{platform}: the config's media type")
        config = self.layout.document(manifest["config"], f"{platform} config")
        base_manifest, base_config = self.base(platform)
        count = len(base_manifest["layers"])
        equal(
            [layer["digest"] for layer in manifest["layers"][:count]],
            [layer["digest"] for layer in base_manifest["layers"]],
            f"{platform}: the base's layers",
        )
        equal(config["rootfs"]["diff_ids"][:count], base_config["rootfs"]["diff_ids"], f"{platform}: the base's diff_ids")
        equal(len(config["rootfs"]["diff_ids"]), len(manifest["layers"]), f"{platform}: diff_ids for layers")
        tars = [self.tar_of(layer, diff_id, platform) for layer, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"])]
        if self.facts.get("base") is None:
            self.check_system(platform, manifest["layers"][0], tars[0])
            count = 1
        self.check_packages(platform, manifest["layers"][count:-1], tars[count:-1])
        self.check_application(platform, manifest["layers"][-1], tars[-1])
        solid = [entry for entry in config.get("history", []) if not entry.get("empty_layer")]
        equal(len(solid), len(manifest["layers"]), f"{platform}: history for layers")
        self.check_config(platform, config, base_config.get("config", {}), labels)
        expect("created" not in str(manifest["annotations"].keys()), f"{platform}: the manifest says when it was made")
        return manifest["layers"][-1]["digest"]

    def tar_of(self, layer, diff_id, platform):
        blob = self.layout.blob(layer, f"{platform} {layer['digest']}")
        try:
            tar = archive.gunzip(blob) if layer["mediaType"] == LAYER_GZIP else blob
        except archive.ArchiveError as error:
            self.findings.expect(False, f"{platform}: {layer['digest']}: {error}")
            return b""
        self.findings.expect(layer["mediaType"] in (LAYER_GZIP, LAYER_TAR), f"{platform}: media type {layer['mediaType']}")
        self.findings.equal(digest_of(tar), diff_id, f"{platform}: diff_id of {layer['digest']}")
        return tar

    def check_system(self, platform, layer, tar):
        """What a base would have brought: a layer of its own, which holds no package."""
        members = archive.check_tar(tar, f"{platform} system files", self.findings, may_be_empty=True)
        strangers = [member.path for member in members if not member.path.startswith(("etc/", "tmp/"))]
        self.findings.equal(strangers, [], f"{platform}: not among the files of a system")
        self.findings.expect("annotations" not in layer, f"{platform}: the system's layer names packages")

    def check_packages(self, platform, layers, tars):
        groups = self.groups(platform)
        told = [layer.get("annotations", {}).get("dev.vox.packages", "") for layer in layers]
        names = [[package.rsplit("@", 1)[0] for package in text.split(",")] for text in told]
        self.findings.equal(names, groups, f"{platform}: packages by layer")
        for layer, tar, text, group in zip(layers, tars, told, groups):
            members = archive.check_tar(tar, f"{platform} layer of {text}", self.findings)
            held = {member.path.split("/")[3] for member in members if member.path.count("/") > 3}
            self.findings.equal(held, set(group), f"{platform}: packages in the layer of {text}")
            for name in group:
                version = self.locked[name].get("version")
                fits = version is None or f"{name}@{version}" in text.split(",")
                self.findings.expect(fits, f"{platform}: {text} against the locked {version}")
            if len(group) == 1 and self.locked[group[0]]["source"].startswith("registry+"):
                blob = self.archive(group[0], platform)
                self.findings.equal(layer["digest"], blob["digest"], f"{platform}: {group[0]} is the registry's blob")

    def archive(self, name, platform):
        entries = lockfile.archives_of(self.locked[name])
        return next(entry for entry in entries if entry.get("platform") in (None, platform) or entry is self.locked[name])

    def groups(self, platform):
        """The packages of each dependency layer, in order."""
        rank = {"registry": 0, "git": 1, "path": 2}
        by_kind = sorted(self.names, key=lambda name: (rank[self.locked[name]["source"].split("+")[0]], name.encode()))
        if self.container.get("layers") == "per-package" or len(self.names) <= SHARED_LIMIT:
            return [[name] for name in by_kind]
        sizes = {name: self.archive(name, platform).get("size", 0) for name in self.names}
        large = sorted((n for n in self.names if sizes[n] >= OWN_LAYER_BYTES), key=lambda n: (-sizes[n], n))[:OWN_LAYERS]
        buckets = {}
        for name in self.names:
            if name not in large:
                buckets.setdefault(hashlib.sha256(name.encode()).digest()[0] % 12, []).append(name)
        return [[name] for name in sorted(large)] + [buckets[number] for number in sorted(buckets)]

    def check_application(self, platform, layer, tar):
        root = self.workdir.lstrip("/") + "/"
        told = f"{self.package['name']}@{self.package.get('version', '0.1.0')}"
        self.findings.equal(layer.get("annotations"), {"dev.vox.packages": told}, f"{platform}: the last layer's annotations")
        members = archive.check_tar(tar, f"{platform} application layer", self.findings)
        held = {member.path: member for member in members}
        modules, node = held.get(f"{root}.vox_modules"), held.get("opt/vox/node_modules")
        self.findings.expect(modules and modules.target == "/opt/vox/modules", f"{platform}: link .vox_modules")
        self.findings.expect(node and node.target == "modules", f"{platform}: link opt/vox/node_modules")
        files = {}
        for name in self.container.get("writable", []):
            folder = held.get(f"{root}{name}/")
            owner = (folder.uid, folder.gid) if folder else None
            self.findings.equal(owner, self.owner(), f"{platform}: owner of the writable {name}")
        for path, member in held.items():
            inside = path.startswith(root) or path in ("opt/vox/", "opt/vox/node_modules")
            self.findings.expect(inside, f"{platform}: {path} is outside the application")
            if path.startswith(root) and member.kind != "directory" and path != f"{root}.vox_modules":
                files[path[len(root) :]] = member
        if "files" in self.facts:
            self.findings.equal(sorted(files), sorted(self.facts["files"]), f"{platform}: the application's files")
        for path, member in files.items():
            self.check_file(platform, path, member)

    def check_file(self, platform, path, member):
        self.findings.expect(not SECRETS.search(path), f"{platform}: {path} may not be in an image")
        source = os.path.join(self.facts["project"], path)
        if member.kind == "symlink":
            self.findings.equal(member.target, os.readlink(source), f"{platform}: target of {path}")
            return
        with open(source, "rb") as file:
            self.findings.expect(file.read() == member.content, f"{platform}: content of {path}")
        executable = os.stat(source).st_mode & 0o111 != 0
        self.findings.equal(member.executable, executable, f"{platform}: execute bit of {path}")
        self.findings.equal((member.uid, member.gid), (0, 0), f"{platform}: owner of {path}")

    def owner(self):
        uid, _, gid = self.container.get("user", "0:0").partition(":")
        return int(uid), int(gid or 0)

    def check_config(self, platform, config, base, labels):
        equal, container = self.findings.equal, self.container
        run = config["config"]
        equal("/".join(config[key] for key in ("os", "architecture", "variant") if key in config), platform, "platform")
        equal(config.get("created"), self.facts.get("created", "1970-01-01T00:00:00Z"), f"{platform}: created")
        kept = {k: v for k, v in (base.get("Labels") or {}).items() if not k.startswith((PREFIX, "dev.vox."))}
        equal(run.get("Labels"), {**kept, **labels}, f"{platform}: labels")
        equal(run.get("WorkingDir"), self.workdir, f"{platform}: WorkingDir")
        pairs = {"User": "user", "Entrypoint": "entrypoint", "Cmd": "cmd", "StopSignal": "stop_signal"}
        for field, key in pairs.items():
            inherited = None if field == "Cmd" and "entrypoint" in container else base.get(field)
            equal(run.get(field) or None, container.get(key, inherited) or None, f"{platform}: {field}")
        ports = {f"{port}/tcp" if isinstance(port, int) else port: {} for port in container.get("ports", [])}
        equal(run.get("ExposedPorts") or {}, ports if "ports" in container else base.get("ExposedPorts") or {}, f"{platform}: ports")
        equal(run.get("Env") or [], merged_env(base.get("Env") or [], container.get("env", {})), f"{platform}: Env")
        self.findings.expect("OnBuild" not in run, f"{platform}: OnBuild")
        if "command" in container.get("healthcheck", {}):
            equal(run.get("Healthcheck"), healthcheck(container["healthcheck"]), f"{platform}: Healthcheck")


def reversed_keys(manifests):
    """Descriptors whose platform reads os, architecture, variant."""
    order = ("os", "architecture", "variant")
    return [{**m, "platform": {key: m["platform"][key] for key in order if key in m["platform"]}} for m in manifests]


def merged_env(base, ours):
    merged = dict(entry.partition("=")[::2] for entry in base)
    merged.update({name: ours[name] for name in sorted(ours, key=lambda text: text.encode())})
    return [f"{name}={value}" for name, value in merged.items()]


def healthcheck(table):
    """The config's health check; durations are in nanoseconds."""
    check = {"Test": ["CMD", *table["command"]]}
    for field, key in {"Interval": "interval", "Timeout": "timeout", "StartPeriod": "start_period"}.items():
        if key in table:
            number, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", table[key]).groups()
            check[field] = int(number) * NANOSECONDS[unit]
    if "retries" in table:
        check["Retries"] = table["retries"]
    return check
