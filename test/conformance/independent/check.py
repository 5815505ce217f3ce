"""Checks what vox wrote against its contracts, without a line of vox.

Reads a JSON document of questions from stdin and prints `{"checks": N, "findings": [...]}`. The questions, all optional:
registry: folder of a `file:` registry; lock: {path, forbidden}; image: {layout, project, lock, member, environment, base, files, created};
documents: [{schema, text}].
"""

import json
import sys
import traceback

import image
import json_schema
import lockfile
import registry
from findings import Findings


def answer(questions):
    findings = Findings()
    known = None
    try:
        if "registry" in questions:
            known = registry.check_registry(questions["registry"], findings)
        if "lock" in questions:
            lockfile.check_lock(questions["lock"]["path"], known, questions["lock"].get("forbidden", []), findings)
        if "image" in questions:
            image.check_image(questions["image"], known, findings)
        for document in questions.get("documents", []):
            with open(document["schema"], encoding="utf-8") as file:
                json_schema.check(json.load(file), json.loads(document["text"]), findings, document["schema"])
    except Exception:  # What cannot even be walked through is a finding like others, with its place.
        findings.expect(False, traceback.format_exc())
    return {"checks": findings.checks, "findings": findings.lines}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
