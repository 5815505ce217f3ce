"""Canonical JSON (RFC 8785) of the values that the formats use: no number but integers."""

import json


def encode(value):
    """The canonical bytes of a parsed JSON value."""
    return _text(value).encode("utf-8")


def is_canonical(data):
    try:
        return encode(json.loads(data)) == data
    except ValueError:
        return False


def _text(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_text(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, float):
        raise ValueError(f"{value} is no integer")
    return json.dumps(value, ensure_ascii=False)
