"""When a subscription posts: what is read, how it is said, and every minute of ten years against another reckoning.

The other reckoning walks UTC minute by minute. It keeps the furthest that the local clock has ever read; the local
minutes newly reached at a minute are looked up in a table of fields made by arithmetic. Where clocks change, and the
bank holidays, stand here by rule, so that neither the zone database nor the almanac vouches for itself.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import numpy as np
import pytest
from dateutil.easter import easter
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedule import KEPT_SKIPPED, Owed, Schedule, ScheduleError, find, owed, read, said, slots, upcoming

if TYPE_CHECKING:
    from collections.abc import Callable

LONDON, NEW_YORK, LORD_HOWE = "Europe/London", "America/New_York", "Australia/Lord_Howe"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(found: tuple[datetime, ...]) -> str:
    assert all(slot.tzinfo is UTC for slot in found)
    return ", ".join(f"{slot:%Y-%m-%d %H:%M}" for slot in found)


# -- reading and saying -------------------------------------------------------------------------------

READ: list[tuple[str, str, str]] = [
    ("weekdays at 08:30", "30 8 * * 1-5 working", "every working day at 08:30, London time"),
    ("every weekday", "0 9 * * 1-5 working", "every working day at 09:00, London time"),
    ("on working days at 4.30 pm", "30 16 * * 1-5 working", "every working day at 16:30, London time"),
    ("daily", "0 9 * * *", "every day at 09:00, London time"),
    ("Every day, at 7", "0 7 * * *", "every day at 07:00, London time"),
    ("at 9 on Mondays", "0 9 * * 1", "Mondays at 09:00, London time"),
    ("Mondays at 9", "0 9 * * 1", "Mondays at 09:00, London time"),
    ("weekly", "0 9 * * 1", "Mondays at 09:00, London time"),
    ("weekly on Thursdays", "0 9 * * 4", "Thursdays at 09:00, London time"),
    ("Mon and Thu at 9.15", "15 9 * * 1,4", "Mondays and Thursdays at 09:15, London time"),
    ("Thurs, Tues & mon at 0830", "30 8 * * 1,2,4", "Mondays, Tuesdays and Thursdays at 08:30, London time"),
    ("every Friday 4pm", "0 16 * * 5", "Fridays at 16:00, London time"),
    ("Friday", "0 9 * * 5", "Fridays at 09:00, London time"),
    ("Sunday at noon.", "0 12 * * 7", "Sundays at 12:00, London time"),
    ("Mon-Fri 9 a.m.", "0 9 * * 1-5", "Mondays to Fridays at 09:00, London time"),
    ("Saturday to Monday at midnight", "0 0 * * 1,6,7", "Mondays, Saturdays and Sundays at 00:00, London time"),
    ("Mon to Sun at 12am", "0 0 * * *", "every day at 00:00, London time"),
    ("monthly", "0 9 1 * *", "the 1st of the month at 09:00, London time"),
    ("monthly on the 2nd at 12pm", "0 12 2 * *", "the 2nd of the month at 12:00, London time"),
    ("the 1st, 23rd and the 11th of each month", "0 9 1,11,23 * *",
     "the 1st, 11th and 23rd of the month at 09:00, London time"),
    ("on the last day of the month at 16:00", "0 16 L * *", "the last day of the month at 16:00, London time"),
    ("at once", "", "at once"),
    ("Immediately", "", "at once"),
    ("daily at 9 America/New_York", "0 9 * * *", "every day at 09:00, New York time"),
    ("Mondays at 9, new york time", "0 9 * * 1", "Mondays at 09:00, New York time"),
    ("daily in UTC", "0 9 * * *", "every day at 09:00, UTC"),
    ("daily at 9 US/Eastern", "0 9 * * *", "every day at 09:00, US/Eastern time"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "cron", "words_again"), READ, ids=[row[0] for row in READ])
def test_what_people_type_is_read_and_said(words: str, cron: str, words_again: str) -> None:
    schedule = read(words, LONDON)
    assert schedule.cron + (" working" if schedule.working else "") == cron
    assert said(schedule) == words_again


MISREAD = [
    ("", "no time to post in “”"),
    ("whenever it suits", "“whenever it suits”. Write one such as weekdays at 08:30"),
    ("at 9", "no time to post in “at 9”"),
    ("every other Friday", "“every other Friday”"),
    ("daily at 9 Gotham time", "“daily at 9 Gotham time”"),
    ("daily at 25", "“at 25” is no time of day: write one such as 08:30"),
    ("daily at 9.75", "“at 9.75” is no time of day"),
    ("daily at 13pm", "“at 13pm” is no time of day"),
    ("daily at 0am", "“at 0am” is no time of day"),
    ("on the 31st", "“31st” does not come in every month"),
    ("on the 0th", "“0th” does not come in every month"),
]


@pytest.mark.parametrize(("words", "problem"), MISREAD, ids=[row[0] or "nothing" for row in MISREAD])
def test_what_cannot_be_read_is_quoted_with_what_would_be_understood(words: str, problem: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        read(words, LONDON)
    assert problem in str(refused.value)


FOUND = [
    ("sanctions, energy weekdays at 08:30 as digest", "weekdays at 08:30"),
    ("sanctions", None),
    ("", None),
    ("  at once", "at once"),
    ("steel quotas at once as each", "at once"),
    ("sanctions every Friday 4pm from 1 December 2025", "every Friday 4pm"),
    ("energy, at 9 on Tuesdays, New York time, as digest", "at 9 on Tuesdays, New York time"),
    ("Black Friday", None),
    ("Black Friday daily", "daily"),
    ("Friday", "Friday"),
    ("rail Friday at 9", "Friday at 9"),
    ("the 1st Battalion", None),
    ("rail on the 1st at 9", "on the 1st at 9"),
    ("weekly bulletins daily at 7", "daily at 7"),
    ('“The Daily Mail” and "a weekly view"', None),
    ("“daily mail” Mondays at 9", "Mondays at 9"),
    ("daily from Monday 3 November", "daily"),
    ("Mondays’ papers", None),
    ("weekdays\nat\u00a08:30 energy", "weekdays\nat\u00a08:30"),
    ("daily at 9 Moscow", "daily at 9"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), FOUND, ids=[row[0] or "nothing" for row in FOUND])
def test_the_schedule_is_found_among_other_words(text: str, words: str | None) -> None:
    span = find(text)
    assert (text[span[0] : span[1]] if span else None) == words


WORDS = st.lists(
    st.sampled_from(
        "weekdays working days daily every each day on the 1st 2nd 31st Mon mondays Thu Friday sun to - and & , / at "
        "9 09:30 9.15 4pm 25 0830 noon a.m. weekly monthly last of month London New York time America/New_York utc "
        "once ſat at\u00a0once ٣".split(" ")
    )
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), WORDS))
def test_no_text_upsets_reading_and_what_is_said_reads_back(text: str) -> None:
    schedule = tried(text)
    span = find(text)
    if isinstance(schedule, Schedule):
        assert span is not None
        assert read(said(schedule), schedule.zone) == schedule
    if span:  # what is found is a schedule, though its numbers may be none
        assert "no time to post" not in str(tried(text[slice(*span)]))


def tried(text: str) -> Schedule | ScheduleError:
    try:
        return read(text, LONDON)
    except ScheduleError as error:
        return error


def some(numbers: st.SearchStrategy[int], most: int) -> st.SearchStrategy[str]:
    return st.sets(numbers, min_size=1, max_size=most).map(lambda found: ",".join(map(str, sorted(found))))


DATES = st.one_of(st.sampled_from(["L", "*"]), some(st.integers(1, 28), 5))
WEEK = some(st.integers(1, 7), 6).filter(lambda week: week != "1,2,3,4,5")
CLOCK = st.tuples(st.integers(0, 59), st.integers(0, 23)).map(lambda time: f"{time[0]} {time[1]}")
ANY_ZONE = st.sampled_from(sorted(available_timezones()))
TYPED = st.one_of(
    st.builds(Schedule, st.builds("{} {} * *".format, CLOCK, DATES), ANY_ZONE),
    st.builds(Schedule, st.builds("{} * * {}".format, CLOCK, WEEK), ANY_ZONE),
    st.builds(Schedule, st.builds("{} * * 1-5".format, CLOCK), ANY_ZONE, working=st.booleans()),
)


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_every_schedule_that_can_be_typed_is_said_so_that_it_reads_back(schedule: Schedule) -> None:
    assert read(said(schedule), "UTC") == schedule


def test_a_schedule_that_nobody_types_is_said_by_its_expression() -> None:
    assert (
        said(Schedule("*/5 9-17 * * 1", LONDON)) == "at the times of the cron expression “*/5 9-17 * * 1”, London time"
    )
    assert said(Schedule("0 9 * * 1", LONDON, working=True)) == "Mondays, on working days alone, at 09:00, London time"


NONE = [
    ("a zone that is none", "0 9 * * *", "Mars/Base", "'Mars/Base' is no time zone: write one"),
    ("a path for a zone", "0 9 * * *", "../etc", "'../etc' is no time zone"),
    ("a folder of zones", "", "America", "'America' is no time zone"),
    ("an hour that is none", "0 25 * * *", LONDON, "'0 25 * * *' is no cron expression that ever comes: Bad hour"),
    ("words", "daily", LONDON, "'daily' is no cron expression"),
    ("seconds", "0 0 9 * * *", LONDON, "write five fields"),
    ("the 30th of February", "0 9 30 2 *", LONDON, "Bad day-of-month"),
]


@pytest.mark.parametrize(("cron", "zone", "problem"), [row[1:] for row in NONE], ids=[row[0] for row in NONE])
def test_what_is_no_schedule_is_refused_when_it_is_made(cron: str, zone: str, problem: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        Schedule(cron, zone)
    assert problem in str(refused.value)


# -- every minute of ten years ------------------------------------------------------------------------

FIRST, LAST = utc("2020-01-01"), utc("2029-12-31T23:59")
MARGIN = 2 * 24 * 60  # minutes of the table before and after, for local time


def sunday(year: int, month: int, nth: int) -> date:
    """Give the nth Sunday of a month, the last for -1."""
    days = [date(year, month, 1) + n * DAY for n in range(31)]
    return [day for day in days if day.month == month and day.weekday() == 6][nth - 1 if nth > 0 else nth]


def at(day: date, hour: int, minute: int = 0) -> int:
    """Count minutes from 1970 to a UTC time."""
    return ((day - date(1970, 1, 1)).days * 24 + hour) * 60 + minute


# offset in minutes, in summer; when summer begins and ends, in UTC
CLOCKS: dict[str, tuple[int, int, Callable[[int], int], Callable[[int], int]]] = {
    LONDON: (0, 60, lambda y: at(sunday(y, 3, -1), 1), lambda y: at(sunday(y, 10, -1), 1)),
    NEW_YORK: (-300, -240, lambda y: at(sunday(y, 3, 2), 7), lambda y: at(sunday(y, 11, 1), 6)),
    LORD_HOWE: (630, 660, lambda y: at(sunday(y, 10, 1) - DAY, 15, 30), lambda y: at(sunday(y, 4, 1) - DAY, 15)),
}


def bank_holidays(year: int) -> set[date]:
    """Give England's by rule, a weekend's on the next free day; what was proclaimed besides is left out."""
    first = [date(year, 5, 1) + n * DAY for n in range(7)]
    fixed = {date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)}
    found = {easter(year) - 2 * DAY, easter(year) + DAY} | {day for day in first if day.weekday() == 0}
    for month in (5, 8):
        found.add(next(day for n in range(7) for day in [date(year, month, 31) - n * DAY] if day.weekday() == 0))
    for day in sorted(fixed):
        free = day
        while free.weekday() > 4 or (free in found | fixed and free != day):
            free += DAY
        found.add(free)
    return found


@cache
def table() -> Any:  # noqa: ANN401 - arrays by name
    """Give the fields of every local minute of the years, each an array, by arithmetic."""
    first = minute_of(FIRST) - MARGIN
    count = np.arange(first, minute_of(LAST) + MARGIN)
    day = count // 1440
    days = np.arange(day[0], day[-1] + 1)
    calendar = days.astype("datetime64[D]")
    months = calendar.astype("datetime64[M]")
    dates = (calendar - months).astype(int) + 1
    week = (days + 3) % 7 + 1  # 1 January 1970 was a Thursday; Monday is 1
    # The almanac knows 2025 to 2028; outside them a working day is one from Monday to Friday.
    free = np.array(sorted(day for year in range(2025, 2029) for day in bank_holidays(year)), dtype="datetime64[D]")
    working = (week < 6) & ~np.isin(calendar, free)
    by_day = {
        "date": dates,
        "month": months.astype(int) % 12 + 1,
        "week": week,
        "working": working,
        "last": np.append(dates[1:] == 1, True),
    }
    fields = {name: values.astype(np.int8)[day - day[0]] for name, values in by_day.items()}
    return SimpleNamespace(
        first=first, minute=(count % 60).astype(np.int8), hour=(count // 60 % 24).astype(np.int8), **fields
    )


def minute_of(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


@cache
def reached(zone: str) -> Any:  # noqa: ANN401 - an array
    """Give for each UTC minute, and the one before the first, the furthest the local clock has read, as table row."""
    base, summer, begins, ends = CLOCKS[zone]
    count = np.arange(minute_of(FIRST) - 1, minute_of(LAST) + 1)
    offset = np.full(count.shape, base)
    for year in range(2019, 2031):
        end = ends(year) if begins(year) < ends(year) else ends(year + 1)
        offset[(count >= begins(year)) & (count < end)] = summer
    return np.maximum.accumulate(count + offset) - table().first


TABLE: list[tuple[str, str, bool, Callable[[Any], Any]]] = [
    ("weekdays at 08:30", "30 8 * * 1-5", True, lambda t: (t.minute == 30) & (t.hour == 8) & (t.working == 1)),
    ("daily at 7", "0 7 * * *", False, lambda t: (t.minute == 0) & (t.hour == 7)),
    ("in London’s gap and fold", "30 1 * * *", False, lambda t: (t.minute == 30) & (t.hour == 1)),
    ("in New York’s and Lord Howe’s gap", "15 2 * * *", False, lambda t: (t.minute == 15) & (t.hour == 2)),
    ("at the edge of the gaps", "59 1 * * 7", False, lambda t: (t.minute == 59) & (t.hour == 1) & (t.week == 7)),
    ("every minute of the hours that change", "* 0-3 * 3,4,10,11 7", False,
     lambda t: (t.hour <= 3) & np.isin(t.month, [3, 4, 10, 11]) & (t.week == 7)),
    ("Mondays and Thursdays", "15 9 * * 1,4", False,
     lambda t: (t.minute == 15) & (t.hour == 9) & ((t.week == 1) | (t.week == 4))),
    ("on the 1st", "0 9 1 * *", False, lambda t: (t.minute == 0) & (t.hour == 9) & (t.date == 1)),
    ("on the last day", "45 23 L * *", False, lambda t: (t.minute == 45) & (t.hour == 23) & (t.last == 1)),
    ("on 29 February", "0 12 29 2 *", False,
     lambda t: (t.minute == 0) & (t.hour == 12) & (t.date == 29) & (t.month == 2)),
    ("the 13th, and Fridays", "0 0 13 * 5", False,
     lambda t: (t.minute == 0) & (t.hour == 0) & ((t.date == 13) | (t.week == 5))),
    ("hourly on working days", "5 * * * *", True, lambda t: (t.minute == 5) & (t.working == 1)),
]  # fmt: skip


@pytest.mark.parametrize("zone", CLOCKS)
@pytest.mark.parametrize(("cron", "working", "rule"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_minute_of_ten_years_is_as_another_reckoning_has_it(
    cron: str, rule: Callable[[Any], Any], zone: str, *, working: bool
) -> None:
    before = np.concatenate(([0], np.cumsum(rule(table()), dtype=np.int32)))  # matches among the rows before each
    matched = before[reached(zone) + 1]
    expected = np.flatnonzero(matched[1:] > matched[:-1]) + minute_of(FIRST)
    found = slots(Schedule(cron, zone, working=working), FIRST - MINUTE, LAST)
    assert len(reached(zone)) == 1 + 3653 * 1440
    assert len(expected) >= 2
    assert all(slot.second == slot.microsecond == 0 for slot in found)
    assert np.array_equal(expected, [minute_of(slot) for slot in found])


# -- slots --------------------------------------------------------------------------------------------

CHANGES = [
    ("the gap in London", "30 1 * * *", LONDON, "2027-03-27T12:00", "2027-03-28 01:00, 2027-03-29 00:30"),
    ("all of the gap is one slot", "*/20 1 * * *", LONDON, "2027-03-28", "2027-03-28 01:00, 2027-03-29 00:00"),
    ("the fold in London", "30 1 * * *", LONDON, "2027-10-30T12:00", "2027-10-31 00:30, 2027-11-01 01:30"),
    ("seen in the second pass", "40 1 * * *", LONDON, "2027-10-31T01:10", "2027-11-01 01:40, 2027-11-02 01:40"),
    ("Nepal’s quarter", "0 9 * * *", "Asia/Kathmandu", "2026-01-01", "2026-01-01 03:15, 2026-01-02 03:15"),
    ("Samoa’s lost day", "0 9 30 12 *", "Pacific/Apia", "2011-12-01", "2011-12-30 10:00, 2012-12-29 19:00"),
]


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_where_clocks_change_a_post_comes_once(cron: str, zone: str, after: str, expected: str) -> None:
    assert told(upcoming(Schedule(cron, zone), utc(after), 2)) == expected


def test_working_days_leave_out_christmas_and_the_weekend_after_it() -> None:
    found = upcoming(read("weekdays at 08:30", LONDON), utc("2025-12-24T09:00"))
    assert told(found) == "2025-12-29 08:30, 2025-12-30 08:30, 2025-12-31 08:30"


@pytest.mark.parametrize(
    ("cron", "working", "count"),
    [("0 9 * 2 1#5", False, 0), ("0 9 * * 6", True, 0), ("0 9 29 2 *", False, 2), ("", False, 0)],
    ids=["five Mondays in a February", "working Saturdays", "29 February", "at once"],
)
def test_fewer_times_are_named_where_ten_years_hold_no_more(cron: str, count: int, *, working: bool) -> None:
    assert len(upcoming(Schedule(cron, LONDON, working=working), utc("2028-03-01"))) == count


CRONS = st.tuples(
    st.sampled_from(["0", "30", "*/20", "*", "59", "5,35"]),
    st.sampled_from(["0", "1", "2", "0-3", "9", "*/6", "*"]),
    st.sampled_from(["*", "1", "L", "28-31", "*/2"]),
    st.sampled_from(["*", "3,4,10,11"]),
    st.sampled_from(["*", "7", "1-5", "1,4"]),
).map(" ".join)
ZONES = st.sampled_from([LONDON, NEW_YORK, LORD_HOWE, "Asia/Kolkata", "Africa/Casablanca", "UTC", "America/Santiago"])
SCHEDULES = st.builds(Schedule, CRONS, ZONES, working=st.booleans())
SECONDS = st.integers(0, 20 * 86400)
STARTS = st.sampled_from(["2026-03-20", "2026-10-20", "2025-12-20", "2026-04-01", "2026-03-01T00:30"]).map(utc)


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, STARTS, SECONDS, SECONDS)
def test_slots_increase_and_a_time_cut_in_two_has_the_same(
    schedule: Schedule, start: datetime, first: int, second: int
) -> None:
    cut, end = start + timedelta(seconds=min(first, second)), start + timedelta(seconds=max(first, second))
    found = slots(schedule, start, end)
    assert all(one < other for one, other in pairwise(found))
    assert all(start < slot <= end for slot in found)
    assert found == slots(schedule, start, cut) + slots(schedule, cut, end)


# -- what is owed -------------------------------------------------------------------------------------

OWED = [
    ("nothing yet", "09:00", "09:59", "", ""),
    ("at its minute", "09:00", "10:00", "10:00", ""),
    ("two hours late", "09:30", "12:00", "12:00", "10:00, 11:00"),
    ("dealt with", "10:00", "10:30", "", ""),
    ("the clock went back", "10:00", "09:00", "", ""),
    ("and reaches the last again", "10:00", "10:00", "", ""),
]


@pytest.mark.parametrize(("last", "now", "due", "skipped"), [row[1:] for row in OWED], ids=[row[0] for row in OWED])
def test_the_newest_missed_slot_is_owed(last: str, now: str, due: str, skipped: str) -> None:
    day = "2026-11-24"
    found = owed(Schedule("0 * * * *", LONDON), utc(f"{day}T{last}"), utc(f"{day}T{now}"))
    assert told((found.due,) if found.due else ()).replace(f"{day} ", "") == due
    assert told(found.skipped).replace(f"{day} ", "") == skipped


def test_a_slot_is_caught_up_for_two_hours_and_then_skipped() -> None:
    daily, last, slot = read("daily at 9", LONDON), utc("2026-11-20T12:00"), utc("2026-11-24T09:00")
    older = (slot - 3 * DAY, slot - 2 * DAY, slot - DAY)
    assert owed(daily, last, slot + 2 * HOUR) == Owed(slot, older)
    assert owed(daily, last, slot + 2 * HOUR + timedelta(seconds=1)) == Owed(None, (*older, slot))


def test_a_year_away_lists_the_newest_hundred_skipped() -> None:
    now = utc("2026-11-24T12:00:30")
    found = owed(Schedule("* * * * *", LONDON), now - 365 * DAY, now)
    newest = now.replace(second=0)
    assert found.due == newest
    assert found.skipped == tuple(newest - n * MINUTE for n in range(KEPT_SKIPPED, 0, -1))
    mornings = owed(Schedule("* 1 * * *", LONDON), now - 365 * DAY, now)
    assert (mornings.due, len(mornings.skipped)) == (None, KEPT_SKIPPED)
    assert mornings.skipped[-1] == utc("2026-11-24T01:59")
    weekly = owed(read("Sundays at 9", LONDON), now - 365 * DAY, now)
    assert (weekly.due, len(weekly.skipped), weekly.skipped[-1]) == (None, 52, utc("2026-11-22T09:00"))


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, STARTS, st.lists(st.integers(-7200, 6 * 3600), min_size=1, max_size=30))
def test_looking_again_and_again_owes_each_slot_once(schedule: Schedule, start: datetime, steps: list[int]) -> None:
    """The clock goes forward and back between looks; whatever was owed or skipped is dealt with."""
    now, last, furthest = start, start, start
    dealt: list[datetime] = []
    for step in steps:
        now += timedelta(seconds=step)
        found = owed(schedule, last, now)
        new = (*found.skipped, *([found.due] if found.due else []))
        assert all(slot <= now for slot in new)
        dealt += new
        last, furthest = (new[-1] if new else last), max(furthest, now)
    assert len(set(dealt)) == len(dealt)
    missing = set(slots(schedule, start, furthest)) - set(dealt)
    assert not missing or len(dealt) >= KEPT_SKIPPED
