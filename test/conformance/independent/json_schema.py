"""The part of JSON Schema that the schemas of `contracts/` use. A keyword that is not known here is an error, not a pass."""

import re

NOTES = {"$schema", "title", "description", "default", "examples", "$id", "definitions", "$defs", "propertyNames"}
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}


def check(schema, value, findings, place="$", root=None):
    root = root or schema
    unknown = set(schema) - NOTES - set(_KEYWORDS)
    findings.expect(not unknown, f"{place}: the schema uses {sorted(unknown)}")
    for keyword in schema:
        if keyword in _KEYWORDS:
            _KEYWORDS[keyword](schema, value, findings, place, root)


def _type(schema, value, findings, place, _root):
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    findings.expect(any(TYPES[kind](value) for kind in kinds), f"{place}: {value!r} is no {' or '.join(kinds)}")


def _properties(schema, value, findings, place, root):
    if isinstance(value, dict):
        for name in value.keys() & schema["properties"].keys():
            check(schema["properties"][name], value[name], findings, f"{place}.{name}", root)


def _required(schema, value, findings, place, _root):
    missing = [name for name in schema["required"] if isinstance(value, dict) and name not in value]
    findings.expect(not missing, f"{place}: {missing} missing")


def _additional(schema, value, findings, place, root):
    if not isinstance(value, dict):
        return
    for name in value.keys() - schema.get("properties", {}).keys():
        if schema["additionalProperties"] is False:
            findings.expect(False, f"{place}: {name} is not allowed")
        elif schema["additionalProperties"] is not True:
            check(schema["additionalProperties"], value[name], findings, f"{place}.{name}", root)


def _items(schema, value, findings, place, root):
    for number, item in enumerate(value if isinstance(value, list) else []):
        check(schema["items"], item, findings, f"{place}[{number}]", root)


def _some(schema, value, findings, place, root):
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    fits = [_fits(alternative, value, root) for alternative in alternatives]
    findings.expect(any(fits), f"{place}: {value!r} fits no alternative")


def _fits(schema, value, root):
    from findings import Findings

    trial = Findings()
    check(schema, value, trial, root=root)
    return not trial.lines


def _ref(schema, value, findings, place, root):
    target = root
    for step in schema["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    check(target, value, findings, place, root)


def _compare(holds):
    return lambda schema, value, findings, place, _root: findings.expect(holds(schema, value), f"{place}: {value!r} against {schema}")


_KEYWORDS = {
    "type": _type,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "anyOf": _some,
    "oneOf": _some,
    "$ref": _ref,
    "enum": _compare(lambda schema, value: value in schema["enum"]),
    "const": _compare(lambda schema, value: value == schema["const"]),
    "pattern": _compare(lambda schema, value: not isinstance(value, str) or re.search(schema["pattern"], value)),
    "minimum": _compare(lambda schema, value: not isinstance(value, int) or value >= schema["minimum"]),
    "maximum": _compare(lambda schema, value: not isinstance(value, int) or value <= schema["maximum"]),
}
