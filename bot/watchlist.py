"""The watchlist's rules: what a command says, how items change, how they are listed; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.types import Note, Standing
from index import dates
from index.stretches import MONTHS, WEEKDAYS
from index.types import DateRange, Exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bot.types import WatchItem

SPAN = timedelta(days=90)  # how far ahead next steps are listed unless said
PAST = timedelta(days=30)  # how long a step whose date passed is still shown
_SNOOZE = timedelta(days=7)
_LISTS = frozenset("team all unclaimed done search watches export calendar help".split())
_ON_NUMBERS = frozenset("claim done snooze move assign note drop unwatch".split())
_SEVERAL = frozenset("claim done snooze drop".split())  # those that act on several at once
VERBS = _LISTS | _ON_NUMBERS | {"mine", "add", "undo", "watch", "handover"}
FORMS = {
    "add": "/watchlist add TEXT by DATE for @person",
    "claim": "/watchlist claim 7",
    "done": "/watchlist done 7: a note",
    "snooze": "/watchlist snooze 7 1w",
    "move": "/watchlist move 7 18 December",
    "assign": "/watchlist assign 7 @person",
    "note": "/watchlist note 7 TEXT",
    "drop": "/watchlist drop 7",
    "search": "/watchlist search WORDS",
    "watch": "/watchlist watch TOPIC",
    "unwatch": "/watchlist unwatch w2",
    "handover": "/watchlist handover @from @to",
}
_PERSON = re.compile(r"<@([UW]\w+)(?:\|[^>]*)?>")
_FOR = re.compile(r"\s+for\s+<@([UW]\w+)(?:\|[^>]*)?>\s*$", re.IGNORECASE)
_WHEN = re.compile(r"\s+(?=(?:by|on)\s)", re.IGNORECASE)
_NUMBERS = re.compile(r"\s*(?:(?:and\s+)?#?w?(\d{1,9})(?![\w/-])[\s,]*)", re.IGNORECASE)
_UK_DAY = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2})|(?<=/\d)|(?<=/\d\d))\b")
_WEEKDAY = re.compile(r"\b(mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\b\.?", re.IGNORECASE)
_HOUR = re.compile(r",?\s+(?:at\s+)?(?:noon|midday|midnight|\d{1,2}(?:[:.]\d\d)?\s*[ap]m|\d{1,2}:\d\d)$", re.IGNORECASE)
# What may have been meant for a date at the end of an item's text: "by 31/2", "on Friday in March".
_NAMES = "|".join(
    (*WEEKDAYS, *MONTHS, "mon|tues?|weds?|thurs?|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec")
)
_LIKE_DATE = re.compile(rf"\b(?:by|on)\s+(?=(?:the\s+)?\d|(?:{_NAMES})\b)\S+(?:\s+\S+){{0,3}}$", re.IGNORECASE)
_LENGTH = re.compile(r"(?:for\s+)?(\d{1,3}|an?)\s*(d|w|m|days?|weeks?|months?|fortnights?)", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "f": 14, "m": 30}
_LONGEST = 500  # characters of an item's text


@dataclass(frozen=True, slots=True)
class Wish:
    """What a command asks for. ``people`` are user ids; ``problem`` says what could not be read, '' where all could.

    ``due`` is the date read in ``text``'s place, ``until`` the day that a snooze ends.
    """

    verb: str
    numbers: tuple[int, ...] = ()
    text: str = ""
    due: DateRange | None = None
    until: date | None = None
    people: tuple[str, ...] = ()
    problem: str = ""


# -- reading a command ------------------------------------------------------------------------------


def read(text: str, today: date) -> Wish:  # noqa: PLR0911 - a kind of command each
    """Read what stands after /watchlist, forgivingly; ``today`` is local. The first word decides, in any case."""
    words = " ".join(text.split())
    first, _, rest = words.partition(" ")
    verb = first.lower().rstrip(":")
    if not verb:
        return Wish("mine")
    if verb not in VERBS:
        return Wish("help", problem=f"I do not know “{first[:40]}”.")
    if verb == "add":
        return _added(rest, today)
    if verb in _ON_NUMBERS and (rest or verb != "done"):
        return _on_numbers(verb, rest, today)
    people = tuple(_PERSON.findall(rest))
    if verb == "handover" and len(people) != 2:  # noqa: PLR2004 - from and to
        return Wish(verb, people=people, problem=f"I read {len(people)} people there, and need two.")
    if verb in {"watch", "search"} and not rest:
        return Wish(verb, problem="I read no words after it.")
    return Wish(verb, text=rest, people=people)


def _added(text: str, today: date) -> Wish:
    """Take the last "for @person" and the last "by DATE" or "on DATE" off, in either order; the rest is the text."""
    person, due = "", None
    while True:
        found = None if person else _FOR.search(text)
        if found:
            person, text = found[1], text[: found.start()]
            continue
        at = None if due else _dated(text, today)
        if at is None:
            break
        due, text = day_of(text[at:], today), text[:at].rstrip()
    return Wish("add", text=text.strip()[:_LONGEST], due=due, people=(person,) if person else ())


def _dated(text: str, today: date) -> int | None:
    """Find the last "by" or "on" after which nothing but a date follows."""
    starts = [match.end() for match in _WHEN.finditer(text)]
    return next((at for at in reversed(starts) if day_of(text[at:], today)), None)


def _on_numbers(verb: str, text: str, today: date) -> Wish:  # noqa: PLR0911 - likewise
    several, rest, colon = _leading(text, verb)
    form = f"The form is: {FORMS[verb]}"
    if not several:
        return Wish(verb, text=rest, problem=f"I read no number there. {form}")
    if verb == "snooze":
        return _snoozed(several, rest, today)
    numbers = tuple(dict.fromkeys(several))
    if verb == "move":
        due = day_of(re.sub(r"^to\s+", "", rest, flags=re.IGNORECASE), today)
        problem = "" if due else f"I read {_listed(numbers)}, and no date in “{rest[:60]}”. {form}"
        return Wish(verb, numbers, rest, due, problem=problem)
    if verb == "assign":
        people = tuple(_PERSON.findall(rest))[:1]
        return Wish(
            verb, numbers, people=people, problem="" if people else f"I read {_listed(numbers)}, and no person. {form}"
        )
    if len(numbers) > 1 and rest and not colon:
        said = f"I read {_listed(numbers)}, then “{rest[:60]}”. With several numbers, put a colon before the note"
        return Wish(
            verb, numbers, rest, problem=f"{said}: /watchlist {verb} {' '.join(map(str, numbers))}: {rest[:40]}"
        )
    if verb == "note" and not rest:
        return Wish(verb, numbers, problem=f"I read {_listed(numbers)}, and no note. {form}")
    return Wish(verb, numbers, rest[:_LONGEST])


def _leading(text: str, verb: str) -> tuple[tuple[int, ...], str, bool]:
    """Cut the leading numbers off, several where the verb takes several, and tell whether a colon follows."""
    found: list[int] = []
    at = 0
    while (match := _NUMBERS.match(text, at)) and (verb in _SEVERAL or not found):
        found.append(int(match[1]))
        at = match.end()
    return tuple(found), text[at:].lstrip(" :").strip(), text[at:].startswith(":")


def _listed(numbers: Sequence[int]) -> str:
    return "number " + ", ".join(map(str, numbers)) if len(numbers) == 1 else "numbers " + ", ".join(map(str, numbers))


def _snoozed(numbers: tuple[int, ...], text: str, today: date) -> Wish:
    """Read how long: "1w", "2 weeks", "until Monday", a date; a week where nothing is said."""
    *fewer, last = numbers
    if fewer and text and _until(f"{last} {text}", today):  # "snooze 7 2 weeks", "snooze 7 12 March": not of item 12
        numbers, text = tuple(fewer), f"{last} {text}"
    numbers = tuple(dict.fromkeys(numbers))
    until = (
        today + _SNOOZE if not text else _until(re.sub(r"^(?:until|till|to)\s+", "", text, flags=re.IGNORECASE), today)
    )
    problem = ""
    if until is None or until <= today:
        until, problem = (
            None,
            f"I read {_listed(numbers)}, and no time to come in “{text[:60]}”. The form is: {FORMS['snooze']}",
        )
    return Wish("snooze", numbers, text, until=until, problem=problem)


def _until(text: str, today: date) -> date | None:
    length = _LENGTH.fullmatch(text)
    if length:
        count = 1 if length[1].lower().startswith("a") else int(length[1])
        return today + timedelta(days=count * _DAYS[length[2][0].lower()])
    found = day_of(text, today)
    return found.earliest if found and found.earliest > today else found.latest if found else None


def day_of(words: str, today: date) -> DateRange | None:
    """Read words that name a time to come and nothing else, as said today; also 18/12/26, day first, and "Fri 5pm"."""
    plain = _WEEKDAY.sub(_whole_weekday, _HOUR.sub("", words.strip(" .,")))
    plain = _UK_DAY.sub(lambda m: _numeric(int(m[1]), int(m[2]), m[3] or "", today), plain)
    found = dates.read(plain, today)
    if found is None or found.latest < today:
        return None
    return replace(found, words=words.strip(" .,"))


def _whole_weekday(found: re.Match[str]) -> str:
    return next(name for name in WEEKDAYS if name.startswith(found[1][:3].lower()))


def _numeric(day: int, month: int, year: str, today: date) -> str:
    """Write 18/12, 18/12/26 or 18/12/2026 as the dates' grammar has it; without a year, the first to come."""
    if not year:
        return f"{today.year + ((month, day) < (today.month, today.day))}-{month:02}-{day:02}"
    return f"{year if len(year) > 2 else f'20{year}'}-{month:02}-{day:02}"  # noqa: PLR2004 - two digits


