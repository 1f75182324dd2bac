"""Text → the sums, dates, names and instruments in it, each by its kind; pure.

The patterns read Westminster's English. Each takes the words whole ("£1.8 billion", "by 2030").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from index.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_S = r"[ \t\n\u00a0\u2009\u202f]"  # one space, breaking or not, or the end of a line
_FIGURE = r"(?<!\d,)(?<![#¶])\d(?:[\d,]*\d)?(?:\.\d+)?"  # begins where its digits do: linear time; "#4" counts nothing
_SCALE = rf"(?:{_S}?(?:(?i:hundred|thousand|million|billion|trillion|bn|tn)|[mk])\b|[MK]\b)"
_WORD = (
    r"(?i:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|dozen)"
)
_DASH = r"[-‐‑–]"
_ONE = rf"(?:(?i:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety){_DASH}{_WORD}|{_WORD})"
_BIG = r"(?i:hundred|thousand|million|billion|trillion|dozen)\b"
_FRACTION = r"(?:half|third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)"
# Possessive and bounded, for "hundred" is read in two ways: linear time.
_COUNT = (
    rf"\b(?:{_ONE}|[Aa](?={_S}{_BIG}))\b"
    rf"(?:{_S}{_BIG}(?:{_S}(?:and{_S})?{_ONE}\b(?!(?:{_S}|{_DASH}){_FRACTION}))?){{0,4}}+"
)
_CURRENCY = rf"(?:(?:\b[A-Z]{{1,3}})?[£€$]|\b(?:EUR|GBP|USD){_S})"
_SUM = rf"(?:{_CURRENCY}{_S}?(?:\d{{1,3}}(?:{_S}\d{{3}})+(?![\d,])|{_FIGURE}))"
_MINUS = r"(?<![^\s(\[“‘\"'])[-−–](?=[A-Z£€$\d])"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_YEAR = r"(?:1[89]|20)\d\d"
# The lower end of a range, which has no unit of its own: "0.1 to" 0.3 per cent. Not "in 2025 to" 0.3 per cent.
_LOWER = rf"(?:(?!{_YEAR}\b)(?:{_FIGURE}|{_COUNT})(?:%?{_DASH}|{_S}(?:to|or){_S}))"
_PERIOD = r"(?:minute|hour|day|week|fortnight|month|year|decade)s?"
# Possessive and of bounded length, so that a run of capitals is read in one way only: linear time, likewise.
_CAPITAL = r"[A-Z](?:[\w’'-]|\.(?=\w)){1,80}+"
_LINK = rf"{_S}(?:(?:of|for|and|the|de|der|van|von|du|on|to){_S}){{0,2}}"
_JOINED = rf"{_CAPITAL}(?:{_LINK}{_CAPITAL})*+"
_REFERENCE = (
    rf"(?:[Aa]rticles?|[Ss]ections?|[Cc]lauses?|[Ss]chedules?|[Rr]egulations?|[Rr]esolutions?|[Pp]arts?|ss?\.|[Aa]rts?\."
    rf"|(?<!['’])\bss?(?={_S})){_S}?(?:\([A-Z]+\){_S})?\d+[A-Z]*(?:/\d+)?(?:\(\w+\))*"
    rf"|(?:Articles?|Sections?|Schedules?|Regulations?|Resolutions?|Parts?|Chapters?|Titles?){_S}[IVXLC]+[A-Z]?\b"
)
_ENACTED = r"(?:Act|Bill|Regulations?|Order|Directive|Treaty|Convention|Agreement|Charter|Protocol|Rules|Code|Scheme|Strategy|Framework)"
_PATTERNS = {
    Kind.MONEY: re.compile(
        rf"(?:{_MINUS})?{_SUM}(?:{_SCALE}?{_DASH}(?:{_SUM}|{_FIGURE})|{_S}to{_S}{_SUM}(?={_SCALE}))?{_SCALE}?"
        rf"|(?<![\w.]){_LOWER}?{_FIGURE}{_SCALE}?{_S}?(?:p\b|pence\b|euros?\b|pounds\b|dollars\b)"
    ),
    Kind.PERCENT: re.compile(
        rf"(?:{_MINUS}|(?<![\w.£€$])){_LOWER}?(?:{_FIGURE}|{_COUNT}){_S}?"
        rf"(?:%|per{_S}cent\b|percent\b|percentage{_S}points?\b)"
        rf"|\b(?:half|(?i:a|one)(?:{_S}|{_DASH}){_FRACTION}|{_WORD}(?:{_S}|{_DASH}){_FRACTION}s|{_WORD}{_S}in{_S}{_WORD})\b"
    ),
    Kind.DATE: re.compile(
        rf"\b(?:{_WEEKDAY},?{_S})?(?<![#¶])\d{{1,2}}(?:st|nd|rd|th)?(?:{_S}(?:and|to){_S}\d{{1,2}}|{_DASH}\d{{1,2}})?{_S}{_MONTH}\b(?:,?{_S}{_YEAR}\b)?"
        rf"|\b{_MONTH}{_S}\d{{1,2}}(?:st|nd|rd|th)?,?{_S}{_YEAR}\b"
        rf"|\b(?:(?:by|until|from){_S})?(?:the{_S})?(?:(?:end|start|beginning){_S}of{_S}|early{_S}|mid{_DASH}|mid{_S}|late{_S})?"
        rf"(?:(?:{_MONTH}|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter|Q[1-4]|H[12]){_S})?{_YEAR}(?:(?:{_DASH}|/)(?:\d{{4}}|\d{{1,2}}))?\b(?!-\d)"
        rf"|\b(?:(?i:by|until|from|in|since|early|mid|late|last|next|this){_S})?(?:the{_S})?"
        rf"(?:end|start|beginning|middle){_S}of{_S}{_MONTH}\b(?!{_S}{_YEAR}\b)"
        rf"|\b(?i:by|until|from|in|since|early|mid|late|last|next|this){_S}{_MONTH}\b(?!{_S}{_YEAR}\b)"
        rf"|\b(?i:first|second|third|fourth|last|final){_S}(?:quarter|half)\b(?:{_S}of{_S}(?:the{_S}year|{_YEAR})\b)?"
        rf"|\b\d{{4}}-\d\d-\d\d\b|\b(?:[Ll]ast|[Nn]ext|[Tt]his|[Oo]n){_S}{_WEEKDAY}\b"
        rf"|\b(?:[Nn]ext|[Tt]his|[Ll]ast){_S}(?:week|month|spring|summer|autumn|winter|year)\b"
        rf"|\b[Ll]ater{_S}this{_S}(?:month|year)\b|\bin{_S}(?:due{_S}course|the{_S}coming{_S}(?:days|weeks|months))\b"
    ),
    Kind.DURATION: re.compile(
        rf"\b(?:{_LOWER}?(?:{_FIGURE}{_SCALE}?|{_COUNT})|a|an)(?:{_S}(?:and{_S}a{_S}half|more|further))?(?:{_S}|{_DASH})"
        rf"(?:working{_S})?{_PERIOD}\b",
        re.IGNORECASE,
    ),
    Kind.NUMBER: re.compile(
        rf"(?:{_MINUS}|(?<![\w.£€$/]))(?:(?!{_YEAR}\b){_FIGURE}(?:{_SCALE}?{_DASH}|{_S}(?:to|or){_S}(?={_FIGURE}{_SCALE})))?"
        rf"{_FIGURE}{_SCALE}?(?![\w%])"
        rf"|(?:\b{_ONE}{_S}(?:to|or){_S}(?={_ONE}{_S}{_BIG}))?{_COUNT}",
        re.IGNORECASE,
    ),
    Kind.INSTRUMENT: re.compile(
        rf"\b{_CAPITAL}(?:{_LINK}{_CAPITAL}){{0,8}}?(?:{_S}\([^()\n]{{1,60}}\))?{_LINK}{_ENACTED}(?:{_S}{_YEAR})?\b"
        rf"|\b(?:{_REFERENCE})|\bS\.?I\.?{_S}\d{{4}}/\d+"
        rf"|\b(?:Treaty|Treaties|Convention|Declaration|Protocol|Accords?){_S}of{_S}{_JOINED}"
    ),
    Kind.NAME: re.compile(rf"\b{_JOINED}"),
    Kind.PLACE: re.compile(
        rf"(?:(?<=\bin )|(?<=\bat )|(?<=\bto )|(?<=\bnear )|(?<=\bfrom )|(?<=\boutside ))(?:the{_S})?{_JOINED}"
    ),
}
# Two ends of which the second has a scale: "£10 to £15 million".
_ENDS = re.compile(rf"\D*(\d[\d,\s]*(?:\.\d+)?){_S}(?:to|or){_S}\D*({_FIGURE}){_SCALE}", re.IGNORECASE)
# A figure of another kind is not a bare number, nor a month a name.
_NOT_ALSO = {
    Kind.NUMBER: (Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.INSTRUMENT),
    Kind.NAME: (Kind.DATE,),
    Kind.PLACE: (Kind.DATE, Kind.INSTRUMENT),
    Kind.DURATION: (Kind.DATE,),
}
_OPENERS = frozenset(
    "a about after all although an and any as at before between both but by critics during each for from however if in it"
    " its many meanwhile ministers most no on once one opponents other our separately since so some such that the their then"
    " there these they this those though to two under until we what when where while who with yesterday".split()
)


@lru_cache(maxsize=4096)
def find(kind: Kind, text: str) -> tuple[tuple[int, int], ...]:
    """Find the spans of one kind in a text, as (start, end), in order, not overlapping."""
    return tuple(_find(kind, text))


def _find(kind: Kind, text: str) -> Iterator[tuple[int, int]]:
    others = [find(other, text) for other in _NOT_ALSO.get(kind, ())]
    at = 0
    while match := _next(_PATTERNS[kind], text, at):
        start, end = _trimmed(text, match.start(), match.end(), kind)
        at = min((met for spans in others if (met := _met(spans, start, end))), default=0)
        if start < end and not at:
            yield start, end
        at = at or match.end()


def _next(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
    """Find the next match; of two figures that share no scale, "800,000 to 1.2 million", only one."""
    match = pattern.search(text, at)
    ends = match and _ENDS.match(match[0])
    if not match or not ends or _share(ends[1], ends[2]):
        return match
    cut = match.start() + ends.end(1)
    return pattern.search(text, match.start(), cut) or pattern.search(text, cut)


def _share(lower: str, upper: str) -> bool:
    """Tell whether the scale of the upper end may be the lower's: it has no thousands of its own, and is below."""
    return not re.search(r"[,\s]", lower) and float(lower) < float(upper.replace(",", ""))


def _met(spans: tuple[tuple[int, int], ...], start: int, end: int) -> int:
    """Give the end of the first span that a stretch meets, of spans in order and not overlapping; 0 for none."""
    at = bisect_right(spans, start, key=itemgetter(1))
    return spans[at][1] if at < len(spans) and spans[at][0] < end else 0


def _trimmed(text: str, start: int, end: int, kind: Kind) -> tuple[int, int]:
    """Leave out the word that only opens the sentence, and a trailing stop."""
    if kind in {Kind.NAME, Kind.INSTRUMENT}:
        while start < end and (first := re.match(r"[\w’']+", text[start:end])) and first.group().lower() in _OPENERS:
            start += first.end()
            start += len(text[start:end]) - len(text[start:end].lstrip(" \u00a0-‑"))
    while start < end and text[end - 1] in " .,\n\t\u00a0\u2009":
        end -= 1
    return start, end
