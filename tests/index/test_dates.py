"""Times in words become ranges; each row was worked out by hand from the conventions and a calendar."""

from __future__ import annotations

import time
import tomllib
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import almanac, dates
from tests.conftest import ROOT

FRIDAY = "2025-12-12"
SUNDAY = "2026-03-01"
MONDAY = "2026-06-01"
YEAR_END = "2025-12-31"  # a Wednesday
LEAP = "2024-02-29"  # a Thursday
BEFORE_LEAP = "2028-02-28"  # a Monday

TABLE = {
    FRIDAY: """
        18 December                       2025-12-18 2025-12-18 day
        18 Dec 2025                       2025-12-18 2025-12-18 day
        18 Dec. 2025                      2025-12-18 2025-12-18 day
        on 18th December                  2025-12-18 2025-12-18 day
        the 18th of December              2025-12-18 2025-12-18 day
        12 December                       2025-12-12 2025-12-12 day
        11 December                       2026-12-11 2026-12-11 day
        3 March                           2026-03-03 2026-03-03 day
        3 March next year                 2026-03-03 2026-03-03 day
        Thursday 18 December              2025-12-18 2025-12-18 day
        on Wednesday, 4 February 2026     2026-02-04 2026-02-04 day
        December 18, 2025                 2025-12-18 2025-12-18 day
        May 7                             2026-05-07 2026-05-07 day
        2026-03-06                        2026-03-06 2026-03-06 day
        29 February                       2028-02-29 2028-02-29 day
        18 and 19 December                2025-12-18 2025-12-19 range
        18 and 19 December 2025           2025-12-18 2025-12-19 range
        26, 27 and 28 March               2026-03-26 2026-03-28 range
        8-12 June 2026                    2026-06-08 2026-06-12 range
        9 to 15 July                      2026-07-09 2026-07-15 range
        between 3 and 14 March            2026-03-03 2026-03-14 range
        from 3 to 14 March                2026-03-03 2026-03-14 range
        from 6 April to 5 July            2026-04-06 2026-07-05 range
        30 June–2 July 2026               2026-06-30 2026-07-02 range
        from 1 November 2026 to 28 February 2027 2026-11-01 2027-02-28 range
        20 December to 3 January          2025-12-20 2026-01-03 range
        between March and May             2026-03-01 2026-05-31 range
        from March 2026 to March 2027     2026-03-01 2027-03-31 range
        between 2026 and 2030             2026-01-01 2030-12-31 range
        from 2010 to 2024                 2010-01-01 2024-12-31 range
        by 6 March                        2025-12-12 2026-03-06 range
        by 6 March 2026                   2025-12-12 2026-03-06 range
        no later than 6 March             2025-12-12 2026-03-06 range
        on or before 31 July 2026         2025-12-12 2026-07-31 range
        until 6 March                     2025-12-12 2026-03-06 range
        until 4pm on 30 January           2025-12-12 2026-01-30 range
        before 6 March                    2025-12-12 2026-03-05 range
        ahead of 6 March                  2025-12-12 2026-03-05 range
        after 18 December                 2025-12-19 2025-12-19 vague
        on or after 6 April               2026-04-06 2026-04-06 vague
        between now and 6 March           2025-12-12 2026-03-06 range
        as early as March                 2026-03-01 2026-03-31 range
        by year-end                       2025-12-12 2025-12-31 range
        by the end of Q1 2026             2025-12-12 2026-03-31 range
        by the end of the second quarter  2025-12-12 2026-06-30 range
        by end March                      2025-12-12 2026-03-31 range
        autumn Budget 2026                2026-09-01 2026-11-30 vague
        next quarter                      2026-01-01 2026-03-31 range
        later in the spring               2026-03-01 2026-05-31 vague
        from 6 April                      2026-04-06 2026-04-06 day
        with effect from 6 April 2026     2026-04-06 2026-04-06 day
        not before 6 April                2026-04-06 2026-04-06 vague
        Tuesday                           2025-12-16 2025-12-16 day
        on Tuesday                        2025-12-16 2025-12-16 day
        Friday                            2025-12-19 2025-12-19 day
        next Friday                       2025-12-19 2025-12-19 day
        next Tuesday                      2025-12-16 2025-12-16 day
        this Saturday                     2025-12-13 2025-12-13 day
        by Tuesday                        2025-12-12 2025-12-16 range
        last Tuesday                      2025-12-09 2025-12-09 day
        Tuesday next week                 2025-12-16 2025-12-16 day
        a week on Monday                  2025-12-22 2025-12-22 day
        today                             2025-12-12 2025-12-12 day
        tomorrow                          2025-12-13 2025-12-13 day
        yesterday                         2025-12-11 2025-12-11 day
        this week                         2025-12-12 2025-12-14 range
        later this week                   2025-12-12 2025-12-14 range
        next week                         2025-12-15 2025-12-21 range
        last week                         2025-12-01 2025-12-07 range
        this weekend                      2025-12-13 2025-12-14 range
        this month                        2025-12-12 2025-12-31 range
        later this month                  2025-12-12 2025-12-31 range
        earlier this month                2025-12-01 2025-12-11 range
        next month                        2026-01-01 2026-01-31 range
        last month                        2025-11-01 2025-11-30 range
        the end of the month              2025-12-21 2025-12-31 vague
        by the end of next month          2025-12-12 2026-01-31 range
        this year                         2025-12-12 2025-12-31 range
        later this year                   2025-12-12 2025-12-31 range
        next year                         2026-01-01 2026-12-31 range
        early next year                   2026-01-01 2026-03-31 vague
        by the end of the year            2025-12-12 2025-12-31 range
        by the end of the week            2025-12-12 2025-12-14 range
        before the end of next year       2025-12-12 2026-12-31 range
        in March                          2026-03-01 2026-03-31 range
        in December                       2025-12-01 2025-12-31 range
        by March                          2025-12-12 2026-03-31 range
        before March                      2025-12-12 2026-02-28 range
        from April                        2026-04-01 2026-04-30 range
        from April 2028                   2028-04-01 2028-04-30 range
        next March                        2026-03-01 2026-03-31 range
        in March this year                2025-03-01 2025-03-31 range
        not expected before September     2026-09-01 2026-09-30 vague
        February 2028                     2028-02-01 2028-02-29 range
        by the end of March               2025-12-12 2026-03-31 range
        before the end of January         2025-12-12 2026-01-31 range
        the end of March                  2026-03-21 2026-03-31 vague
        end-June                          2026-06-21 2026-06-30 vague
        early March                       2026-03-01 2026-03-10 vague
        early December                    2026-12-01 2026-12-10 vague
        mid-March                         2026-03-11 2026-03-20 vague
        in late February 2028             2028-02-21 2028-02-29 vague
        by mid-January                    2025-12-12 2026-01-20 vague
        first week of March               2026-03-01 2026-03-07 vague
        last week of March                2026-03-25 2026-03-31 vague
        the week of 7 January             2026-01-05 2026-01-11 range
        week beginning 5 January          2026-01-05 2026-01-11 range
        in 2027                           2027-01-01 2027-12-31 range
        by 2030                           2025-12-12 2030-12-31 range
        before 2030                       2025-12-12 2029-12-31 range
        from 2029                         2029-01-01 2029-12-31 range
        early 2026                        2026-01-01 2026-03-31 vague
        mid-2026                          2026-05-01 2026-08-31 vague
        late 2026                         2026-10-01 2026-12-31 vague
        from late 2026                    2026-10-01 2026-12-31 vague
        by early 2026                     2025-12-12 2026-03-31 vague
        by the end of 2026                2025-12-12 2026-12-31 range
        later in 2026                     2026-01-01 2026-12-31 range
        spring                            2026-03-01 2026-05-31 vague
        in the spring                     2026-03-01 2026-05-31 vague
        next spring                       2026-03-01 2026-05-31 vague
        summer 2026                       2026-06-01 2026-08-31 vague
        by the summer                     2025-12-12 2026-08-31 vague
        before the summer                 2025-12-12 2026-05-31 vague
        in the autumn                     2026-09-01 2026-11-30 vague
        early autumn                      2026-09-01 2026-09-30 vague
        late summer                       2026-08-01 2026-08-31 vague
        this winter                       2025-12-12 2026-02-28 vague
        winter 2027                       2027-12-01 2028-02-29 vague
        autumn Budget                     2026-09-01 2026-11-30 vague
        the spring forecast               2026-03-01 2026-05-31 vague
        Q2 2026                           2026-04-01 2026-06-30 range
        Q2                                2026-04-01 2026-06-30 range
        Q4                                2025-10-01 2025-12-31 range
        in the second quarter             2026-04-01 2026-06-30 range
        the third quarter of 2026         2026-07-01 2026-09-30 range
        H2 2026                           2026-07-01 2026-12-31 range
        the first half of 2026            2026-01-01 2026-06-30 range
        the second half of next year      2026-07-01 2026-12-31 range
        financial year 2026-27            2026-04-01 2027-03-31 range
        the 2026-27 financial year        2026-04-01 2027-03-31 range
        in 2026-27                        2026-04-01 2027-03-31 range
        from 2026-27 to 2029-30           2026-04-01 2030-03-31 range
        in 2026/27                        2026-04-01 2027-03-31 range
        from 2026-27                      2026-04-01 2027-03-31 range
        the next financial year           2026-04-01 2027-03-31 range
        by the end of this financial year 2025-12-12 2026-03-31 range
        academic year 2026-27             2026-09-01 2027-08-31 range
        the 2026-27 academic year         2026-09-01 2027-08-31 range
        next academic year                2026-09-01 2027-08-31 range
        the new year                      2026-01-01 2026-01-31 vague
        in the new year                   2026-01-01 2026-01-31 vague
        by the new year                   2025-12-12 2026-01-31 vague
        before the new year               2025-12-12 2025-12-31 vague
        within 12 months                  2025-12-12 2026-12-12 range
        within six weeks                  2025-12-12 2026-01-23 range
        within 28 days                    2025-12-12 2026-01-09 range
        within a year                     2025-12-12 2026-12-12 range
        over the next six months          2025-12-12 2026-06-12 range
        within the next fortnight         2025-12-12 2025-12-26 range
        in two weeks' time                2025-12-12 2025-12-26 range
        for 12 weeks                      2025-12-12 2026-03-06 range
        in the coming days                2025-12-13 2025-12-19 vague
        in the coming weeks               2025-12-13 2026-01-23 vague
        the coming weeks                  2025-12-13 2026-01-23 vague
        over the coming months            2025-12-13 2026-06-12 vague
        in the next few weeks             2025-12-13 2026-01-23 vague
        in the coming weeks and months    2025-12-13 2026-06-12 vague
        by Christmas                      2025-12-12 2025-12-25 range
        before Christmas                  2025-12-12 2025-12-24 range
        by Easter                         2025-12-12 2026-04-05 range
        Good Friday                       2026-04-03 2026-04-03 day
        on Boxing Day                     2025-12-26 2025-12-26 day
        New Year's Day                    2026-01-01 2026-01-01 day
        the early May bank holiday        2026-05-04 2026-05-04 day
        the August bank holiday           2026-08-31 2026-08-31 day
        before the Christmas recess       2025-12-12 2025-12-18 range
        before the House rises for Christmas 2025-12-12 2025-12-18 range
        after the Christmas recess        2026-01-05 2026-01-05 vague
        when Parliament returns           2026-01-05 2026-01-05 day
        during the Christmas recess       2025-12-19 2026-01-04 range
        before the summer recess          2025-12-12 2026-07-16 range
        after the Easter recess           2026-04-13 2026-04-13 vague
    """,
    SUNDAY: """
        this week                         2026-03-01 2026-03-01 range
        next week                         2026-03-02 2026-03-08 range
        Sunday                            2026-03-08 2026-03-08 day
        Monday                            2026-03-02 2026-03-02 day
        this month                        2026-03-01 2026-03-31 range
        in March                          2026-03-01 2026-03-31 range
        before March                      2026-03-01 2027-02-28 range
        in February                       2027-02-01 2027-02-28 range
        1 March                           2026-03-01 2026-03-01 day
        28 February                       2027-02-28 2027-02-28 day
        this spring                       2026-03-01 2026-05-31 vague
        in the spring                     2026-03-01 2026-05-31 vague
        this winter                       2026-12-01 2027-02-28 vague
        this quarter                      2026-03-01 2026-03-31 range
        this financial year               2026-03-01 2026-03-31 range
        before the Easter recess          2026-03-01 2026-03-26 range
    """,
    MONDAY: """
        Monday                            2026-06-08 2026-06-08 day
        this week                         2026-06-01 2026-06-07 range
        by the end of the month           2026-06-01 2026-06-30 range
        in May                            2027-05-01 2027-05-31 range
        early June                        2026-06-01 2026-06-10 vague
        the new year                      2027-01-01 2027-01-31 vague
        this summer                       2026-06-01 2026-08-31 vague
        next summer                       2027-06-01 2027-08-31 vague
        by the summer recess              2026-06-01 2026-07-16 range
        within three months               2026-06-01 2026-09-01 range
        this academic year                2026-06-01 2026-08-31 range
        next financial year               2027-04-01 2028-03-31 range
    """,
    YEAR_END: """
        tomorrow                          2026-01-01 2026-01-01 day
        next month                        2026-01-01 2026-01-31 range
        this month                        2025-12-31 2025-12-31 range
        this year                         2025-12-31 2025-12-31 range
        next year                         2026-01-01 2026-12-31 range
        this week                         2025-12-31 2026-01-04 range
        1 January                         2026-01-01 2026-01-01 day
        within two months                 2025-12-31 2026-02-28 range
        Wednesday                         2026-01-07 2026-01-07 day
        Christmas                         2026-12-25 2026-12-25 day
    """,
    LEAP: """
        29 February                       2024-02-29 2024-02-29 day
        within 12 months                  2024-02-29 2025-02-28 range
        this month                        2024-02-29 2024-02-29 range
        tomorrow                          2024-03-01 2024-03-01 day
        in late February                  2024-02-21 2024-02-29 vague
        by Easter                         2024-02-29 2024-03-31 range
        this winter                       2024-02-29 2024-02-29 vague
    """,
    BEFORE_LEAP: """
        tomorrow                          2028-02-29 2028-02-29 day
        this month                        2028-02-28 2028-02-29 range
        29 February                       2028-02-29 2028-02-29 day
        winter                            2027-12-01 2028-02-29 vague
        within 24 months                  2028-02-28 2030-02-28 range
        New Year bank holiday             2028-01-03 2028-01-03 day
    """,
}
CASES = [(said, *line.rsplit(maxsplit=3)) for said, rows in TABLE.items() for line in rows.strip().splitlines()]
CASES = [(said, words.strip(), *rest) for said, words, *rest in CASES]
NO_TIMES = [
    "31 February", "30 Feb 2026", "may", "second", "", "March", "in 1,500", "of 12 may be", "winter fuel payments",
    "the 2024-26 Parliament", "within six months of Royal Assent", "in 30 years", "the first half", "2026-27 session",
    "section 21", "the year", "summer school", "in due course", "shortly", "£2026", "3.5",
]  # fmt: skip


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(CASES) >= 200
    assert len(set(CASES)) == len(CASES)