def ends_in_date(text: str) -> str:
    """Give the end of an item's text that looks like a date nobody could read, '' where none does."""
    found = _LIKE_DATE.search(text)
    return found.group() if found else ""


# -- changing items -----------------------------------------------------------------------------------


def changed(item: WatchItem, wish: Wish, by: str, at: datetime) -> WatchItem:  # noqa: PLR0911 - a verb each
    """Give the item as a wish makes it. What is done or dropped opens again where it is claimed, moved or assigned."""
    stamped = replace(item, changed_by=by, changed_at=at)
    match wish.verb:
        case "claim":
            return owned(replace(stamped, status=_opened(item)), by)
        case "assign":
            return owned(replace(stamped, status=_opened(item)), wish.people[0])
        case "done":
            return replace(_noted(stamped, wish.text, by, at), status=Standing.DONE)
        case "drop":
            return replace(_noted(stamped, wish.text, by, at), status=Standing.DROPPED)
        case "snooze":
            return replace(stamped, snoozed=wish.until, reminded=True)
        case "move":
            return replace(stamped, due=wish.due, status=Standing.MOVED, snoozed=None)
        case "note":
            return _noted(stamped, wish.text, by, at)
        case "quiet":
            return replace(stamped, reminded=False)
    return item


def owned(item: WatchItem, owner: str) -> WatchItem:
    """Give an item to somebody, or to nobody; what its owner said of reminders is not the next one's word."""
    return item if item.owner == owner else replace(item, owner=owner, reminded=True, snoozed=None)


