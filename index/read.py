"""Question + passage → answer span, or none.

This reader chooses among a passage's sentences by their vectors, the words they share with the
question, and whether they hold the kind of answer it asks for. A trained reader fits the same port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import spans
from index.types import Span
from index.words import ASKING, share, stem, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.types import Hit, Kind, Question

FEATURES = (
    "sentence cosine",
    "passage cosine",
    "passage words",
    "terms in the sentence",
    "terms in the passage",
    "names in the passage",
    "kind found",
    "kind missing",
)
# Log-odds that a sentence holds the answer: fitted by index/training/calibrate.py, see its README.
WEIGHTS: tuple[float, ...] = (3.45, 4.07, 0.0, 1.23, 2.4, 0.51, 0.32, -0.64)
BIAS = -9.28


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
    wanted = {stem(term) for term in question.terms if term not in ASKING}
    around = set(stems(f"{hit.briefing.title}\n{hit.passage.heading}\n{hit.passage.text}"))
    named = set(question.names)
    found: list[tuple[float, ...]] = []
    for at, sentence in enumerate(hit.passage.sentences):
        text = hit.briefing.body[sentence.start : sentence.end]
        held = set(stems(text))
        fits = bool(question.kinds) and any(_candidates(kind, text, question) for kind in question.kinds)
        found.append(
            (
                hit.sentence_cosines[at],
                hit.cosine,
                hit.words,
                share(wanted, held),
                share(wanted, around),
                share(named, around),
                float(fits),
                float(bool(question.kinds) and not fits),
            )
        )
    return found


def highlight(question: Question, body: str, place: tuple[int, int]) -> tuple[int, int] | None:
    """Find the words within a quote that are of the kind asked for and nearest to what is asked."""
    text = body[place[0] : place[1]]
    for kind in question.kinds:
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
