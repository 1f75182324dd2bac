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
from index.words import ASKING, STOPWORDS, fold, stem, stems, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.types import Hit

DEPTH = 60  # passages looked through for one list
# One paper, note or document is a briefing only where something says so: "what document is about to expire?"
_PAPERS = (
    r"(?:briefings?|briefs?|(?:briefing )?(?:papers|notes|documents|pieces)"
    r"|(?:briefing |(?<=our ))(?:paper|note|document|piece)"
    r"|(?:paper|note|document|piece)(?= (?:mention|cover|discuss|cite)))"
)
_MENTION = (
    r"(?:mention|cover|discuss|refer(?:red)? to|talk(?:ed)? about|cite|name|speak of|are about|are on|is about|is on"
    r"|deal with|touch on|report on|quote|contain|include|about|on)(?:e?[sd]|ing)?(?! to\b)"
)
_BRIEFINGS = re.compile(
    r"^(?:please )?(?:(?:which|what|list|show|find|give|are there|is there|do we have|have we(?: got)?)(?: me| us)?"
    r"(?: (?:all|every|of|the|our|any))* |(?:all|every|any)(?: of)?(?: (?:the|our))? "
    r"|(?=(?:briefing )?\w+s\b(?! (?:are|is)\b)))"
    rf"{_PAPERS}(?: (?:that|which|have|has|do|did|ever))* {_MENTION} (?P<topic>.+)$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    rf"^(?:in|where|on) (?:which|what) {_PAPERS} (?:is|are|was|were|do|does|did) (?:we )?(?P<topic>.+?)"
    r"(?: (?:mentioned|covered|discussed|cited|named|mention|cover|discuss|cite|name))?$",
    re.IGNORECASE,
)
_OURS = re.compile(
    rf"^where (?:do|did|have|has) (?:we|(?:the|our|any) {_PAPERS}) (?:ever )?{_MENTION} (?P<topic>.+)$", re.IGNORECASE
)
_NOUNS = {
    "sum": (Kind.MONEY,), "amount": (Kind.MONEY,), "payment": (Kind.MONEY,), "cost": (Kind.MONEY,),
    "figure": (Kind.MONEY, Kind.PERCENT, Kind.NUMBER), "number": (Kind.NUMBER,), "percentage": (Kind.PERCENT,),
    "rate": (Kind.PERCENT,), "date": (Kind.DATE,), "deadline": (Kind.DATE,), "name": (Kind.NAME,),
    "law": (Kind.INSTRUMENT,), "act": (Kind.INSTRUMENT,), "bill": (Kind.INSTRUMENT,), "article": (Kind.INSTRUMENT,),
    "instrument": (Kind.INSTRUMENT,), "regulation": (Kind.INSTRUMENT,), "legal instrument": (Kind.INSTRUMENT,),
}  # fmt: skip
_NOUN = "|".join(sorted(_NOUNS, key=len, reverse=True))
_SEVERAL = "|".join(noun for noun in _NOUN.split("|") if noun != "name")  # "the names of the two firms" are one answer
_FOUND = r"mentioned|named|cited|given|quoted|set|agreed|spent|promised|pledged"
_TIED = r"tied|related|relating|linked|connected|attached|due|paid|owed"
# "What are the dates of the summit?" and "what bills are paid by pensioners?" have one answer: where not every one is
# asked for, the words that tie must be said.
_EVERY = re.compile(
    r"^(?:please )?(?:(?:(?:(?:list|show|give|find|tell)(?: me| us)? |what (?:are|were) )?"
    rf"(?:every|all|each)(?: of)?(?: the| our)? (?P<noun>{_NOUN})s?"
    rf"|(?:list|show|give|find|tell)(?: me| us)?(?: the)? (?P<nouns>{_SEVERAL})s)(?: of money)?"
    rf"(?: (?:that|which|is|are|was|were|{_FOUND}|we|have|has|had|been))*(?: (?:{_TIED}))?"
    rf"|(?:what (?:are|were) the|what|which) (?P<tied>{_SEVERAL})s(?: of money)?"
    rf"(?: (?:that|which|is|are|was|were|we|have|has|had|been))* (?:{_FOUND}|(?:{_TIED})(?! by\b)))"
    r" (?:to(?! be\b)|for|on|about|in|with|of|around|concerning|regarding|by|from) (?P<topic>.+)$",
    re.IGNORECASE,
)
# A second question, which no list answers: "… and when was it published", "… that says how", "… say what".
_ANOTHER = re.compile(
    r"(?:\b(?:and|or|but|says?|said|tells?)|[,;]) (?:who|whom|whose|when|what|why|how|where|which|whether)\b"
    r"|\b(?:who|when|what|why|how|where|which)$",
    re.IGNORECASE,
)
_SIGNS = str.maketrans({"£": " gbp ", "€": " eur ", "$": " usd "})


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be listed: briefings where ``kinds`` is empty, else spans of those kinds.

    Each holds ``stems``, and ``phrases`` whole, as ``_run`` gives them.
    """

    kinds: tuple[Kind, ...]
    stems: tuple[str, ...]
    phrases: tuple[str, ...] = ()


def read(text: str, period: str = "", phrases: Iterable[str] = ()) -> Listing | None:
    """Tell whether a question asks for a list, and of what.

    ``period`` are its words that restrict the search, and are no part of the subject; ``phrases`` its words that must
    stand together.
    """
    text = re.sub(re.escape(period), " ", text, count=1, flags=re.IGNORECASE) if period else text
    plain = " ".join(text.split()).strip("?.!, ")
    for pattern in (_BRIEFINGS, _WHERE, _OURS, _EVERY):
        if found := pattern.match(plain):
            said = found.groupdict()
            noun, topic = said.get("noun") or said.get("nouns") or said.get("tied"), said["topic"]
            held = tuple(dict.fromkeys(stem(word) for word in words(topic) if word not in STOPWORDS | ASKING))
            if not held or _ANOTHER.search(topic):
                return None
            subject = _run(topic)
            whole = tuple(run for run in map(_run, _parts(text, phrases)) if run in subject)
            return Listing(_NOUNS[noun.lower()] if noun else (), held, whole)
    return None


def _parts(text: str, phrases: Iterable[str]) -> Iterator[str]:
    """Give what must stand together: of two names joined by "and" each by itself, unless the question quotes them."""
    for phrase in phrases:
        parts = [phrase] if f'"{phrase}"' in fold(text) else phrase.split(" and ")
        yield from (part for part in parts if part == phrase or " " in part)


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
            marked = hit.briefing.body[slice(*span.highlight)] if span.highlight else ""
            key = _run(marked) if listing.kinds else hit.briefing.id
            if key not in seen:
                seen.add(key)
                found.append((span, hit))
    return found


def _spans(listing: Listing, hit: Hit) -> Iterator[Span]:
    body = hit.briefing.body
    if not listing.kinds:
        if _holds(listing, f"{hit.briefing.title}\n{hit.passage.text}"):
            best = max(
                hit.passage.sentences,
                key=lambda one: (*_held(listing, body[one.start : one.end]), -one.start),
                default=None,
            )
            if best:
                yield Span(best.start, best.end, 0.0)
        return
    for sentence in hit.passage.sentences:
        text = body[sentence.start : sentence.end]
        if _holds(listing, text):
            for start, end in sorted(place for kind in listing.kinds for place in spans.find(kind, text)):
                yield Span(sentence.start, sentence.end, 0.0, (sentence.start + start, sentence.start + end))


def _holds(listing: Listing, text: str) -> bool:
    return _held(listing, text) == (len(listing.phrases), len(listing.stems))


def _held(listing: Listing, text: str) -> tuple[int, int]:
    """Count the phrases and the stems of the subject that a text holds."""
    run, held = _run(text), set(stems(text))
    return sum(phrase in run for phrase in listing.phrases), sum(one in held for one in listing.stems)


def _run(text: str) -> str:
    """Give the stems of a text in a row, currencies among them, so that words stand together or do not."""
    return f" {' '.join(stems(text.translate(_SIGNS)))} "
