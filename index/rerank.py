"""Question + what was read in a hit → how likely its quote answers; pure.

The reader's word, the search's, and what can be checked without either: that the names, years and figures asked
about stand in the passage, and that the quote holds the kind of thing asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import mark, spans
from index.types import Kind
from index.words import ASKING, share, stem, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.types import Hit, Question, Span

FEATURES = (
    "reader: answers",
    "reader: margin",
    "reader: behind",
    "passage cosine",
    "passage words",
    "sentence cosine",
    "terms in the passage",
    "terms in the quote",
    "names in the passage",
    "names in the quote",
    "rarest term missing",
    "kind marked",
    "kind missing in the sentence",
)
# Log-odds that a quote answers: fitted by index/training/calibrate.py, see its README.
WEIGHTS: tuple[float, ...] = (0.19, 0.2, -0.25, 1.67, 2.32, 2.75, -1.42, 0.79, 0.33, 0.0, -0.45, -0.16, -1.09)
BIAS = -6.19
_LOOSE = frozenset({Kind.NAME, Kind.PLACE})  # kinds that patterns find less surely than figures


def merit(described: Sequence[float]) -> float:
    """Weigh what was read: log-odds that the quote answers."""
    return BIAS + sum(weight * value for weight, value in zip(WEIGHTS, described, strict=True))


def features(question: Question, hit: Hit, span: Span, behind: float) -> tuple[float, ...]:
    """Describe a span of a hit by the numbers that FEATURES names; ``behind``, by how much another of it leads."""
    wanted, named = weighed(question)
    around = set(stems(f"{hit.briefing.title}\n{hit.passage.heading}\n{hit.passage.text}"))
    quote = hit.briefing.body[span.start : span.end]
    sentence = hit.passage.sentences[span.sentence]
    held = set(stems(f"{hit.briefing.title}\n{quote}"))
    marked = hit.briefing.body[slice(*span.highlight)] if span.highlight else ""
    asks = [ask for ask in question.asks if not set(ask) <= _LOOSE]
    rarest = max(wanted, key=lambda term: wanted[term], default=None)
    core = hit.briefing.body[sentence.start : sentence.end]
    return (
        span.score,
        span.margin,
        min(8.0, behind),
        hit.cosine,
        hit.words,
        hit.sentence_cosines[span.sentence],
        share(wanted, around),
        share(wanted, held),
        share(named, around),
        share(named, held),
        float(rarest is not None and rarest not in around),
        float(any(spans.find(kind, marked) for ask in asks for kind in ask)),
        float(any(not any(mark.candidates(kind, core, question) for kind in ask) for ask in asks)),
    )


def weighed(question: Question) -> tuple[dict[str, float], dict[str, float]]:
    """Give the stems that a passage should hold, with their weights: all of them, and the names."""
    weights = question.weights or (1.0,) * len(question.terms)
    terms = {stem(term): weight for term, weight in zip(question.terms, weights, strict=True) if term not in ASKING}
    return terms, {name: terms.get(name, 1.0) for name in question.names}
