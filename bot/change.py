"""Quoted sentences and the text they were quoted from, edited → what became of each; pure.

White space, punctuation at a word's edge and markup are no change; a figure's own point, sign or unit is.
``redline`` shows it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from bot import kit
from index.markup import paragraphs
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence


_NEAR = 80  # characters looked at on either side of a quote
_ALIKE = 0.6  # of two sentences' words in common, from which on one became the other
STOPS = ".,;:!?…"
_CLOSING = ")]}\"”’'»*_`"
_OPENING = "([{\"“„‘'«*_`"
_BARE = frozenset(STOPS + _CLOSING + _OPENING + "-‐‑–—|>#•")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_SAME_SIGNS = str.maketrans("‐‑–—’‘ʼ", "----'''")


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a quoted sentence: ``now`` stands at ``start`` in the new body; '' and -1 where nothing does."""

    was: str
    now: str
    start: int = -1


@dataclass(frozen=True, slots=True)
class Word:
    """A word with the punctuation around it, and what it is compared by."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, and where it starts."""

    text: str
    start: int
    words: tuple[Word, ...]


# -- what became of a quote ---------------------------------------------------------------------------


def corrected(quotes: Iterable[str], body: str, stood: Container[str] = ()) -> tuple[Change, ...]:
    """Tell what became in a new body of what was quoted from an older one, sentence by sentence, in order.

    A sentence that still stands whole, anywhere, gives nothing. One that does not became the likest
    sentence, or is gone. ``stood`` are the older body's ``sums``: what stood in it beside is what none became.
    """
    parts = chain.from_iterable(_read(quote) for quote in quotes if not _stands(quote, body))
    changed = [one for one in dict.fromkeys(part.text for part in parts) if not _stands(one, body)]
    return tuple(_became(one, _new(body, stood)) for one in changed)


def returned(lost: Iterable[str], body: str, stood: Container[str]) -> tuple[Change, ...]:
    """Tell which sentences that were gone stand again, or in other words, in what is new in a body."""
    found = []
    for one in lost:
        again = Change("", one, body.find(one)) if _stands(one, body) else _became(one, _new(body, stood))
        found += [again] if again.now else []
    return tuple(found)


def sums(body: str) -> tuple[str, ...]:
    """Give a short sum of every sentence, of its words alone: two that differ in marks have the same."""
    return tuple(map(_sum, _read(body)))


def _sum(one: _Sentence) -> str:
    return hashlib.sha256("\0".join(_flat(one.words)).encode()).hexdigest()[:12]


def _new(body: str, stood: Container[str]) -> list[_Sentence]:
    return [one for one in _read(body) if _sum(one) not in stood]


def between(was: str, now: str) -> Change | None:
    """Tell what became of one text, None where that is no change."""
    return None if _flat(words(was)) == _flat(words(now)) else Change(was, now)


def _stands(quote: str, body: str) -> bool:
    """Tell whether words stand in a body as whole sentences, verbatim or but for punctuation and markup."""
    at = body.find(quote)
    while quote and at >= 0:
        if _opens(body, at) and _closes(quote, body, at + len(quote)):
            return True
        at = body.find(quote, at + 1)
    keys = _flat(words(quote))
    pattern = "\1" + "[\0\1]".join(map(re.escape, keys)) + "\1"
    return not keys or re.search(pattern, _spelled(body)) is not None


def _opens(body: str, at: int) -> bool:
    """Tell whether a sentence may begin here, so that what stands before is not part of it."""
    near = body[max(0, at - _NEAR) : at]
    before = near.rstrip()
    return not before or "\n" in near[len(before) :] or not (before[-1].isalnum() or before[-1] in ",;")


def _closes(quote: str, body: str, end: int) -> bool:
    """Tell whether a sentence ends here: at its stop, or with its line."""
    line = body[end : end + _NEAR].partition("\n")[0]
    stopped = quote.rstrip(_CLOSING).endswith((".", "!", "?", "…"))
    return not line.strip() or (stopped and not line[0].isalnum())


@lru_cache(maxsize=16)
def _read(body: str) -> tuple[_Sentence, ...]:
    """Read a body's sentences."""
    found = chain.from_iterable(sentences(body[one.start : one.end], one.start) for one in paragraphs(body))
    return tuple(_Sentence(body[start:end], start, words(body[start:end])) for start, end in found)


@lru_cache(maxsize=16)
def _spelled(body: str) -> str:
    """Write a body as its words' keys, with another mark between sentences than between words."""
    return "\1" + "\1".join("\0".join(_flat(one.words)) for one in _read(body)) + "\1"


def _became(old: str, found: Sequence[_Sentence]) -> Change:
    """Find the sentence likest to an old one."""
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(_folded(words(old)))
    scored = []
    for one in found:
        matcher.set_seq1(_folded(one.words))
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            scored.append((matcher.ratio(), one))
    ratio, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return Change(old, best.text, best.start) if best and ratio >= _ALIKE else Change(old, "")


# -- words --------------------------------------------------------------------------------------------


def words(text: str) -> tuple[Word, ...]:
    """Cut a text into words; punctuation that stands alone goes with the word before it."""
    found: list[Word] = []
    for part in _LINK.sub(r"\1", kit.clean(text)).replace("~~", "").split():
        if set(part) <= _BARE:
            found[-1:] = [Word(f"{one.text} {part}", one.key) for one in found[-1:]]
            continue
        core = part.lstrip(_OPENING).rstrip(_CLOSING + STOPS)
        found.append(Word(part, unicodedata.normalize("NFC", core).translate(_SAME_SIGNS)))
    return tuple(found)


def _flat(words: Iterable[Word]) -> list[str]:
    """List what words are compared by; "well-known" is two, as "well known" is."""
    return [key for word in words for key in _HYPHEN.sub(" ", word.key).split()]


def _folded(words: Iterable[Word]) -> list[str]:
    return [word.key.casefold() for word in words]
