"""New passages against open items and standing watches; pure.

A sentence is weighed as a report of what became of an item: is it about the item, does it say that
something happened or was moved, and does it fall at the item's time? Repeating that a step is still to
come is no report.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from index import dates, spans
from index.tense import Tense, verbs
from index.types import Kind
from index.words import ASKING, STOPWORDS, share, stem, stems, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

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
TOPIC_FEATURES = ("sentence cosine", "passage cosine", "words in the sentence", "words in the title")
# Log-odds that a passage is on a topic, fitted by the same command to the topics that briefings name.
TOPIC_WEIGHTS: tuple[float, ...] = (2.07, 3.01, 5.02, 2.52)
TOPIC_BIAS = -4.31
TOPIC_THRESHOLD = 0.8  # one word of two alike ("European Council" for "council elections") stays below

_BEHIND = frozenset({Tense.BEHIND, Tense.ASKED, Tense.LAPSED})
_AHEAD = frozenset({Tense.AHEAD, Tense.UNSURE})
_MOVED = re.compile(
    r"\b(?:postpon|delay|defer|cancel|scrap|shelv|abandon|withdr[ae]w|extend|superseded|slipped|put (?:off|back)"
    r"|moved? (?:to|from)|no longer|now (?:expected|due)|not now|did not|dropp)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"^(?:what to watch|next\b|the next|watch\b|looking ahead|beyond that)|\bwatch for\b|\bto watch\b|\bnext dates?\b",
    re.IGNORECASE,
)
_COMING = re.compile(r"next|watch|ahead|timeline", re.IGNORECASE)  # in a heading
_OURS = re.compile(r"\b(?:our|we|us|this publication)\b", re.IGNORECASE)
_WROTE = re.compile(r"\b(?:briefings?|notes?|reported|flagged|listed|named|described|trailed|said)\b", re.IGNORECASE)
_STAGE = re.compile(
    r"(?:first|second|third) reading|committee stage|public bill committee|report stage|royal assent|evidence session"
    r"|consultation|king.s speech|polling day|hearing|summit",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[\w’'.%£€-]+")
_DULL = frozenset(
    map(
        stem,
        """expected due set given first further late early end whether itself planned promised following step outcome
        decision yet named january february march april june july august september october november december
        monday tuesday wednesday thursday friday""".split(),
    )
)
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
class _Said:
    """What a sentence says, whatever is asked of it: its words, tenses, and times read back and forward."""

    stems: frozenset[str]
    behind: int
    ahead: int
    listed: bool
    refers: bool
    moved: bool
    stages: frozenset[str]
    past: tuple[DateRange, ...]
    coming: tuple[DateRange, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence of a passage, read for one item; ``cosine`` and ``joined`` are with it alone and the one before."""

    sentence: Sentence
    said: _Said
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
    return _best(rows(watched, vector, briefing, passages), WEIGHTS, BIAS, briefing)


def on_topic(topic: str, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]) -> Match | None:
    """Find the sentence of a briefing that is nearest to a standing watch; None where there is none to read.

    ``vector`` is the unit vector of ``topic``, of shape (dimension,).
    """
    return _best(topic_rows(topic, vector, briefing, passages), TOPIC_WEIGHTS, TOPIC_BIAS, briefing)


def related(topic: str, vector: Vectors, passages: Sequence[Stored], most: int = 6) -> tuple[str, ...]:
    """Give the names and pairs of words that recur in the passages on a topic, the most frequent first.

    ``vector`` is the unit vector of ``topic``; ``passages`` may be of several briefings.
    """
    counts: Counter[str] = Counter()
    for stored in passages:
        match = on_topic(topic, vector, stored.briefing, [stored])
        if match and match.score >= TOPIC_THRESHOLD:
            counts.update(_phrases(stored.passage.text))
    asked = frozenset(stems(topic))
    kept: list[str] = []
    for phrase, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        known = asked.union(*(stems(one) for one in kept))
        if count > 1 and len(kept) < most and not set(stems(phrase)) <= known:
            kept.append(phrase)
    return tuple(kept)


def rows(
    watched: Watched, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]
) -> Iterator[tuple[Sentence, tuple[float, ...]]]:
    """Describe each sentence of a briefing, as a report on an item, by the numbers that FEATURES names."""
    read = _read(watched, vector, briefing, passages)
    ground = _ground(watched, briefing, read)
    for one in read:
        yield one.sentence, _features(watched, one, ground)


