"""A list in a sentence, or a sentence of several steps → the piece for each; pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from index.coming import times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from index.coming import Time

OPENING = re.compile(
    r"^(?:(?:and|for|or|but|plus|so)\s+|(?:then|first|second|third|secondly|lastly|finally|also)(?:,\s*|\s+(?=(?:the|a|an|any)\b)))+",
    re.IGNORECASE,
)
_LIST_CUT = re.compile(
    r";\s+|\s+and,\s+(?=(?:if|where|once|later|perhaps)\b)|,?\s+and\s+(?:then|finally|lastly|also)\b,?\s*",
    re.IGNORECASE,
)
_FOR_CUT = re.compile(r",\s+(?:and\s+)?for\s+|\s+and\s+for\s+", re.IGNORECASE)
_COMMA = re.compile(r",\s+")
_COMMA_AND = re.compile(r",\s+and\s+")
_AND_ANY_ITEM = re.compile(r"\s+and\s+(?=(?:the|a|an|any|its|their|further|whether|how|when|what|publication)\b)")
_AND_ITEM = re.compile(
    r"\s+and\s+(?=(?:(?:the|a|an|any|its|their|further)\s+[a-z]|whether\b|how\b|when\b|what\b)(?:\S*\s+){3})"
)
_ITEM = re.compile(r"(?:the|a|an|any|its|their|further|whether|how|when|publication)\b", re.IGNORECASE)
_PAIR = re.compile(r"\b(?:between|both)\b", re.IGNORECASE)
_JOIN = re.compile(
    r";\s*|:\s+|,\s+so\s+(?:that\s+)?|,\s+(?:(?:and|but|with|while|then|or)\s+)?|\s+(?:and|but|while|then)\s+|\s[–—]\s",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"(?:(?:by|in|at|on|of|for|from|during|after)\s+)?(?:which|when|whom|where|whose)\b|the\s+(?:day|week|month|date|last|first|deadline)\b|a\s+(?:day|week|month|year)\b|as\b|than\b|not\b|after\b|following\b|before\b|ahead\b",
    re.IGNORECASE,
)
_MODIFIES = re.compile(r"\w+(?:ing|ed)\b|due\b|(?:if|unless|since|because|though|although|subject)\b", re.IGNORECASE)


def items(text: str, said: date | None) -> Iterator[str]:
    """Cut a list at its semicolons, else at its last "and" and the commas between dated items."""
    knife = _LIST_CUT if ";" in text or not _FOR_CUT.search(text) else _FOR_CUT
    pieces = [piece for piece in knife.split(text) if piece.strip()]
    if ";" not in text:
        pieces = [item for piece in pieces for item in _enumerated(piece, said)]
    for piece in pieces:
        yield from cut(piece, times(piece, said, listed=True), within_list=True)


def _enumerated(text: str, said: date | None) -> Iterator[str]:
    """Cut a list without semicolons: at its last "and", and at the commas before it that part items."""
    last = _last_and(text)
    whole, *pieces = _COMMA.split(text[: last.start()] if last else text)
    for piece in pieces:
        modifies = _RELATIVE.match(piece) or _MODIFIES.match(piece)
        before, here = times(whole, said, listed=True), times(piece, said, listed=True)
        if not modifies and ((before and here) or (last and (here or not before or _ITEM.match(piece)))):
            yield whole
            whole = piece
        else:
            whole = f"{whole}, {piece}"
    yield whole
    if last:
        yield text[last.end() :]


def _last_and(text: str) -> re.Match[str] | None:
    """Find the "and" before the last item of a list, not one within an item: "talks between A and B"."""
    if found := list(_COMMA_AND.finditer(text)):
        return found[-1]
    if (found := list(_AND_ANY_ITEM.finditer(text))) and any(
        _ITEM.match(piece) for piece in _COMMA.split(text[: found[-1].start()])[1:]
    ):
        return found[-1]
    if found := list(_AND_ITEM.finditer(text)):
        pair = _PAIR.search(text, 0, found[-1].start())
        if not pair or " and " in text[pair.end() : found[-1].start()]:
            return found[-1]
    return None


def cut(text: str, found: Sequence[Time], *, within_list: bool = False) -> Iterator[str]:
    """Cut a sentence between the times of two steps."""
    begin = 0
    for one, other in pairwise(found):
        if joint := _joint(text, one, other, within_list=within_list):
            yield text[begin : joint.start()]
            begin = joint.end()
    yield text[begin:]


def kept(text: str, found: Sequence[Time]) -> list[Time]:
    """Leave out a time that no cut parts from the one before it."""
    chosen = [found[0]]
    for one, other in pairwise(found):
        if _joint(text, one, other):
            chosen.append(other)
        elif other.led and not chosen[-1].led:
            chosen[-1] = other
    return chosen


def _joint(text: str, one: Time, other: Time, *, within_list: bool = False) -> re.Match[str] | None:
    """Find the last place between two times where another step begins."""
    for joint in reversed(list(_JOIN.finditer(text, one.end, other.start))):
        rest = text[joint.end() :]
        modifies = _RELATIVE.match(rest) or (within_list and _MODIFIES.match(rest))
        comma = within_list and "and" not in joint.group() and "with" not in joint.group()
        if not modifies and not comma:
            return joint
    return None
