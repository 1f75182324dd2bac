"""Text → the words it is compared by; pure.

One folding for both sides, so that "£86bn" in a question meets "£86 billion" in a briefing, and
"UK‑EU" with any hyphen meets "UK-EU".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_STEMMER = Stemmer.Stemmer("english")
_DASHES = (
    dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | dict.fromkeys(map(ord, "‘’ʼ`´"), "'") | dict.fromkeys(map(ord, "“”"), '"')
)
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SCALE = re.compile(r"(?<=\d)\s?(bn|tn|m|k|pc|percent)\b")
_SCALES = {"bn": " billion", "tn": " trillion", "m": " million", "k": " thousand", "pc": "%", "percent": "%"}
_PER_CENT = re.compile(r"(?<=\d)\s?per cent\b|(?<=\d)\s+%")
_WORD = re.compile(r"[^\W_]+(?:[.'][^\W_]+)*%?")
_POSSESSIVE = re.compile(r"'s\b|(?<=s)'(?=\s|$)")

# Left out of the word query: they stand in most passages and tell nothing apart.
STOPWORDS = frozenset(
    """a about above after again against all also although am an and any anyone anything are as at be became
    because been before being below between both but by came can cannot could did do does doing done down due
    during each ever every few for from further get gets give given got had has have having he her here hers him
    his how however i if in into is it its itself just know let like made make many may me might more most much
    must my no nor not now of off on once one only or other our out over own please put said same say says see
    shall she should since so some still such tell than that the their them then there these they thing things
    this those through to too under until up upon us use used very via was we were what whats when where whether
    which while who whom whose why will with within without would yet you your""".split()
)
# Words that say what kind of answer is wanted; searched, but no passage is faulted for lacking them.
ASKING = frozenset(
    """amount answer briefing briefings cost costs date dates day days deadline exactly happen happened happens
    happening latest long mean means month months name named names new news next number numbers old people
    percent percentage person place reason recent report reported share size sort start started starts sum sums
    take takes time times total type update value week weeks worth year years""".split()
)


def fold(text: str) -> str:
    """Fold case, width, quotes, hyphens and the ways to write a sum. Offsets do not survive."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_DASHES)
    folded = _PER_CENT.sub("%", _GROUPED.sub("", folded))
    return _SCALE.sub(lambda match: _SCALES[match[1]], folded)


def words(text: str) -> list[str]:
    """Fold a text and cut it into words, in order: letters and digits, "1.55" and "s.35" whole."""
    return _WORD.findall(_POSSESSIVE.sub("", fold(text)))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut a word to its stem (Snowball's English stemmer); figures stay as they are."""
    return str(_STEMMER.stemWord(word)) if word.isalpha() else word


@lru_cache(maxsize=1024)
def stems(text: str) -> tuple[str, ...]:
    """Fold a text and return the stems of its words, in order. One question asks for the same texts many times."""
    return tuple(stem(word) for word in words(text))


def about(topic: str, topics: Iterable[str], text: str) -> bool:
    """Tell whether something is on a topic: among its topics, or its text holds every word that tells something."""
    telling = {stem(word) for word in words(topic) if word not in STOPWORDS} or set(stems(topic))
    return stems(topic) in map(stems, topics) or (bool(telling) and telling <= set(stems(text)))


def share(wanted: Mapping[str, float], held: Collection[str]) -> float:
    """Give the share by weight of the wanted words that are held; 1 where none is wanted."""
    whole = sum(wanted.values())
    return sum(weight for word, weight in wanted.items() if word in held) / whole if whole else 1.0
