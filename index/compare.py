"""What was read in several passages → how they stand to each other; pure.

Two briefings may give the same thing at different times: then the newer value is the answer, and the older is shown
with its date. A question may ask for two things that no one quote holds: then two are quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import rerank, spans
from index.types import Form, Kind
from index.words import share, stems, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.types import Hit, Question, Span

_FIGURES = (Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.DURATION, Kind.NUMBER)
_NEAR = 1.5  # log-odds by which a rival may be less likely to answer than the best
_LOOKED_AT = 5  # rivals, best first
_SUBJECT = 0.15  # of the question's words by weight, by which a rival's quote may hold fewer


def arranged(question: Question, found: Sequence[tuple[Span, Hit]]) -> tuple[Form, list[tuple[Span, Hit]]]:
    """Order what was read, best first, for showing: a newer value before an older, the parts of an answer together."""
    best, *rest = found
    rival = next((pair for pair in rest[:_LOOKED_AT] if _differs(question, best, pair)), None)
    if rival:
        newer, older = sorted((best, rival), key=_age)
        return Form.CHANGED, [newer, older, *(pair for pair in rest if pair is not rival)]
    part = _part(question, found)
    if part:
        return Form.PARTS, [best, part, *(pair for pair in rest if pair is not part)]
    return Form.PASSAGE, list(found)


def agree(found: Sequence[tuple[Span, Hit]]) -> bool:
    """Tell whether one of the next three quotes holds the very words that the best one marks."""
    span, hit = found[0]
    marked = set(stems(_marked(span, hit)))
    quotes = (rest.briefing.body[other.start : other.end] for other, rest in found[1:4])
    return bool(marked) and any(marked <= set(stems(quote)) for quote in quotes)


def _differs(question: Question, best: tuple[Span, Hit], rival: tuple[Span, Hit]) -> bool:
    """Tell whether a rival, in a briefing of another day, gives another value for the same thing."""
    (span, hit), (other, rest) = best, rival
    days = {hit.briefing.published, rest.briefing.published}
    if len(days) < 2 or None in days or other.score < span.score - _NEAR:  # noqa: PLR2004 - two days
        return False
    kind = _kind(question, span, hit)
    if kind is None or _kind(question, other, rest) is not kind:
        return False
    return not (_said(best, rival) or _said(rival, best)) and _on_the_same(question, best, rival)


def _said(one: tuple[Span, Hit], other: tuple[Span, Hit]) -> bool:
    """Tell whether what one marks is said in the other's quote, too."""
    (span, hit), (beside, rest) = one, other
    return set(words(_marked(span, hit))) <= set(words(rest.briefing.body[beside.start : beside.end]))


def _on_the_same(question: Question, best: tuple[Span, Hit], rival: tuple[Span, Hit]) -> bool:
    wanted, named = rerank.weighed(question)
    held = [
        set(stems(f"{hit.briefing.title} {hit.briefing.body[span.start : span.end]}")) for span, hit in (best, rival)
    ]
    return share(wanted, held[1]) >= share(wanted, held[0]) - _SUBJECT and share(named, held[1]) >= share(
        named, held[0]
    )


def _kind(question: Question, span: Span, hit: Hit) -> Kind | None:
    """Tell of what kind a marked figure is; of those asked for, where any is."""
    asked = [kind for ask in question.asks for kind in ask if kind in _FIGURES]
    marked = _marked(span, hit)
    return next((kind for kind in asked or _FIGURES if spans.find(kind, marked)), None)


def _part(question: Question, found: Sequence[tuple[Span, Hit]]) -> tuple[Span, Hit] | None:
    """Find the quote that holds what is asked for and the best quote lacks, on the same names."""
    if len(question.asks) < 2:  # noqa: PLR2004 - one thing has no parts
        return None
    span, hit = found[0]
    lacking = [ask for ask in question.asks if not _holds(ask, hit.briefing.body[span.start : span.end])]
    for pair in found[1:_LOOKED_AT]:
        other, rest = pair
        quote = rest.briefing.body[other.start : other.end]
        if (
            other.score >= span.score - _NEAR
            and any(_holds(ask, quote) for ask in lacking)
            and _on_the_same(question, found[0], pair)
        ):
            return pair
    return None


def _holds(ask: Sequence[Kind], quote: str) -> bool:
    return any(spans.find(kind, quote) for kind in ask)


def _marked(span: Span, hit: Hit) -> str:
    return hit.briefing.body[slice(*span.highlight)] if span.highlight else ""


def _age(pair: tuple[Span, Hit]) -> int:
    published = pair[1].briefing.published
    return -published.toordinal() if published else 0
