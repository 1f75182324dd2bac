"""The times that Westminster's words name, said on a date → ``DateRange``; pure.

Conventions, with P the date of publication and both ends inclusive: *by* and *until* X, P to the end of
X; *before* X, P to the day before it; *from* X, the day or period in which it starts, and so *not before*
X; *after* X, the day that follows it; *within*, *for* and *over the next* N months, P to P and N; *this*
week, month, season or year, P to its end (weeks end on Sunday), *next* the whole of it; a weekday, the
first after P; early, mid and late in a year, January to March, May to August, October to December; in a
month, 1 to 10, 11 to 20, 21 to its end; in a season, its first, second and third month; spring March to
May, summer June to August, autumn September to November, winter December to February; quarters by the
calendar; financial years from 1 April, academic years from 1 September; the new year, January; coming
days, weeks and months, P and 1 day to P and 7 days, 6 weeks and 6 months; *by* and *before* a recess, P to
the day before it begins. A year that is not written is that of the first match on or after P, or with
``past`` the last on or before it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from index.times import NAMINGS, Naming, S
from index.types import DateRange, Exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.stretches import Stretch

_DAY = timedelta(days=1)
_BY = r"by|until|till|up{S}to|(?:no|not){S}later{S}than|on{S}or{S}before|between{S}now{S}and"
_BEFORE = r"before|ahead{S}of|prior{S}to"
_AFTER = r"after|following"
_NOT = r"(?:not|n['’]t)(?:{S}\w+){{0,2}}{S}(?:before|until)|(?:no|not){S}(?:earlier|sooner){S}than|on{S}or{S}after"
_PLAIN = r"on|in|from|during|around|about|since|for|throughout|over|at|as{S}of|with{S}effect{S}from|starting|when|once|to|as{S}(?:early|soon){S}as|later{S}in"
_UNDER, _KINDS = (
    pattern.replace("{S}", S).replace("{{", "{").replace("}}", "}")
    for pattern in (
        rf"(?P<under>{_NOT}|{_BY}|{_BEFORE}|{_AFTER}|{_PLAIN})",
        rf"(?P<not>{_NOT})|(?P<by>{_BY})|(?P<before>{_BEFORE})|(?P<after>{_AFTER})|(?P<later>later{{S}}in)|.+",
    )
)
_CLOCK = rf"(?:(?:\d{{1,2}}(?:[.:]\d\d)?(?:{S})?[ap]m|noon|midnight|midday){S}on{S})?"
_PART = rf"(?P<part>(?:early|mid|late)(?:{S}in(?={S}(?:the|20)))?|(?:the{S})?(?:very{S})?(?:end|start|beginning|middle)(?:{S}of)?)(?:{S}|[-‐‑–])"
# Days of a month, both inclusive; months of a season and of a year, from the first, up to the last's end.
_PARTS = {
    "early": ((1, 10), (0, 1), (0, 3)),
    "start": ((1, 10), (0, 1), (0, 1)),
    "mid": ((11, 20), (1, 2), (4, 8)),
    "late": ((21, 31), (2, 3), (9, 12)),
    "end": ((21, 31), (2, 3), (11, 12)),
}
_PARTS |= {"beginning": _PARTS["start"], "middle": _PARTS["mid"]}
_MONTH_LONG, _SEASON_LONG, _YEAR_LONG = 28, 89, 365  # days, at least
_ANY_DAY = date(2024, 1, 1)  # for words that carry their year, which mean the same whenever they are said


def _compiled(naming: Naming) -> re.Pattern[str]:
    under = rf"(?:{_UNDER}{S}{_CLOCK})?" if naming.led else ""
    part = rf"(?:{_PART})?" if naming.parted else ""
    return re.compile(rf"(?<![\w£€$.,‐‑-]){under}{part}{naming.pattern}(?!\w|[,.]\d)", re.IGNORECASE)


@cache
def _readings() -> tuple[tuple[re.Pattern[str], Naming], ...]:
    """Compile every reading: at the first time read, since most commands read none and it takes a tenth of a second."""
    return tuple((_compiled(naming), naming) for naming in NAMINGS)


# Every reading holds one of these; most sentences hold none, and looking for them is quick.
_HINT = re.compile(
    r"\d|day\b|days\b|week|month|quarter|year|night|morning|afternoon|evening|today|tomorrow|fortnight|half|spring|summer|autumn|winter|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|christmas|easter|holiday|recess|break|adjournment|parliament|house|commons|mps|peers|lords",
    re.IGNORECASE,
)
_UNDER_KINDS = re.compile(_KINDS, re.IGNORECASE)


def find(text: str, said: date | None, *, past: bool = False) -> list[tuple[int, int, DateRange]]:
    """Find every time a text names: (start, end, range) with offsets, in order, not overlapping.

    ``said`` is the date of publication; without it only words that carry their year name a time. Where
    two readings overlap the earlier, then the longer, wins.
    """
    found = [
        (match.start(), match.end(), named)
        for match, naming in _matches(text)
        if (named := _built(match, naming, said, past=past))
    ]
    chosen: list[tuple[int, int, DateRange]] = []
    for start, end, named in sorted(found, key=lambda one: (one[0], -one[1])):
        if not chosen or start >= chosen[-1][1]:
            chosen.append((start, end, named))
    return chosen


def read(words: str, said: date | None, *, past: bool = False) -> DateRange | None:
    """Read words that name one time and nothing else; None where they do not."""
    whole = words.strip()
    found = find(whole, said, past=past)
    return found[0][2] if found and found[0][:2] == (0, len(whole)) else None


@lru_cache(maxsize=64)
def _matches(text: str) -> tuple[tuple[re.Match[str], Naming], ...]:
    """Match every reading; kept for a while, since a sentence is read of the past and of what is to come."""
    if not _HINT.search(text):
        return ()
    return tuple((match, naming) for pattern, naming in _readings() for match in pattern.finditer(text))


def _built(match: re.Match[str], naming: Naming, said: date | None, *, past: bool) -> DateRange | None:
    """Make the range a match names; None for a day there is not, and for words that name no time."""
    groups = {name: found for name, found in match.groupdict().items() if found is not None}
    if naming.needs and not naming.needs & groups.keys():
        return None
    if groups.get("under", "").lower() == "for" and match.re.groupindex.keys() & {"recess", "feast"}:
        return None  # "the House rises for Easter" says why, not when
    if said is None and not groups.keys() & {"year", "year2", "iso"}:
        return None
    try:
        stretches = [
            _part(one, groups.get("part", ""), _kind(groups)) for one in naming.stretches(match, said or _ANY_DAY)
        ]
        span = _choice(stretches, groups, said or _ANY_DAY, past=past)
        earliest, latest, exact = _under(span, _kind(groups), said, recess="recess" in match.re.groupindex)
    except (ValueError, OverflowError):
        return None
    return DateRange(earliest, latest, match.group(), exact) if earliest <= latest else None


def _kind(groups: dict[str, str]) -> str:
    """Name what a preposition does: by, before, after, not, later, or nothing."""
    found = _UNDER_KINDS.fullmatch(groups.get("under", "on"))
    kind = (found and found.lastgroup) or ""
    if kind == "before" and "end" in groups.get("part", "").lower().split():
        return "by"
    return kind


def _part(span: Stretch, part: str, kind: str) -> Stretch:
    """Take the early, middle or late part of a month, season or year; "by the end of" takes all of it."""
    earliest, latest, _ = span
    word = next((one for one in part.lower().split() if one in _PARTS), "")
    length = (latest - earliest).days + 1
    if not word or length < _MONTH_LONG or (word == "end" and kind == "by"):
        return span
    days, of_season, of_year = _PARTS[word]
    if length < _SEASON_LONG:
        return earliest.replace(day=days[0]), min(earliest + timedelta(days=days[1] - 1), latest), Exact.VAGUE
    first, last = (earliest + relativedelta(months=n) for n in (of_season if length < _YEAR_LONG else of_year))
    return first, last - _DAY, Exact.VAGUE


def _choice(stretches: Sequence[Stretch], groups: dict[str, str], said: date, *, past: bool) -> Stretch:
    """Choose among the years and days that words may mean. Raises ValueError where there is none."""
    which = groups.get("which", "").lower()
    if len(stretches) > 1 and (past or which == "last"):
        before = [one for one in stretches if (one[1] < said if which == "last" else one[0] <= said)]
        return _last(before)
    strictly = _kind(groups) == "before" or which == "next"
    ahead = [one for one in stretches if (one[0] > said if strictly else one[1] >= said)]
    if not ahead:
        return _last(stretches)
    earliest, latest, exact = ahead[0]
    runs = which == "this" or groups.get("calendar", "next").lower() not in {"next", "last"}
    return (max(earliest, said) if runs and latest >= said else earliest), latest, exact


def _last(stretches: Sequence[Stretch]) -> Stretch:
    if not stretches:
        raise ValueError("no such day; read it as no time")
    return stretches[-1]


def _under(span: Stretch, kind: str, said: date | None, *, recess: bool) -> Stretch:
    """Apply the preposition: by and before run from P, which only a dated briefing has."""
    earliest, latest, exact = span
    if kind == "not":
        return earliest, latest, Exact.VAGUE
    if kind == "after":
        return latest + _DAY, latest + _DAY, Exact.VAGUE
    if said is None or not kind:
        return span
    vague = Exact.VAGUE if exact is Exact.VAGUE else Exact.RANGE
    if kind == "later":
        return (max(earliest, said), latest, vague) if latest >= said else span
    if kind == "before" and earliest <= said <= latest:
        raise ValueError("it has begun; read it as no time")  # "before this month's summit"
    if kind == "before" or recess:
        return (said, earliest - _DAY, vague) if earliest > said else span
    return (said, latest, vague) if latest >= said else span
