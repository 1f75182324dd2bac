"""When a subscription posts: what people type, in words again, and the UTC instants that are due; pure.

A schedule is a cron expression over local time. Where local clocks change, a slot is the first instant at
which the local clock reads its time or later: a time that does not exist comes at the end of the gap, and
one that exists twice comes the first time only. Two times that fall on one instant are one slot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from index.almanac import working
from index.errors import DispatchBoxError

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = "weekdays at 08:30, daily at 7, Mondays at 9, Mon and Thu at 4pm, on the 1st at 9, at once"
KEPT_SKIPPED = 100  # the most skipped slots that are listed
_MINUTE = timedelta(minutes=1)
_CAUGHT_UP = timedelta(hours=2)  # how late a slot may still be posted
_AHEAD = timedelta(days=3653)  # how far ahead a next time is looked for
_FIELDS = 5  # minute, hour, day of the month, month, day of the week


class ScheduleError(DispatchBoxError):
    """Words, a cron expression or a zone that make no schedule. The message quotes them: escape it for Slack."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to post: five cron fields over the local time of an IANA zone; '' as cron for "at once", without slots.

    ``working`` leaves out weekends and English bank holidays. Raises ScheduleError for what is no such thing.
    """

    cron: str
    zone: str
    working: bool = False

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
            if self.cron:
                CronSim(self.cron, datetime.min)  # noqa: DTZ901 - cron knows local time only
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ScheduleError(f"{self.zone!r} is no time zone: write one such as Europe/London") from error
        except CronSimError as error:
            raise ScheduleError(f"{self.cron!r} is no cron expression that ever comes: {error}; correct it") from error
        if self.cron and len(self.cron.split()) != _FIELDS:
            raise ScheduleError(f"{self.cron!r} is no cron expression: write five fields, such as 30 8 * * 1-5")

    @property
    def at_once(self) -> bool:
        """Tell a schedule that waits for nothing."""
        return not self.cron


@dataclass(frozen=True, slots=True)
class Owed:
    """What is due now, a slot's instant or None, and the slots passed over for good, oldest first; all UTC."""

    due: datetime | None
    skipped: tuple[datetime, ...]


# -- slots ------------------------------------------------------------------------------------------


