"""``Briefing`` → ``Passage``s; pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from index.sentences import sentences
from index.types import Passage, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.types import Briefing, Paragraph

# Words in a passage: long enough to carry its context, short enough to read at a glance, and with the
# title within the encoder's 256 tokens.
WANTED = 80
LONGEST = 120
VERSION = 1  # raise it when the same briefing would be cut otherwise


def split(briefing: Briefing) -> tuple[Passage, ...]:
    """Cut a briefing into passages of about 80 to 120 words, of whole sentences, never across a heading.

    Short paragraphs under one heading share a passage; a long one is cut evenly between sentences.
    """
    return tuple(_passage(briefing, run) for section in _sections(briefing) for run in _runs(briefing.body, section))


def embedded(briefing: Briefing, passage: Passage) -> str:
    """Give the text that is encoded for a passage: the title and heading, then its own words."""
    return "\n".join(part for part in (briefing.title, passage.heading, passage.text) if part)


_Unit = tuple[int, int, "Paragraph"]


def _sections(briefing: Briefing) -> Iterator[list[_Unit]]:
    """Give the sentences of each stretch of paragraphs under one heading, each with its paragraph."""
    section: list[_Unit] = []
    before: Paragraph | None = None
    for paragraph in briefing.paragraphs:
        if before and _apart(briefing.body, before, paragraph) and section:
            yield section
            section = []
        text = briefing.body[paragraph.start : paragraph.end]
        section.extend((start, end, paragraph) for start, end in sentences(text, paragraph.start))
        before = paragraph
    if section:
        yield section


def _apart(body: str, before: Paragraph, after: Paragraph) -> bool:
    """Tell whether a heading stands between two paragraphs."""
    return before.heading != after.heading or bool(body[before.end : after.start].strip())


def _runs(body: str, section: list[_Unit]) -> Iterator[list[_Unit]]:
    """Gather sentences into runs: close one at a paragraph's end once it is long enough, or when full."""
    run: list[_Unit] = []
    size = 0
    left = sum(_size(body, unit) for unit in section)
    for unit in section:
        words = _size(body, unit)
        ends_paragraph = bool(run) and run[-1][2] is not unit[2]
        if run and (size + words > LONGEST or (size >= WANTED and (ends_paragraph or left >= WANTED))):
            yield run
            run, size = [], 0
        run.append(unit)
        size += words
        left -= words
    if run:
        yield run


def _size(body: str, unit: _Unit) -> int:
    return len(body[unit[0] : unit[1]].split())


def _passage(briefing: Briefing, run: list[_Unit]) -> Passage:
    start, end = run[0][0], run[-1][1]
    text = briefing.body[start:end]
    return Passage(
        briefing=briefing.id,
        start=start,
        end=end,
        first_paragraph=run[0][2].n,
        last_paragraph=run[-1][2].n,
        heading=run[0][2].heading,
        text=text,
        sentences=tuple(Sentence(first, last) for first, last, _ in run),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
