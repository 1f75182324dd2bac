"""The words that name a time, as patterns, each with the stretches of days it may mean; pure.

Which of them is meant, and what "by" or "early" makes of it, is for ``dates`` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import stretches as mean
from index.stretches import MONTHS, NUMBERS, WEEKDAYS

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable
    from datetime import date

    from index.stretches import Stretch

S = r"[ \t\n\u00a0\u202f]{1,3}"
_DASH = r"[-‐‑–—]"
_YEAR_NUMBER = r"(?:19|20|21)\d\d(?!\d)"
# "may" in small letters, with a word after it, is the verb.
_MONTH = rf"(?:(?-i:May)|may(?!{S}\w)|{'|'.join(m for m in MONTHS if m != 'may')}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})"
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


def _needing(*groups: str) -> frozenset[str]:
    return frozenset(groups)


_TOLD = _needing("under", "part", "which", "year", "whose", "opens")
_RECESS_TIME = r"(?:recess|break|adjournment)"
_NOT_A_SEASON = rf"(?!{S}(?:{_RECESS_TIME}|term|school|schools|holidays?|fuel|olympics|games|camps?)\b|{S}(?:budget|statement|forecast){S}(?:is{S}|comes{S}|due{S})?(?:on|in|by){S}(?:the{S})?(?:\d|{'|'.join(WEEKDAYS)}))"
NAMINGS = (
    Naming(rf"(?:{_WEEKDAY},?{S})?(?:the{S})?{_d()}{S}(?:of{S})?{_m()}{_y()}", mean.days),
    Naming(
        rf"(?:(?:from|between){S})?(?:{_WEEKDAY}{S})?{_d()}(?:,{S}\d{{1,2}}){{0,3}}(?:{S}(?:and|to|or){S}|{_DASH})(?:(?:{'|'.join(WEEKDAYS)}){S})?(?P<until>\d{{1,2}})(?:st|nd|rd|th)?{S}{_m()}{_y()}",
        mean.days,
    ),
    Naming(rf"(?:the{S})?(?:calendar{S})?year(?:{S}|-|['’]s{S})end", mean.year_end, _needing("under")),
    Naming(rf"{_m()}{S}{_d()}(?:,?{S}(?P<year>{_YEAR_NUMBER}))?", mean.days),
    Naming(r"(?P<iso>\d{4}-\d\d-\d\d)", mean.iso),
    Naming(
        rf"(?:(?:from|between){S})?(?:{_d('1')}{S})?{_m('1')}{_y('1')}(?:{S}(?:to|until|or){S}|(?:{S})?{_DASH}(?:{S})?)(?:{_d('2')}{S})?{_m('2')}{_y('2')}",
        mean.span,
    ),
    Naming(rf"between{S}(?:{_d('1')}{S})?{_m('1')}{_y('1')}{S}and{S}(?:{_d('2')}{S})?{_m('2')}{_y('2')}", mean.span),
    Naming(rf"(?:(?P<which>this|next|last){S})?{_m()}{_y()}(?!{S}\d{{1,2}}\b)", mean.month, _TOLD, parted=True),
    Naming(rf"(?P<opens>^|(?<=[\n])|(?<=[:;] )){_m()}(?=[,:])", mean.month, led=False),
    Naming(rf"(?P<year>{_YEAR_NUMBER})(?!{_DASH}\d|/)", mean.year, _needing("under", "part"), parted=True),
    Naming(
        rf"(?:from|between|over){S}(?P<year>{_YEAR_NUMBER}){S}(?:to|and|until){S}(?P<until>{_YEAR_NUMBER})", mean.year
    ),
    Naming(rf"(?<![\s\S])(?P<year>{_YEAR_NUMBER})(?=:{S})", mean.year, led=False),  # "2028: first offers"
    Naming(
        rf"(?P<year>{_YEAR_NUMBER})(?={S}(?:deadline|as{S}(?:the|its|a){S}(?:\w+{S})?(?:deadline|target|date)))",
        mean.year,
        led=False,
    ),
    Naming(
        rf"(?:(?P<which>this|next|last){S})?(?P<opens>the{S})?(?P<season>spring|summer|autumn|winter){_NOT_A_SEASON}(?:{S}(?:budget|statement|forecast))?{_y()}",
        mean.season,
        _TOLD,
        parted=True,
    ),
    Naming(
        rf"(?P<season>spring|summer|autumn|winter){_NOT_A_SEASON}(?:{S}(?:budget|statement|forecast)|(?!(?:{S})?{_DASH}?(?:{S})?\w))",
        mean.season,
    ),
    Naming(rf"(?-i:(?P<kind>Q|H)(?P<quarter>[1-4])){_y()}", mean.quarter, parted=True),
    Naming(
        rf"(?:the{S})?(?P<quarter>first|second|third|fourth|final){S}(?P<kind>quarter)(?:{_y()}|{S}of{S}(?:the|(?P<whose2>this)){S}year)(?!{S}of\b)",
        mean.quarter,
        parted=True,
    ),
    Naming(
        rf"(?:the{S})?(?P<quarter>first|second|last){S}(?P<kind>quarter|half){S}of{S}(?:(?P<year>{_YEAR_NUMBER})|(?P<whose>this|next|last){S}year|the{S}year)",
        mean.quarter,
        parted=True,
    ),
    Naming(
        rf"(?:the{S})?(?:(?P<sort>{_YEAR_KIND}){S}year{S})?(?P<year>{_YEAR_NUMBER})(?:{_DASH}|/)(?P<until>\d\d(?:\d\d)?)(?:{S}(?P<kind>{_YEAR_KIND}){S}year)?(?!{S}session)",
        mean.other_year,
        parted=True,
    ),
    Naming(
        rf"(?:(?:from|between|over){S})?(?P<year>{_YEAR_NUMBER})(?:{_DASH}|/)\d{{2,4}}{S}(?:to|and|until){S}(?P<until>{_YEAR_NUMBER})(?:{_DASH}|/)\d{{2,4}}",
        mean.other_years,
    ),
    Naming(
        rf"(?:(?:the|this){S})?(?P<which>current|next|last|this){S}(?P<kind>{_YEAR_KIND}){S}year",
        mean.other_year,
        parted=True,
    ),
    Naming(
        rf"(?P<which>the){S}(?P<kind>{_YEAR_KIND}){S}year(?!{S}(?:\d|to|ending|ended))",
        mean.other_year,
        _needing("part"),
        parted=True,
    ),
    Naming(rf"(?P<opens>the{S})?new{S}year(?!['’]s)", mean.new_year, _TOLD, parted=True),
    Naming(
        rf"(?P<later>a{S}week{S}on{S})?(?:(?P<which>next|this|last|coming){S})?{_WEEKDAY}(?:{S}(?:of{S})?(?P<of>next|this|last){S}week)?",
        mean.weekday,
    ),
    Naming(rf"(?P<near>today|tonight|tomorrow|yesterday|this{S}(?:morning|afternoon|evening)|last{S}night)", mean.near),
    Naming(
        rf"(?P<calendar>this|next|last|(?:later|earlier|rest{S}of|remainder{S}of){S}(?:this|(?:in{S})?the)){S}(?P<unit>week|weekend|month|quarter|year)",
        mean.calendar,
        parted=True,
    ),
    Naming(
        rf"(?P<calendar>the){S}(?P<unit>week|month|quarter|year)(?!{S}(?:to|ending|ended|of|beginning|before|after)\b)",
        mean.calendar,
        _needing("part"),
        parted=True,
    ),
    Naming(rf"(?P<calendar>the){S}(?P<unit>weekend)", mean.calendar, _needing("under")),
    Naming(
        rf"(?:within|in|over|during|for|inside){S}(?:the{S})?(?:next|coming){S}(?:{_COUNT}{S}(?P<unit>day|week|fortnight|month|year)s?|(?P<single>day|week|fortnight|month|year))",
        mean.length,
        led=False,
    ),
    Naming(
        rf"(?:within|inside){S}{_COUNT}{S}(?P<unit>day|week|fortnight|month|year)s?(?!{S}(?:of|after|from|following)\b)",
        mean.length,
        led=False,
    ),
    Naming(rf"in{S}{_COUNT}{S}(?:(?P<unit>day|week|fortnight|month|year)s?['’]?s?{S}time)", mean.length, led=False),
    Naming(
        rf"(?:in|for){S}(?:a{S}further{S})?{_COUNT}{S}(?P<unit>day|week|month)s?(?!{S}(?:of|to|after|from|following|before|since|in|a|each|every|at)\b)",
        mean.length,
        led=False,
    ),
    Naming(rf"(?:has|have){S}{_COUNT}{S}(?P<unit>day|week|month)s?(?={S}to\b)", mean.length, led=False),
    Naming(rf"{_COUNT}{S}(?P<unit>day|week|fortnight|month|year)s?{S}from{S}(?:now|today)", mean.length),
    Naming(
        rf"(?:(?:in|over|within|during|across){S})?(?:the{S})?(?:coming|next{S}(?:few|several|couple{S}of)){S}(?P<unit>days|weeks|months)(?:{S}(?:and|or){S}(?P<more>weeks|months))?",
        mean.coming_time,
        led=False,
    ),
    Naming(
        rf"within{S}(?:a{S}(?:few|matter{S}of){S})?(?P<unit>days|weeks|months)(?!{S}(?:of|after|from)\b)",
        mean.coming_time,
        led=False,
    ),
    Naming(rf"(?:in|over){S}(?:the{S}(?P<unit>days|weeks|months){S}(?:ahead|to{S}come))", mean.coming_time, led=False),
    Naming(rf"in{S}a{S}(?:few|couple{S}of|matter{S}of){S}(?P<unit>days|weeks|months)", mean.coming_time, led=False),
    Naming(
        rf"(?P<kind>(?:the{S})?week{S}(?:of|beginning|commencing|starting|ending)|w/c){S}(?:on{S})?(?:{_WEEKDAY}{S})?{_d()}{S}{_m()}{_y()}",
        mean.week_of,
    ),
    Naming(
        rf"(?:the{S})?(?P<nth>first|second|third|fourth|last|final){S}(?:full{S})?week{S}(?:of|in){S}{_m()}{_y()}",
        mean.nth_week,
    ),
    Naming(
        rf"(?P<feast>christmas(?:{S}(?:day|eve))?|boxing{S}day|easter(?:{S}(?:sunday|monday))?|good{S}friday|new{S}year['’]s{S}(?:day|eve)){_y()}(?!{S}(?:{_RECESS_TIME}|holidays?|term)\b)",
        mean.feast,
    ),
    Naming(
        rf"(?:the{S})?(?P<holiday>(?:early|late){S}may|may{S}day|spring|whitsun|summer|august|christmas|boxing{S}day|new{S}year(?:['’]s)?(?:{S}day)?|good{S}friday|easter{S}monday){S}bank{S}holiday{_y()}",
        mean.bank_holiday,
    ),
    Naming(
        rf"(?:the{S})?(?:{_RECESS}{S}(?:parliamentary{S})?{_RECESS_TIME}|(?:parliamentary{S})?recess){_y()}",
        mean.recess,
        _needing("under", "recess"),
    ),
    Naming(
        rf"{_HOUSE}{S}(?:rises?|breaks?{S}up)(?:{S}for{S}(?:the{S})?(?:{_RECESS}(?:{S}{_RECESS_TIME})?|recess))?",
        mean.recess,
        _needing("under"),
    ),
    Naming(
        rf"{_HOUSE}{S}(?:returns?|resumes?|reconvenes?|comes?{S}back|sits?{S}again)(?!{S}(?:on|to)\b)",
        mean.house_returns,
        _needing("under"),
    ),
)
