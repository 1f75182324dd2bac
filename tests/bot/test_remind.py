"""When somebody is reminded. The calendars of 2025 and 2026 were read by hand: Christmas Day 2025 is a Thursday."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import item_phrases
from bot.remind import Why, last_free, morning, parliamentary, reminders
from bot.types import Standing, WatchItem
from index.almanac import working
from index.types import DateRange, Exact

NOW = datetime(2025, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def item(due: str | None, **more: Any) -> WatchItem:
    day = date.fromisoformat(due) if due else None
    span = DateRange(day, day, "", Exact.DAY) if day else None
    made = WatchItem(1, "the consultation", span, "U1", "", Standing.OPEN, "U1", NOW, "U1", NOW)
    return replace(made, **more)


def asked(one: WatchItem, first: str, last: str) -> dict[str, str]:
    """Ask every day from the first to the last, as the bot does; give what came when."""
    day, found = date.fromisoformat(first), {}
    while day <= date.fromisoformat(last):
        found |= {str(day): said.why.value for said in reminders([one], day - DAY, day)}
        day += DAY
    return found


CASES = [
    ("a Thursday", item("2025-11-20"), "2025-11-10", "2025-11-20", {"2025-11-19": "before", "2025-11-20": "due"}),
    ("a Monday", item("2025-11-17"), "2025-11-10", "2025-11-17", {"2025-11-14": "before", "2025-11-17": "due"}),
    ("a Sunday", item("2025-11-16"), "2025-11-10", "2025-11-16", {"2025-11-14": "due"}),
    ("Boxing Day", item("2025-12-26"), "2025-12-20", "2025-12-27", {"2025-12-24": "due"}),
    ("the day after Easter Monday", item("2026-04-07"), "2026-03-30", "2026-04-07",
     {"2026-04-02": "before", "2026-04-07": "due"}),
    ("overdue on Mondays", item("2025-11-20"), "2025-11-21", "2025-12-05",
     {"2025-11-24": "overdue", "2025-12-01": "overdue"}),
    ("overdue on a bank holiday", item("2026-04-29"), "2026-04-30", "2026-05-05", {"2026-05-01": "overdue"}),
    ("nothing when done", item("2025-11-20", status=Standing.DONE), "2025-11-10", "2025-12-05", {}),
    ("nothing when stopped", item("2025-11-20", reminded=False), "2025-11-10", "2025-12-05", {}),
    ("nothing without a date", item(None), "2025-11-10", "2025-12-05", {}),
    ("snoozed past its day", item("2025-11-20", snoozed=date(2025, 11, 25)), "2025-11-10", "2025-11-30",
     {"2025-11-25": "woken"}),
    ("snoozed and undated", item(None, snoozed=date(2025, 11, 16)), "2025-11-10", "2025-11-30",
     {"2025-11-14": "woken"}),
    ("snoozed on a Friday for a day",
     item(None, snoozed=date(2025, 11, 15), changed_at=datetime(2025, 11, 14, tzinfo=UTC)),
     "2025-11-14", "2025-11-30", {"2025-11-17": "woken"}),
    ("nobody's, on Mondays of its fortnights", item("2025-11-20", owner=""), "2025-11-01", "2025-12-20",
     dict.fromkeys(("2025-11-10", "2025-11-17", "2025-11-24", "2025-12-01"), "unclaimed")),
    ("Parliament's, in a recess", item("2025-12-22", text="the Bill’s report stage"), "2025-12-10", "2025-12-31",
     {"2025-12-18": "due"}),
    ("Parliament's, on the first sitting day", item("2026-01-05", text="the Lords debate"), "2025-12-10", "2026-01-05",
     {"2025-12-18": "before", "2026-01-05": "due"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "first", "last", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_an_item_is_said_on_its_days(one: WatchItem, first: str, last: str, expected: dict[str, str]) -> None:
    assert asked(one, first, last) == expected


days = st.dates(date(2025, 3, 1), date(2027, 11, 30))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(days, days | st.none(), st.booleans(), st.booleans())
def test_nothing_comes_on_a_day_off_and_nothing_due_is_left_out(
    due: date,
    snoozed: date | None,
    ours: bool,  # noqa: FBT001 - drawn
    owned: bool,  # noqa: FBT001 - drawn
) -> None:
    one = item(str(due), text="the Bill" if ours else "the order", owner="U1" if owned else "", snoozed=snoozed)
    found = asked(one, str(due - timedelta(days=80)), str(due + timedelta(days=20)))
    assert all(working(date.fromisoformat(day)) for day in found)
    if owned and snoozed is None:
        said = [day for day, why in found.items() if why == "due"]
        assert said == [str(last_free(due, parliamentary=ours))]
        assert said[0] <= str(due)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(days, st.integers(1, 7), st.integers(-9, 9))
def test_a_week_without_a_bot_is_made_good_by_one_message(due: date, away: int, shift: int) -> None:
    one, today = item(str(due)), due + timedelta(days=shift)
    daily = {why for n in range(away) for why in asked(one, str(today - DAY * n), str(today - DAY * n)).values()}
    caught = {said.why.value for said in reminders([one], today - DAY * away, today)}
    assert caught == ({min(daily, key=[why.value for why in Why].index)} if daily else set())


def test_mornings_come_by_each_ones_own_clock() -> None:
    at = time(8, 30)
    now = datetime(2026, 7, 1, 7, 31, tzinfo=UTC)  # 08:31 in London, 09:31 in Brussels, 03:31 in New York
    zones = {
        name: morning(now, ZoneInfo(name), at) for name in ("Europe/London", "Europe/Brussels", "America/New_York")
    }
    assert zones == {"Europe/London": date(2026, 7, 1), "Europe/Brussels": date(2026, 7, 1), "America/New_York": None}


@pytest.mark.parametrize(
    ("text", "ours"),
    [("the Bill’s second reading", True), ("a vote in the Lords", True), ("the consultation on fares", False),
     ("the European Council", False), ("household bills rise", False)],
)  # fmt: skip
def test_what_is_parliaments_is_told_by_its_words(text: str, ours: bool) -> None:  # noqa: FBT001 - a case
    assert parliamentary(item(None, text=text)) is ours


@pytest.mark.parametrize(("due", "last"), [("2026-08-08", "2026-07-16"), ("2026-09-02", "2026-09-01")])
def test_what_nobody_owns_is_said_before_a_recess_that_holds_its_mondays(due: str, last: str) -> None:
    said = asked(item(due, owner="", text="the Commons debates it"), "2026-06-01", due)
    assert said
    assert max(said) >= last


OURS = [
    "the Lords debate the order",
    "second reading of the Fares Bill",
    "the House votes on the motion",
    "put to parliament",
]
OTHERS = [
    "the European Parliament votes",
    "the consultation on house building",
    "the energy bill of a household falls",
    "Bill Gates visits",
]


@pytest.mark.parametrize(("text", "ours"), [*((one, True) for one in OURS), *((one, False) for one in OTHERS)])
def test_what_is_westminsters_is_told_by_its_words(text: str, *, ours: bool) -> None:
    assert parliamentary(item(None, text=text)) is ours


WHYS = [
    ("due", "2025-12-18", "Due today"),
    ("before", "2025-12-19", "Due tomorrow"),
    ("due", "2025-12-21", "Due on Sunday"),
    ("due", "2025-12-29", "Due in 11 days"),
    ("due", "2025-12-17", "Was due yesterday"),
    ("due", "2025-12-14", "Was due on Sunday"),
    ("overdue", "2025-12-01", "Overdue"),
]


@pytest.mark.parametrize(("why", "due", "said"), WHYS)
def test_a_reminder_says_when_its_item_is_due_as_of_that_morning(why: str, due: str, said: str) -> None:
    assert item_phrases.why(why, item(due).due, date(2025, 12, 18)) == said
