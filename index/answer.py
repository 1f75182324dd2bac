"""Question + ``Hit``s → ``Answer``."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index import compare, mark, rerank, spans
from index.types import Answer, Citation, Form, Span, Status
from index.words import stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.search import Found
    from index.types import Briefing, Hit, Question

READ = 8  # passages read for one answer
RANKED = 10  # distinct briefings told in order
CITED = 3  # citations of one answer, and nearest passages of a refusal
LISTED = 6  # items of a list that are shown
FEATURES = (
    "merit",
    "reader: answers",
    "cosine",
    "terms in the passage",
    "names in the passage",
    "rarest term missing",
    "lead",
    "agreement",
    "kind missing",
)
# Log-odds that the best candidate answers: fitted by index/training/calibrate.py, see its README.
WEIGHTS: tuple[float, ...] = (0.51, 0.09, 1.14, -0.25, 0.3, 0.03, 0.49, -0.53, -0.1)
BIAS = -1.25
THRESHOLD = 0.08  # the confidence below which nothing is answered; likewise
SURE = 0.5  # the confidence from which an answer is likelier right than not; one below is shown with that reserve
_DOUBTED = -8.0  # the reader's margin under which a figure of the kind asked for is marked rather than its span
# The confidence of what holds the subject by its very words: an opening quoted for "the latest on …", from a briefing
# whose title and topics are on it; a list, each item of which holds every word of the subject.
_BY_WORDS = 0.9


@dataclass(frozen=True, slots=True)
class Candidate:
    """The best that was found, before it is decided whether that answers: spans in order of merit.

    ``ranked`` are up to ten briefings: those read, in that order, then the rest as found. ``features``
    are the numbers that FEATURES names; ``confidence`` is from 0 to 1. ``by_words`` is said of an opening or a list
    that holds the subject word for word. ``form``, ``marks`` and ``more`` are as in ``Answer``.
    """

    citations: tuple[Citation, ...]
    marks: tuple[str | None, ...]
    ranked: tuple[str, ...]
    features: tuple[float, ...]
    by_words: bool = False
    form: Form = Form.PASSAGE
    more: int = 0

    @property
    def highlight(self) -> str | None:
        """The words that answer, within the first citation."""
        return self.marks[0] if self.marks else None

    @property
    def confidence(self) -> float:
        """The chance that the first citation answers."""
        if not self.citations:
            return 0.0
        if self.by_words:
            return _BY_WORDS
        odds = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, self.features, strict=True))
        return round(1 / (1 + math.exp(-max(-50.0, min(50.0, odds)))), 4)


@dataclass(frozen=True, slots=True)
class Tried:
    """A span, the hit it is of, and the numbers that ``rerank.FEATURES`` names."""

    span: Span
    hit: Hit
    described: tuple[float, ...]


def describe(question: Question, hits: Sequence[Hit], read: Sequence[Sequence[Span]]) -> list[list[Tried]]:
    """Describe every span that was read: a list for each hit that has any."""
    return [
        [Tried(one, hit, rerank.features(question, hit, one, some[0].margin - one.margin)) for one in some]
        for hit, some in zip(hits, read, strict=True)
        if some
    ]


def propose(question: Question, results: Found, described: Sequence[Sequence[Tried]]) -> Candidate:
    """Order what was read by its merit, and make the best the headline, or the newest where values differ."""
    found = [max(map(_weighed, some), key=lambda one: one.span.score) for some in described]
    if not found:
        return Candidate((), (), (), (0.0,) * len(FEATURES))
    if question.latest:
        found = [replace(one, span=_opening(one.span, one.hit) if one.hit.news else one.span) for one in found]
    else:
        found.sort(key=lambda one: -one.span.score)
    pairs = [(_marked(question, one.span, one.hit), one.hit) for one in found]
    ranked = dict.fromkeys([*(hit.briefing.id for _, hit in pairs), *results.ranked])
    form, ordered = (Form.PASSAGE, pairs) if question.latest else compare.arranged(question, pairs)
    citations, marks = _cite(ordered, CITED)
    form = form if len(citations) > 1 else Form.PASSAGE
    return Candidate(citations, marks, tuple(ranked)[:RANKED], _features(found), pairs[0][1].news, form)


def _marked(question: Question, span: Span, hit: Hit) -> Span:
    """Mark the figure of the kind asked for where the reader doubts its own words, or marks what is asked second.

    Where it marks both ("about £3 million in July" of how much, and when), what is asked first stands out.
    """
    body = hit.briefing.body
    marked = body[slice(*span.highlight)] if span.highlight else ""
    first, *others = question.asks or ((),)
    figure = next((place for kind in first for place in spans.find(kind, marked)), None)
    if span.highlight and figure and any(spans.find(kind, marked) for ask in others for kind in ask):
        return replace(span, highlight=(span.highlight[0] + figure[0], span.highlight[0] + figure[1]))
    later = others and not figure
    if span.margin >= _DOUBTED and not later:
        return span
    return replace(span, highlight=mark.nearest(question, body, (span.start, span.end)) or span.highlight)


def _weighed(one: Tried) -> Tried:
    return replace(one, span=replace(one.span, score=rerank.merit(one.described)))


def listed(results: Found, items: Sequence[tuple[Span, Hit]]) -> Candidate:
    """Make a list of what holds the subject."""
    citations, marks = _cite(items, len(items))
    ranked = dict.fromkeys([*(hit.briefing.id for _, hit in items), *results.ranked])
    return Candidate(
        citations[:LISTED], marks[:LISTED], tuple(ranked)[:RANKED], (0.0,) * len(FEATURES), by_words=True,
        form=Form.LIST, more=len(citations[LISTED:]),
    )  # fmt: skip


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
        form=candidate.form if answered else Form.PASSAGE,
        marks=candidate.marks if answered else (),
        more=candidate.more if answered else 0,
    )


def _opening(span: Span, hit: Hit) -> Span:
    """Quote the first two sentences of an opening passage, where one paragraph holds both."""
    first, *more = hit.passage.sentences
    paragraph = hit.briefing.paragraphs[0]
    end = next((one.end for one in more[:1] if one.end <= paragraph.end), first.end)
    inside = span.highlight and first.start <= span.highlight[0] and span.highlight[1] <= end
    return Span(first.start, end, span.score, span.highlight if inside else None)


def _features(found: Sequence[Tried]) -> tuple[float, ...]:
    """Describe the best candidate by the numbers that FEATURES names."""
    best = found[0]
    described = dict(zip(rerank.FEATURES, best.described, strict=True))
    rivals = [one.span.score for one in found[1:] if one.hit.briefing.id != best.hit.briefing.id]
    return (
        best.span.score,
        described["reader: answers"],
        described["passage cosine"],
        described["terms in the passage"],
        described["names in the passage"],
        described["rarest term missing"],
        min(4.0, best.span.score - max(rivals, default=best.span.score - 1)),
        float(compare.agree([(one.span, one.hit) for one in found])),
        described["kind missing in the sentence"],
    )


def _cite(found: Sequence[tuple[Span, Hit]], count: int) -> tuple[tuple[Citation, ...], tuple[str | None, ...]]:
    """Cite the first spans, each saying something else, with the words marked in each."""
    citations: dict[tuple[str, ...], tuple[Citation, str | None]] = {}
    for span, hit in found:
        quote = hit.briefing.body[span.start : span.end]
        marked = hit.briefing.body[slice(*span.highlight)] if span.highlight else None
        said = (*stems(quote), *(sign for sign in quote if sign in "£€$"))
        citations.setdefault(said, (_citation(hit.briefing, span, quote), marked))
    kept = list(citations.values())[:count]
    return tuple(one for one, _ in kept), tuple(marked for _, marked in kept)


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
