"""Text → sentences, as offsets; pure."""

from __future__ import annotations

import re
from itertools import pairwise

# Words that end in a full stop without ending a sentence, as Westminster writes them.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sir st rt hon lt gen col cllr no nos art arts s ss cl para paras reg regs sch ch pt"
    " vol c ca cf vs v e.g i.e eg ie etc al approx est p pp fig inc ltd co corp plc u.k u.s u.n e.u".split()
)
_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)")
_OPENING = re.compile(r"\s+[\"'“‘(\[*_]*(?P<first>\S)")
_ITEM = re.compile(r"\n(?=[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+)")
_MARKER = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_LAST_WORD = re.compile(r"(\S{1,12})$")
_GAP = re.compile(r"[^\s\d](?=\s+[^\s\d])")  # between words, neither of them beside a figure
_LONGEST = 1000  # characters; a longer run without a full stop is cut between words
_ROOM = 40  # characters looked at beyond a stop; none of the patterns needs more


def sentences(text: str, offset: int = 0) -> list[tuple[int, int]]:
    """Cut one paragraph into sentences: (start, end) pairs, ``offset`` added, outer white space left out.

    Each item of a list is a sentence of its own, without its marker. No sentence is longer than 1,000
    characters: a longer one is cut between words, beside no figure if it can be, or within a word longer than that.
    """
    pieces = []
    for start, end in _items(text):
        for first, last in _stops(text, start, end):
            pieces.extend(_cut(text, first, last))
    return [(start + offset, end + offset) for start, end in pieces]


def _items(text: str) -> list[tuple[int, int]]:
    """Cut at the lines that open a list item, and step past each marker."""
    edges = [0, *(match.end() for match in _ITEM.finditer(text)), len(text)]
    pieces = []
    for start, end in pairwise(edges):
        marker = _MARKER.match(text, start, end)
        pieces.append((marker.end() if marker else start, end))
    return pieces


def _stops(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut after each full stop that ends a sentence."""
    pieces = []
    for match in _END.finditer(text, start, end):
        if match.start() > start and _ends_here(text, start, match):
            pieces.append((start, match.end()))
            start = match.end()
    return [*pieces, (start, end)]


def _ends_here(text: str, start: int, stop: re.Match[str]) -> bool:
    """Tell a full stop from an abbreviation's: what stands before it, and how the next word begins."""
    following = _OPENING.match(text[stop.end() : stop.end() + _ROOM])
    if following and following["first"].islower():
        return False
    if stop.group() != ".":
        return True
    before = _LAST_WORD.search(text[max(start, stop.start() - _ROOM) : stop.start()])
    word = before[1].lower().lstrip("(\"'“‘[") if before else ""
    if word in _ABBREVIATIONS:
        return False
    if word in _MONTHS:
        return not (following and following["first"].isdigit())
    return not (len(word) == 1 and word.isalpha() and word != "i")


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Strip a piece, and cut it between words where it is too long."""
    pieces = []
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        stop = end
        if stop - start > _LONGEST:
            space = text.rfind(" ", start + 1, start + _LONGEST)
            gaps = [match.end() for match in _GAP.finditer(text, start + _LONGEST // 2, start + _LONGEST)]
            stop = max(gaps, default=space if space > start else start + _LONGEST)
        last = stop
        while last > start and text[last - 1].isspace():
            last -= 1
        if last > start:
            pieces.append((start, last))
        start = stop
    return pieces
