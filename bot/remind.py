"""Of which items somebody is to be reminded on a day; pure.

An item is due on the last day of its range. Its owner is reminded on the working day before and on the
day, then every Monday while it is overdue; on the day a snooze ends, and not before. What nobody owns
goes to the team's channel on Mondays, from a fortnight before its day to a fortnight after, so that the
list stays short. Nothing falls on a weekend, an English bank holiday or, for a parliamentary item, in a
recess: it comes on the last day before that is free. A recess hides nothing due on a sitting day. An
undated item gives no reminder but a snooze's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from index.almanac import recesses, working

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from bot.types import WatchItem

_DAY, _WEEK, _FORTNIGHT = timedelta(days=1), timedelta(days=7), timedelta(days=14)
_CAUGHT_UP = timedelta(days=7)  # how far back days without a bot are made good
# Westminster's own: not the European Parliament, house building, or an energy bill.
_PARLIAMENT = re.compile(
    r"\b(?:(?i:commons|lords|mps|peers|royal assent|select committee|(?:second|third) reading|ping-pong|hansard|pmqs"
    r"|(?:committee|report) stage|westminster hall|parliamentary)|(?:[Tt]he|[Bb]oth) Houses?(?! of Rep)|Bill(?! [A-Z])"
    r"|(?i:(?<!european )(?<!scottish )(?<!welsh )(?<!ireland )parliament(?! of)))\b"
)


class Why(StrEnum):
    """Why somebody is reminded, the most pressing first."""

    DUE = "due"
    BEFORE = "before"
    WOKEN = "woken"
    OVERDUE = "overdue"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True)
class Reminder:
    """An item to be reminded of, and why."""

    item: WatchItem
    why: Why


def morning(now: datetime, zone: ZoneInfo, at: time) -> date | None:
    """Give the local day whose reminders may go out at this instant; None before the hour of reminders."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= at else None


@cache
def sitting(day: date) -> bool:
    """Tell a working day outside the recesses of the Commons that the almanac has."""
    return working(day) and not any(recess.first <= day <= recess.last for recess in recesses())


def last_free(day: date, *, parliamentary: bool) -> date:
    """Give that day, or the last one before it on which one may be reminded."""
    free = sitting if parliamentary else working
    while not free(day):
        day -= _DAY
    return day


def parliamentary(item: WatchItem) -> bool:
    """Tell whether an item is Parliament's, by its words and bodies."""
    return bool(_PARLIAMENT.search(f"{item.text} {' '.join(item.bodies)}"))


def reminders(items: Sequence[WatchItem], since: date | None, today: date) -> tuple[Reminder, ...]:
    """Give what is due to be said today: each item once, for its most pressing reason, in the order of ``items``.

    ``since`` is the last day whose reminders went out; days after it that had none are made good, seven at most.
    """
    first = today if since is None else max(since + _DAY, today - _CAUGHT_UP + _DAY)
    days = [first + _DAY * n for n in range((today - first).days + 1)]
    order = list(Why)
    found = []
    for item in items:
        whys = [why for day, why in _days(item, days) if day in days]
        if whys:
            found.append(Reminder(item, min(whys, key=order.index)))
    return tuple(found)


def _days(item: WatchItem, days: Sequence[date]) -> Iterator[tuple[date, Why]]:
    """Give the days of an item's reminders, as far as they may fall among ``days``."""
    if not (item.open and item.reminded and days):
        return
    ours = parliamentary(item)
    woken = _woken(item, ours=ours)
    if woken:
        yield woken, Why.WOKEN
    for day, why in _of_due(item, days, ours=ours):
        if woken is None or day > woken:
            yield day, why


def _woken(item: WatchItem, *, ours: bool) -> date | None:
    """Give the day on which a snooze ends: the last free one before it, or the next where that was when it began."""
    if item.snoozed is None:
        return None
    day = last_free(item.snoozed, parliamentary=ours)
    if day > item.changed_at.date():
        return day
    day = item.snoozed
    while last_free(day, parliamentary=ours) != day:
        day += _DAY
    return day


def _of_due(item: WatchItem, days: Sequence[date], *, ours: bool) -> Iterator[tuple[date, Why]]:
    if item.due is None:
        return
    due = item.due.latest
    if not item.owner:
        near = [due + _DAY * n for n in range(-_FORTNIGHT.days, _FORTNIGHT.days + 1)]
        said = [day for day in near if day.weekday() == 0] + ([due] if ours else [])  # a recess may hold every Monday
        yield from ((last_free(day, parliamentary=ours), Why.UNCLAIMED) for day in said)
        return
    yield last_free(due, parliamentary=ours), Why.DUE
    yield last_free(due - _DAY, parliamentary=ours), Why.BEFORE
    mondays = [day for n in range(len(days) + 7) for day in [days[0] + _DAY * n] if day.weekday() == 0]
    for day in mondays:
        free = last_free(day, parliamentary=ours)
        if day > due and free > max(due, day - _WEEK):
            yield free, Why.OVERDUE