def topic_rows(
    topic: str, vector: Vectors, briefing: Briefing, passages: Sequence[Stored]
) -> Iterator[tuple[Sentence, tuple[float, ...]]]:
    """Describe each sentence of a briefing, as being on a topic, by the numbers that TOPIC_FEATURES names."""
    wanted = _words(topic) or dict.fromkeys(stems(topic), 1.0)
    title = share(wanted, stems(briefing.title)) if wanted else 0.0
    for stored in passages:
        around = float(stored.vector @ vector)
        for at, sentence in enumerate(stored.passage.sentences):
            held = stems(briefing.body[sentence.start : sentence.end])
            near = float(stored.sentence_vectors[at] @ vector)
            yield sentence, (near, around, share(wanted, held) if wanted else 0.0, title)


def _ground(watched: Watched, briefing: Briefing, read: Sequence[_Read]) -> _Ground:
    """Compare a whole briefing with an item."""
    every = frozenset().union(stems(briefing.title), *(one.said.stems for one in read))
    title = _words(watched.title).keys() - _words(watched.text).keys()
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
    said, stages = one.said, _stages(watched.text)
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


def _best(
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
    told = [_said(briefing.body[one.start : one.end], briefing.published) for _, _, one in sentences]
    wanted = _weighted(watched.text, told)
    title = frozenset(stems(briefing.title))
    read: list[_Read] = []
    for n, (stored, at, sentence) in enumerate(sentences):
        before = sentences[n - 1][0].sentence_vectors[sentences[n - 1][1]] if n else stored.sentence_vectors[at]
        both = stored.sentence_vectors[at] + before
        near = told[n].stems | title | (told[n - 1].stems if n else frozenset())
        read.append(
            _Read(
                sentence=sentence,
                said=told[n],
                listed=told[n].listed or bool(_COMING.search(stored.passage.heading)),
                cosine=float(stored.sentence_vectors[at] @ vector),
                joined=float(both @ vector) / (math.sqrt(float(both @ both)) or 1.0),
                passage=float(stored.vector @ vector),
                share=share(wanted, told[n].stems) if wanted else 0.0,
                around=share(wanted, near) if wanted else 0.0,
            )
        )
    return [one for one in read if briefing.body[one.sentence.start : one.sentence.end] != watched.quote]


@lru_cache(maxsize=16_384)
def _said(text: str, published: date | None) -> _Said:
    """Read a sentence; the same ones are read for every open item."""
    kinds = [kind for _, _, kind in verbs(text)]
    return _Said(
        stems=frozenset(stems(text)),
        behind=sum(kind in _BEHIND for kind in kinds),
        ahead=sum(kind in _AHEAD for kind in kinds),
        listed=bool(_LISTED.search(text)),
        refers=bool(_OURS.search(text) and _WROTE.search(text)),
        moved=bool(_MOVED.search(text)),
        stages=_stages(text),
        past=_past(text, published),
        coming=tuple(named for _, _, named in dates.find(text, published)),
    )


def _past(text: str, published: date | None) -> tuple[DateRange, ...]:
    """Give the times named that have begun, but no day whose next coming is nearer than its last."""
    if published is None:
        return ()
    coming = {one[:2]: one[2] for one in dates.find(text, published)}
    begun = []
    for start, end, named in dates.find(text, published, past=True):
        other = coming.get((start, end), named)
        nearer = other != named and (other.earliest - published).days < (published - named.latest).days
        if named.earliest <= published and not nearer:
            begun.append(named)
    return tuple(begun)


@lru_cache(maxsize=16_384)
def _words(text: str) -> dict[str, float]:
    """Give the words that tell an item from others, as stems: names and figures weigh half as much again."""
    found: dict[str, float] = {}
    for token in _TOKEN.findall(text):
        for word in words(token):
            dull = word in STOPWORDS or word in ASKING or stem(word) in _DULL or (word.isdigit() and len(word) < 3)  # noqa: PLR2004 - a day's number says nothing
            if not dull:
                found[stem(word)] = 1.5 if token[0].isupper() or word[0].isdigit() else 1.0
    return found


def _weighted(text: str, told: Sequence[_Said]) -> Mapping[str, float]:
    """Weigh an item's words: the fewer of a briefing's sentences hold one, the heavier."""
    return {
        word: weight * math.log1p(len(told) / (0.5 + sum(word in one.stems for one in told)))
        for word, weight in _words(text).items()
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


def _recalls(said: _Said, source: date | None) -> bool:
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


def _stages(text: str) -> frozenset[str]:
    return frozenset(match.group().lower() for match in _STAGE.finditer(text))


def _phrases(text: str) -> set[str]:
    """Give a passage's names, and its pairs of neighbouring words that both tell something."""
    names = {text[start:end] for kind in (Kind.NAME, Kind.INSTRUMENT) for start, end in spans.find(kind, text)}
    pairs = {
        f"{first} {second}"
        for first, second in pairwise(words(text))
        if all(word.isalpha() and word not in STOPWORDS and word not in ASKING for word in (first, second))
    }
    return names | {pair for pair in pairs if not any(pair in name.lower() for name in names)}
