"""Semantic versions and requirements, as far as a lock must satisfy them (contracts, section 2)."""

import re

_PART = r"(\d+)(?:\.(\d+|\*|x))?(?:\.(\d+|\*|x))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"


def parse(text):
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", text)
    if not match:
        raise ValueError(f"{text} is no version")
    return (*map(int, match.group(1, 2, 3)), _pre(match.group(4)))


def _pre(text):
    """Sorts after every prerelease when there is none."""
    if text is None:
        return (1,)
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in text.split("."))
    return (0, parts)


def satisfies(version, requirement):
    parsed = parse(version)
    return any(_all_of(parsed, alternative) for alternative in requirement.split("||"))


def _all_of(version, alternative):
    bounds = [_bounds(comparator.strip()) for comparator in re.split(r",|\s+(?=[<>=^~\d*])", alternative.strip()) if comparator.strip()]
    if version[3] != (1,) and not any(low and low[:3] == version[:3] and low[3] != (1,) for low, *_ in bounds):
        return False
    return all(_within(version, *bound) for bound in bounds)


def _within(version, low, low_open, high, high_open):
    if low is not None and (version < low or (low_open and version == low)):
        return False
    return high is None or version < high or (not high_open and version == high)


def _bounds(comparator):
    """(low, low is open, high, high is open)."""
    if comparator in ("*", "x"):
        return None, False, None, False
    match = re.fullmatch(r"(\^|~|>=|<=|>|<|=)?\s*" + _PART, comparator)
    if not match:
        raise ValueError(f"{comparator} is no requirement")
    operator = match.group(1) or "^"
    numbers = [int(part) for part in match.group(2, 3, 4) if part and part.isdigit()]
    low = (*(numbers + [0, 0])[:3], _pre(match.group(5)))
    after = _bumped(numbers, len(numbers) - 1)
    if operator == ">=":
        return low, False, None, False
    if operator == ">":
        return (low, True, None, False) if len(numbers) == 3 else (after, False, None, False)
    if operator == "<":
        return None, False, low, True
    if operator == "<=":
        return (None, False, low, False) if len(numbers) == 3 else (None, False, after, True)
    if operator == "=":
        return (low, False, low, False) if len(numbers) == 3 else (low, False, after, True)
    at = min(1, len(numbers) - 1) if operator == "~" else next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
    return low, False, _bumped(numbers, at), True


def _bumped(numbers, at):
    """The first version, prereleases included, after all that agree up to a place."""
    return (*(numbers[:at] + [numbers[at] + 1] + [0, 0])[:3], (0, ()))
