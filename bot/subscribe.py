"""``/briefings post here …`` → what is wanted: topics, when, how; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import schedule
from bot.schedule import Schedule, ScheduleError
from index import dates

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

FORM = "/briefings post here sanctions, rail fares weekdays at 08:30 as digest from 1 December"
MOST_TOPICS, _LONGEST = 10, 80
_HERE = re.compile(r"\s*post\s+here\b[\s:,]*", re.IGNORECASE)
_AS = re.compile(r"(?:\s|^)as\s+(?:an?\s+)?(?P<as>digests?|each)\b|(?:\s|^)(?P<last>digest|each)\s*$", re.IGNORECASE)
_EMPTY = re.compile(
    r"(?:\s|^),?\s*even\s+(?:if|when)\s+(?:there\s+is\s+)?(?:nothing(?:\s+is)?(?:\s+new)?|empty)\b", re.IGNORECASE
)
_FROM = re.compile(r"(?:\s|^)from\s+", re.IGNORECASE)
_LED = re.compile(r"^(?:on|about|topics?|for)\b[\s:]+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;]\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+", re.IGNORECASE)
_UNREAD = re.compile(
    r"\b(?:at\s+\d|\d{1,2}[:.]\d\d\b|\d{1,2}\s*[ap]m\b|every\b|daily\b|weekly\b|hourly\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants posted. ``problem`` says what could not be read, '' where all could; it quotes words.

    ``since`` includes older briefings published from that day on.
    """

    topics: tuple[str, ...]
    schedule: Schedule
    digest: bool
    says_none: bool = False
    since: date | None = None
    problem: str = ""


def here(text: str) -> str | None:
    """Give what follows "post here", which alone makes it the command; None where that is not said."""
    found = _HERE.match(text)
    return text[found.end() :] if found else None


def read(text: str, zone: str, today: date, known: Collection[str] = ()) -> Wanted:
    """Read topics, a schedule, "as digest" or "as each", and "from DATE", in any order; what is left is topics.

    ``known`` are the topics that briefings name: a run of such words is several. Without a schedule it is at
    once; at once each briefing is posted by itself, else a digest, unless said.
    """
    rest = " ".join(text.split())
    since, rest = _since(rest, today)
    rest, says_none = _without(_EMPTY, rest)
    found, rest = _when(rest)
    form = _AS.search(rest)
    rest, _ = _without(_AS, rest)
    topics = topics_of(rest, known)
    try:
        when = schedule.read(found, zone) if found else Schedule("", zone)
    except ScheduleError as error:
        return Wanted(topics, Schedule("", zone), digest=False, problem=str(error))
    asked = (form["as"] or form["last"]).lower() if form else ""
    digest = asked.startswith("digest") or (not asked and not when.at_once)
    return Wanted(topics, when, digest, says_none, since, _problem(topics, when, found, digest=digest))


def topics_of(text: str, known: Collection[str] = ()) -> tuple[str, ...]:
    """Read topics between commas and "and", each once; "all" and nothing mean every briefing."""
    parts = [_LED.sub("", part.strip(" .\"“”'")) for part in _BETWEEN.split(text)]
    names = {one.lower() for one in known}
    found: list[str] = []
    for part in parts:
        words = part.split()
        several = part.lower() not in names and len(words) > 1 and all(word.lower() in names for word in words)
        found += words if several else [part]
    kept = dict.fromkeys(one for one in found if one and one.lower() not in {"all", "everything", "all topics"})
    return tuple({one.lower(): one for one in reversed(list(kept))}.values())[::-1]


def _problem(topics: tuple[str, ...], when: Schedule, found: str, *, digest: bool) -> str:
    unread = next((one for one in topics if _UNREAD.search(one)), None)
    if unread:
        return f"I read no time in “{unread[:60]}”. Write one such as {schedule.FORMS}."
    if digest and when.at_once:
        said = f"“{found}” posts each briefing by itself" if found else "At once, each briefing is posted by itself"
        return f"{said}. For a digest name a time, such as weekdays at 08:30."
    if len(topics) > MOST_TOPICS:
        return f"I read {len(topics)} topics, and take {MOST_TOPICS}."
    long = next((one for one in topics if len(one) > _LONGEST), None)
    return f"“{long[:60]}…” is too long for a topic: {_LONGEST} characters are enough." if long else ""


def _since(text: str, today: date) -> tuple[date | None, str]:
    """Take "from DATE" off where nothing else follows but what a date is not."""
    for match in _FROM.finditer(text):
        words = text[match.end() :].split()
        for count in range(min(len(words), 4), 0, -1):
            named = dates.read(" ".join(words[:count]).strip(" .,"), today, past=True)
            if named and named.earliest <= today:
                return named.earliest, " ".join([text[: match.start()].rstrip(), *words[count:]])
    return None, text


def _when(text: str) -> tuple[str, str]:
    """Take the words of a schedule out."""
    span = schedule.find(text)
    if span is None:
        return "", text
    return text[span[0] : span[1]], f"{text[: span[0]].rstrip(' ,')} {text[span[1] :].lstrip(' ,')}".strip()


def _without(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    found = pattern.search(text)
    return (f"{text[: found.start()]} {text[found.end() :]}".strip(), True) if found else (text, False)
