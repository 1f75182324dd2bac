"""Question → whether it asks for a list, of what, and on what; hits → the list; pure.

"Which briefings mention Article 122", "every sum tied to Belgium": such a question has no one passage that answers.
What is listed holds the subject word for word, so that a list needs no reader to be believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import spans
from index.types import Kind, Span
from index.words import ASKING, STOPWORDS, stem, stems, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.types import Hit, Sentence

DEPTH = 60  # passages looked through for one list
_PAPERS = r"(?:briefings?|briefs?|papers?|notes?|documents?|articles?|pieces?)"
_MENTION = (
    r"(?:mention|cover|discuss|refer(?:red)? to|talk(?:ed)? about|cite|name|speak of|are about|are on|is about|is on"
    r"|deal with|touch on|report on|quote|contain|include|about|on)(?:e?[sd]|ing)?"
)
_BRIEFINGS = re.compile(
    rf"^(?:please )?(?:(?:which|what|list|show|find|give)(?: me| us)?)(?: (?:all|every|of|the|our|any))* {_PAPERS}"
    rf"(?: (?:that|which|have|has|do|did|ever))* {_MENTION} (?P<topic>.+)$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    rf"^(?:in|where|on) (?:which|what) {_PAPERS} (?:is|are|was|were|do|does|did) (?:we )?(?P<topic>.+?)"
    r"(?: (?:mentioned|covered|discussed|cited|named|mention|cover|discuss|cite|name))?$",
    re.IGNORECASE,
)
_NOUNS = {
    "sum": (Kind.MONEY,), "amount": (Kind.MONEY,), "payment": (Kind.MONEY,), "cost": (Kind.MONEY,),
    "figure": (Kind.MONEY, Kind.PERCENT, Kind.NUMBER), "number": (Kind.NUMBER,), "percentage": (Kind.PERCENT,),
    "rate": (Kind.PERCENT,), "date": (Kind.DATE,), "deadline": (Kind.DATE,), "name": (Kind.NAME,),
    "law": (Kind.INSTRUMENT,), "act": (Kind.INSTRUMENT,), "bill": (Kind.INSTRUMENT,), "article": (Kind.INSTRUMENT,),
    "instrument": (Kind.INSTRUMENT,), "regulation": (Kind.INSTRUMENT,), "legal instrument": (Kind.INSTRUMENT,),
}  # fmt: skip
_EVERY = re.compile(
    r"^(?:please )?(?:(?:list|show|give|find|tell)(?: me| us)? |what (?:are|were) )?"
    r"(?:every|all|each)(?: of)?(?: the| our)?"
    rf" (?P<noun>{'|'.join(sorted(_NOUNS, key=len, reverse=True))})s?(?: of money)?"
    r"(?: (?:that|which|is|are|was|were|mentioned|named|cited|given|quoted|set|agreed|spent|promised|pledged|we|have"
    r"|has|had|been))*(?: (?:tied|related|relating|linked|connected|attached|due|paid|owed))?"
    r" (?:to|for|on|about|in|with|of|around|concerning|regarding|by|from) (?P<topic>.+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be listed: briefings where ``kinds`` is empty, else spans of those kinds, that hold ``stems``."""

    kinds: tuple[Kind, ...]
    stems: tuple[str, ...]


def read(text: str) -> Listing | None:
    """Tell whether a question asks for a list, and of what."""
    plain = text.strip().rstrip("?.! ")
    for pattern in (_BRIEFINGS, _WHERE, _EVERY):
        if found := pattern.match(plain):
            noun = found.groupdict().get("noun")
            topic = tuple(dict.fromkeys(stem(word) for word in words(found["topic"]) if word not in STOPWORDS | ASKING))
            return Listing(_NOUNS[noun.lower()] if noun else (), topic) if topic else None
    return None


def items(listing: Listing, hits: Sequence[Hit]) -> list[tuple[Span, Hit]]:
    """List what hits hold, the newest briefing first: a sentence of each briefing, or each sentence with such a span.

    A figure that was listed already is not listed again.
    """
    hits = sorted(
        hits,
        key=lambda hit: (
            -(hit.briefing.published.toordinal() if hit.briefing.published else 0),
            hit.briefing.id,
            hit.passage.start,
        ),
    )
    found: list[tuple[Span, Hit]] = []
    seen: set[str] = set()
    for hit in hits:
        for span in _spans(listing, hit):
            words_marked = hit.briefing.body[slice(*span.highlight)] if span.highlight else ""
            key = " ".join(stems(words_marked)) if listing.kinds else hit.briefing.id
            if key not in seen:
                seen.add(key)
                found.append((span, hit))
    return found


def _spans(listing: Listing, hit: Hit) -> Iterator[Span]:
    wanted = set(listing.stems)
    if not listing.kinds:
        if wanted <= set(stems(f"{hit.briefing.title} {hit.passage.text}")):
            best = max(hit.passage.sentences, key=lambda one: (len(wanted & _held(hit, one)), -one.start), default=None)
            if best:
                yield Span(best.start, best.end, 0.0)
        return
    for sentence in hit.passage.sentences:
        if not wanted <= _held(hit, sentence):
            continue
        text = hit.briefing.body[sentence.start : sentence.end]
        for start, end in sorted(place for kind in listing.kinds for place in spans.find(kind, text)):
            yield Span(sentence.start, sentence.end, 0.0, (sentence.start + start, sentence.start + end))


def _held(hit: Hit, sentence: Sentence) -> set[str]:
    return set(stems(hit.briefing.body[sentence.start : sentence.end]))
