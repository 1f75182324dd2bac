"""Times in words become ranges; the calendar for 12 December 2025, a Friday, was read by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import dates

SAID = date(2025, 12, 12)
CASES = [
    ("18 December", "2025-12-18", "2025-12-18", "day"),
    ("18 Dec 2025", "2025-12-18", "2025-12-18", "day"),
    ("on 18th December", "2025-12-18", "2025-12-18", "day"),
    ("3 March", "2026-03-03", "2026-03-03", "day"),
    ("2026-03-06", "2026-03-06", "2026-03-06", "day"),
    ("18 and 19 December", "2025-12-18", "2025-12-19", "range"),
    ("8-12 June 2026", "2026-06-08", "2026-06-12", "range"),
    ("by 6 March", "2025-12-12", "2026-03-06", "range"),
    ("before 6 March", "2025-12-12", "2026-03-05", "range"),
    ("Tuesday", "2025-12-16", "2025-12-16", "day"),
    ("next Friday", "2025-12-19", "2025-12-19", "day"),
    ("this week", "2025-12-12", "2025-12-14", "range"),
    ("next week", "2025-12-15", "2025-12-21", "range"),
    ("later this month", "2025-12-12", "2025-12-31", "range"),
    ("next month", "2026-01-01", "2026-01-31", "range"),
    ("next year", "2026-01-01", "2026-12-31", "range"),
    ("in March", "2026-03-01", "2026-03-31", "range"),
    ("February 2028", "2028-02-01", "2028-02-29", "range"),
    ("by the end of March", "2025-12-12", "2026-03-31", "range"),
    ("before the end of January", "2025-12-12", "2026-01-31", "range"),
    ("the end of March", "2026-03-21", "2026-03-31", "vague"),
    ("early 2026", "2026-01-01", "2026-03-31", "vague"),
    ("mid-2026", "2026-05-01", "2026-08-31", "vague"),
    ("late 2026", "2026-10-01", "2026-12-31", "vague"),
    ("early March", "2026-03-01", "2026-03-10", "vague"),
    ("spring", "2026-03-01", "2026-05-31", "vague"),
    ("winter 2027", "2027-12-01", "2028-02-29", "vague"),
    ("Q2 2026", "2026-04-01", "2026-06-30", "range"),
    ("the first half of 2026", "2026-01-01", "2026-06-30", "range"),
    ("financial year 2026-27", "2026-04-01", "2027-03-31", "range"),
    ("academic year 2026-27", "2026-09-01", "2027-08-31", "range"),
    ("within 12 months", "2025-12-12", "2026-12-12", "range"),
    ("within six weeks", "2025-12-12", "2026-01-23", "range"),
    ("in the coming weeks", "2025-12-13", "2026-01-23", "vague"),
    ("the new year", "2026-01-01", "2026-01-31", "vague"),
    ("by 2030", "2025-12-12", "2030-12-31", "range"),
    ("tomorrow", "2025-12-13", "2025-12-13", "day"),
]


@pytest.mark.parametrize(("words", "earliest", "latest", "exact"), CASES, ids=[case[0] for case in CASES])
def test_words_name_a_range(words: str, earliest: str, latest: str, exact: str) -> None:
    found = dates.read(words, SAID)
    assert found
    assert (str(found.earliest), str(found.latest), found.exact.value) == (earliest, latest, exact)


@pytest.mark.parametrize("words", ["31 February", "30 Feb 2026", "may", "second", ""])
def test_what_is_no_time_names_none(words: str) -> None:
    assert dates.read(words, SAID) is None


def test_in_the_past_tense_the_last_match_counts() -> None:
    found = dates.read("in October", date(2026, 11, 24), past=True)
    assert found
    assert (str(found.earliest), str(found.latest)) == ("2026-10-01", "2026-10-31")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=80) | st.sampled_from([case[0] for case in CASES]), st.dates())
def test_no_text_and_no_day_breaks_it_and_ranges_never_run_backwards(text: str, said: date) -> None:
    for start, end, found in dates.find(text, said):
        assert found.earliest <= found.latest
        assert found.words == text[start:end]
