"""Question + passage → answer span, or none.

This reader chooses among a passage's sentences by their vectors, the words they share with the
question, and whether they hold the kind of answer it asks for. A trained reader fits the same port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import spans
from index.types import Kind, Span
from index.words import ASKING, share, stem, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.types import Hit, Question

FEATURES = (
    "sentence cosine",
    "passage cosine",
    "passage words",
    "terms in the sentence",
    "terms in the passage",
    "names in the sentence",
    "names in the passage",
    "figures found",
    "figures missing",
    "names found",
    "names missing",
)
# Log-odds that a sentence holds the answer: fitted by index/training/calibrate.py, see its README.
WEIGHTS: tuple[float, ...] = (3.4, 1.99, 5.77, 1.24, 0.31, -0.13, 0.58, 0.48, -0.77, 0.4, -0.62)
BIAS = -11.36
_LOOSE = frozenset({Kind.NAME, Kind.PLACE})  # kinds that patterns find less surely than figures


class SentenceReader:
    """Reads each passage for the sentence that answers, with one neighbour where that is as near."""

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[Span | None, ...]:
        """Read each hit: the best span in it, or None where it has no sentence; one for each hit."""
        return tuple(self._best(question, hit) for hit in hits)

    def _best(self, question: Question, hit: Hit) -> Span | None:
        scores = [score(features) for features in sentence_features(question, hit)]
        if not scores:
            return None
        best = max(range(len(scores)), key=scores.__getitem__)
        first, last = _window(hit, scores, best)
        sentences = hit.passage.sentences
        start, end = sentences[first].start, sentences[last].end
        core = (sentences[best].start, sentences[best].end)
        return Span(
            start,
            end,
            scores[best],
            highlight(question, hit.briefing.body, core) or highlight(question, hit.briefing.body, (start, end)),
        )


def score(features: Sequence[float]) -> float:
    """Weigh a sentence's features: log-odds that it holds the answer."""
    return BIAS + sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))


def sentence_features(question: Question, hit: Hit) -> list[tuple[float, ...]]:
    """Describe each sentence of a hit by the numbers that FEATURES names."""
    wanted, named = weighed(question)
    around = set(stems(f"{hit.briefing.title}\n{hit.passage.heading}\n{hit.passage.text}"))
    found: list[tuple[float, ...]] = []
    for at, sentence in enumerate(hit.passage.sentences):
        text = hit.briefing.body[sentence.start : sentence.end]
        held = set(stems(text))
        found.append(
            (
                hit.sentence_cosines[at],
                hit.cosine,
                hit.words,
                share(wanted, held),
                share(wanted, around),
                share(named, held),
                share(named, around),
                *_met(question, text, loose=False),
                *_met(question, text, loose=True),
            )
        )
    return found


def weighed(question: Question) -> tuple[dict[str, float], dict[str, float]]:
    """Give the stems that a passage should hold, with their weights: all of them, and the names."""
    weights = question.weights or (1.0,) * len(question.terms)
    terms = {stem(term): weight for term, weight in zip(question.terms, weights, strict=True) if term not in ASKING}
    return terms, {name: terms.get(name, 1.0) for name in question.names}


def _met(question: Question, text: str, *, loose: bool) -> tuple[float, float]:
    """Give how many of the things asked for a text holds, and how many it lacks, as shares of all."""
    asks = [ask for ask in question.asks if (ask[0] in _LOOSE) == loose]
    met = sum(any(_candidates(kind, text, question) for kind in ask) for ask in asks)
    every = len(question.asks) or 1
    return met / every, (len(asks) - met) / every


def highlight(question: Question, body: str, place: tuple[int, int]) -> tuple[int, int] | None:
    """Find the words within a quote that are of the kind asked for and nearest to what is asked."""
    text = body[place[0] : place[1]]
    for kind in (kind for ask in question.asks for kind in ask):
        candidates = _candidates(kind, text, question)
        if candidates:
            start, end = max(candidates, key=lambda span: (_nearness(span, text, question), -span[0]))
            return place[0] + start, place[0] + end
    return None


def _candidates(kind: Kind, text: str, question: Question) -> list[tuple[int, int]]:
    """Find the spans of a kind that do not merely repeat the question."""
    asked = set(stems(question.text))
    return [(start, end) for start, end in spans.find(kind, text) if not set(stems(text[start:end])) <= asked]


def _nearness(span: tuple[int, int], text: str, question: Question) -> float:
    """Sum over the question's words found around a span one over their distance in words."""
    wanted = {stem(term) for term in question.terms}
    before = stems(text[: span[0]])[::-1]
    after = stems(text[span[1] :])
    total = 0.0
    for side in (before, after):
        nearest = {word: at for at, word in reversed(list(enumerate(side))) if word in wanted}
        total += sum(1 / (2 + at) for at in nearest.values())
    return total


def _window(hit: Hit, scores: Sequence[float], best: int) -> tuple[int, int]:
    """Add the better neighbour in the same paragraph, so that the quote has its context."""
    neighbours = [at for at in (best - 1, best + 1) if 0 <= at < len(scores) and _together(hit, best, at)]
    if not neighbours:
        return best, best
    other = max(neighbours, key=scores.__getitem__)
    return min(best, other), max(best, other)


def _together(hit: Hit, one: int, other: int) -> bool:
    sentences = hit.passage.sentences
    first, last = sorted((one, other))
    return "\n\n" not in hit.briefing.body[sentences[first].end : sentences[last].start]
