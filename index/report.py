"""Values → the plain data that commands print as JSON; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from index.types import Citation, Form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from index.build import Built
    from index.types import Answer, Briefing, NextStep, Searched


def answer(value: Answer) -> dict[str, Any]:
    """Lay an answer out."""
    return {
        "question": value.question,
        "status": value.status.value,
        "answer": value.quote,
        "highlight": value.highlight,
        "confidence": value.confidence,
        "citations": citations(value.citations),
        "nearest": citations(value.nearest),
        "searched": searched(value.searched),
        "took_ms": round(value.took_ms, 1),
        **({} if value.form is Form.PASSAGE else _several(value)),
    }


def _several(value: Answer) -> dict[str, Any]:
    """Lay out how the citations of an answer that is more than one passage stand to each other."""
    return {"form": value.form.value, "marks": list(value.marks), "more": value.more}


def searched(value: Searched) -> dict[str, Any]:
    """Lay out what was searched."""
    return {
        "briefings": value.briefings,
        "passages": value.passages,
        "from": _day(value.first),
        "to": _day(value.last),
    }


class Quoted(Protocol):
    """Words of a briefing and where they stand: a step, a match."""

    @property
    def paragraph(self) -> int:
        """The paragraph in which they begin."""

    @property
    def start(self) -> int:
        """Where they begin in the body."""

    @property
    def end(self) -> int:
        """Where they end."""

    @property
    def quote(self) -> str:
        """The words."""


def cited(briefing: Briefing, one: Quoted) -> dict[str, Any]:
    """Lay words of a briefing out as a citation."""
    found = Citation(
        briefing.id, briefing.title, briefing.published, one.paragraph, one.start, one.end, one.quote, briefing.source
    )
    return citations([found])[0]


def citations(values: Sequence[Citation]) -> list[dict[str, Any]]:
    """Lay citations out."""
    return [
        {
            "briefing": one.briefing,
            "title": one.title,
            "published": _day(one.published),
            "paragraph": one.paragraph,
            "start": one.start,
            "end": one.end,
            "quote": one.quote,
            "source": one.source,
        }
        for one in values
    ]


def briefing(value: Briefing) -> dict[str, Any]:
    """Lay a briefing out, with the offsets of its paragraphs."""
    return {
        "briefing": value.id,
        "title": value.title,
        "published": _day(value.published),
        "url": value.url,
        "body": value.body,
        "paragraphs": [{"n": one.n, "start": one.start, "end": one.end} for one in value.paragraphs],
    }


def step(value: NextStep) -> dict[str, Any]:
    """Lay a next step out."""
    due = value.due
    return {
        "briefing": value.briefing,
        "paragraph": value.paragraph,
        "start": value.start,
        "end": value.end,
        "quote": value.quote,
        "item": value.item,
        "due": due
        and {
            "earliest": due.earliest.isoformat(),
            "latest": due.latest.isoformat(),
            "words": due.words,
            "exact": due.exact.value,
        },
        "bodies": list(value.bodies),
    }


def built(value: Built) -> dict[str, Any]:
    """Lay out what an index run did: counts, and each refusal."""
    return {
        "added": len(value.added),
        "changed": len(value.changed),
        "removed": len(value.removed),
        "unchanged": len(value.unchanged),
        "rejected": [{"file": one.file, "line": one.line, "reason": one.reason} for one in value.rejected],
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