@pytest.mark.parametrize(
    ("said", "words", "earliest", "latest", "exact"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES]
)
def test_words_name_a_range(said: str, words: str, earliest: str, latest: str, exact: str) -> None:
    found = dates.read(words, date.fromisoformat(said))
    assert found
    assert (str(found.earliest), str(found.latest), found.exact.value) == (earliest, latest, exact)
    assert found.words == words


@pytest.mark.parametrize("words", NO_TIMES)
def test_what_is_no_time_names_none(words: str) -> None:
    assert dates.read(words, date.fromisoformat(FRIDAY)) is None


PAST = [
    ("in October", "2026-11-24", "2026-10-01", "2026-10-31"),
    ("in November", "2026-11-24", "2026-11-01", "2026-11-30"),
    ("in December", "2026-11-24", "2025-12-01", "2025-12-31"),
    ("on 3 March", "2026-05-20", "2026-03-03", "2026-03-03"),
    ("on 3 June", "2026-05-20", "2025-06-03", "2025-06-03"),
    ("on 20 May", "2026-05-20", "2026-05-20", "2026-05-20"),
    ("on 29 February", "2026-05-20", "2024-02-29", "2024-02-29"),
    ("on Friday", "2025-12-12", "2025-12-05", "2025-12-05"),
    ("on Thursday", "2025-12-12", "2025-12-11", "2025-12-11"),
    ("in the autumn", "2026-05-20", "2025-09-01", "2025-11-30"),
    ("until 31 May", "2026-06-09", "2026-05-31", "2026-05-31"),
    ("on 3 March 2027", "2026-05-20", "2027-03-03", "2027-03-03"),
]


