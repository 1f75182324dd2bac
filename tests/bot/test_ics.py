"""Files to take away: a calendar that other programs read, a table that spreadsheets take for text."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.ics import COLUMNS, calendar, table
from bot.types import Note, Standing, WatchItem
from index.types import DateRange, Exact

NOW = datetime(2025, 12, 12, 9, tzinfo=UTC)
SOURCE = {
    "briefing": "b", "title": "UK and Belgium", "published": "2025-12-12", "paragraph": 9, "quote": "A, b; c.\nd",
    "source": "https://briefings.example/b",
}  # fmt: skip


def item(**more: object) -> WatchItem:
    due = DateRange(date(2025, 12, 18), date(2025, 12, 18), "18 December", Exact.DAY)
    base = WatchItem(7, "The European Council", due, "U1", "C1", Standing.OPEN, "U1", NOW, "U1", NOW, SOURCE)
    return replace(base, **more)  # type: ignore[arg-type]


def events(*items: WatchItem) -> list[dict[str, object]]:
    read = Calendar.from_ical(calendar(items, NOW, "Mine"))
    return [dict(one.items()) for one in read.walk("VEVENT")]


def test_a_day_is_an_all_day_event_that_cites_its_source() -> None:
    (one,) = events(item())
    assert (one["DTSTART"].dt, one["DTEND"].dt) == (date(2025, 12, 18), date(2025, 12, 19))  # type: ignore[attr-defined]
    assert (str(one["UID"]), str(one["STATUS"])) == ("item-7@dispatchbox", "CONFIRMED")
    assert str(one["DESCRIPTION"]) == "“A, b; c. d”\nUK and Belgium · 2025-12-12 · ¶9\nhttps://briefings.example/b"


def test_a_moved_item_keeps_its_uid_and_its_sequence_grows() -> None:
    later = item(changed_at=NOW + timedelta(hours=2), status=Standing.MOVED)
    before, after = events(item())[0], events(later)[0]
    assert before["UID"] == after["UID"]
    assert int(str(after["SEQUENCE"])) > int(str(before["SEQUENCE"]))


@pytest.mark.parametrize(
    ("one", "summary", "status"),
    [
        (item(status=Standing.DROPPED), "The European Council", "CANCELLED"),
        (item(status=Standing.DONE), "(done) The European Council", "CONFIRMED"),
        (item(due=DateRange(date(2026, 3, 1), date(2026, 5, 31), "spring", Exact.VAGUE)),
         "(about) The European Council", "TENTATIVE"),
    ],
    ids=["dropped", "done", "vague"],
)  # fmt: skip
def test_how_it_stands_is_marked(one: WatchItem, summary: str, status: str) -> None:
    (event,) = events(one)
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == (summary, status)


def test_an_undated_item_is_left_out() -> None:
    assert events(item(due=None)) == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_breaks_the_calendar_or_the_table(text: str, title: str) -> None:
    one = item(text=text, source={**SOURCE, "quote": text, "title": title}, notes=(Note("U1", NOW, title),))
    (event,) = events(one)
    assert str(event["UID"]) == "item-7@dispatchbox"
    rows = list(csv.reader(io.StringIO(table([one], lambda user: user))))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 2
    assert not any(cell[:1] in set("=+-@\t\r") for cell in rows[1])


def test_a_formula_is_made_text() -> None:
    rows = list(csv.reader(io.StringIO(table([item(text="=HYPERLINK(1)")], lambda _: "Anna"))))
    assert rows[1][:4] == ["7", "open", "Anna", "'=HYPERLINK(1)"]
