"""Question + quote → the figure or name of the kind asked for, nearest to the question's words; pure.

It marks what the reader leaves in doubt, and says whether a text holds the kind of thing asked for at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index import spans
from index.words import stem, stems

if TYPE_CHECKING:
    from index.types import Kind, Question

# "Is the deadline 12 May?"; not "can you tell me …", nor "do we know when …".
_WHETHER = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|must)(?:n['’]t)?"
    r" (?!you\b|we know\b|anyone know\b)",
    re.IGNORECASE,
)


def nearest(question: Question, body: str, place: tuple[int, int]) -> tuple[int, int] | None:
    """Find the words of a quote that are of the kind asked for and nearest to what is asked; None where none are."""
    text = body[place[0] : place[1]]
    for kind in (kind for ask in question.asks for kind in ask):
        found = candidates(kind, text, question)
        if found:
            start, end = max(found, key=lambda span: (_nearness(span, text, question), -span[0]))
            return place[0] + start, place[0] + end
    return None


def candidates(kind: Kind, text: str, question: Question) -> list[tuple[int, int]]:
    """Find the spans of a kind that do not merely repeat the question; all, where it asks whether it is so."""
    asked = frozenset() if _WHETHER.match(question.text) else frozenset(stems(question.text))
    return [(start, end) for start, end in spans.find(kind, text) if not set(stems(text[start:end])) <= asked]


def _nearness(span: tuple[int, int], text: str, question: Question) -> float:
    """Sum over the question's words found around a span one over their distance in words."""
    wanted = {stem(term) for term in question.terms}
    before = stems(text[: span[0]])[::-1]
    after = stems(text[span[1] :])
    total = 0.0
    for side in (before, after):
        nearest_at = {word: at for at, word in reversed(list(enumerate(side))) if word in wanted}
        total += sum(1 / (2 + at) for at in nearest_at.values())
    return total
