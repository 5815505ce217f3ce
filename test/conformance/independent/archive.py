"""Package archives and application layers (contracts, section 4 and the application layer of section 7)."""

import unicodedata
import zlib
from dataclasses import dataclass

BLOCK = 512
MAX_FILE = 8 * 1024**3
RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{name}{digit}" for name in ("COM", "LPT") for digit in range(1, 10)}


class ArchiveError(Exception):
    pass


@dataclass(frozen=True)
class Member:
    """One member as the formats see it; a directory's path ends in `/`."""

    path: str
    kind: str  # file, directory, symlink
    executable: bool = False
    content: bytes = b""
    target: str = ""
    uid: int = 0
    gid: int = 0


def gunzip(blob):
    """The content of a gzip file of exactly one member, without a name, of time 0, with nothing after it."""
    if blob[:4] != b"\x1f\x8b\x08\x00" or blob[4:8] != b"\0\0\0\0":
        raise ArchiveError("the gzip header has flags or a time")
    stream = zlib.decompressobj(31)
    content = stream.decompress(blob) + stream.flush()
    if not stream.eof or stream.unused_data:
        raise ArchiveError("it is not exactly one gzip member")
    return content


def read(tar):
    """The members of a tar, in its order. It reads leniently: `encode` of the result says whether the bytes were right."""
    members, offset, path = [], 0, None
    while tar[offset : offset + BLOCK].strip(b"\0"):
        header = tar[offset : offset + BLOCK]
        size = int(header[124:135], 8)
        content = tar[offset + BLOCK : offset + BLOCK + size]
        if len(content) != size:
            raise ArchiveError("the tar ends within a member")
        offset += BLOCK + -(-size // BLOCK) * BLOCK
        kind = header[156:157]
        if kind == b"x":
            path = _pax_path(content)
            continue
        members.append(_member(header, kind, content, path))
        path = None
    return members


def _pax_path(content):
    length, _, record = content.partition(b" ")
    if int(length) != len(content) or not record.startswith(b"path=") or not record.endswith(b"\n"):
        raise ArchiveError("a PAX header holds something else than one path")
    return record[5:-1].decode("utf-8")


def _member(header, kind, content, pax_path):
    kinds = {b"0": "file", b"5": "directory", b"2": "symlink"}
    if kind not in kinds:
        raise ArchiveError(f"a member is of type {kind!r}")
    name, prefix = (header[at : at + length].split(b"\0")[0].decode("ascii") for at, length in ((0, 100), (345, 155)))
    return Member(
        path=pax_path or (f"{prefix}/{name}" if prefix else name),
        kind=kinds[kind],
        executable=int(header[100:107], 8) & 0o111 != 0,
        content=content,
        target=header[157:257].split(b"\0")[0].decode("utf-8"),
        uid=int(header[108:115], 8),
        gid=int(header[116:123], 8),
    )


def encode(members):
    """The one tar of these members."""
    ordered = sorted(members, key=lambda member: member.path.encode("utf-8"))
    return b"".join(_encode_member(member) for member in ordered) + bytes(2 * BLOCK)


def _encode_member(member):
    split = _ustar_name(member.path)
    before = b""
    if split is None:
        record = _pax_record(member.path)
        before = _header(b"PaxHeader", b"", 0o644, len(record), b"x") + _padded(record)
        split = (b"PaxPath", b"")
    name, prefix = split
    typeflag = {"file": b"0", "directory": b"5", "symlink": b"2"}[member.kind]
    mode = 0o777 if member.kind == "symlink" else 0o755 if member.kind == "directory" or member.executable else 0o644
    header = _header(name, prefix, mode, len(member.content), typeflag, member.target.encode("utf-8"), member.uid, member.gid)
    return before + header + _padded(member.content)


def _ustar_name(path):
    """(name, prefix) of a path that fits; None for one that needs a PAX header."""
    if not path.isascii():
        return None
    raw = path.encode("ascii")
    if len(raw) <= 100:
        return raw, b""
    for at in range(len(raw) - 2, -1, -1):
        if raw[at : at + 1] == b"/":
            prefix, name = raw[:at], raw[at + 1 :]
            if len(prefix) <= 155 and 1 <= len(name) <= 100:
                return name, prefix
    return None


def _pax_record(path):
    body = b" path=" + path.encode("utf-8") + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode("ascii") + body


def _header(name, prefix, mode, size, typeflag, target=b"", uid=0, gid=0):
    fields = (
        (name, 100), (b"%07o\0" % mode, 8), (b"%07o\0" % uid, 8), (b"%07o\0" % gid, 8), (b"%011o\0" % size, 12),
        (b"0" * 11 + b"\0", 12), (b" " * 8, 8), (typeflag, 1), (target, 100), (b"ustar\0", 6), (b"00", 2),
        (b"", 32), (b"", 32), (b"0000000\0", 8), (b"0000000\0", 8), (prefix, 155), (b"", 12),
    )  # fmt: skip
    header = b"".join(value.ljust(length, b"\0") for value, length in fields)
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def _padded(content):
    return content + bytes(-len(content) % BLOCK)


def check_tar(tar, what, findings, may_be_empty=False):
    """Re-encodes a tar and holds its paths to the rules; its members, or nothing when it cannot be read."""
    try:
        members = read(tar)
    except (ArchiveError, ValueError) as error:
        findings.expect(False, f"{what}: {error}")
        return []
    findings.expect(encode(members) == tar, f"{what}: re-encoding it gives other bytes")
    paths = [member.path.rstrip("/") for member in members]
    folded = [unicodedata.normalize("NFC", path).casefold() for path in paths]
    findings.expect(len(set(folded)) == len(paths), f"{what}: two paths are equal after folding")
    for path in paths:
        fault = path_fault(path)
        findings.expect(fault is None, f"{what}: {path!r} {fault}")
    holders = {path[: path.rfind("/")] for path in paths if "/" in path}
    empty = [m.path for m in members if m.kind == "directory" and m.uid == 0 and m.path.rstrip("/") not in holders]
    findings.expect(may_be_empty or not empty, f"{what}: empty directories {empty}")
    findings.expect(all(len(member.content) <= MAX_FILE for member in members), f"{what}: a file is over 8 GiB")
    return members


def path_fault(path):
    """What is wrong with a path, in words; None when nothing is."""
    if unicodedata.normalize("NFC", path) != path:
        return "is not NFC"
    if any(ord(char) < 0x20 or ord(char) == 0x7F or char in '\\<>:"|?*' for char in path):
        return "has a forbidden character"
    for component in path.split("/"):
        if component in ("", ".", ".."):
            return "has an empty or relative component"
        if component[-1] in ". ":
            return "has a component that ends in a dot or a space"
        if len(component.encode("utf-8")) > 255:
            return "has a component over 255 bytes"
        if component.split(".")[0].strip().upper() in RESERVED:
            return "has a name that Windows reserves"
    return None


def is_machine_code(content):
    """ELF, Mach-O (fat and thin, either order) and PE files."""
    if content[:4] in (b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"):
        return True
    if content[:2] != b"MZ" or len(content) < 0x40:
        return False
    at = int.from_bytes(content[0x3C:0x40], "little")
    return content[at : at + 4] == b"PE\0\0"