def slots(schedule: Schedule, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """Give the slots later than ``after``, up to and including ``until``: strictly increasing whole minutes, UTC."""
    return tuple(_following(schedule, after, until))


def upcoming(schedule: Schedule, now: datetime, n: int = 3) -> tuple[datetime, ...]:
    """Give the next ``n`` slots; fewer where ten years hold no more, none for "at once"."""
    return tuple(islice(_following(schedule, now, now + _AHEAD), n))


def owed(schedule: Schedule, last: datetime, now: datetime) -> Owed:
    """Tell what is to be posted now, where ``last`` is the newest slot dealt with, or the subscription's making.

    The newest slot missed is due if it is at most two hours old. All before it are skipped, and so is it when it
    is older. ``skipped`` lists the newest 100 alone: a bot that was away for a year has no use for the rest. A
    clock that stands before ``last`` owes nothing until it has passed it. Both count as dealt with afterwards.
    """
    missed = _newest(schedule, last, now, KEPT_SKIPPED + 1)
    if missed and now - missed[-1] <= _CAUGHT_UP:
        return Owed(missed[-1], missed[:-1])
    return Owed(None, missed[-KEPT_SKIPPED:])


def _newest(schedule: Schedule, after: datetime, until: datetime, n: int) -> tuple[datetime, ...]:
    """Give the last ``n`` slots of a time, looking ever further back, so that a minutely year costs little."""
    span = _CAUGHT_UP
    while True:
        start = until - min(span, max(until - after, timedelta(0)))
        found = slots(schedule, start, until)
        if len(found) >= n or start <= after or start == until:
            return found[-n:]
        span *= 2


def _following(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    if schedule.at_once:
        return
    zone = ZoneInfo(schedule.zone)
    newest = after
    for local in CronSim(schedule.cron, after.astimezone(zone).replace(tzinfo=None)):
        slot = _reached(local, zone)
        if slot > until:
            return
        if slot > newest and not (schedule.working and not working(local.date())):
            newest = slot
            yield slot


def _reached(local: datetime, zone: ZoneInfo) -> datetime:
    """Give the first instant at which a zone's clock reads this local time, or the end of the gap it falls in."""
    while True:
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == local:
            return instant
        local += _MINUTE


# -- reading and saying -----------------------------------------------------------------------------

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBERS = {name[:3].lower(): number for number, name in enumerate(_NAMES, 1)}  # cron's, with 7 for Sunday
_NAMED = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}
_WORKING_WEEK = "1-5"
_AROUND = " .,;"  # what may stand about a schedule
_EVERY_MONTH = 28  # the last date that no month lacks
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_NTH = r"\d{1,2}(?:st|nd|rd|th)"
_AND = r"(?:\s*[,&/]\s*(?:and\s+)?|\s+and\s+)(?:the\s+)?"
_EVERY = r"(?:(?:every|each|on|weekly\s+on)\s+)?"
_WHEN = rf"""(?:
    {_EVERY}(?P<working>weekdays?|working\s+days?)
    | (?P<daily>daily|(?:every|each)\s+day)
    | {_EVERY}(?P<first>{_DAY})(?:\s*[-–]\s*|\s+to\s+)(?P<last>{_DAY})
    | {_EVERY}(?P<days>{_DAY}(?:{_AND}{_DAY})*)
    | (?P<weekly>weekly)
    | (?:(?:monthly|every\s+month)\s+)?(?:on\s+)?(?:the\s+)?(?P<dates>{_NTH}(?:{_AND}{_NTH})*|last\s+day)
      (?:\s+(?:of|in)\s+(?:the|each|every)\s+month)?
    | (?P<monthly>monthly|every\s+month))"""
_HALF = r"(?:\s*[ap]\.?m\b\.?)"
_CLOCK = rf"(?:\d{{1,2}}[:.]\d\d{_HALF}?|\d{{1,2}}{_HALF}|noon|midday|midnight)"
_TIME = rf"(?P<time>at\s+(?:{_CLOCK}|\d{{4}}|\d{{1,2}})|{_CLOCK})"
_ONCE = r"(?P<once>at\s+once|immediately|(?:straight|right)\s+away)"
_TOLD = re.compile(rf"(\d{{1,2}}?)(?:[:.]?(\d\d))?({_HALF})?", re.ASCII | re.IGNORECASE)
_VAGUE = re.compile(rf"(?:the\s+)?(?:{_DAY}(?<!s)|{_NTH}|last\s+day)", re.ASCII | re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”")
_PLAIN = re.compile(r"(\d+) (\d+) (\*|L|\d+(?:,\d+)*) \* (\*|1-5|[1-7](?:,[1-7])*)", re.ASCII)


def read(words: str, zone: str) -> Schedule:
    """Read a schedule as people type it, and nothing else: days, a time (else 09:00), a zone (else ``zone``).

    Raises ScheduleError, which quotes the words and says what would be understood.
    """
    flat = " ".join(words.split()).strip(_AROUND)
    found = next((match for form in _forms() if (match := form.fullmatch(flat))), None)
    if found is None:
        raise ScheduleError(
            f"I read no time to post in “{flat[:60]}”. Write one such as {FORMS}; for another zone add “New York time”"
        )
    told = found.groupdict()
    if told.get("once"):
        return Schedule("", zone)
    minute, hour = _time_of_day(told["time"])
    dates, days = _dates_and_days(told)
    if told["zone"]:
        zone = _zones()[told["zone"].lower().replace("_", " ").removesuffix(" time")]
    return Schedule(f"{minute} {hour} {dates} * {days}", zone, working=bool(told["working"]))


def find(text: str) -> tuple[int, int] | None:
    """Give the span of the last schedule among other words, None without one; what stands in quotes is passed over.

    "Friday" and "the 1st" count only with more to them ("Fridays", "Friday at 9"), unless nothing else is said:
    Black Friday is a topic.
    """
    flat = _QUOTED.sub(lambda match: "\0" * len(match[0]), re.sub(r"\s", " ", text))
    whole = flat.strip(_AROUND)
    if any(form.fullmatch(whole) for form in _forms()):
        start = flat.index(whole)
        return start, start + len(whole)
    spans = [match.span() for form in _forms() for match in form.finditer(flat) if not _VAGUE.fullmatch(match[0])]
    return max(spans, key=lambda span: (span[1], -span[0]), default=None)


def said(schedule: Schedule) -> str:
    """Say a schedule in words that ``read`` reads back; a cron expression that people do not type is quoted."""
    if schedule.at_once:
        return "at once"
    city = schedule.zone.rpartition("/")[2].replace("_", " ")
    known = _zones().get(city.lower()) == schedule.zone
    zone = schedule.zone if schedule.zone in {"UTC", "GMT"} else f"{city if known else schedule.zone} time"
    plain = _PLAIN.fullmatch(schedule.cron)
    if plain is None or "*" not in {plain[3], plain[4]}:
        only = ", on working days alone" if schedule.working else ""
        return f"at the times of the cron expression “{schedule.cron}”{only}, {zone}"
    days = _said_days(plain[3], plain[4], working=schedule.working)
    return f"{days} at {int(plain[2]):02}:{int(plain[1]):02}, {zone}"


def _said_days(dates: str, days: str, *, working: bool) -> str:
    if working and days == _WORKING_WEEK:
        return "every working day"
    only = ", on working days alone," if working else ""
    if days != "*":
        numbers = range(1, 6) if days == _WORKING_WEEK else [int(number) for number in days.split(",")]
        names = [_NAMES[number - 1] + "s" for number in numbers]
        run = len(names) > 2 and list(numbers) == list(range(numbers[0], numbers[-1] + 1))  # noqa: PLR2004 - a run
        return (f"{names[0]} to {names[-1]}" if run else _listed(names)) + only
    if dates == "*":
        return "every day" + only
    return f"the {'last day' if dates == 'L' else _listed([_nth(int(n)) for n in dates.split(',')])} of the month{only}"


def _listed(words: list[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _nth(number: int) -> str:
    teen = number // 10 == 1
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _time_of_day(words: str | None) -> tuple[int, int]:
    """Give minute and hour; nine o'clock where nothing is said."""
    told = re.sub(r"^at\s+", "", (words or "at 9").lower())
    if told in _NAMED:
        hour, minute = _NAMED[told]
        return minute, hour
    match = _TOLD.fullmatch(told)
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3] and 1 <= hour <= 12:  # noqa: PLR2004 - a clock's face
            hour = hour % 12 + (12 if "p" in match[3] else 0)
        elif match[3]:
            hour = 24
        if hour < 24 and minute < 60:  # noqa: PLR2004 - a day's hours, an hour's minutes
            return minute, hour
    raise ScheduleError(f"“{words}” is no time of day: write one such as 08:30 or 4pm")


def _dates_and_days(told: dict[str, str | None]) -> tuple[str, str]:
    """Give cron's day of the month and day of the week."""
    if told["dates"]:
        return _dates(told["dates"]), "*"
    if told["monthly"]:
        return "1", "*"
    if told["daily"]:
        return "*", "*"
    if told["working"]:
        return "*", _WORKING_WEEK
    if told["first"] and told["last"]:
        first, last = _NUMBERS[told["first"][:3].lower()], _NUMBERS[told["last"][:3].lower()]
        return "*", _week({(first - 1 + n) % 7 + 1 for n in range((last - first) % 7 + 1)})
    return "*", _week({_NUMBERS[day[:3].lower()] for day in re.findall(_DAY, told["days"] or "Monday", re.IGNORECASE)})


def _week(days: set[int]) -> str:
    fields = {(1, 2, 3, 4, 5): _WORKING_WEEK, (1, 2, 3, 4, 5, 6, 7): "*"}
    return fields.get(tuple(sorted(days)), ",".join(map(str, sorted(days))))


def _dates(words: str) -> str:
    if "last" in words.lower():
        return "L"
    numbers = sorted({int(number) for number in re.findall(r"\d+", words)})
    if numbers[0] < 1 or numbers[-1] > _EVERY_MONTH:
        raise ScheduleError(
            f"“{words[:60]}” does not come in every month: write the 1st to the {_EVERY_MONTH}th, or the last day"
        )
    return ",".join(map(str, numbers))


@cache
def _zones() -> dict[str, str]:
    """Give zones by their names in small letters: in full, and by the last part where one zone alone has it."""
    names = sorted(available_timezones())
    parts = [name.rpartition("/")[2] for name in names]
    short = {part: name for part, name in zip(parts, names, strict=True) if part == name or parts.count(part) == 1}
    return {called.replace("_", " ").lower(): name for called, name in (short | {n: n for n in names}).items()}


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """Give what a schedule may look like: days and time, time and days, at once."""
    called = [re.escape(name).replace(r"\ ", r"(?:\s+|_)") for name in sorted(_zones(), key=len, reverse=True)]
    full = "|".join(name for name in called if "/" in name)
    zone = rf"(?:,?\s+(?:in\s+)?(?P<zone>(?:{'|'.join(called)})\s+time|{full}|utc|gmt))?"
    shapes = (rf"{_WHEN}(?:,?\s+{_TIME})?{zone}", rf"{_TIME},?\s+{_WHEN}{zone}", _ONCE)
    return tuple(
        re.compile(rf"(?<![^\s,;:(]){shape}(?![^\s,;:.!?)])", re.ASCII | re.IGNORECASE | re.VERBOSE) for shape in shapes
    )
