"""Text → the sums, dates, names and instruments in it, each by its kind; pure.

The patterns read Westminster's English. Each takes the words whole ("£1.8 billion", "by 2030").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from index.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_S = r"[ \u00a0\u202f]"  # one space, breaking or not
_FIGURE = r"(?<!\d,)\d(?:[\d,]*\d)?(?:\.\d+)?"  # begins where its digits do: linear time, whatever the text
_SCALE = rf"(?:{_S}?(?:hundred|thousand|million|billion|trillion|bn|tn|m|k)\b)"
_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|dozen)"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_YEAR = r"(?:1[89]|20)\d\d"
_DASH = r"[-‐‑–]"
# Possessive and of bounded length, so that a run of capitals is read in one way only: linear time, likewise.
_CAPITAL = r"[A-Z](?:[\w’'-]|\.(?=\w)){1,80}+"
_LINK = rf"{_S}(?:(?:of|for|and|the|de|der|van|von|du|on|to){_S}){{0,2}}"
_JOINED = rf"{_CAPITAL}(?:{_LINK}{_CAPITAL})*+"
_REFERENCE = (
    rf"(?:[Aa]rticles?|[Ss]ections?|[Cc]lauses?|[Ss]chedules?|[Rr]egulations?|[Rr]esolutions?|[Pp]arts?|ss?\.|[Aa]rts?\.)"
    rf"{_S}?(?:\([A-Z]+\){_S})?\d+[A-Z]*(?:/\d+)?(?:\(\w+\))*"
)
_ENACTED = r"(?:Act|Bill|Regulations?|Order|Directive|Treaty|Convention|Agreement|Charter|Protocol|Rules|Code|Scheme|Strategy|Framework)"
_PATTERNS = {
    Kind.MONEY: re.compile(
        rf"(?:[£€$]|US\$|EUR{_S}|GBP{_S}|USD{_S}){_S}?{_FIGURE}{_SCALE}?"
        rf"|(?<![\w.]){_FIGURE}{_SCALE}?{_S}?(?:p\b|pence\b|euros?\b|pounds\b|dollars\b)"
    ),
    Kind.PERCENT: re.compile(
        rf"(?<![\w.]){_FIGURE}{_S}?(?:%|per{_S}cent\b|percent\b|percentage{_S}points?\b)"
        rf"|\b(?:half|two{_DASH}thirds|a third|a quarter|three{_DASH}quarters|{_WORD} in {_WORD})\b"
    ),
    Kind.DATE: re.compile(
        rf"\b(?:{_WEEKDAY},?{_S})?\d{{1,2}}(?:st|nd|rd|th)?(?:{_S}(?:and|to){_S}\d{{1,2}}|{_DASH}\d{{1,2}})?{_S}{_MONTH}\b(?:,?{_S}{_YEAR}\b)?"
        rf"|\b{_MONTH}{_S}\d{{1,2}}(?:st|nd|rd|th)?,?{_S}{_YEAR}\b"
        rf"|\b(?:(?:by|until|from){_S})?(?:the{_S})?(?:(?:end|start|beginning){_S}of{_S}|early{_S}|mid{_DASH}|mid{_S}|late{_S})?"
        rf"(?:(?:{_MONTH}|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter|Q[1-4]|H[12]){_S})?{_YEAR}(?:{_DASH}\d\d)?\b"
        rf"|\b(?:by|until|from|in|since|early|mid|late|last|next|this){_S}(?:{_MONTH})\b(?!{_S}{_YEAR}\b)"
        rf"|\b\d{{4}}-\d\d-\d\d\b|\b(?:[Ll]ast|[Nn]ext|[Tt]his|[Oo]n){_S}{_WEEKDAY}\b"
        rf"|\b(?:[Nn]ext|[Tt]his|[Ll]ast){_S}(?:week|month|spring|summer|autumn|winter|year)\b"
        rf"|\b[Ll]ater{_S}this{_S}(?:month|year)\b|\bin{_S}(?:due{_S}course|the{_S}coming{_S}(?:days|weeks|months))\b"
    ),
    Kind.DURATION: re.compile(
        rf"\b(?:{_FIGURE}|{_WORD}|a|an)(?:{_S}(?:and{_S}a{_S}half|more|further))?(?:{_S}|{_DASH})"
        rf"(?:working{_S})?(?:minute|hour|day|week|fortnight|month|year|decade)s?\b",
        re.IGNORECASE,
    ),
    Kind.NUMBER: re.compile(rf"(?<![\w.£€$/]){_FIGURE}{_SCALE}?(?![\w%])|\b{_WORD}\b", re.IGNORECASE),
    Kind.INSTRUMENT: re.compile(
        rf"\b{_CAPITAL}(?:{_LINK}{_CAPITAL}){{0,8}}?{_LINK}{_ENACTED}(?:{_S}{_YEAR})?\b|\b{_REFERENCE}"
        rf"|\bS\.?I\.?{_S}\d{{4}}/\d+"
    ),
    Kind.NAME: re.compile(rf"\b{_JOINED}"),
    Kind.PLACE: re.compile(
        rf"(?:(?<=\bin )|(?<=\bat )|(?<=\bto )|(?<=\bnear )|(?<=\bfrom )|(?<=\boutside ))(?:the{_S})?{_JOINED}"
    ),
}
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
    for match in _PATTERNS[kind].finditer(text):
        start, end = _trimmed(text, match.start(), match.end(), kind)
        if start < end and not any(_overlap(spans, start, end) for spans in others):
            yield start, end


def _overlap(spans: tuple[tuple[int, int], ...], start: int, end: int) -> bool:
    """Tell whether a stretch meets one of the spans, which are in order and do not overlap."""
    at = bisect_left(spans, (end,))
    return at > 0 and spans[at - 1][1] > start


def _trimmed(text: str, start: int, end: int, kind: Kind) -> tuple[int, int]:
    """Leave out the word that only opens the sentence, and a trailing stop."""
    if kind in {Kind.NAME, Kind.INSTRUMENT}:
        while start < end and (first := re.match(r"[\w’']+", text[start:end])) and first.group().lower() in _OPENERS:
            start += first.end()
            start += len(text[start:end]) - len(text[start:end].lstrip(" \u00a0-‑"))
    while start < end and text[end - 1] in " .,\u00a0":
        end -= 1
    return start, end