@pytest.mark.parametrize(("words", "said", "earliest", "latest"), PAST, ids=[case[0] for case in PAST])
def test_in_the_past_tense_the_last_match_counts(words: str, said: str, earliest: str, latest: str) -> None:
    found = dates.read(words, date.fromisoformat(said), past=True)
    assert found
    assert (str(found.earliest), str(found.latest)) == (earliest, latest)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("18 December 2025", ("2025-12-18", "2025-12-18")),
        ("by 6 March 2026", ("2026-03-06", "2026-03-06")),
        ("spring 2027", ("2027-03-01", "2027-05-31")),
        ("in 2026-27", ("2026-04-01", "2027-03-31")),
        ("from 6 April to 5 July 2026", ("2026-04-06", "2026-07-05")),
        ("by Christmas 2026", ("2026-12-25", "2026-12-25")),
        ("18 December", None), ("next week", None), ("Tuesday", None), ("within 12 months", None), ("in March", None),
        ("before the summer recess", None), ("in the autumn", None), ("3 March next year", None),
    ],
)  # fmt: skip
def test_without_a_date_of_publication_only_words_with_their_year_name_a_time(
    words: str, named: tuple[str, str] | None
) -> None:
    found = dates.read(words, None)
    assert (found and (str(found.earliest), str(found.latest))) == named


