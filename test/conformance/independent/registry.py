"""Packages published to a `file:` registry (contracts, section 5)."""

import base64
import json
import os
import re
import tomllib

import archive
import canonical
from layout import CONFIG, INDEX, LAYER_GZIP, LAYER_TAR, MANIFEST, REF_NAME, Layout, digest_of

PACKAGE_TYPE = "application/vnd.vox.package.v1"
IN_TOTO = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
INLINE_LIMIT = 16 * 1024
FORBIDDEN_TABLES = ("dev-dependencies", "patch", "deploy", "registries", "workspace")
ANNOTATIONS = ("title", "version", "description", "licenses", "source", "revision", "created")


def check_registry(folder, findings):
    """Every version of every package; what was learnt of them by (name, version)."""
    known = {}
    for name in sorted(os.listdir(folder)):
        layout = Layout(os.path.join(folder, name), findings)
        tags = [entry.get("annotations", {}).get(REF_NAME) for entry in layout.index["manifests"]]
        named = [tag for tag in tags if tag]
        findings.expect(len(set(named)) == len(named), f"{name}: a tag occurs twice")
        roots = {}
        for entry, tag in zip(layout.index["manifests"], tags):
            if tag and not tag.startswith("yank_"):
                published = check_version(layout, name, entry, tag, findings)
                known[(name, published["version"])] = roots[entry["digest"]] = published
        records = [entry for entry, tag in zip(layout.index["manifests"], tags) if not tag]
        findings.equal(len(records), len(roots), f"{name}: number of provenance records")
        for entry in records:
            check_record(layout, name, entry, roots, findings)
        layout.expect_no_strangers()
    return known


def check_record(layout, name, entry, roots, findings):
    """A referrer of a version: an unsigned in-toto statement with SLSA provenance, that names what it is attached to."""
    what = f"{name} record"
    findings.equal(entry.get("artifactType"), IN_TOTO, f"{what}: artifactType of the entry")
    manifest = layout.document(entry, what)
    findings.equal(manifest.get("artifactType"), IN_TOTO, f"{what}: artifactType")
    findings.equal(layout.blob(manifest["config"], what), b"{}", f"{what}: config")
    subject = manifest.get("subject", {}).get("digest")
    if not findings.expect(subject in roots, f"{what}: its subject is no version"):
        return
    findings.equal(len(manifest["layers"]), 1, f"{what}: number of layers")
    layer = manifest["layers"][0]
    findings.equal(layer.get("annotations"), {"in-toto.io/predicate-type": PROVENANCE}, f"{what}: annotations of its layer")
    statement = layout.document(layer, what)
    findings.equal((statement["_type"], statement["predicateType"]), (STATEMENT, PROVENANCE), f"{what}: types")
    published = roots[subject]
    named = {f"sha256:{item['digest']['sha256']}" for item in statement["subject"]}
    manifests = {archive_["manifest"] for archive_ in published["archives"]} | {subject}
    findings.equal(named, manifests, f"{what}: subjects")
    parameters = statement["predicate"]["buildDefinition"]["externalParameters"]
    findings.equal((parameters["name"], parameters["version"]), (name, published["version"]), f"{what}: name and version")
    made = {f"sha256:{item['digest']['sha256']}" for item in statement["predicate"]["runDetails"]["byproducts"]}
    findings.equal(made, {archive_["digest"] for archive_ in published["archives"]}, f"{what}: archives")


def check_version(layout, name, entry, tag, findings):
    what = f"{name}:{tag}"
    findings.expect(len(tag.encode()) <= 120, f"{what}: the tag is over 120 bytes")
    document = layout.document(entry, what)
    if entry["mediaType"] == INDEX:
        parts = [check_platform(layout, name, child, what, findings) for child in document["manifests"]]
        found = dict(parts[0], archives=[archive_ for part in parts for archive_ in part["archives"]])
        same = all(part["metadata"] == parts[0]["metadata"] for part in parts)
        findings.expect(same, f"{what}: its platforms differ in their metadata")
    else:
        findings.equal(entry["mediaType"], MANIFEST, f"{what}: media type")
        found = check_manifest(layout, name, document, None, what, findings)
        found["archives"][0]["manifest"] = entry["digest"]
    findings.equal(tag, found["version"].replace("+", "_"), f"{what}: the tag of its version")
    return dict(found, manifest=entry["digest"])


def check_platform(layout, name, child, what, findings):
    platform = "/".join(child["platform"][key] for key in ("os", "architecture", "variant") if key in child["platform"])
    found = check_manifest(layout, name, layout.document(child, what), platform, f"{what} {platform}", findings)
    found["archives"][0].update(manifest=child["digest"], platform=platform)
    findings.expect(platform in found["metadata"]["platforms"], f"{what}: {platform} is not among its platforms")
    return found


