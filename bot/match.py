"""New passages against open items and standing watches; pure. Nothing is matched yet: the scores follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from index.store import Stored
    from index.types import Briefing, DateRange, Vectors

THRESHOLD = TOPIC_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Watched:
    """An open item, as matching needs it."""

    text: str
    quote: str
    due: DateRange | None
    bodies: tuple[str, ...]
    said: date | None
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """The sentence of a new briefing that reports on an item: ``body[start:end] == quote``."""

    start: int
    end: int
    quote: str
    paragraph: int
    score: float


def subject(watched: Watched) -> str:
    """Give the text of an item that is encoded."""
    return watched.text


def follow_up(watched: Watched, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]) -> Match | None:  # noqa: ARG001 - as it will be
    """Find the sentence that says what became of an item."""
    return None


def on_topic(topic: str, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]) -> Match | None:  # noqa: ARG001 - as it will be
    """Find the sentence that speaks of a topic."""
    return None
