"""A file of subscriptions, for those who deploy by file: a table each, by name; what is wrong in one harms no other.

Its settings: ``channel``, ``topics`` (none: every briefing), ``when`` in words or ``cron`` (neither: at once),
``zone``, ``as`` "digest" or "each", ``when_empty`` "say so" or "silence", ``from`` a day to let in older ones.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot import schedule
from bot.schedule import Schedule, ScheduleError
from index.errors import DispatchBoxError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEYS = frozenset("channel topics when cron zone as when_empty from".split())
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}")


class EntryError(DispatchBoxError):
    """A file of subscriptions, or an entry of one, that cannot be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A subscription as the file has it, by its name there."""

    name: str
    channel: str
    topics: tuple[str, ...]
    schedule: Schedule
    digest: bool
    says_none: bool = False
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """What a file says: the entries that are good, and what is wrong with each that is not, by name."""

    good: tuple[Entry, ...]
    wrong: tuple[tuple[str, str], ...] = ()


def read(file: Path, zone: str) -> Entries:
    """Read a file of subscriptions; ``zone`` is for entries that name none. Raises EntryError where it is no TOML."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EntryError(f"{file}: {error}; correct the file. What it said before stays") from error
    good: list[Entry] = []
    wrong: list[tuple[str, str]] = []
    for name, table in tables.items():
        try:
            good.append(_entry(name, table, zone))
        except (EntryError, ScheduleError) as error:
            wrong.append((name, f"{file}: [{name}] {error}"))
    return Entries(tuple(good), tuple(wrong))


def _entry(name: str, table: object, zone: str) -> Entry:
    if not isinstance(table, dict):
        raise EntryError(f"= {table!r} is no subscription; write [{name}] and its settings under it")
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        names = ", ".join(sorted(_KEYS))
        raise EntryError(f"{unknown[0]} = {table[unknown[0]]!r} is unknown; the settings are {names}")
    channel = table.get("channel")
    if not isinstance(channel, str) or not _CHANNEL.fullmatch(channel):
        raise EntryError(f"channel = {channel!r} is no channel's id; copy it from the channel's details, C0123ABCD")
    when = _schedule(table, zone)
    digest = _one_of(table, "as", ("digest", "each"), "each" if when.at_once else "digest") == "digest"
    if digest and when.at_once:
        raise EntryError("as = 'digest' needs a time: write when = \"weekdays at 08:30\"")
    says_none = _one_of(table, "when_empty", ("say so", "silence"), "silence") == "say so"
    return Entry(name, channel, _topics(table.get("topics", [])), when, digest, says_none, _day(table.get("from")))


def _schedule(table: Mapping[str, Any], zone: str) -> Schedule:
    found = {key: table.get(key, "") for key in ("when", "cron", "zone")}
    for key, value in found.items():
        if not isinstance(value, str):
            raise EntryError(f"{key} = {value!r} is no text; write it in quotes")
    if found["when"] and found["cron"]:
        raise EntryError(f"when = {found['when']!r} and cron = {found['cron']!r}: keep one of them")
    zone = found["zone"] or zone
    if found["when"]:
        return schedule.read(found["when"], zone)
    return Schedule(" ".join(found["cron"].split()), zone)


def _topics(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise EntryError(f'topics = {value!r} is no list of words; write topics = ["sanctions"]')
    return tuple(dict.fromkeys(" ".join(one.split())[:80] for one in value))


def _one_of(table: Mapping[str, Any], key: str, choices: tuple[str, ...], default: str) -> str:
    value = table.get(key, default)
    if value not in choices:
        raise EntryError(f"{key} = {value!r} is unknown; write {' or '.join(repr(one) for one in choices)}")
    return str(value)


def _day(value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise EntryError(f"from = {value!r} is no day; write from = 2025-12-01, without quotes")
