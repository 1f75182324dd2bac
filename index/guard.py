"""What is said against what it is said to rest on: the figures that stand in none of the sources; pure.

A figure is a sum, a share, a date, a counted duration, a number or an instrument, and whatever else has a
digit in it ("COP30", "5GW"), so that no digit goes unchecked. It is whole: "15" is not in "£15", "15%" or
"15 December". Spellings are one, as ``words.fold`` has them: "£1.8bn" is "£1.8 billion". A date is in any
that says as much and more ("12 December" in "12 December 2025"), an instrument wherever its name stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.spans import find
from index.types import Kind
from index.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KINDS = (Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.DURATION, Kind.INSTRUMENT, Kind.NUMBER)
# A word with the signs that belong to it, so that a figure ends where its word does: "A$500", "15.5km", "10:30".
_WHOLE = re.compile(r"(?:[A-Z]{1,3}(?=[£€$¥₹]))?[£€$¥₹]?[^\W_]+(?:(?<=\d)[.,:/](?=\d)[^\W_]+)*[%‰°]?")
_DIGIT = re.compile(r"\d")
_VAGUE = re.compile(r"an?\b", re.IGNORECASE)  # a duration that begins so says as much as none
_ENDS = re.compile(r"(\d[\d,]*)[-‐‑–](\d[\d,]*)")  # "312-298" is said "312 to 298": two figures
_APART = re.compile(r"\n\s*\n")  # between paragraphs, over which no figure runs
_PART = re.compile(r"[^\W_]+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")
_LINKING = frozenset("by until from the of in on since and to".split())  # say nothing of which day it is
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NEAR = 120  # characters on either side of a cut that a figure may reach


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure as printed, and as it is compared; ``kind`` is None for what only has a digit in it."""

    kind: Kind | None
    start: int
    end: int
    printed: str
    key: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What a source holds: figures by kind and key, the parts of each date, and the text for names to be looked for."""

    keys: frozenset[tuple[Kind | None, str]]
    dates: tuple[frozenset[str], ...]
    text: str


def strange(said: str, sources: Sequence[str]) -> tuple[str, ...]:
    """Give the figures of what is said that stand in none of the sources, as printed, in order, each once."""
    held = [_held(source) for source in sources]
    return tuple(
        dict.fromkeys(one.printed for one in _figures(said) if not any(_holds(source, one) for source in held))
    )


def parted(text: str, at: int) -> int:
    """Move the place of a cut back to where it parts no figure."""
    low = max(0, at - _NEAR)
    near = text[low : at + _NEAR]
    spans = [(start, end) for _, start, end in _spans(near)]
    cut = at - low
    while through := [start for start, end in spans if start < cut < end]:
        cut = min(through)
    return low + cut


def place_of(part: str, text: str) -> int:
    """Find where a part of a text first stands, parting no word and no figure if it can; -1 where it does not."""
    places = [match.start() for match in re.finditer(re.escape(part), text)]
    return next((at for at in places if stands_whole(text, at, at + len(part))), min(places, default=-1))


def stands_whole(text: str, start: int, end: int) -> bool:
    """Tell whether neither edge of a stretch parts a word or a figure."""
    return not any(
        (text[at - 1 : at].isalnum() and text[at : at + 1].isalnum()) or parted(text, at) < at for at in (start, end)
    )


@lru_cache(maxsize=512)
def _held(source: str) -> _Held:
    found = _figures(source)
    dates = {_parts(one.key) for one in found if one.kind is Kind.DATE}
    return _Held(frozenset((one.kind, one.key) for one in found), tuple(dates), _key(source))


def _holds(source: _Held, figure: _Figure) -> bool:
    if (figure.kind, figure.key) in source.keys:
        return True
    if figure.kind is Kind.DATE:
        parts = _parts(figure.key)
        return any(parts <= named for named in source.dates)
    return figure.kind is Kind.INSTRUMENT and bool(
        re.search(rf"(?<!\w){re.escape(figure.key)}(?!\w|[.,:/-]\d)", source.text)
    )


def _figures(text: str) -> list[_Figure]:
    """List the figures of a text, in order; offsets are into its paragraphs."""
    found = []
    for paragraph in _APART.split(text):
        flat = " ".join(paragraph.split())
        spans = sorted(set(_spans(flat)), key=lambda one: one[1:])
        found += [
            _Figure(kind, start, end, flat[start:end], _key(flat[start:end], kind))
            for kind, first, last in spans
            for start, end in _ends(flat, kind, first, last)
        ]
    return found


def _ends(text: str, kind: Kind | None, start: int, end: int) -> list[tuple[int, int]]:
    """Take two whole numbers with a dash between apart."""
    two = _ENDS.fullmatch(text, start, end) if kind is Kind.NUMBER else None
    return [two.span(1), two.span(2)] if two else [(start, end)]


def _spans(text: str) -> Iterator[tuple[Kind | None, int, int]]:
    """Find the figures of a paragraph, each with the whole of its words; then what has a digit and is in none."""
    words = [match.span() for match in _WHOLE.finditer(text)]
    starts = [start for start, _ in words]
    ends = [end for _, end in words]
    covered: set[int] = set()
    for kind in _KINDS:
        for start, end in find(kind, text):
            if kind is Kind.DURATION and _VAGUE.match(text, start) and not _DIGIT.search(text, start, end):
                continue
            first, last = bisect_right(ends, start), bisect_left(starts, end) - 1
            covered.update(range(first, last + 1))
            yield kind, min(start, starts[first]), max(end, ends[last])
    for at, (start, end) in enumerate(words):
        if at not in covered and _DIGIT.search(text, start, end):
            yield None, start, end


def _key(printed: str, kind: Kind | None = None) -> str:
    """Give the one spelling of a figure; of a duration, "six-month" is "six months"."""
    key = re.sub(r"(?<=[£€$])\s", "", " ".join(fold(printed).split()))
    return key.replace("-", " ").removesuffix("s") if kind is Kind.DURATION else key


@lru_cache(maxsize=4096)
def _parts(key: str) -> frozenset[str]:
    """Take a date apart: "by 12th December 2025" and "December 12, 2025" alike."""
    parts = (_ORDINAL.sub("", part) for part in _PART.findall(key))
    return frozenset(part[:3] if part[:3] in _MONTHS else part for part in parts if part not in _LINKING)
