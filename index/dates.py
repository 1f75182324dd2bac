"""The times that Westminster's words name, said on a date → ``DateRange``; pure.

Conventions, with P the date of publication and both ends inclusive: *by* X, P to the end of X; *before*
X, P to the day before it; *within* N months, P to P and N; *this* week, month or year, P to its end
(weeks end on Sunday), *next* the whole of it; a weekday, the first after P; early, mid and late in a
year, January to March, May to August, October to December; in a month, 1 to 10, 11 to 20, 21 to its
end; coming days, weeks and months, P and 1 day to P and 7 days, 6 weeks and 6 months. A year that is
not written is that of the first match on or after P, or with ``past`` the last on or before it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from index.types import DateRange, Exact

if TYPE_CHECKING:
    from collections.abc import Callable

    _Builder = Callable[[re.Match[str], date, bool], tuple[date, date, Exact]]

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS = {
    name: n for n, name in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_NUMBERS |= {"a": 1, "an": 1, "eighteen": 18, "twenty-four": 24, "thirty": 30, "sixty": 60, "ninety": 90}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # their first months; each has three
_S = r"[ \t\n\u00a0\u202f]+"
_D = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_M = rf"(?P<month>{'|'.join(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_Y = r"(?P<year>(?:19|20|21)\d\d)"
_DASH = r"[-‐‑–—]"
_W = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
_N = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"

_Span = tuple[date, date, Exact]


def find(text: str, said: date, *, past: bool = False) -> list[tuple[int, int, DateRange]]:
    """Find every time a text names: (start, end, range) with offsets, in order, not overlapping.

    ``said`` is the date of publication. Where two readings overlap the earlier, then the longer, wins.
    """
    found = [
        (match.start(), match.end(), named)
        for pattern, build in _READINGS
        for match in pattern.finditer(text)
        if (named := _built(match, build, said, past=past))
    ]
    chosen: list[tuple[int, int, DateRange]] = []
    for start, end, named in sorted(found, key=lambda one: (one[0], -one[1])):
        if not chosen or start >= chosen[-1][1]:
            chosen.append((start, end, named))
    return chosen


def read(words: str, said: date, *, past: bool = False) -> DateRange | None:
    """Read words that name one time and nothing else; None where they do not."""
    whole = words.strip()
    found = find(whole, said, past=past)
    return found[0][2] if found and found[0][:2] == (0, len(whole)) else None


def _built(match: re.Match[str], build: _Builder, said: date, *, past: bool) -> DateRange | None:
    """Make the range a match names, under the preposition before it; None for a day there is not."""
    try:
        earliest, latest, exact = _under(match.groupdict().get("under"), build(match, said, past), said)
    except (ValueError, OverflowError):
        return None
    return DateRange(earliest, latest, match.group(), exact) if earliest <= latest else None


def _under(preposition: str | None, span: _Span, said: date) -> _Span:
    """Apply the preposition: by and before run from P."""
    earliest, latest, _ = span
    words = " ".join((preposition or "").lower().split())
    if words.startswith(("by", "before the end of", "until", "no later than")) and latest >= said:
        return said, latest, Exact.RANGE
    if words == "before" and earliest > said:
        return said, earliest - timedelta(days=1), Exact.RANGE
    return span


def _day(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: FBT001 - one signature for all builders
    month, day = _month(match["month"]), int(match["day"])
    last = int(match.groupdict().get("last") or day)
    if match["year"]:
        start = date(int(match["year"]), month, day)
    else:
        start = _nearest(lambda year: date(year, month, day), said, past=past)
    end = start.replace(day=last)
    return start, end, Exact.DAY if start == end else Exact.RANGE


def _nearest(on: Callable[[int], date], said: date, *, past: bool) -> date:
    """Choose the year: the first match on or after P, or the last on or before it."""
    years = range(said.year, said.year - 9, -1) if past else range(said.year, said.year + 9)
    for year in years:
        try:
            found = on(year)
        except ValueError:
            continue
        if (found <= said) if past else (found >= said):
            return found
    message = f"no such day near {said}"
    raise ValueError(message)


def _iso(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    day = date.fromisoformat(match["iso"])
    return day, day, Exact.DAY


def _in_month(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: FBT001 - one signature for all builders
    month = _month(match["month"])
    year = int(match["year"]) if match["year"] else _month_year(month, said, past=past)
    last = monthrange(year, month)[1]
    first_day, last_day = {"early": (1, 10), "mid": (11, 20), "late": (21, last), "end": (21, last)}.get(
        _part(match), (1, last)
    )
    exact = Exact.VAGUE if _part(match) else Exact.RANGE
    return date(year, month, first_day), date(year, month, last_day), exact


def _month_year(month: int, said: date, *, past: bool) -> int:
    if past:
        return said.year - (month > said.month)
    return said.year + (month < said.month)


def _part(match: re.Match[str]) -> str:
    """Name the part of a month or year; "by the end of" takes all of it."""
    part = (match.groupdict().get("part") or "").lower()
    under = (match.groupdict().get("under") or "").lower()
    if part.startswith(("the end", "end")):
        return "" if under.startswith(("by", "before")) else "end"
    return part.strip(" -‐‑–—").split()[-1] if part else ""


def _in_year(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    year = int(match["year"])
    first, last = {"early": (1, 3), "mid": (5, 8), "late": (10, 12), "end": (12, 12)}.get(_part(match), (1, 12))
    exact = Exact.VAGUE if _part(match) else Exact.RANGE
    return date(year, first, 1), date(year, last, monthrange(year, last)[1]), exact


def _season(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: FBT001 - one signature for all builders
    first = _SEASONS[match["season"].lower()]
    year = int(match["year"]) if match["year"] else None

    def end(of: int) -> date:
        return date(of, first + 2, monthrange(of, first + 2)[1]) if first < _SEASONS["winter"] else _winter_end(of)

    if year is None:
        years = (said.year - 1, said.year, said.year + 1)
        year = max(y for y in years if date(y, first, 1) <= said) if past else min(y for y in years if end(y) >= said)
    return date(year, first, 1), end(year), Exact.VAGUE


def _winter_end(year: int) -> date:
    return date(year + 1, 3, 1) - timedelta(days=1)


def _quarter(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    ordinals = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "final": 4}
    nth = match["quarter"].lower()
    months = 6 if match["kind"].lower() in {"h", "half"} else 3
    number = int(nth) if nth.isdigit() else ordinals[nth]
    start = date(int(match["year"]), 1 + months * (number - 1), 1)
    return start, start + relativedelta(months=months, days=-1), Exact.RANGE


def _financial(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    year = int(match["year"])
    if int(match["to"]) % 100 != (year + 1) % 100:
        message = f"{match.group()} is no year"
        raise ValueError(message)
    month = 9 if (match["sort"] or "").lower().startswith("academic") else 4
    return date(year, month, 1), date(year + 1, month, 1) - timedelta(days=1), Exact.RANGE


def _new_year(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    year = said.year + 1
    return date(year, 1, 1), date(year, 1, 31), Exact.VAGUE


def _weekday(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: FBT001 - one signature for all builders
    wanted = _WEEKDAYS.index(match["weekday"].lower())
    if past or (match["which"] or "").lower() == "last":
        day = said - timedelta(days=(said.weekday() - wanted - 1) % 7 + 1)
    else:
        day = said + timedelta(days=(wanted - said.weekday() - 1) % 7 + 1)
    return day, day, Exact.DAY


def _near(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    day = said + timedelta(days={"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}[match["near"].lower()])
    return day, day, Exact.DAY


def _calendar(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    """Read this, next, last and later this week, month and year."""
    which = (match["which"] or "this").lower().split()[-1]
    starts = {
        "week": (said - timedelta(days=said.weekday()), relativedelta(weeks=1)),
        "month": (said.replace(day=1), relativedelta(months=1)),
        "year": (said.replace(month=1, day=1), relativedelta(years=1)),
    }
    start, length = starts[match["unit"].lower()]
    start += length * {"last": -1, "this": 0, "next": 1, "the": 0}[which]
    end = start + length - timedelta(days=1)
    if match["unit"].lower() == "year" and "end" in match.group().lower() and not (match["under"] or "").strip():
        return end.replace(day=1), end, Exact.VAGUE
    return (max(start, said) if which in {"this", "the"} else start), end, Exact.RANGE


def _within(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    return said, said + _length(match), Exact.RANGE


def _length(match: re.Match[str]) -> relativedelta:
    words = match["count"].lower()
    count = int(words) if words.isdigit() else _NUMBERS[words]
    unit = match["unit"].lower()
    return relativedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}.get(unit, 0)) + relativedelta(
        months=count * (unit == "month"), years=count * (unit == "year")
    )


def _coming(match: re.Match[str], said: date, past: bool) -> _Span:  # noqa: ARG001, FBT001 - one signature for all builders
    unit = match["unit"].lower().rstrip("s")
    ends = {"day": relativedelta(days=7), "week": relativedelta(weeks=6), "month": relativedelta(months=6)}
    return said + timedelta(days=1), said + ends[unit], Exact.VAGUE


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3]))


_UNDER = rf"(?:(?P<under>by|before{_S}the{_S}end{_S}of|before|until|no{_S}later{_S}than|on|from|in|during|around|since){_S})?"
_NEEDED = rf"(?P<under>by|before{_S}the{_S}end{_S}of|before|until|no{_S}later{_S}than|from|in|during|around|since|for|throughout){_S}"
_PART = rf"(?P<part>early{_S}in{_S}|early{_S}|mid{_DASH}|mid{_S}|late{_S}in{_S}|late{_S}|the{_S}end{_S}of{_S}|end{_S}of{_S}|the{_S}start{_S}of{_S})"
_READINGS: tuple[tuple[re.Pattern[str], _Builder], ...] = tuple(
    (re.compile(rf"(?<![\w£€$.,]){pattern}(?![\w])", re.IGNORECASE), build)
    for pattern, build in (
        (rf"{_UNDER}(?:{_W},?{_S})?(?:the{_S})?{_D}{_S}(?:of{_S})?{_M}(?:,?{_S}{_Y})?", _day),
        (
            rf"(?:(?P<under>from|between|on|by){_S})?{_D}(?:{_S}(?:and|to){_S}|{_DASH})(?P<last>\d{{1,2}})(?:st|nd|rd|th)?{_S}{_M}(?:,?{_S}{_Y})?",
            _day,
        ),
        (rf"{_UNDER}{_M}{_S}{_D},?{_S}{_Y}", _day),
        (rf"{_UNDER}(?P<iso>\d{{4}}-\d\d-\d\d)", _iso),
        (rf"{_NEEDED}{_M}(?:{_S}(?P<year>(?:19|20|21)\d\d))?", _in_month),
        (rf"{_UNDER}{_PART}{_M}(?:{_S}{_Y})?", _in_month),
        (rf"(?P<under>x)?{_M}{_S}{_Y}", _in_month),
        (rf"{_NEEDED}{_Y}(?!{_DASH}\d)", _in_year),
        (rf"{_UNDER}{_PART}{_Y}(?!{_DASH}\d)", _in_year),
        (
            rf"{_UNDER}(?:the{_S})?(?P<season>spring|summer|autumn|winter)(?:{_S}Budget)?(?:{_S}(?:of{_S})?(?P<year>(?:19|20|21)\d\d))?",
            _season,
        ),
        (rf"{_UNDER}(?P<kind>Q|H)(?P<quarter>[1-4]){_S}{_Y}", _quarter),
        (
            rf"{_UNDER}the{_S}(?P<quarter>first|second|third|fourth|last|final){_S}(?P<kind>quarter|half){_S}of{_S}{_Y}",
            _quarter,
        ),
        (
            rf"{_UNDER}(?:the{_S})?(?:(?P<sort>financial|academic){_S}year{_S})?{_Y}{_DASH}(?P<to>\d\d(?:\d\d)?)",
            _financial,
        ),
        (rf"{_UNDER}the{_S}new{_S}year", _new_year),
        (rf"(?:on{_S})?(?:(?P<which>next|this|last){_S})?{_W}", _weekday),
        (r"(?P<near>today|tonight|tomorrow|yesterday)", _near),
        (
            rf"{_UNDER}(?:(?:the{_S})?end{_S}of{_S}(?=the))?(?P<which>this|next|last|later{_S}this|(?<=of )the){_S}(?P<unit>week|month|year)",
            _calendar,
        ),
        (
            rf"(?:within|in){_S}(?:the{_S}(?:next|coming){_S})?{_N}{_S}(?P<unit>day|week|fortnight|month|year)s?",
            _within,
        ),
        (rf"in{_S}the{_S}(?:coming|next{_S}few){_S}(?P<unit>days|weeks|months)", _coming),
    )
)
