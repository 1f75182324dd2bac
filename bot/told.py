"""What a sentence tells, whatever is asked of it: its words, its tenses, the times it names; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index import dates
from index.tense import Tense, verbs
from index.words import ASKING, STOPWORDS, stem, stems, words

if TYPE_CHECKING:
    from datetime import date

    from index.types import DateRange

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


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence tells: the stems of its words, its verbs behind and ahead, the times named, read back and on.

    ``listed`` as something to come; ``refers`` to what we wrote; ``moved``, or given up.
    """

    stems: frozenset[str]
    behind: int
    ahead: int
    listed: bool
    refers: bool
    moved: bool
    stages: frozenset[str]
    past: tuple[DateRange, ...]
    coming: tuple[DateRange, ...]


@lru_cache(maxsize=16_384)
def told(text: str, published: date | None) -> Told:
    """Read a sentence; the same ones are read for every open item."""
    kinds = [kind for _, _, kind in verbs(text)]
    return Told(
        stems=frozenset(stems(text)),
        behind=sum(kind in _BEHIND for kind in kinds),
        ahead=sum(kind in _AHEAD for kind in kinds),
        listed=bool(_LISTED.search(text)),
        refers=bool(_OURS.search(text) and _WROTE.search(text)),
        moved=bool(_MOVED.search(text)),
        stages=stages_of(text),
        past=_begun(text, published),
        coming=tuple(named for _, _, named in dates.find(text, published)),
    )


def _begun(text: str, published: date | None) -> tuple[DateRange, ...]:
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
def telling(text: str) -> dict[str, float]:
    """Give the words that tell an item from others, as stems: names and figures weigh half as much again."""
    found: dict[str, float] = {}
    for token in _TOKEN.findall(text):
        for word in words(token):
            dull = word in STOPWORDS or word in ASKING or stem(word) in _DULL or (word.isdigit() and len(word) < 3)  # noqa: PLR2004 - a day's number says nothing
            if not dull:
                found[stem(word)] = 1.5 if token[0].isupper() or word[0].isdigit() else 1.0
    return found


def stages_of(text: str) -> frozenset[str]:
    """Name the stages of procedure that a text speaks of."""
    return frozenset(match.group().lower() for match in _STAGE.finditer(text))
