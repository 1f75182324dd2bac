"""The match of a naming of time → the stretches of days it may mean, oldest first; pure.

P, the date of publication, is the last argument of each. Yearless words mean one stretch for each year
about P, words with their year one alone; ``dates`` chooses.
"""

from __future__ import annotations

from calendar import monthrange
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from index.almanac import bank_holidays, recesses
from index.almanac import feast as feast_day
from index.types import Exact

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

Stretch = tuple[date, date, Exact]

MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
NUMBERS = {
    name: n for n, name in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
NUMBERS |= {"a": 1, "an": 1, "eighteen": 18, "twenty-four": 24, "thirty": 30, "sixty": 60, "ninety": 90}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # their first months; each has three
_SHIFT = {"last": -1, "this": 0, "current": 0, "the": 0, "next": 1}
_DAY = timedelta(days=1)
_REACH = 9  # years looked at on either side of P: 29 February comes within eight


def _years(match: re.Match[str], said: date, n: str = "") -> Sequence[int]:
    """Give the year that is written, else those it may be."""
    groups = match.groupdict()
    if written := groups.get(f"year{n}"):
        return (int(written),)
    if whose := groups.get(f"whose{n}"):
        return (said.year + _SHIFT[whose.lower()],)
    return range(max(said.year - _REACH, 1), min(said.year + _REACH, 9998) + 1)


def _month_number(name: str) -> int:
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name.lower()[:3]))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def days(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a day of a month, or the first and last of several."""
    month, first = _month_number(match["month"]), int(match["day"])
    last = int(match.groupdict().get("until") or first)
    for year in _years(match, said):
        with suppress(ValueError):
            yield date(year, month, first), date(year, month, last), Exact.DAY if first == last else Exact.RANGE


def iso(match: re.Match[str], _: date) -> Iterator[Stretch]:
    """Read "2026-03-06"."""
    with suppress(ValueError):
        day = date.fromisoformat(match["iso"])
        yield day, day, Exact.DAY


def month(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a month."""
    month = _month_number(match["month"])
    for year in _years(match, said):
        yield date(year, month, 1), _month_end(year, month), Exact.RANGE


def span(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read "6 April to 5 July", "March to May": from the start of the one to the end of the other."""
    if bool(match["day1"]) != bool(match["day2"]):
        return
    starts = [day for year in _years(match, said, "1") if (day := _edge(match, "1", year))]
    ends = [day for year in _years(match, said, "2") if (day := _edge(match, "2", year))]
    for start in starts:
        end = next((day for day in ends if day >= start), None)
        if end and (len(ends) > 1 or start == max(day for day in starts if day <= end)):
            yield start, end, Exact.RANGE


def _edge(match: re.Match[str], n: str, year: int) -> date | None:
    month = _month_number(match[f"month{n}"])
    if not match[f"day{n}"]:
        return date(year, month, 1) if n == "1" else _month_end(year, month)
    with suppress(ValueError):
        return date(year, month, int(match[f"day{n}"]))
    return None


def year(match: re.Match[str], _: date) -> Iterator[Stretch]:
    """Read a year, or "2026 to 2030"."""
    first, last = int(match["year"]), int(match.groupdict().get("until") or match["year"])
    yield date(first, 1, 1), date(last, 12, 31), Exact.RANGE


def year_end(_: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read the last day of the year."""
    yield date(said.year, 12, 31), date(said.year, 12, 31), Exact.DAY


def season(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a season: three months."""
    first = _SEASONS[match["season"].lower()]
    for year in _years(match, said):
        start = date(year, first, 1)
        yield start, start + relativedelta(months=3) - _DAY, Exact.VAGUE


def quarter(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a quarter or a half of a calendar year."""
    nth = match["quarter"].lower()
    months = 6 if match["kind"].lower() in {"h", "half"} else 3
    number = int(nth) if nth.isdigit() else _ORDINALS.get(nth, 12 // months)
    if months * number > 12:  # noqa: PLR2004 - months
        return
    for year in _years(match, said):
        start = date(year, 1 + months * (number - 1), 1)
        yield start, start + relativedelta(months=months) - _DAY, Exact.RANGE


def other_year(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a financial or academic year: "2026-27", "next financial year"."""
    kind = (match.groupdict().get("sort") or match.groupdict().get("kind") or "").lower()
    month = 9 if kind.startswith(("academic", "school")) else 4
    if which := match.groupdict().get("which"):
        year = said.year - (said.month < month) + _SHIFT[which.lower()]
    else:
        year = int(match["year"])
        if int(match["until"]) % 100 != (year + 1) % 100:
            return
    yield date(year, month, 1), date(year + 1, month, 1) - _DAY, Exact.RANGE


def other_years(match: re.Match[str], _: date) -> Iterator[Stretch]:
    """Read "2026-27 to 2029-30": financial years."""
    yield date(int(match["year"]), 4, 1), date(int(match["until"]) + 1, 4, 1) - _DAY, Exact.RANGE


def new_year(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read the new year: January."""
    for year in _years(match, said):
        yield date(year, 1, 1), date(year, 1, 31), Exact.VAGUE


def weekday(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a weekday: the last before P, the first after it."""
    wanted = WEEKDAYS.index(match["weekday"].lower())
    monday = said - timedelta(days=said.weekday())
    if whose := match["of"]:
        day = monday + timedelta(days=wanted + 7 * _SHIFT[whose.lower()])
        yield day, day, Exact.DAY
        return
    before = said - timedelta(days=(said.weekday() - wanted - 1) % 7 + 1)
    after = said + timedelta(days=(wanted - said.weekday() - 1) % 7 + 1 + 7 * bool(match["later"]))
    yield before, before, Exact.DAY
    yield after, after, Exact.DAY


def near(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read today and the days beside it."""
    word = match["near"].lower()
    day = said + _DAY * ((word == "tomorrow") - word.startswith(("yesterday", "last")))
    yield day, day, Exact.DAY


def calendar(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a week, month, quarter or year told by where it lies: this, next, last."""
    words = match["calendar"].lower().split()
    unit, lengths = match["unit"].lower(), {"month": 1, "quarter": 3, "year": 12}
    length = relativedelta(months=lengths[unit]) if unit in lengths else relativedelta(weeks=1)
    starts = {
        "month": said.replace(day=1),
        "quarter": date(said.year, said.month - (said.month - 1) % 3, 1),
        "year": date(said.year, 1, 1),
    }
    start = starts.get(unit, said - timedelta(days=said.weekday()))
    start += length * (_SHIFT.get(words[0], 0) if len(words) == 1 else 0)
    end = start + length - _DAY
    if unit == "weekend":
        start = end - _DAY
    if words[0] == "earlier":
        end = max(start, said - _DAY)
    yield start, end, Exact.RANGE


def length(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read "within six months", "in two weeks' time": from P on."""
    words = (match["count"] or "one").lower()
    count = int(words) if words.isdigit() else NUMBERS[words]
    unit = (match["unit"] or match.groupdict().get("single") or "").lower()
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit, 0)
    months = {"month": 1, "year": 12}.get(unit, 0)
    yield said, said + relativedelta(days=count * days, months=count * months), Exact.RANGE


def coming_time(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read the coming days, weeks and months: 7 days, 6 weeks and 6 months from the day after P."""
    unit = (match.groupdict().get("more") or match["unit"]).lower()
    ends = {"days": relativedelta(days=7), "weeks": relativedelta(weeks=6), "months": relativedelta(months=6)}
    yield said + _DAY, said + ends[unit], Exact.VAGUE


def week_of(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read "the week of 5 January", Monday to Sunday; from the day itself where it begins the week."""
    for day, _, _ in days(match, said):
        begins = match["kind"].lower().endswith(("beginning", "commencing", "starting", "w/c"))
        start = day if begins else day - timedelta(days=day.weekday())
        yield start, start + timedelta(days=6), Exact.RANGE


def nth_week(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read the first week of a month, days 1 to 7, and so on; the last, its last seven days."""
    for start, end, _ in month(match, said):
        first = start + timedelta(weeks=_ORDINALS.get(match["nth"].lower(), 0) - 1)
        if first < start:
            first = end - timedelta(days=6)
        yield first, first + timedelta(days=6), Exact.VAGUE


def feast(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read Christmas, Easter and the days about them."""
    name = " ".join(match["feast"].lower().replace("’", "'").split())
    name = name.removesuffix(" day" if name != "boxing day" else "").removesuffix(" sunday")
    for year in _years(match, said):
        day = feast_day("new year" if name == "new year's" else name, year)
        yield day, day, Exact.DAY


def bank_holiday(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a bank holiday of England and Wales."""
    years = _years(match, said)
    name = " ".join(match["holiday"].lower().replace("’", "'").split()).removesuffix(" day").removesuffix("'s")
    name = {"may": "may day", "boxing": "boxing day"}.get(name, name)
    yield from ((day, day, Exact.DAY) for day in bank_holidays(name) if day.year in years)


def recess(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a recess of the Commons, or the next one."""
    years = _years(match, said)
    name = {"whit": "whitsun"}.get((match["recess"] or "").lower(), (match["recess"] or "").lower())
    for one in recesses():
        if name in {"", one.name} and one.first.year in years:
            yield one.first, one.last, Exact.RANGE if one.sure else Exact.VAGUE


def house_returns(_: re.Match[str], __: date) -> Iterator[Stretch]:
    """Read "when Parliament returns": the day after a recess."""
    for one in recesses():
        yield one.last + _DAY, one.last + _DAY, Exact.DAY if one.sure else Exact.VAGUE
