"""The words that name a time → the stretches of days they may mean; pure.

Each ``Naming`` is a pattern and what it may mean, oldest first: a yearless "3 March" one day for each
year about P, the date of publication, a dated one its one day. Which of them is meant, and what "by" or
"early" makes of it, is for ``dates`` to say.
"""

from __future__ import annotations

from calendar import monthrange
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from index.almanac import bank_holidays, feast, recesses
from index.types import Exact

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence

Stretch = tuple[date, date, Exact]

S = r"[ \t\n\u00a0\u202f]{1,3}"
_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS = {
    name: n for n, name in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_NUMBERS |= {"a": 1, "an": 1, "eighteen": 18, "twenty-four": 24, "thirty": 30, "sixty": 60, "ninety": 90}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # their first months; each has three
_SHIFT = {"last": -1, "this": 0, "current": 0, "the": 0, "next": 1}
_DAY = timedelta(days=1)
_REACH = 9  # years looked at on either side of P: 29 February comes within eight

_DASH = r"[-‐‑–—]"
_YEAR_NUMBER = r"(?:19|20|21)\d\d(?!\d)"
# "may" in small letters, with a word after it, is the verb.
_MONTH = rf"(?:(?-i:May)|may(?!{S}\w)|{'|'.join(m for m in _MONTHS if m != 'may')}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_RECESS = r"(?P<recess>summer|easter|christmas|february|whitsun|whit|conference)"
_HOUSE = rf"(?:the{S}house(?:{S}of{S}commons)?|parliament|the{S}commons|mps|both{S}houses|peers|the{S}lords)"
_YEAR_KIND = r"(?:financial|tax|fiscal|academic|school)"


@dataclass(frozen=True, slots=True)
class Naming:
    """A way to name a time. Without one of the groups it ``needs`` the words mean something else.

    ``led`` says that a preposition may stand before it; ``parted``, that "early" or "the end of" may.
    """

    pattern: str
    stretches: Callable[[re.Match[str], date], Iterable[Stretch]]
    needs: frozenset[str] = frozenset()
    led: bool = True
    parted: bool = False


def _d(n: str = "") -> str:
    return rf"(?P<day{n}>\d{{1,2}})(?:st|nd|rd|th)?"


def _m(n: str = "") -> str:
    return rf"(?P<month{n}>{_MONTH})"


def _y(n: str = "") -> str:
    """Match the year that may follow: "2026", ", 2026", "of 2026", "next year"."""
    return rf"(?:,?{S}(?:of{S})?(?:(?P<year{n}>{_YEAR_NUMBER})|(?P<whose{n}>this|next|last){S}year))?"


def _years(match: re.Match[str], said: date, n: str = "") -> Sequence[int]:
    """Give the year that is written, else those it may be."""
    groups = match.groupdict()
    if written := groups.get(f"year{n}"):
        return (int(written),)
    if whose := groups.get(f"whose{n}"):
        return (said.year + _SHIFT[whose.lower()],)
    return range(max(said.year - _REACH, 1), min(said.year + _REACH, 9998) + 1)


def _month_number(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()[:3]))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _days(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a day of a month, or the first and last of several."""
    month, first = _month_number(match["month"]), int(match["day"])
    last = int(match.groupdict().get("until") or first)
    for year in _years(match, said):
        with suppress(ValueError):
            yield date(year, month, first), date(year, month, last), Exact.DAY if first == last else Exact.RANGE


def _iso(match: re.Match[str], _: date) -> Iterator[Stretch]:
    with suppress(ValueError):
        day = date.fromisoformat(match["iso"])
        yield day, day, Exact.DAY


def _month(match: re.Match[str], said: date) -> Iterator[Stretch]:
    month = _month_number(match["month"])
    for year in _years(match, said):
        yield date(year, month, 1), _month_end(year, month), Exact.RANGE


def _span(match: re.Match[str], said: date) -> Iterator[Stretch]:
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


def _year(match: re.Match[str], _: date) -> Iterator[Stretch]:
    first, last = int(match["year"]), int(match.groupdict().get("until") or match["year"])
    yield date(first, 1, 1), date(last, 12, 31), Exact.RANGE


def _season(match: re.Match[str], said: date) -> Iterator[Stretch]:
    first = _SEASONS[match["season"].lower()]
    for year in _years(match, said):
        start = date(year, first, 1)
        yield start, start + relativedelta(months=3) - _DAY, Exact.VAGUE


def _quarter(match: re.Match[str], said: date) -> Iterator[Stretch]:
    nth = match["quarter"].lower()
    months = 6 if match["kind"].lower() in {"h", "half"} else 3
    number = int(nth) if nth.isdigit() else _ORDINALS.get(nth, 12 // months)
    if months * number > 12:  # noqa: PLR2004 - months
        return
    for year in _years(match, said):
        start = date(year, 1 + months * (number - 1), 1)
        yield start, start + relativedelta(months=months) - _DAY, Exact.RANGE


def _other_year(match: re.Match[str], said: date) -> Iterator[Stretch]:
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


def _new_year(match: re.Match[str], said: date) -> Iterator[Stretch]:
    for year in _years(match, said):
        yield date(year, 1, 1), date(year, 1, 31), Exact.VAGUE


def _weekday(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read a weekday: the last before P, the first after it."""
    wanted = _WEEKDAYS.index(match["weekday"].lower())
    monday = said - timedelta(days=said.weekday())
    if whose := match["of"]:
        day = monday + timedelta(days=wanted + 7 * _SHIFT[whose.lower()])
        yield day, day, Exact.DAY
        return
    before = said - timedelta(days=(said.weekday() - wanted - 1) % 7 + 1)
    after = said + timedelta(days=(wanted - said.weekday() - 1) % 7 + 1 + 7 * bool(match["later"]))
    yield before, before, Exact.DAY
    yield after, after, Exact.DAY


def _near(match: re.Match[str], said: date) -> Iterator[Stretch]:
    word = match["near"].lower()
    day = said + _DAY * ((word == "tomorrow") - word.startswith(("yesterday", "last")))
    yield day, day, Exact.DAY


def _calendar(match: re.Match[str], said: date) -> Iterator[Stretch]:
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


def _length(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read "within six months", "in two weeks' time": from P on."""
    words = (match["count"] or "one").lower()
    count = int(words) if words.isdigit() else _NUMBERS[words]
    unit = (match["unit"] or match.groupdict().get("single") or "").lower()
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit, 0)
    months = {"month": 1, "year": 12}.get(unit, 0)
    yield said, said + relativedelta(days=count * days, months=count * months), Exact.RANGE


def _coming(match: re.Match[str], said: date) -> Iterator[Stretch]:
    unit = (match.groupdict().get("more") or match["unit"]).lower()
    ends = {"days": relativedelta(days=7), "weeks": relativedelta(weeks=6), "months": relativedelta(months=6)}
    yield said + _DAY, said + ends[unit], Exact.VAGUE


def _week_of(match: re.Match[str], said: date) -> Iterator[Stretch]:
    """Read "the week of 5 January", Monday to Sunday; from the day itself where it begins the week."""
    for day, _, _ in _days(match, said):
        begins = match["kind"].lower().endswith(("beginning", "commencing", "starting", "w/c"))
        start = day if begins else day - timedelta(days=day.weekday())
        yield start, start + timedelta(days=6), Exact.RANGE


def _nth_week(match: re.Match[str], said: date) -> Iterator[Stretch]:
    for start, end, _ in _month(match, said):
        first = start + timedelta(weeks=_ORDINALS.get(match["nth"].lower(), 0) - 1)
        if first < start:
            first = end - timedelta(days=6)
        yield first, first + timedelta(days=6), Exact.VAGUE


def _feast(match: re.Match[str], said: date) -> Iterator[Stretch]:
    name = " ".join(match["feast"].lower().replace("’", "'").split())
    name = name.removesuffix(" day" if name != "boxing day" else "").removesuffix(" sunday")
    for year in _years(match, said):
        day = feast("new year" if name == "new year's" else name, year)
        yield day, day, Exact.DAY


def _bank_holiday(match: re.Match[str], said: date) -> Iterator[Stretch]:
    years = _years(match, said)
    name = " ".join(match["holiday"].lower().replace("’", "'").split()).removesuffix(" day").removesuffix("'s")
    name = {"may": "may day", "boxing": "boxing day"}.get(name, name)
    yield from ((day, day, Exact.DAY) for day in bank_holidays(name) if day.year in years)


def _recess(match: re.Match[str], said: date) -> Iterator[Stretch]:
    years = _years(match, said)
    name = {"whit": "whitsun"}.get((match["recess"] or "").lower(), (match["recess"] or "").lower())
    for one in recesses():
        if name in {"", one.name} and one.first.year in years:
            yield one.first, one.last, Exact.RANGE if one.sure else Exact.VAGUE


def _return(_: re.Match[str], __: date) -> Iterator[Stretch]:
    """Read "when Parliament returns": the day after a recess."""
    for one in recesses():
        yield one.last + _DAY, one.last + _DAY, Exact.DAY if one.sure else Exact.VAGUE


def _needing(*groups: str) -> frozenset[str]:
    return frozenset(groups)


_TOLD = _needing("under", "part", "which", "year", "whose", "opens")
_RECESS_TIME = r"(?:recess|break|adjournment)"
_NOT_A_SEASON = rf"(?!{S}(?:{_RECESS_TIME}|term|school|schools|holidays?|fuel|olympics|games|camps?)\b)"
NAMINGS = (
    Naming(rf"(?:{_WEEKDAY},?{S})?(?:the{S})?{_d()}{S}(?:of{S})?{_m()}{_y()}", _days),
    Naming(
        rf"(?:(?:from|between){S})?(?:{_WEEKDAY}{S})?{_d()}(?:,{S}\d{{1,2}}){{0,3}}(?:{S}(?:and|to|or){S}|{_DASH})(?:(?:{'|'.join(_WEEKDAYS)}){S})?(?P<until>\d{{1,2}})(?:st|nd|rd|th)?{S}{_m()}{_y()}",
        _days,
    ),
    Naming(rf"{_m()}{S}{_d()}(?:,?{S}(?P<year>{_YEAR_NUMBER}))?", _days),
    Naming(r"(?P<iso>\d{4}-\d\d-\d\d)", _iso),
    Naming(
        rf"(?:(?:from|between){S})?(?:{_d('1')}{S})?{_m('1')}{_y('1')}(?:{S}(?:to|until|or){S}|(?:{S})?{_DASH}(?:{S})?)(?:{_d('2')}{S})?{_m('2')}{_y('2')}",
        _span,
    ),
    Naming(rf"between{S}(?:{_d('1')}{S})?{_m('1')}{_y('1')}{S}and{S}(?:{_d('2')}{S})?{_m('2')}{_y('2')}", _span),
    Naming(rf"(?:(?P<which>this|next|last){S})?{_m()}{_y()}", _month, _TOLD, parted=True),
    Naming(rf"(?P<opens>^|(?<=[\n])|(?<=[:;] )){_m()}(?=[,:])", _month, led=False),
    Naming(rf"(?P<year>{_YEAR_NUMBER})(?!{_DASH}\d|/)", _year, _needing("under", "part"), parted=True),
    Naming(rf"(?:from|between|over){S}(?P<year>{_YEAR_NUMBER}){S}(?:to|and|until){S}(?P<until>{_YEAR_NUMBER})", _year),
    Naming(
        rf"(?P<year>{_YEAR_NUMBER})(?={S}(?:deadline|as{S}(?:the|its|a){S}(?:\w+{S})?(?:deadline|target|date)))",
        _year,
        led=False,
    ),
    Naming(
        rf"(?:(?P<which>this|next|last){S})?(?P<opens>the{S})?(?P<season>spring|summer|autumn|winter){_NOT_A_SEASON}(?:{S}(?:budget|statement|forecast))?{_y()}",
        _season,
        _TOLD,
        parted=True,
    ),
    Naming(
        rf"(?P<season>spring|summer|autumn|winter)(?:{S}(?:budget|statement|forecast)|(?!(?:{S})?{_DASH}?(?:{S})?\w))",
        _season,
    ),
    Naming(rf"(?-i:(?P<kind>Q|H)(?P<quarter>[1-4])){_y()}", _quarter),
    Naming(
        rf"(?:the{S})?(?P<quarter>first|second|third|fourth|final){S}(?P<kind>quarter)(?:{_y()}|{S}of{S}(?:the|(?P<whose2>this)){S}year)(?!{S}of\b)",
        _quarter,
    ),
    Naming(
        rf"(?:the{S})?(?P<quarter>first|second|last){S}(?P<kind>quarter|half){S}of{S}(?:(?P<year>{_YEAR_NUMBER})|(?P<whose>this|next|last){S}year|the{S}year)",
        _quarter,
    ),
    Naming(
        rf"(?:the{S})?(?:(?P<sort>{_YEAR_KIND}){S}year{S})?(?P<year>{_YEAR_NUMBER})(?:{_DASH}|/)(?P<until>\d\d(?:\d\d)?)(?:{S}(?P<kind>{_YEAR_KIND}){S}year)?(?!{S}session)",
        _other_year,
        parted=True,
    ),
    Naming(
        rf"(?:(?:the|this){S})?(?P<which>current|next|last|this){S}(?P<kind>{_YEAR_KIND}){S}year",
        _other_year,
        parted=True,
    ),
    Naming(
        rf"(?P<which>the){S}(?P<kind>{_YEAR_KIND}){S}year(?!{S}(?:\d|to|ending|ended))",
        _other_year,
        _needing("part"),
        parted=True,
    ),
    Naming(rf"(?P<opens>the{S})?new{S}year(?!['’]s)", _new_year, _TOLD, parted=True),
    Naming(
        rf"(?P<later>a{S}week{S}on{S})?(?:(?P<which>next|this|last|coming){S})?{_WEEKDAY}(?:{S}(?:of{S})?(?P<of>next|this|last){S}week)?",
        _weekday,
    ),
    Naming(rf"(?P<near>today|tonight|tomorrow|yesterday|this{S}(?:morning|afternoon|evening)|last{S}night)", _near),
    Naming(
        rf"(?P<calendar>this|next|last|(?:later|earlier|rest{S}of|remainder{S}of){S}(?:this|(?:in{S})?the)){S}(?P<unit>week|weekend|month|quarter|year)",
        _calendar,
        parted=True,
    ),
    Naming(
        rf"(?P<calendar>the){S}(?P<unit>week|month|quarter|year)(?!{S}(?:to|ending|ended|of|beginning|before|after)\b)",
        _calendar,
        _needing("part"),
        parted=True,
    ),
    Naming(rf"(?P<calendar>the){S}(?P<unit>weekend)", _calendar, _needing("under")),
    Naming(
        rf"(?:within|in|over|during|for|inside){S}(?:the{S})?(?:next|coming){S}(?:{_COUNT}{S}(?P<unit>day|week|fortnight|month|year)s?|(?P<single>day|week|fortnight|month|year))",
        _length,
        led=False,
    ),
    Naming(
        rf"(?:within|inside){S}{_COUNT}{S}(?P<unit>day|week|fortnight|month|year)s?(?!{S}(?:of|after|from|following)\b)",
        _length,
        led=False,
    ),
    Naming(rf"in{S}{_COUNT}{S}(?:(?P<unit>day|week|fortnight|month|year)s?['’]?s?{S}time)", _length, led=False),
    Naming(
        rf"(?:in|for){S}(?:a{S}further{S})?{_COUNT}{S}(?P<unit>day|week|month)s?(?!{S}(?:of|to|after|from|following|before|since)\b)",
        _length,
        led=False,
    ),
    Naming(rf"(?:has|have){S}{_COUNT}{S}(?P<unit>day|week|month)s?(?={S}to\b)", _length, led=False),
    Naming(rf"{_COUNT}{S}(?P<unit>day|week|fortnight|month|year)s?{S}from{S}(?:now|today)", _length),
    Naming(
        rf"(?:(?:in|over|within|during|across){S})?(?:the{S})?(?:coming|next{S}(?:few|several|couple{S}of)){S}(?P<unit>days|weeks|months)(?:{S}(?:and|or){S}(?P<more>weeks|months))?",
        _coming,
        led=False,
    ),
    Naming(
        rf"within{S}(?:a{S}(?:few|matter{S}of){S})?(?P<unit>days|weeks|months)(?!{S}(?:of|after|from)\b)",
        _coming,
        led=False,
    ),
    Naming(rf"(?:in|over){S}(?:the{S}(?P<unit>days|weeks|months){S}(?:ahead|to{S}come))", _coming, led=False),
    Naming(rf"in{S}a{S}(?:few|couple{S}of|matter{S}of){S}(?P<unit>days|weeks|months)", _coming, led=False),
    Naming(
        rf"(?P<kind>(?:the{S})?week{S}(?:of|beginning|commencing|starting|ending)|w/c){S}(?:on{S})?(?:{_WEEKDAY}{S})?{_d()}{S}{_m()}{_y()}",
        _week_of,
    ),
    Naming(
        rf"(?:the{S})?(?P<nth>first|second|third|fourth|last|final){S}(?:full{S})?week{S}(?:of|in){S}{_m()}{_y()}",
        _nth_week,
    ),
    Naming(
        rf"(?P<feast>christmas(?:{S}(?:day|eve))?|boxing{S}day|easter(?:{S}(?:sunday|monday))?|good{S}friday|new{S}year['’]s{S}(?:day|eve)){_y()}(?!{S}(?:{_RECESS_TIME}|holidays?|term)\b)",
        _feast,
    ),
    Naming(
        rf"(?:the{S})?(?P<holiday>(?:early|late){S}may|may{S}day|spring|whitsun|summer|august|christmas|boxing{S}day|new{S}year(?:['’]s)?(?:{S}day)?|good{S}friday|easter{S}monday){S}bank{S}holiday{_y()}",
        _bank_holiday,
    ),
    Naming(
        rf"(?:the{S})?(?:{_RECESS}{S}(?:parliamentary{S})?{_RECESS_TIME}|(?:parliamentary{S})?recess){_y()}",
        _recess,
        _needing("under", "recess"),
    ),
    Naming(
        rf"{_HOUSE}{S}(?:rises?|breaks?{S}up)(?:{S}for{S}(?:the{S})?(?:{_RECESS}(?:{S}{_RECESS_TIME})?|recess))?",
        _recess,
        _needing("under"),
    ),
    Naming(
        rf"{_HOUSE}{S}(?:returns?|resumes?|reconvenes?|comes?{S}back|sits?{S}again)(?!{S}(?:on|to)\b)",
        _return,
        _needing("under"),
    ),
)