def _opened(item: WatchItem) -> Standing:
    return item.status if item.open else Standing.OPEN


def _noted(item: WatchItem, text: str, by: str, at: datetime) -> WatchItem:
    return replace(item, notes=(*item.notes, Note(by, at, text))) if text else item


# -- listing ------------------------------------------------------------------------------------------


def grouped(items: Iterable[WatchItem], today: date) -> list[tuple[str, list[WatchItem]]]:
    """Sort items into overdue, this week, later, undated; each by date, then number; empty groups left out."""
    week = today + timedelta(days=6 - today.weekday())
    groups: dict[str, list[WatchItem]] = {"Overdue": [], "This week": [], "Later": [], "No date": []}
    for item in sorted(items, key=lambda one: (one.due.latest if one.due else date.max, one.number)):
        groups[_group(item, today, week)].append(item)
    return [(name, found) for name, found in groups.items() if found]


def _group(item: WatchItem, today: date, week: date) -> str:
    if item.due is None:
        return "No date"
    if item.due.latest < today:
        return "Overdue"
    return "This week" if item.due.latest <= week else "Later"


@dataclass(frozen=True, slots=True)
class Window:
    """Which next steps are asked for: those of a topic, between two days; ``past`` for those gone by."""

    topic: str
    first: date
    last: date
    past: bool


def window(text: str, today: date) -> Window | str:
    """Read what stands after /nextsteps: a topic, "this week", "30 days", "until DATE", "past"; else what is wrong."""
    words = " ".join(text.split())
    lowered = words.lower()
    if lowered == "past" or lowered.endswith(" past"):
        return Window(words[:-4].strip(), today - PAST, today - timedelta(days=1), past=True)
    until = re.search(r"\b(?:until|till|up to)\s+(.+)$", words, re.IGNORECASE)
    if until:
        found = day_of(until[1], today)
        if not found:
            return f"I read no date to come in “{until[1][:60]}”. The form is: /nextsteps TOPIC until 18 December"
        return Window(words[: until.start()].strip(), today, found.latest, past=False)
    days = re.search(r"\b(?:next\s+)?(\d{1,3})\s+(day|week|month)s?$", words, re.IGNORECASE)
    if days:
        span = int(days[1]) * {"d": 1, "w": 7, "m": 30}[days[2][0].lower()]
        return Window(words[: days.start()].strip(), today, today + timedelta(days=span), past=False)
    for start in [0, *(match.end() for match in re.finditer(" ", words))]:
        found = day_of(words[start:], today) if words[start:] else None
        if found and found.exact is not Exact.DAY:
            return Window(words[:start].strip(), found.earliest, found.latest, past=False)
    return Window(words, today, today + SPAN, past=False)
