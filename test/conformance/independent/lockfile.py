"""vox.lock (contracts, section 3), by itself and against the registry that it names."""

import re
import tomllib

import canonical
import versions
from layout import digest_of

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ARCHIVE_FIELDS = ("manifest", "digest", "diff-id", "media-type", "size")


def read_lock(path):
    with open(path, "rb") as file:
        data = file.read()
    return data, tomllib.loads(data.decode("utf-8"))


def check_lock(path, registry, forbidden, findings):
    """`registry` is what `check_registry` returned of the default registry; `forbidden` are texts of this machine."""
    data, lock = read_lock(path)
    check_text(data, forbidden, findings)
    findings.equal(lock.get("version"), 1, "lock: version")
    findings.expect(isinstance(lock.get("revision"), int), "lock: revision")
    for project in lock.get("project", []):
        findings.expect(set(project) >= {"name", "path", "requires"}, f"lock: fields of project {project.get('name')}")
        expect_sorted(project.get("requires", []), f"lock: requires of {project['name']}", findings)
    for table, key in (("project", "name"), ("registry", "name"), ("package", "name"), ("base-image", "reference")):
        expect_sorted([entry[key] for entry in lock.get(table, [])], f"lock: [[{table}]] by {key}", findings)
    names = {entry["name"] for entry in lock.get("registry", [])}
    for package in lock.get("package", []):
        check_package(package, names, registry, findings)
    for base in lock.get("base-image", []):
        check_base(base, findings)
    check_reach(lock, findings)
    return lock


def check_text(data, forbidden, findings):
    findings.expect(data.endswith(b"\n") and not data.endswith(b"\n\n"), "lock: does not end in one newline")
    findings.expect(b"\r" not in data and not data.startswith(b"\xef\xbb\xbf"), "lock: CR or byte order mark")
    for text in forbidden:
        findings.expect(text.encode() not in data, f"lock: holds {text!r} of this machine")


def expect_sorted(texts, what, findings):
    findings.expect(texts == sorted(texts, key=lambda text: text.encode()), f"{what}: not sorted")


def check_package(package, registries, registry, findings):
    what = f"lock: {package['name']}"
    for key in ("features", "requires", "dependencies"):
        findings.expect(isinstance(package.get(key), list), f"{what}: no {key}")
    for key in ("features", "requires", "feature-table", "dependencies", "dev-dependencies"):
        expect_sorted(package.get(key, []), f"{what}: {key}", findings)
    kind, _, rest = package["source"].partition("+")
    if kind == "registry":
        findings.expect(rest in registries, f"{what}: registry {rest} is not in the lock")
        check_archives(package, what, findings)
        if rest == "default" and registry is not None:
            check_against_registry(package, registry, what, findings)
    elif kind == "git":
        findings.expect(re.fullmatch(r"[^#]+#[0-9a-f]{40}", rest), f"{what}: source {package['source']}")
        findings.expect(DIGEST.fullmatch(package.get("diff-id", "")), f"{what}: diff-id")
    elif findings.equal(kind, "path", f"{what}: kind of source"):
        findings.expect(rest and not rest.startswith("/"), f"{what}: {rest} is no relative folder")
        present = [field for field in ("version", *ARCHIVE_FIELDS) if field in package]
        findings.expect(not present, f"{what}: a path package with {present}")


def archives_of(package):
    return package.get("platform", [package])


def check_archives(package, what, findings):
    findings.expect("version" in package, f"{what}: no version")
    for archive in archives_of(package):
        missing = [field for field in ARCHIVE_FIELDS if field not in archive]
        findings.expect(not missing, f"{what}: {missing} missing")
        for field in ("manifest", "digest", "diff-id"):
            findings.expect(DIGEST.fullmatch(archive.get(field, "")), f"{what}: {field}")
    if "platform" in package:
        expect_sorted([archive["platform"] for archive in package["platform"]], f"{what}: platforms", findings)


def check_against_registry(package, registry, what, findings):
    published = registry.get((package["name"], package["version"]))
    if not findings.expect(published, f"{what}: the registry has no {package['version']}"):
        return
    names = {"manifest": "manifest", "digest": "digest", "diffId": "diff-id", "size": "size", "mediaType": "media-type"}
    for locked, held in zip(archives_of(package), published["archives"], strict=True):
        for ours, theirs in {**names, **({"platform": "platform"} if "platform" in held else {})}.items():
            findings.equal(locked.get(theirs), held[ours], f"{what}: {theirs} against the registry")
    metadata = published["metadata"]
    wishes = metadata["dependencies"] + metadata["skills"]
    if all(wish["defaultFeatures"] for wish in metadata["dependencies"]) and not metadata["skills"]:
        findings.equal(package["requires"], sorted(map(requires_line, wishes)), f"{what}: requires against the registry")
    table = sorted(f"{name}={','.join(sorted(items))}" for name, items in metadata["features"].items())
    findings.equal(package.get("feature-table", []), table, f"{what}: feature-table against the registry")


