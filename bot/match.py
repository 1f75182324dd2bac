"""New passages against open items; pure.

A sentence is weighed as a report of what became of an item: is it about the item, does it say that
something happened or was moved, and does it fall at the item's time? Repeating that a step is still to
come is no report.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.told import stages_of, telling, told
from index.words import share, stems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from bot.told import Told
    from index.store import Stored
    from index.types import Briefing, DateRange, Sentence, Vectors

FEATURES = (
    "sentence cosine",
    "passage cosine",
    "cosine with the sentence before",
    "told",
    "at its time",
    "recalls the source",
    "moved",
    "source's title",
    "topics",
    "listed as to come",
    "restated elsewhere",
    "too early",
    "late",
    "old",
    "another stage",
)
# Log-odds that a sentence reports on an item: fitted by python -m tests.followups --fit, each kept to the
# sign that reason gives it, on the pairs of tests/followups.jsonl and pairs of unlike stories.
SIGNS = (1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1)
WEIGHTS: tuple[float, ...] = (
    1.81,
    2.51,
    1.13,
    2.35,
    2.03,
    1.24,
    0.95,
    2.0,
    3.06,
    -0.72,
    -0.29,
    -1.47,
    -1.73,
    -1.25,
    -0.83,
)
BIAS = -7.93
THRESHOLD = 0.4  # finds seven follow-ups in ten, and is right in nearly four of five: a person answers each
_COMING = re.compile(r"next|watch|ahead|timeline", re.IGNORECASE)  # in a heading
_WIDE = 100  # days: a longer stretch is met by too much that happens
_LATE = 180  # days after its time at which a report would be as late as can be
_OLD = 365  # days after which an undated item is as old as can be
_UNKNOWN = 0.75  # for a title or topics that are not known: about what the true pairs of one story have
_NEUTRAL = 30.0  # log-odds: beyond, a probability is 0 or 1


@dataclass(frozen=True, slots=True)
class Watched:
    """An open item, as matching needs it.

    ``quote`` is the sentence it came from, '' for one typed by a person; ``said`` when its source was
    published, or it was typed; ``topics`` and ``title`` are its source's, empty where there is none.
    """

    text: str
    quote: str
    due: DateRange | None
    bodies: tuple[str, ...]
    said: date | None
    topics: frozenset[str]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of a briefing: ``body[start:end] == quote``. ``score`` is the chance that it is right, 0 to 1."""

    start: int
    end: int
    quote: str
    paragraph: int
    score: float


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence of a passage, read for one item; ``cosine`` and ``joined`` are with it alone and the one before."""

    sentence: Sentence
    said: Told
    listed: bool
    cosine: float
    joined: float
    passage: float
    share: float  # of the item's words, by weight, in the sentence
    around: float  # in the sentence, the one before, and the title


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is the same for every sentence of a briefing: its likeness to an item's source, and their times."""

    titled: float
    topics: float
    restated: float
    early: float
    late: float
    old: float


def subject(watched: Watched) -> str:
    """Give the text to encode for an item."""
    return watched.text


def follow_up(watched: Watched, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]) -> Match | None:
    """Find the sentence of a briefing that most likely reports on an item; None where there is none to read.

    ``vector`` is the unit vector of ``subject(watched)``, of shape (dimension,); ``passages`` are the
    briefing's. A briefing from before the item was said never matches.
    """
    if watched.said and briefing.published and briefing.published < watched.said:
        return None
    return likeliest(rows(watched, vector, briefing, passages), WEIGHTS, BIAS, briefing)


def rows(
    watched: Watched, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]
) -> Iterator[tuple[Sentence, tuple[float, ...]]]:
    """Describe each sentence of a briefing, as a report on an item, by the numbers that FEATURES names."""
    read = _read(watched, vector, briefing, passages)
    ground = _ground(watched, briefing, read)
    for one in read:
        yield one.sentence, _features(watched, one, ground)


def _ground(watched: Watched, briefing: Briefing, read: Sequence[_Read]) -> _Ground:
    """Compare a whole briefing with an item."""
    every = frozenset().union(stems(briefing.title), *(one.said.stems for one in read))
    title = telling(watched.title).keys() - telling(watched.text).keys()
    coming = [one for one in read if one.listed or (one.said.ahead and not one.said.behind)]
    early, late, old = _timing(watched, briefing.published)
    return _Ground(
        titled=sum(word in every for word in title) / len(title) if title else _UNKNOWN,
        topics=float(not watched.topics.isdisjoint(briefing.topics)) if watched.topics else _UNKNOWN,
        restated=max((max(one.share, one.cosine) for one in coming), default=0.0),
        early=early,
        late=late,
        old=old,
    )


