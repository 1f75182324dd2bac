"""File → ``Briefing``; alone opens briefing files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from index.errors import BriefingError, FolderError
from index.fields import MAX_TITLE, Meta, briefing
from index.front import read_front
from index.markup import HEADING, paragraphs, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from index.types import Briefing, Paragraph

VERSION = 2  # raise it when the same bytes would be read otherwise
MAX_BYTES = 2 * 1024 * 1024
_GAP = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read: new and changed briefings, refusals, warnings as (file, words), files ignored.

    ``present`` are the ids of all that is there, unchanged or refused too; None where a refused line
    does not tell its id, so that none can be called gone. ``refused`` are the ids of what was refused.
    """

    briefings: tuple[Briefing, ...]
    rejected: tuple[BriefingError, ...]
    warnings: tuple[tuple[str, str], ...]
    ignored: int
    present: frozenset[str] | None
    refused: frozenset[str]


def read_folder(
    folder: Path, zone: ZoneInfo, known: Mapping[str, str] | None = None, busy: Collection[str] = ()
) -> Batch:
    """Read every briefing under a folder. What cannot be read is refused, the rest goes on.

    ``known`` maps ids to the digests last read; a file of the same digest is present, and not read
    again. ``busy`` names files that are being written or moved: they count as present, and are not read.
    Raises FolderError where the folder cannot be listed.
    """
    files, ignored = listed(folder)
    claims: dict[str, list[str]] = {}
    for path in files:
        claims.setdefault(path.stem, []).append(path.relative_to(folder).as_posix())
    briefings: list[Briefing] = []
    rejected: list[BriefingError] = []
    refused: set[str] = set()
    warnings: list[tuple[str, str]] = []
    for path in files:
        name = path.relative_to(folder).as_posix()
        if name in busy:
            continue
        try:
            if len(claims[path.stem]) > 1:
                rivals = ", ".join(claims[path.stem])
                raise BriefingError(_shown(name), None, f"id {path.stem!r} is claimed by {rivals}; rename all but one")
            data = _read(path, folder, name)
            if (known or {}).get(path.stem) != _digest(data, name, zone):
                briefings.append(parse(data, name, zone, warnings))
        except BriefingError as error:
            rejected.append(error)
            refused.add(path.stem)
    present = frozenset([*claims, *(PurePosixPath(name).stem for name in busy)])
    return Batch(tuple(briefings), tuple(rejected), tuple(warnings), ignored, present, frozenset(refused))


def read_lines(file: Path, zone: ZoneInfo, known: Mapping[str, str] | None = None) -> Batch:
    """Read lines ``{id, title, text[, published, url]}`` as briefings; otherwise as ``read_folder``.

    Raises FolderError where the file cannot be opened.
    """
    briefings: dict[str, Briefing] = {}
    rejected: list[BriefingError] = []
    warnings: list[tuple[str, str]] = []
    present: set[str] = set()
    nameless = False
    refused: set[str] = set()
    for number, line in enumerate(_lines(file), 1):
        name = None
        try:
            if not line.strip():
                continue
            fields = _fields(line, file.name, number)
            name = fields["id"]
            if name in present:
                briefings.pop(name, None)
                raise BriefingError(file.name, number, f"id {name!r} is claimed twice; give each line its own")
            present.add(name)
            if (known or {}).get(name) != _digest(line, name, zone):
                briefings[name] = _from_line(fields, line, Meta(file.name, zone, warnings, number))
        except BriefingError as error:
            rejected.append(error)
            nameless = nameless or name is None
            refused.update([name] if name else [])
    everything = None if nameless else frozenset(present)
    return Batch(tuple(briefings.values()), tuple(rejected), tuple(warnings), 0, everything, frozenset(refused))


def parse(data: bytes, name: str, zone: ZoneInfo, warnings: list[tuple[str, str]]) -> Briefing:
    """Read one file's bytes as a briefing; ``name`` is its path within the folder.

    Warnings are appended. Raises BriefingError where the file is refused.
    """
    shown = _shown(name)
    if name != shown:
        raise BriefingError(shown, None, "the file name holds invisible or control characters; rename it")
    text = _decode(data, shown, warnings)
    front, body_at = read_front(text, shown)
    if front is None and name.lower().endswith(".txt"):
        front, body_at = _plain(text, shown)
    body, found = _body(text[body_at:], shown)
    fields = front if front is not None else _title_line(body, shown)
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return briefing(stem, name, body, found, fields, Meta(shown, zone, warnings), _digest(data, name, zone))


def _digest(data: bytes, name: str, zone: ZoneInfo) -> str:
    """Tell this reading of these bytes from any other."""
    return hashlib.sha256(f"{VERSION}\n{zone.key}\n{name}\n".encode() + data).hexdigest()


def listed(folder: Path) -> tuple[list[Path], int]:
    """List the briefings' files in order, and count the files ignored. Raises FolderError."""
    if not folder.is_dir():
        message = f"{folder}: no such folder of briefings; create it or name another with --briefings"
        raise FolderError(message)
    found: list[Path] = []
    ignored = 0
    for root, folders, names in os.walk(folder, onerror=_unlisted):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or name == "README.md" or not name.lower().endswith((".md", ".txt")):
                ignored += 1
            else:
                found.append(Path(root) / name)
    return found, ignored


