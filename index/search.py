"""Question → ``Hit``s: by meaning and by words, fused, among the briefings this audience may see."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from index.errors import IndexUnusable
from index.fuse import age_key, fuse, newest_first
from index.steps import known
from index.store import Store
from index.types import Hit, Searched
from index.vectors import FOLDER, VectorIndex, load
from index.words import ASKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from index.agenda import Steps
    from index.fuse import Ranking
    from index.store import Entry, Stored
    from index.types import Audience, Briefing, DateRange, Encoder, Question, Vectors

_COMMON = 2000  # passages: a term that more hold is common, however many do
DEPTH = 50  # passages taken from each ranking before they are fused


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: the question, its terms weighed, and the hits, best first.

    ``ranked`` are all the briefings found, in that order; ``searched`` is what was looked through.
    """

    question: Question
    hits: tuple[Hit, ...]
    ranked: tuple[str, ...]
    searched: Searched


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """What is kept in memory of one revision of the store."""

    revision: str
    entries: tuple[Entry, ...]
    owner: Mapping[int, Entry]
    vectors: VectorIndex


class Searcher:
    """Search over one data folder; a new version of the index is picked up at the next question."""

    def __init__(self, store: Store, encoder: Encoder, root: Path, say: Callable[[str], None]) -> None:
        self._store = store
        self._encoder = encoder
        self._root = root
        self._say = say
        self._catalogue: _Catalogue | None = None
        self._lock = RLock()  # the store has one connection, and a bot several threads

    @classmethod
    def open(cls, data: Path, encoder: Encoder, say: Callable[[str], None]) -> Searcher:
        """Open a data folder's index. ``say`` is told what does not verify. Raises IndexUnusable."""
        searcher = cls(Store.open(data), encoder, data / FOLDER, say)
        with searcher._one_at_a_time():
            searcher._current()
        return searcher

    def find(self, question: Question, audience: Audience, count: int) -> Found:
        """Find the ``count`` best passages for a question. Raises IndexUnusable."""
        vector = self._encoder.encode([question.text])[0]
        with self._one_at_a_time():
            catalogue = self._current()
            seen = visible(catalogue.entries, audience, question.period)
            ways = self._rank(question, vector, catalogue, seen)
            order = self._fused(ways, vector, catalogue)
            recent = self._recent(question, catalogue, seen)[:count] if question.latest and not question.asks else []
            hits = self._hits([*recent, *order[:count]], vector, dict(ways["words"]))
            weights = self._weigh(question.terms, catalogue, seen)
        weighed = replace(question, weights=weights)
        if question.latest:
            hits = newest_first(weighed, hits)[:count]
        names = tuple(dict.fromkeys(catalogue.owner[i].id for i, _ in order))
        return Found(weighed, tuple(hits), names, _searched(seen))

    def searched(self, audience: Audience) -> Searched:
        """Tell what a search for an audience looks through."""
        with self._one_at_a_time():
            return _searched(visible(self._current().entries, audience, None))

    def rankings(self, question: Question, audience: Audience) -> dict[str, list[str]]:
        """Rank briefings by each way of searching alone, and fused: for measuring."""
        vector = self._encoder.encode([question.text])[0]
        with self._one_at_a_time():
            catalogue = self._current()
            seen = visible(catalogue.entries, audience, question.period)
            ways = self._rank(question, vector, catalogue, seen)
            orders = {"meaning": ways["meaning"], "words": ways["words"], "fused": self._fused(ways, vector, catalogue)}
        return {way: list(dict.fromkeys(catalogue.owner[i].id for i, _ in order)) for way, order in orders.items()}

    def entries(self, audience: Audience) -> tuple[Entry, ...]:
        """List the briefings that this audience may see."""
        with self._one_at_a_time():
            return tuple(visible(self._current().entries, audience, None))

    def briefings(self, names: Sequence[str], audience: Audience) -> dict[str, Briefing]:
        """Read briefings by id; those that are gone, or that this audience may not see, are left out."""
        with self._one_at_a_time():
            allowed = {entry.id for entry in visible(self._current().entries, audience, None)}
            return self._store.briefings([name for name in names if name in allowed])

    def digests(self, audience: Audience) -> dict[str, str]:
        """Map the briefings that this audience may see to the digest of what each was read from."""
        with self._one_at_a_time():
            digests = self._store.digests()
            return {entry.id: digests[entry.id] for entry in visible(self._current().entries, audience, None)}

    def steps(self, briefings: Sequence[Briefing]) -> dict[str, Steps]:
        """Give the next steps of briefings by id: as they were found when it was indexed, else found now."""
        with self._one_at_a_time():
            return known(briefings, self._store.steps)

    def passages(self, name: str) -> list[Stored]:
        """Read the passages of one briefing, with their vectors, in the order of its text."""
        with self._one_at_a_time():
            ids = next((entry.passages for entry in self._current().entries if entry.id == name), ())
            return sorted(self._store.passages(ids).values(), key=lambda one: one.passage.start)

    def vector(self, text: str) -> Vectors:
        """Encode a text: float32 of shape (dimension,), of unit length."""
        return np.asarray(self._encoder.encode([text])[0], np.float32)

    def channels(self) -> frozenset[str]:
        """Name every channel to which some briefing is restricted."""
        with self._one_at_a_time():
            return frozenset().union(*(entry.channels or () for entry in self._current().entries))

    def facts(self) -> dict[str, str]:
        """Give the index's own facts: revision, indexed_at and others."""
        with self._one_at_a_time():
            return self._store.meta()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Look at one version of the store, alone."""
        with self._lock, self._store.snapshot():
            yield

    def _current(self) -> _Catalogue:
        """Give the catalogue of the store as it is in this snapshot."""
        facts = self._store.meta()
        if self._catalogue and self._catalogue.revision == facts.get("revision"):
            return self._catalogue
        if facts.get("model") != self._encoder.digest:
            message = f"{self._root.parent}: indexed with another model than the one loaded; run 'dispatchbox index'"
            raise IndexUnusable(message)
        entries = self._store.catalogue()
        owner = {i: entry for entry in entries for i in entry.passages}
        self._catalogue = _Catalogue(facts["revision"], entries, owner, self._vectors(facts["passage_set"]))
        return self._catalogue

    def _vectors(self, passage_set: str) -> VectorIndex:
        """Load the generation of these passages, else rebuild it in memory from the store's vectors."""
        if self._catalogue and self._catalogue.vectors.passage_set == passage_set:
            return self._catalogue.vectors
        kept = load(self._root, passage_set, self._encoder.digest, self._say)
        return kept or VectorIndex.build(*self._store.vectors(), passage_set)

    def _rank(
        self, question: Question, vector: Vectors, catalogue: _Catalogue, seen: Sequence[Entry]
    ) -> dict[str, Ranking]:
        """Rank passages by meaning, by words, and by the phrases that must stand whole: (id, score)."""
        everything = len(seen) == len(catalogue.entries)
        allowed = None if everything else [i for entry in seen for i in entry.passages]
        ids = None if allowed is None else np.array(allowed, np.int64)
        words, phrases = _any_of(question.terms), _any_of(question.phrases)
        return {
            "meaning": [found for found in catalogue.vectors.search(vector, DEPTH, ids) if found[0] in catalogue.owner],
            "words": self._store.match(words, DEPTH, allowed) if words else [],
            "phrases": self._store.match(phrases, DEPTH, allowed) if phrases else [],
        }

    def _fused(self, ways: Mapping[str, Ranking], vector: Vectors, catalogue: _Catalogue) -> list[tuple[int, float]]:
        """Order what was found. A passage is as like a question as the mean of its cosine and its likest sentence's."""
        encodings = self._store.encodings({i for found in ways.values() for i, _ in found})
        likeness = {
            i: float(passage @ vector + np.max(sentences @ vector, initial=-1.0)) / 2
            for i, (passage, sentences) in encodings.items()
        }
        return fuse(ways, likeness, catalogue.owner)

    def _recent(self, question: Question, catalogue: _Catalogue, seen: Sequence[Entry]) -> list[tuple[int, float]]:
        """Give the opening passages of the briefings that hold every term, newest first: an opening tells the news."""
        every = " AND ".join(_quoted(term) for term in question.terms if term not in ASKING)
        allowed = [i for entry in seen for i in entry.passages]
        found = self._store.match(every, _COMMON, allowed) if every else []
        entries = {catalogue.owner[i].id: catalogue.owner[i] for i, _ in found}
        newest = sorted(entries.values(), key=lambda entry: (-age_key(entry.published), entry.id))
        return [(min(entry.passages), 1.0) for entry in newest]

    def _weigh(self, terms: Sequence[str], catalogue: _Catalogue, seen: Sequence[Entry]) -> tuple[float, ...]:
        """Weigh terms by how few of the allowed passages hold them: log(1 + passages / holders)."""
        if len(seen) == len(catalogue.entries):
            count = len(catalogue.owner)
            holders = [self._store.count_holders(term, _COMMON) for term in map(_quoted, terms)]
        else:
            allowed = {i for entry in seen for i in entry.passages}
            count = len(allowed)
            holders = [len(allowed.intersection(self._store.holders(term, _COMMON))) for term in map(_quoted, terms)]
        return tuple(math.log1p(count / max(held, 1)) for held in holders)

    def _hits(self, order: Sequence[tuple[int, float]], vector: Vectors, words: Mapping[int, float]) -> list[Hit]:
        best = max(words.values(), default=1.0) or 1.0
        stored = self._store.passages([i for i, _ in order])
        return [
            Hit(
                passage=stored[i].passage,
                briefing=stored[i].briefing,
                score=score,
                cosine=float(stored[i].vector @ vector),
                words=words.get(i, 0.0) / best,
                sentence_cosines=tuple(map(float, stored[i].sentence_vectors @ vector)),
            )
            for i, score in order
            if i in stored
        ]


def visible(entries: Sequence[Entry], audience: Audience, period: DateRange | None) -> list[Entry]:
    """Choose the briefings allowed now and here, and within a restriction of time.

    Not among those named, under embargo or not published yet, outside its channels, or undated where time is
    restricted: not there at all.
    """
    return [
        entry
        for entry in entries
        if (audience.only is None or entry.id in audience.only)
        and (entry.embargo is None or entry.embargo <= audience.now)
        and (entry.channels is None or entry.channels & audience.channels)
        and (period is None or (entry.published is not None and period.earliest <= entry.published <= period.latest))
    ]


def _any_of(terms: Sequence[str]) -> str:
    """Write a word query: any of the terms, each quoted, so that nothing in it is syntax."""
    return " OR ".join(_quoted(term) for term in terms if any(map(str.isalnum, term)))


def _quoted(term: str) -> str:
    return '"' + term.replace('"', " ") + '"'


def _searched(seen: Sequence[Entry]) -> Searched:
    dated = [entry.published for entry in seen if entry.published]
    return Searched(
        briefings=len(seen),
        passages=sum(len(entry.passages) for entry in seen),
        first=min(dated, default=None),
        last=max(dated, default=None),
    )