def requires_line(wish):
    text = f"{wish['name']} {wish['requirement']}"
    text += "".join(f" +{feature}" for feature in sorted(wish["features"]))
    return text + (" optional" if wish["optional"] else "")


def check_base(base, findings):
    what = f"lock: base image {base.get('reference')}"
    findings.expect(DIGEST.fullmatch(base.get("digest", "")), f"{what}: digest")
    findings.expect(base.get("platform"), f"{what}: no platforms")
    expect_sorted([entry["platform"] for entry in base.get("platform", [])], f"{what}: platforms", findings)
    for entry in base.get("platform", []):
        findings.expect(DIGEST.fullmatch(entry.get("digest", "")), f"{what}: digest of {entry.get('platform')}")


def parse_requires(line):
    """(name, requirement or None for another source, is optional, is dev) of a requires line."""
    words = line.split(" ")
    is_dev = words[0] == "dev" and len(words) > 2 and not words[1][0] in "^~<>=*0123456789"
    words = [word for word in words[1 if is_dev else 0 :] if word != "skill"]
    name, rest = words[0], words[1:]
    plain = [word for word in rest if word != "optional" and not word.startswith(("+", "-"))]
    source = plain[0] if plain else "*"
    registry_range = None if source.startswith(("path:", "git:")) or "@" in source else source
    return name, registry_range, "optional" in rest, is_dev


def key_of(name):
    return name.replace("_", "-")


def check_reach(lock, findings):
    """Every requirement is met, every edge leads somewhere, and nothing is there that nothing reaches."""
    packages = {key_of(package["name"]): package for package in lock.get("package", [])}
    projects = {key_of(project["name"]): project for project in lock.get("project", [])}
    findings.equal(len(packages), len(lock.get("package", [])), "lock: number of names, one version each")
    reached = set()
    waiting = []
    for project in lock.get("project", []):
        waiting += met_requirements(project, packages, projects, lambda name, optional: not optional, findings)
    while waiting:
        key = waiting.pop()
        if key in reached or key not in packages:
            continue
        reached.add(key)
        package = packages[key]
        edges = {key_of(name) for name in package["dependencies"] + package.get("dev-dependencies", [])}
        for edge in edges:
            findings.expect(edge in packages or edge in projects, f"lock: {package['name']} depends on {edge}, which is not there")
        waiting += edges
        asked = {key_of(name) for name, _, is_optional, _ in map(parse_requires, package["requires"]) if not is_optional}
        findings.expect(asked <= edges, f"lock: {package['name']} lacks the edges {sorted(asked - edges)}")
        met_requirements(package, packages, projects, lambda name, optional: not optional or key_of(name) in edges, findings)
    optional = {key_of(parse_requires(line)[0]) for project in projects.values() for line in project["requires"]}
    left = set(packages) - reached - optional
    findings.expect(not left, f"lock: nothing reaches {sorted(left)}")


def met_requirements(owner, packages, projects, is_active, findings):
    """The keys of the active requirements, each seen to be met by the version that is locked."""
    keys = []
    for line in owner["requires"]:
        name, requirement, optional, _ = parse_requires(line)
        key = key_of(name)
        if not is_active(name, optional):
            continue
        keys.append(key)
        if not findings.expect(key in packages or key in projects, f"lock: {owner['name']} requires {name}, which is not there"):
            continue
        version = packages.get(key, {}).get("version")
        if version and requirement:
            met = versions.satisfies(version, requirement)
            findings.expect(met, f"lock: {name} {version} does not satisfy {requirement} of {owner['name']}")
    return keys


def closure_of(lock, names):
    """The closure's digest over these packages, as an image names it in `dev.vox.lock.digest`."""
    packages = {package["name"]: package for package in lock.get("package", [])}
    entries = []
    for name in sorted(names, key=lambda text: text.encode()):
        package = packages[name]
        entry = {"name": name, "source": package["source"], "dependencies": package["dependencies"]}
        if "version" in package:
            entry["version"] = package["version"]
        if package["source"].startswith("registry+"):
            fields = ("platform", "digest", "diff-id")
            entry["content"] = [{f: a[f] for f in fields if isinstance(a.get(f), str)} for a in archives_of(package)]
        elif package["source"].startswith("git+"):
            entry["content"] = [{"diff-id": package["diff-id"]}]
        entries.append(entry)
    return digest_of(canonical.encode({"packages": entries}))


def production_names(lock, member):
    """The names that a member reaches without dev-dependencies, its optional ones left out (no features of its own)."""
    packages = {key_of(package["name"]): package for package in lock.get("package", [])}
    reached, waiting = {}, []
    for project in lock["project"]:
        if project["path"] == member:
            parsed = map(parse_requires, project["requires"])
            waiting += [key_of(name) for name, _, optional, is_dev in parsed if not optional and not is_dev]
    while waiting:
        key = waiting.pop()
        if key not in reached and key in packages:
            reached[key] = packages[key]["name"]
            waiting += map(key_of, packages[key]["dependencies"])
    return sorted(reached.values(), key=lambda text: text.encode())