def check_manifest(layout, name, manifest, platform, what, findings):
    findings.equal(manifest.get("schemaVersion"), 2, f"{what}: schemaVersion")
    findings.equal(manifest.get("mediaType"), MANIFEST, f"{what}: mediaType")
    findings.equal(manifest.get("artifactType"), PACKAGE_TYPE, f"{what}: artifactType")
    findings.equal(len(manifest["layers"]), 1, f"{what}: number of layers")
    config = check_config(layout, manifest["config"], what, findings)
    layer = manifest["layers"][0]
    findings.equal(layer["mediaType"], LAYER_GZIP, f"{what}: the layer's media type")
    tar = _content(layout.blob(layer, f"{what} layer"), layer, what, findings)
    diff_id = digest_of(tar)
    findings.equal(config.get("rootfs"), {"type": "layers", "diff_ids": [diff_id]}, f"{what}: rootfs")
    findings.equal(config.get("os"), "linux", f"{what}: os")
    findings.equal(config.get("architecture"), platform.split("/")[1] if platform else "unknown", f"{what}: architecture")
    text = config.get("config", {}).get("Labels", {}).get("dev.vox.package", "")
    findings.expect(canonical.is_canonical(text.encode()), f"{what}: the metadata is not in canonical JSON")
    toml = check_content(tar, name, platform, what, findings)
    metadata = metadata_of(toml)
    findings.equal(json.loads(text or "{}"), metadata, f"{what}: metadata against the archive's Vox.toml")
    check_annotations(manifest.get("annotations", {}), toml["package"], what, findings)
    facts = dict(digest=layer["digest"], diffId=diff_id, size=layer["size"], mediaType=layer["mediaType"])
    return dict(name=name, version=metadata["version"], metadata=metadata, archives=[facts])


def _content(blob, layer, what, findings):
    if layer["mediaType"] == LAYER_TAR:
        return blob
    try:
        return archive.gunzip(blob)
    except archive.ArchiveError as error:
        findings.expect(False, f"{what}: {error}")
        return b""


def check_config(layout, descriptor, what, findings):
    findings.equal(descriptor["mediaType"], CONFIG, f"{what}: the config's media type")
    config = layout.document(descriptor, f"{what} config")
    if descriptor["size"] > INLINE_LIMIT:
        findings.expect("data" not in descriptor, f"{what}: a config over 16 KiB is inlined")
    else:
        inlined = base64.b64decode(descriptor.get("data", ""), validate=True)
        findings.expect(digest_of(inlined) == descriptor["digest"], f"{what}: `data` is not the config")
    return config


def check_content(tar, name, platform, what, findings):
    """The tar holds one package and its normalised Vox.toml, which is returned as parsed."""
    members = archive.check_tar(tar, what, findings)
    root = f"opt/vox/modules/{name}/"
    ancestors = ["opt/vox/", "opt/vox/modules/", root]
    findings.equal([member.path for member in members[:3]], ancestors, f"{what}: first members")
    for member in members[3:]:
        findings.expect(member.path.startswith(root), f"{what}: {member.path} is outside {root}")
        findings.expect(member.kind != "symlink", f"{what}: {member.path} is a link")
        findings.equal((member.uid, member.gid), (0, 0), f"{what}: owner of {member.path}")
        inner = member.path[len(root) :].rstrip("/").split("/")
        findings.expect(not {".git", ".vox_modules"} & set(inner), f"{what}: {member.path} may not be in it")
        if platform is None:
            findings.expect(not archive.is_machine_code(member.content), f"{what}: {member.path} is machine code")
    manifests = [member for member in members if member.path == f"{root}Vox.toml"]
    findings.equal(len(manifests), 1, f"{what}: number of Vox.toml")
    toml = tomllib.loads(manifests[0].content.decode("utf-8"))
    left = [table for table in FORBIDDEN_TABLES if table in toml]
    findings.expect(not left, f"{what}: its Vox.toml still has {left}")
    left = [key for key in ("include", "exclude", "build") if key in toml["package"]]
    findings.expect(not left, f"{what}: its [package] still has {left}")
    findings.equal(toml["package"].get("name"), name, f"{what}: name in its Vox.toml")
    return toml


def metadata_of(toml):
    """The metadata as a function of the archive's Vox.toml."""
    package = toml["package"]
    return {
        "schemaVersion": 1,
        "name": package["name"],
        "version": package.get("version", "0.1.0"),
        "kind": package.get("kind", "library"),
        "platforms": package.get("platforms", []),
        "dependencies": _dependencies(toml.get("dependencies", {})),
        "skills": _dependencies(toml.get("skills", {})),
        "features": toml.get("features", {}),
    }


def _dependencies(table):
    entries = {name: value if isinstance(value, dict) else {"version": value} for name, value in table.items()}
    return [
        {
            "name": name,
            "requirement": requirement(entry["version"]),
            "optional": entry.get("optional", False),
            "features": entry.get("features", []),
            "defaultFeatures": entry.get("default-features", True),
        }
        for name, entry in sorted(entries.items(), key=lambda pair: pair[0].encode())
    ]


def requirement(text):
    """A requirement as written, where a bare version means a caret."""
    return re.sub(r"(^|\|\||,)\s*(?=\d)", lambda match: match.group(1) + "^", text)


def check_annotations(annotations, package, what, findings):
    allowed = {f"org.opencontainers.image.{name}" for name in ANNOTATIONS}
    findings.expect(set(annotations) <= allowed, f"{what}: annotations {sorted(set(annotations) - allowed)}")
    pairs = dict(title="name", version="version", description="description", licenses="license", source="repository")
    for annotation, key in pairs.items():
        expected = package.get(key, "0.1.0" if key == "version" else None) or None
        findings.equal(annotations.get(f"org.opencontainers.image.{annotation}"), expected, f"{what}: {annotation}")
    revision = annotations.get("org.opencontainers.image.revision", "0" * 40)
    findings.expect(re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", revision), f"{what}: revision {revision!r}")
    created = annotations.get("org.opencontainers.image.created", "")
    findings.expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created), f"{what}: created {created!r}")
