"""An OCI image layout in a folder, read without trust."""

import hashlib
import json
import os

import canonical

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
LAYER_TAR = "application/vnd.oci.image.layer.v1.tar"
REF_NAME = "org.opencontainers.image.ref.name"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    def __init__(self, folder, findings):
        self.folder = folder
        self.findings = findings
        self.used = set()
        self._check_frame()

    def _check_frame(self):
        with open(os.path.join(self.folder, "oci-layout"), "rb") as file:
            self.findings.equal(json.load(file), {"imageLayoutVersion": "1.0.0"}, f"{self.folder}/oci-layout")
        with open(os.path.join(self.folder, "index.json"), "rb") as file:
            self.index = json.load(file)
        self.findings.equal(self.index.get("schemaVersion"), 2, f"{self.folder}/index.json schemaVersion")
        strangers = set(os.listdir(self.folder)) - {"oci-layout", "index.json", "blobs"}
        self.findings.expect(not strangers, f"{self.folder} holds {sorted(strangers)}")

    def has(self, digest):
        return os.path.exists(self._path(digest))

    def blob(self, descriptor, what):
        """The bytes of a descriptor; an empty answer is a finding already told."""
        digest = descriptor["digest"]
        self.used.add(digest)
        if not self.findings.expect(self.has(digest), f"{what}: {digest} is not there"):
            return b""
        with open(self._path(digest), "rb") as file:
            data = file.read()
        self.findings.equal(digest_of(data), digest, f"{what}: digest of the bytes")
        self.findings.equal(len(data), descriptor["size"], f"{what}: size")
        return data

    def document(self, descriptor, what):
        """A document that must be in canonical JSON."""
        data = self.blob(descriptor, what)
        if not data:
            return {}
        self.findings.expect(canonical.is_canonical(data), f"{what}: not in canonical JSON")
        return json.loads(data)

    def expect_no_strangers(self):
        """Every blob is reached from the index."""
        names = os.listdir(os.path.join(self.folder, "blobs", "sha256"))
        strangers = {f"sha256:{name}" for name in names} - self.used
        self.findings.expect(not strangers, f"{self.folder}: blobs that nothing names: {sorted(strangers)}")

    def _path(self, digest):
        algorithm, _, name = digest.partition(":")
        return os.path.join(self.folder, "blobs", algorithm, name)
