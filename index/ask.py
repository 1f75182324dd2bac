"""Question → ``Answer``: the answering path on one screen."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index import listing
from index.answer import READ, Candidate, decide, describe, listed, propose
from index.question import read as read_question

if TYPE_CHECKING:
    from datetime import date

    from index.search import Found, Searcher
    from index.types import Answer, Audience, Question, Reader


@dataclass(frozen=True, slots=True)
class Considered:
    """A question, what was found for it, and the best candidate, before anything is decided."""

    question: Question
    found: Found
    candidate: Candidate
    took_ms: float


def consider(text: str, searcher: Searcher, reader: Reader, audience: Audience, today: date) -> Considered:
    """Read the question, search, read what was found, and propose an answer. Raises IndexUnusable."""
    began = time.perf_counter()
    question = read_question(text, today)
    wanted = listing.read(question.text, question.period.words if question.period else "", question.phrases)
    found = searcher.find(question, audience, listing.DEPTH if wanted else READ)
    question = found.question
    items = listing.items(wanted, found.hits) if wanted else []
    found = replace(found, hits=found.hits[:READ])
    candidate = (
        listed(found, items)
        if items
        else propose(question, found, describe(question, found.hits, reader.read(question, found.hits)))
    )
    return Considered(question, found, candidate, (time.perf_counter() - began) * 1000)


def ask(  # noqa: PLR0913, PLR0917 - what an answer depends on
    text: str, searcher: Searcher, reader: Reader, audience: Audience, today: date, threshold: float
) -> Answer:
    """Answer a question for an audience, or say that the briefings do not hold the answer."""
    considered = consider(text, searcher, reader, audience, today)
    return decide(considered.question, considered.found, considered.candidate, threshold, considered.took_ms)