def test_every_time_in_a_sentence_is_found_in_order_with_its_words() -> None:
    text = "The Bill, laid on 3 March 2025, returns next Tuesday; regulations follow by the end of the year."
    found = dates.find(text, date.fromisoformat(FRIDAY))
    assert [one.words for _, _, one in found] == ["on 3 March 2025", "next Tuesday", "by the end of the year"]
    assert all(text[start:end] == one.words for start, end, one in found)


def test_the_almanac_has_no_recess_that_runs_backwards_or_into_the_next_and_eight_bank_holidays_a_year() -> None:
    away = almanac.recesses()
    assert all(one.first <= one.last for one in away)
    assert all(one.last < other.first for one, other in pairwise(away))
    assert [sum(day.year == year for day in almanac.bank_holidays()) for year in range(2025, 2029)] == [8, 8, 8, 8]
    assert all(day.weekday() < 5 for day in almanac.bank_holidays())


def test_bank_holidays_are_those_that_the_rule_gives() -> None:
    years = range(2025, 2029)
    assert almanac.bank_holidays() == tuple(sorted(day for year in years for day in by_rule(year)))
    assert almanac.bank_holidays("good friday") == tuple(easter_sunday(year) - timedelta(days=2) for year in years)


def by_rule(year: int) -> set[date]:
    """Bank holidays without those proclaimed once: for a fixed one at a weekend, the next weekday that is none."""
    sunday = easter_sunday(year)
    found = {sunday - timedelta(days=2), sunday + timedelta(days=1)}
    found |= {monday(year, 5, 1), monday(year, 5, 25), monday(year, 8, 25)}  # the first, and the last, of the month
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    found |= {day for day in fixed if day.weekday() < 5}
    for day in fixed:
        if day.weekday() >= 5:
            found.add(next(one for n in range(1, 5) if (one := day + timedelta(n)).weekday() < 5 and one not in found))
    return found