def _features(watched: Watched, one: _Read, ground: _Ground) -> tuple[float, ...]:
    """Give the numbers that FEATURES names."""
    said, stages = one.said, stages_of(watched.text)
    about = (max(one.cosine, one.joined) + one.around) / 2
    met, moved = _met(watched.due, said.past), said.moved and _met(watched.due, said.past + said.coming)
    return (
        one.cosine,
        one.passage,
        one.joined,
        one.around * _told(one),
        about * met,
        about * _recalls(said, watched.said),
        about * moved,
        ground.titled,
        ground.topics,
        float(one.listed),
        ground.restated,
        ground.early * (not moved),
        ground.late * (not met),
        ground.old,
        float(bool(stages and said.stages) and stages.isdisjoint(said.stages)),
    )


def weighed(row: Sequence[float], weights: Sequence[float] = WEIGHTS, bias: float = BIAS) -> float:
    """Weigh a sentence's features: log-odds."""
    return bias + sum(weight * value for weight, value in zip(weights, row, strict=True))


def likeliest(
    found: Iterator[tuple[Sentence, tuple[float, ...]]], weights: Sequence[float], bias: float, briefing: Briefing
) -> Match | None:
    """Choose the likeliest sentence, the first of several alike."""
    scored = [(weighed(row, weights, bias), sentence) for sentence, row in found]
    if not scored:
        return None
    score, sentence = max(scored, key=lambda one: one[0])
    paragraph = next((one.n for one in briefing.paragraphs if one.start <= sentence.start < one.end), 1)
    chance = 1 / (1 + math.exp(-max(-_NEUTRAL, min(_NEUTRAL, score))))
    quote = briefing.body[sentence.start : sentence.end]
    return Match(sentence.start, sentence.end, quote, paragraph, chance)


def _read(watched: Watched, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]) -> list[_Read]:
    """Read every sentence but the one that the item came from."""
    sentences = [(stored, at, sentence) for stored in passages for at, sentence in enumerate(stored.passage.sentences)]
    heard = [told(briefing.body[one.start : one.end], briefing.published) for _, _, one in sentences]
    wanted = _weighted(watched.text, heard)
    title = frozenset(stems(briefing.title))
    read: list[_Read] = []
    for n, (stored, at, sentence) in enumerate(sentences):
        before = sentences[n - 1][0].sentence_vectors[sentences[n - 1][1]] if n else stored.sentence_vectors[at]
        both = stored.sentence_vectors[at] + before
        near = heard[n].stems | title | (heard[n - 1].stems if n else frozenset())
        read.append(
            _Read(
                sentence=sentence,
                said=heard[n],
                listed=heard[n].listed or bool(_COMING.search(stored.passage.heading)),
                cosine=float(stored.sentence_vectors[at] @ vector),
                joined=float(both @ vector) / (math.sqrt(float(both @ both)) or 1.0),
                passage=float(stored.vector @ vector),
                share=share(wanted, heard[n].stems) if wanted else 0.0,
                around=share(wanted, near) if wanted else 0.0,
            )
        )
    return [one for one in read if briefing.body[one.sentence.start : one.sentence.end] != watched.quote]


def _weighted(text: str, heard: Sequence[Told]) -> Mapping[str, float]:
    """Weigh an item's words: the fewer of a briefing's sentences hold one, the heavier."""
    return {
        word: weight * math.log1p(len(heard) / (0.5 + sum(word in one.stems for one in heard)))
        for word, weight in telling(text).items()
    }


def _told(one: _Read) -> float:
    """Tell how surely a sentence says that something has happened: 1, half where more is to come, or 0."""
    if one.listed or not one.said.behind:
        return 0.0
    return 1.0 if one.said.behind >= one.said.ahead else 0.5


def _met(due: DateRange | None, named: Collection[DateRange]) -> bool:
    """Tell whether one of the times named falls at an item's, neither being too wide to say much."""
    if due is None or (due.latest - due.earliest).days > _WIDE:
        return False
    near = (one for one in named if (one.latest - one.earliest).days < _WIDE)
    return any(one.earliest <= due.latest and due.earliest <= one.latest for one in near)


def _recalls(said: Told, source: date | None) -> bool:
    """Tell whether a sentence refers to our own briefing of the day that the item was said."""
    return (
        source is not None
        and said.refers
        and any(one.earliest <= source <= one.latest and (one.latest - one.earliest).days < _WIDE for one in said.past)
    )


def _timing(watched: Watched, published: date | None) -> tuple[float, float, float]:
    """Tell whether a briefing comes before an item's time, how long after it, or after an undated item was said."""
    if published is None:
        return 0.0, 0.0, 0.0
    if watched.due:
        late = (published - watched.due.latest).days / _LATE
        return float(published < watched.due.earliest), min(1.0, max(0.0, late)), 0.0
    age = (published - watched.said).days / _OLD if watched.said else 0.0
    return 0.0, 0.0, min(1.0, max(0.0, age))
