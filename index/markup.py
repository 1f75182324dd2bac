"""A body's markup → its visible text and its paragraphs; pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from index.types import Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?P<text>\S.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"[ \t]*(?:[-*_][ \t]*){3,}$")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S")
# Format characters that show: Unicode's prepended concatenation marks (PropList.txt).
_VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Default-ignorable code points outside category Cf (DerivedCoreProperties.txt).
_IGNORABLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")


def visible(text: str) -> tuple[str, int]:
    """Make line ends LF, and remove invisible and bidirectional control characters: text, number removed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    hidden = {char for char in set(text) if _hidden(char)}
    return text.translate(dict.fromkeys(map(ord, hidden))), sum(map(text.count, hidden))


def _hidden(char: str) -> bool:
    """Tell a character that shows nothing, or turns the text's direction."""
    if " " <= char <= "~" or char in "\n\t":
        return False
    category = unicodedata.category(char)
    hides = category in {"Cc", "Cs"} or (category == "Cf" and char not in _VISIBLE_FORMAT)
    return hides or _IGNORABLE.match(char) is not None


def paragraphs(body: str) -> tuple[Paragraph, ...]:
    """Find the blocks between blank lines; headings and rules are not counted, a list is one paragraph."""
    found: list[Paragraph] = []
    heading = ""
    fresh = True  # nothing may join the paragraph before
    for start, end in _blocks(body):
        title, begin = _leading_headings(body, start, end)
        if title is not None:
            heading, fresh = title, True
        if begin >= end:
            continue
        joins = not fresh and _ITEM.match(body, found[-1].start) and _continues(body, begin)
        if joins:
            found[-1] = Paragraph(found[-1].n, found[-1].start, end, heading)
        else:
            found.append(Paragraph(len(found) + 1, begin, end, heading))
        fresh = False
    return tuple(found)


def _continues(body: str, start: int) -> bool:
    """Tell whether a block goes on with the list before it: another item, or an indented text."""
    return bool(_ITEM.match(body, start)) or body.startswith(("  ", "\t"), body.rfind("\n", 0, start) + 1)


def _blocks(body: str) -> Iterator[tuple[int, int]]:
    """Give the runs of lines that are not blank, outer white space left out."""
    at = 0
    start: int | None = None
    stop = 0
    for line in [*body.split("\n"), ""]:
        if line.strip():
            if start is None:
                start = at + len(line) - len(line.lstrip())
            stop = at + len(line.rstrip())
        elif start is not None:
            yield start, stop
            start = None
        at += len(line) + 1


def _leading_headings(body: str, start: int, end: int) -> tuple[str | None, int]:
    """Step over the heading lines and rules a block begins with: the last heading, and what follows."""
    heading: str | None = None
    while start < end:
        stop = body.find("\n", start, end)
        stop = end if stop < 0 else stop
        line = body[start:stop]
        next_stop = body.find("\n", stop + 1, end)
        following = body[stop + 1 : end if next_stop < 0 else next_stop] if stop < end else ""
        if match := HEADING.match(line):
            heading, start = match["text"], stop + 1
        elif _RULE.match(line):
            start = stop + 1
        elif following and _UNDERLINE.match(following):
            heading, start = line.strip(), end if next_stop < 0 else next_stop + 1
        else:
            break
    return heading, min(start, end)