def monday(year: int, month: int, first: int) -> date:
    """The first Monday from a day of a month on."""
    day = date(year, month, first)
    return day + timedelta(days=-day.weekday() % 7)


def easter_sunday(year: int) -> date:
    """The anonymous Gregorian computus, as Meeus gives it."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    skipped, kept = divmod(century, 4)
    moon = (19 * golden + century - skipped - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * kept + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def test_every_recess_says_what_it_rests_on_and_an_estimate_is_never_sure() -> None:
    rows = tomllib.loads((ROOT / "index" / "almanac.toml").read_text(encoding="utf-8"))["recesses"]
    assert all(row["sure"] == (row["from"].split()[0] in {"hansard", "announced", "unnamed"}) for row in rows)
    assert {row["from"].split()[0] for row in rows if not row["sure"]} <= {"memory", "press", "estimate"}


ANY_WORDS = st.text(max_size=80) | st.lists(
    st.sampled_from(
        [case[1] for case in CASES] + ["by", "from", "the end of", "early", "next", "3", "2026", "May", "-"]
    ),
    max_size=5,
).map(" ".join)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=ANY_WORDS, said=st.dates(), past=st.booleans())
def test_no_text_and_no_day_breaks_it_and_ranges_never_run_backwards(text: str, said: date, *, past: bool) -> None:
    found = dates.find(text, said, past=past)
    assert found == dates.find(text, said, past=past)
    for start, end, one in found:
        assert one.earliest <= one.latest
        assert one.words == text[start:end]
    assert all(one[1] <= other[0] for one, other in pairwise(found))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.dates(date(2000, 1, 1), date(2090, 12, 31)),
    st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "on {d} {m} {y}", "from {d} {m} {y}", "{d} {m}", "{iso}"]),
)
def test_a_named_day_always_lies_in_its_range(day: date, said: date, form: str) -> None:
    words = form.format(d=day.day, m=f"{day:%B}", y=day.year, iso=day.isoformat())
    found = dates.read(words, said)
    assert found
    assert found.earliest == found.latest
    assert (found.earliest.day, found.earliest.month) == (day.day, day.month)
    if str(day.year) in words:
        assert found.earliest == day
    else:
        assert found.earliest >= said


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 3000), st.sampled_from(["by", "before", "until"]))
def test_a_deadline_runs_from_publication_to_the_day_it_names(said: date, days: int, under: str) -> None:
    day = date.fromordinal(said.toordinal() + days + 1)
    found = dates.read(f"{under} {day.day} {day:%B} {day.year}", said)
    assert found
    assert found.earliest == said
    assert (day - found.latest).days == (under == "before")


@pytest.mark.parametrize(
    "piece",
    [
        " ", "by ", "1 ", "3 March ", "from 6 April to ", "between ", "the end of ", "1, ", "early-", "next ", "2026-",
        "26, 27 and ", "not ", "week of ", "the ", "\u00a0\n", "Monday ", "May",
    ],
)  # fmt: skip
def test_hostile_text_takes_no_longer_than_its_length_deserves(piece: str) -> None:
    text = (piece * 40_000)[:40_000]
    began = time.perf_counter()
    dates.find(text, date.fromisoformat(FRIDAY))
    assert time.perf_counter() - began < 2  # seconds; well under one where nothing else runs
