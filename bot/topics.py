"""Passages on a topic that somebody watches, and the words that go with it; pure."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.match import likeliest
from bot.told import telling
from index import spans
from index.types import Kind
from index.words import ASKING, STOPWORDS, share, stems, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.match import Match
    from index.store import Stored
    from index.types import Briefing, Sentence, Vectors

FEATURES = ("sentence cosine", "passage cosine", "words in the sentence", "words in the title")
# Log-odds that a passage is on a topic, fitted by python -m tests.followups --fit to the topics that briefings name.
WEIGHTS: tuple[float, ...] = (2.07, 3.01, 5.02, 2.52)
BIAS = -4.31
THRESHOLD = 0.8  # one word of two alike ("European Council" for "council elections") stays below


def on_topic(topic: str, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]) -> Match | None:
    """Find the sentence of a briefing that is nearest to a standing watch; None where there is none to read.

    ``vector`` is the unit vector of ``topic``, of shape (dimension,).
    """
    return likeliest(rows(topic, vector, briefing, passages), WEIGHTS, BIAS, briefing)


def related(topic: str, vector: Vectors, passages: Sequence[Stored], most: int = 6) -> tuple[str, ...]:
    """Give the names and pairs of words that recur in the passages on a topic, the most frequent first.

    ``vector`` is the unit vector of ``topic``; ``passages`` may be of several briefings.
    """
    counts: Counter[str] = Counter()
    for stored in passages:
        match = on_topic(topic, vector, stored.briefing, [stored])
        if match and match.score >= THRESHOLD:
            counts.update(_phrases(stored.passage.text))
    asked = frozenset(stems(topic))
    kept: list[str] = []
    for phrase, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        known = asked.union(*(stems(one) for one in kept))
        if count > 1 and len(kept) < most and not set(stems(phrase)) <= known:
            kept.append(phrase)
    return tuple(kept)


def rows(
    topic: str, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]
) -> Iterator[tuple[Sentence, tuple[float, ...]]]:
    """Describe each sentence of a briefing, as being on a topic, by the numbers that FEATURES names."""
    wanted = telling(topic) or dict.fromkeys(stems(topic), 1.0)
    title = share(wanted, stems(briefing.title)) if wanted else 0.0
    for stored in passages:
        around = float(stored.vector @ vector)
        for at, sentence in enumerate(stored.passage.sentences):
            held = stems(briefing.body[sentence.start : sentence.end])
            near = float(stored.sentence_vectors[at] @ vector)
            yield sentence, (near, around, share(wanted, held) if wanted else 0.0, title)


def _phrases(text: str) -> set[str]:
    """Give a passage's names, and its pairs of neighbouring words that both tell something."""
    names = {text[start:end] for kind in (Kind.NAME, Kind.INSTRUMENT) for start, end in spans.find(kind, text)}
    pairs = {
        f"{first} {second}"
        for first, second in pairwise(words(text))
        if all(word.isalpha() and word not in STOPWORDS and word not in ASKING for word in (first, second))
    }
    return names | {pair for pair in pairs if not any(pair in name.lower() for name in names)}