def _unlisted(error: OSError) -> None:
    """Stop at a folder that cannot be listed: its briefings must not be taken for gone."""
    message = f"{error.filename}: {error.strerror}; make the folder readable"
    raise FolderError(message) from error


def _read(path: Path, folder: Path, name: str) -> bytes:
    """Read a regular file that lies within the folder, at most 2 MiB of it."""
    shown = _shown(name)
    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve()):
            raise BriefingError(shown, None, "a symbolic link that leaves the folder; put the file itself there")
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BriefingError(shown, None, "not a regular file; put a text file there")
            data = file.read(MAX_BYTES + 1)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BriefingError(shown, None, f"cannot be read: {reason}; check the file and its permissions") from error
    if len(data) > MAX_BYTES:
        raise BriefingError(shown, None, f"larger than {MAX_BYTES:,} bytes; split it into several briefings")
    return data


def _shown(name: str) -> str:
    """Make a file name fit for one line of a report."""
    return "".join(char if char.isprintable() else "�" for char in name)


def _decode(data: bytes, file: str, warnings: list[tuple[str, str]]) -> str:
    """Decode UTF-8 with any line ends, and take out what cannot be seen."""
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise BriefingError(file, line, "holds a NUL byte; save it as plain text in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = data[error.start]
        raise BriefingError(file, line, f"not UTF-8 (byte 0x{byte:02x}); save it as UTF-8") from error
    return _clean(text, file, warnings)


def _clean(text: str, file: str, warnings: list[tuple[str, str]]) -> str:
    """Keep what can be seen, saying how much could not."""
    text, removed = visible(text)
    if removed:
        warnings.append((file, f"{removed} invisible or control characters removed"))
    return text


def _plain(text: str, file: str) -> tuple[dict[str, object], int]:
    """Read plain text's head: publication, blank line, title, blank line."""
    at = len(text) - len(text.lstrip())
    found: list[str] = []
    while len(found) < 2:  # noqa: PLR2004 - publication and title
        gap = _GAP.search(text, at)
        if not gap:
            break
        found.append(text[at : gap.start()].strip())
        at = gap.end()
    if len(found) < 2 or "\n" in found[1] or len(found[1]) > MAX_TITLE:  # noqa: PLR2004 - publication and title
        wanted = "plain text begins with its publication, a blank line, its title on one line and a blank line"
        raise BriefingError(file, 1, f"no title: {wanted}; write them, or use Markdown with 'title:'")
    return {"publication": " ".join(found[0].split()), "title": found[1]}, at


def _title_line(body: str, file: str) -> dict[str, object]:
    """Take the title from a first line ``# …``, which stays in the body as its heading."""
    first = body.split("\n", 1)[0]
    heading = HEADING.match(first)
    if not heading or not re.match(r" {0,3}#[ \t]", first):
        raise BriefingError(file, 1, "no title; begin with front matter that has 'title:', or with a line '# Title'")
    return {"title": heading["text"]}


def _body(text: str, file: str, line: int | None = None) -> tuple[str, tuple[Paragraph, ...]]:
    """Strip the outer blank lines and find the paragraphs; refuse a body without any."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    body = "\n".join(lines)
    found = paragraphs(body)
    if not found:
        raise BriefingError(file, line, "empty body: no paragraph after the title; write the briefing's text")
    return body, found


def _lines(file: Path) -> Iterator[bytes]:
    """Give the lines of a file, blank ones too, so that they count."""
    try:
        with file.open("rb") as lines:
            yield from lines
    except OSError as error:
        message = f"{file}: {error.strerror or error}; name a readable file with --jsonl"
        raise FolderError(message) from error


def _fields(line: bytes, file: str, number: int) -> dict[str, str]:
    """Read one line's JSON: id, title and text, and the rest that is known, as strings."""
    try:
        found = json.loads(line.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BriefingError(file, number, "no JSON in UTF-8; write {id, title, text} on one line") from error
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in ("id", "title", "text")):
        raise BriefingError(file, number, "lacks id, title or text as strings; write {id, title, text} on one line")
    if not found["id"].strip() or not found["id"].isprintable():
        raise BriefingError(file, number, "the id is empty or cannot be printed; give each line its own")
    return {key: str(found[key]) for key in ("id", "title", "text", "published", "url") if found.get(key) is not None}


def _from_line(fields: dict[str, str], line: bytes, meta: Meta) -> Briefing:
    """Read one line's fields as a briefing."""
    if "\0" in fields["text"] or len(line) > MAX_BYTES:
        raise meta.refuse(f"holds NUL or more than {MAX_BYTES:,} bytes; clean or split the text")
    text, *rest = (
        _clean(fields.get(key, ""), meta.file, meta.warnings) for key in ("text", "title", "published", "url")
    )
    front: dict[str, object] = dict(zip(("title", "published", "url"), rest, strict=True))
    body, found = _body(text, meta.file, meta.line)
    return briefing(fields["id"], fields["id"], body, found, front, meta, _digest(line, fields["id"], meta.zone))
