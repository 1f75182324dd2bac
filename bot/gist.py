"""A briefing → the two sentences that say most, and its figures; pure. Every word is the briefing's own.

A sentence is chosen by what it says of the whole: how near it lies to the middle of all the sentences, by
their vectors; how many sums, dates and names it holds; how early it stands. Sentences that only list what
to watch are left to the thread, and those that lean on the one before ("It also …") are worth less alone.
The second must say something else than the first. Both are shown in the order of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index import spans
from index.sentences import sentences as cut
from index.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.store import Stored
    from index.types import Briefing, Sentence, Vectors

# Weights, beside 1 for being in the middle: set by reading what came of 24 samples.
FACTS, LEAD, OPENS, LEANS, LISTED, AGAIN = 0.35, 0.45, 0.15, 0.3, 1.0, 0.5
_ENOUGH = 3  # figures and names above which more count for nothing
_FIGURES = 5  # figures shown
_SHORT, _LONG = 6, 60  # words of a sentence that can stand alone
_KINDS = (Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.NAME)
_LEANING = re.compile(
    r"(?:it|its|they|their|he|she|his|her|this|that|these|those|but|and|so|or|both|there|such|neither|here"
    r"|the (?:first|second|former|latter|other|equivalent|report|text|same))\b",
    re.IGNORECASE,
)
_WATCH = re.compile(r"\b(?:what to watch|to watch|watch for|next steps?|looking ahead|next dates?)\b", re.IGNORECASE)
_SAID = re.compile(r"[.!?…][\"'”’)\]*_]*\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a briefing: ``body[start:end] == quote``, in the paragraph of that number."""

    start: int
    end: int
    quote: str
    paragraph: int


def gist(briefing: Briefing, passages: Sequence[Stored], most: int = 2) -> tuple[Told, ...]:
    """Choose the sentences that say most, verbatim and in order; fewer where there are fewer, never a heading.

    ``passages`` are the briefing's, each with the unit vectors of its sentences.
    """
    found = [
        (sentence, vector)
        for stored in passages
        for sentence, vector in zip(stored.passage.sentences, stored.sentence_vectors, strict=True)
    ]
    whole = [one for one in found if _stands(briefing.body[one[0].start : one[0].end])]
    kept = whole or found
    if not kept:
        return ()
    vectors = np.stack([vector for _, vector in kept])
    worth = _worth(briefing, [sentence for sentence, _ in kept], vectors)
    chosen: list[int] = []
    while len(chosen) < min(most, len(kept)):
        likeness = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(kept))
        scores = worth - AGAIN * likeness
        scores[chosen] = -np.inf
        chosen.append(int(scores.argmax()))
    return tuple(_told(briefing, kept[at][0]) for at in sorted(chosen, key=lambda at: kept[at][0].start))


def figures(briefing: Briefing, most: int = _FIGURES) -> tuple[str, ...]:
    """Give the sums and percentages of a briefing as it writes them, each once, in the order of the text."""
    found = sorted(span for kind in (Kind.MONEY, Kind.PERCENT) for span in spans.find(kind, briefing.body))
    shown = [" ".join(briefing.body[start:end].split()) for start, end in found]
    return tuple(dict.fromkeys(one for one in shown if any(map(str.isdigit, one))))[:most]


def holding(briefing: Briefing, figures: Sequence[str]) -> list[str]:
    """Give the sentences in which these figures stand first, verbatim, each once."""
    found = []
    for start, end in (
        span for one in briefing.paragraphs for span in cut(briefing.body[one.start : one.end], one.start)
    ):
        sentence = briefing.body[start:end]
        left = [figure for figure in figures if figure in " ".join(sentence.split())]
        if left:
            found.append(sentence)
            figures = [figure for figure in figures if figure not in left]
    return found


def _worth(briefing: Briefing, sentences: Sequence[Sentence], vectors: Vectors) -> Vectors:
    """Weigh each sentence: float of shape (sentences,)."""
    middle = vectors.mean(axis=0)
    near = vectors @ (middle / (float(np.linalg.norm(middle)) or 1.0))
    rest = np.zeros(len(sentences), near.dtype)
    for at, sentence in enumerate(sentences):
        text = briefing.body[sentence.start : sentence.end]
        facts = sum(len(spans.find(kind, text)) for kind in _KINDS)
        rest[at] = FACTS * min(facts, _ENOUGH) / _ENOUGH + LEAD / _paragraph(briefing, sentence)
        rest[at] += OPENS * (at == 0) - LEANS * bool(_LEANING.match(text)) - LISTED * bool(_WATCH.search(text))
    found: Vectors = near + rest
    return found


def _stands(text: str) -> bool:
    """Tell a sentence that can stand alone from a heading, a fragment, or a run of clauses too long to take in."""
    return bool(_SAID.search(text)) and _SHORT <= len(text.split()) <= _LONG


def _paragraph(briefing: Briefing, sentence: Sentence) -> int:
    return next((one.n for one in briefing.paragraphs if one.start <= sentence.start < one.end), 1)


def _told(briefing: Briefing, sentence: Sentence) -> Told:
    quote = briefing.body[sentence.start : sentence.end]
    return Told(sentence.start, sentence.end, quote, _paragraph(briefing, sentence))
