"""Fields of front matter, or of a line of JSON → a ``Briefing``: each is checked, and refused in words; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from index.errors import BriefingError
from index.types import Briefing

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from index.types import Paragraph

MAX_TITLE = 300  # characters
_KNOWN = ("title", "published", "publication", "topics", "url", "sources", "embargo", "channels")
_DATED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-")
_WEB = re.compile(r"https?://[^\s<>|\"]+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meta:
    """What reading a field needs besides its value."""

    file: str
    zone: ZoneInfo
    warnings: list[tuple[str, str]]
    line: int | None = None

    def warn(self, words: str) -> None:
        """Say something about the file without refusing it."""
        self.warnings.append((self.file, words))

    def refuse(self, words: str) -> BriefingError:
        """Give the error that refuses the file, or the line."""
        return BriefingError(self.file, self.line, words)


def briefing(  # noqa: PLR0913, PLR0917 - a briefing's parts
    stem: str, path: str, body: str, found: tuple[Paragraph, ...], fields: dict[str, object], meta: Meta, digest: str
) -> Briefing:
    """Check each field of the front matter and put the briefing together."""
    title = " ".join(_text(fields, "title", meta).split())
    if not title:
        raise meta.refuse("no title; add 'title:' to the front matter")
    if len(title) > MAX_TITLE:
        raise meta.refuse(f"title of {len(title)} characters; keep it under {MAX_TITLE}")
    extra = tuple((key, str(value)) for key, value in fields.items() if key not in _KNOWN)
    for key, _ in extra:
        meta.warn(f"unknown key {key!r} in the front matter; kept, not used")
    published, since = _published(fields, stem, meta)
    embargo = _embargo(fields, meta)
    return Briefing(
        id=stem,
        title=title,
        body=body,
        path=path,
        paragraphs=found,
        published=published,
        publication=_text(fields, "publication", meta) or None,
        topics=tuple(topic.lower() for topic in _list(fields, "topics", meta)),
        url=_address(_text(fields, "url", meta), "url", meta),
        sources=tuple(a for s in _list(fields, "sources", meta) if (a := _address(s, "sources", meta))),
        embargo=max((one for one in (embargo, since) if one), default=None),
        channels=_channels(fields, meta),
        extra=extra,
        digest=digest,
    )


def _text(fields: dict[str, object], key: str, meta: Meta) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str):
        raise meta.refuse(f"'{key}' is a list or a map; write one value")
    return "" if value in {"~", "null"} else value.strip()


def _list(fields: dict[str, object], key: str, meta: Meta) -> tuple[str, ...]:
    """Read a list of words; one word, or words between commas, will do."""
    value = fields.get(key, "")
    if isinstance(value, str):
        value = [] if value in {"", "~", "null"} else value.split(",")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise meta.refuse(f"'{key}' is no list of words; write [one, two]")
    return tuple(item.strip() for item in value if item.strip())


def _address(value: str, key: str, meta: Meta) -> str | None:
    """Keep an http(s) address; anything else is left out, and said so."""
    if value and not _WEB.match(value):
        meta.warn(f"{value!r} in '{key}' is no http(s) address; left out")
        return None
    return value or None


def _channels(fields: dict[str, object], meta: Meta) -> tuple[str, ...] | None:
    """Read the channels a briefing is for. Given but empty means nobody: a slip must not publish."""
    if "channels" not in fields:
        return None
    found = _list(fields, "channels", meta)
    if not found:
        meta.warn("'channels' is empty, so nobody sees this briefing; remove the key to open it to all")
    return found


def _published(fields: dict[str, object], stem: str, meta: Meta) -> tuple[date | None, datetime | None]:
    """Read the date of publication, local to the zone, and the instant it begins: that given, else midnight.

    It is read from the front matter, else from the file's name.
    """
    words = _text(fields, "published", meta)
    if words and not _day(words):
        instant = _instant(words, "published", meta)
        return instant.astimezone(meta.zone).date(), instant
    dated = _DATED_NAME.match(stem)
    found = _day(words) or (_day(dated[1]) if dated else None)
    if not found:
        meta.warn("no date of publication; add 'published: YYYY-MM-DD', or begin the file name with YYYY-MM-DD-")
        return None, None
    return found, _midnight(found, meta.zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant at which a day begins."""
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:  # the first day of all, east of Greenwich
        return datetime.min.replace(tzinfo=UTC)


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _embargo(fields: dict[str, object], meta: Meta) -> datetime | None:
    """Read the instant until which nobody may see the briefing. One that cannot be read is refused."""
    words = _text(fields, "embargo", meta)
    if not words and "embargo" in fields:
        raise meta.refuse("'embargo' is empty; write an instant such as 2026-01-05T09:00:00Z, or remove the key")
    return _instant(words, "embargo", meta) if words else None


def _instant(words: str, key: str, meta: Meta) -> datetime:
    """Read a date or a time as an instant in UTC; without a zone it is local, and said so."""
    try:
        found = datetime.fromisoformat(words)
        if found.tzinfo is None:
            meta.warn(f"{key} {words!r} has no zone; read in {meta.zone.key}")
            found = found.replace(tzinfo=meta.zone)
        return found.astimezone(meta.zone).astimezone(UTC)  # by way of its local day, which may be out of the calendar
    except (ValueError, OverflowError) as error:
        wanted = "write YYYY-MM-DD, or a time with its zone such as 2026-01-05T09:00:00Z"
        raise meta.refuse(f"{key} {words!r} is no date; {wanted}") from error
