"""Question + ``Hit``s → ``Answer``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.read import weighed
from index.types import Answer, Citation, Span, Status
from index.words import share, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.search import Found
    from index.types import Briefing, Hit, Question

READ = 8  # passages read for one answer
RANKED = 10  # distinct briefings told in order
CITED = 3  # citations of one answer, and nearest passages of a refusal
FEATURES = (
    "score",
    "cosine",
    "words",
    "terms in the passage",
    "names in the passage",
    "terms in the quote",
    "kind missing",
    "lead",
)
# Log-odds that the best candidate answers: fitted by index/training/calibrate.py, see its README.
WEIGHTS: tuple[float, ...] = (0.12, 4.73, 0.82, 1.49, 0.04, -0.31, 0.07, 0.28)
BIAS = -5.33
THRESHOLD = 0.12  # the confidence below which nothing is answered; likewise
# The confidence of an opening quoted for "the latest on …" from a briefing on that subject: it is news of it by what
# title and topics say, which no likeness between question and sentence would tell.
_NEWS = 0.9


@dataclass(frozen=True, slots=True)
class Candidate:
    """The best that was found, before it is decided whether that answers: spans in order of merit.

    ``ranked`` are up to ten briefings: those read, in that order, then the rest as found. ``features``
    are the numbers that FEATURES names; ``confidence`` is from 0 to 1. ``news`` is said of the opening of
    a briefing on the subject whose latest is asked for.
    """

    citations: tuple[Citation, ...]
    highlight: str | None
    ranked: tuple[str, ...]
    features: tuple[float, ...]
    news: bool = False

    @property
    def confidence(self) -> float:
        """The chance that the first citation answers."""
        if not self.citations:
            return 0.0
        if self.news:
            return _NEWS
        odds = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, self.features, strict=True))
        return round(1 / (1 + math.exp(-max(-50.0, min(50.0, odds)))), 4)


def propose(question: Question, results: Found, read: Sequence[Span | None]) -> Candidate:
    """Order what was read by its merit, and make the best the headline."""
    found = [(span, hit) for hit, span in zip(results.hits, read, strict=True) if span]
    if not question.latest:
        found.sort(key=lambda pair: -pair[0].score)
    if not found:
        return Candidate((), None, (), (0.0,) * len(FEATURES))
    found = [(_opening(span, hit) if hit.news else span, hit) for span, hit in found]
    span, hit = found[0]
    marked = hit.briefing.body[slice(*span.highlight)] if span.highlight else None
    ranked = dict.fromkeys([*(hit.briefing.id for _, hit in found), *results.ranked])
    return Candidate(_cite(found), marked, tuple(ranked)[:RANKED], _features(question, found), hit.news)


def _opening(span: Span, hit: Hit) -> Span:
    """Quote the first two sentences of an opening passage, where one paragraph holds both."""
    first, *more = hit.passage.sentences
    paragraph = hit.briefing.paragraphs[0]
    return Span(first.start, next((one.end for one in more[:1] if one.end <= paragraph.end), first.end), span.score)


def decide(question: Question, found: Found, candidate: Candidate, threshold: float, took_ms: float) -> Answer:
    """Answer where the candidate is good enough; else say what was searched and what came nearest."""
    answered = bool(candidate.citations) and candidate.confidence >= threshold
    return Answer(
        question=question.text,
        status=Status.ANSWERED if answered else Status.NOT_FOUND,
        citations=candidate.citations if answered else (),
        nearest=() if answered else candidate.citations,
        highlight=candidate.highlight if answered else None,
        confidence=candidate.confidence,
        searched=found.searched,
        took_ms=took_ms,
        restricted=_restricted(question),
    )


def _features(question: Question, found: Sequence[tuple[Span, Hit]]) -> tuple[float, ...]:
    """Describe the best candidate by the numbers that FEATURES names."""
    span, hit = found[0]
    wanted, named = weighed(question)
    around = set(stems(f"{hit.briefing.title}\n{hit.passage.heading}\n{hit.passage.text}"))
    quoted = set(stems(hit.briefing.body[span.start : span.end]))
    rival = max(
        (other.score for other, rest in found[1:] if rest.briefing.id != hit.briefing.id), default=span.score - 1
    )
    return (
        span.score,
        hit.cosine,
        hit.words,
        share(wanted, around),
        share(named, around),
        share(wanted, quoted),
        float(bool(question.asks) and not span.highlight),
        span.score - rival,
    )


def _cite(found: Sequence[tuple[Span, Hit]]) -> tuple[Citation, ...]:
    """Cite the best spans, each from another passage and saying something else."""
    citations: dict[str, Citation] = {}
    for span, hit in found:
        quote = hit.briefing.body[span.start : span.end]
        citations.setdefault(" ".join(stems(quote)), _citation(hit.briefing, span, quote))
    return tuple(citations.values())[:CITED]


def _citation(briefing: Briefing, span: Span, quote: str) -> Citation:
    paragraph = max((p.n for p in briefing.paragraphs if p.start <= span.start), default=1)
    return Citation(
        briefing=briefing.id,
        title=briefing.title,
        published=briefing.published,
        paragraph=paragraph,
        start=span.start,
        end=span.end,
        quote=quote,
        source=briefing.source,
    )


def _restricted(question: Question) -> tuple[str, ...]:
    """Say in words how the question narrowed or ordered the search."""
    said = []
    if question.period:
        said.append(f"only briefings published {question.period.words}")
    if question.latest:
        said.append("newest first")
    return tuple(said)
