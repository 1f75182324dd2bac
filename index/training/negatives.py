"""Example → passages that come near and do not answer; pure but for the draw.

The best-ranked passages that are not the question's own; its own passage without the sentences that answer; its own
passage, asked about another name, year or sum.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from index import spans
from index.sentences import sentences
from index.types import Kind
from index.words import STOPWORDS, stem, words

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from index.training.examples import Example

_WORD = r"[^\W_]{2,}"
_LOOKED_AT = 12  # passages, of which those are left out that hold the answer


def near_misses(titles: Mapping[str, str]) -> Callable[[Example, int], list[Example]]:
    """Pair a question with the best-ranked passages (given with their titles) that are not its own.

    Left out are those that hold its answer, or repeat much of its own passage.
    """
    passages = list(titles)
    if len(passages) < 2:  # noqa: PLR2004 - no other
        return lambda _one, _count: []
    vectoriser = TfidfVectorizer(sublinear_tf=True, stop_words=sorted(STOPWORDS), token_pattern=_WORD)
    table = vectoriser.fit_transform([f"{titles[passage]} {passage}" for passage in passages])

    def near(one: Example, count: int) -> list[Example]:
        asked = vectoriser.transform([f"{one.question} {one.title}"])
        scores = np.asarray((table @ asked.T).todense())[:, 0]
        others = (passages[int(at)] for at in np.argsort(-scores)[:_LOOKED_AT])
        misses = [other for other in others if other != one.passage and not _holds(other, one)]
        return [
            replace(one, made="near", passage=other, title=titles[other], answers=(), answerable=False)
            for other in misses[:count]
        ]

    return near


def _holds(passage: str, one: Example) -> bool:
    """Tell whether a passage holds any of an example's answers, or repeats much of its passage."""
    texts = [one.passage[start:end].lower() for start, end in one.answers]
    mine = set(one.passage.lower().split())
    alike = len(mine & set(passage.lower().split())) / max(len(mine), 1)
    return alike > 0.6 or any(text in passage.lower() for text in texts)  # noqa: PLR2004 - the same reply given again


def without_answer(one: Example) -> Example | None:
    """Leave out of the passage every sentence that holds an answer."""
    texts = [one.passage[start:end].lower() for start, end in one.answers]
    rest = one.passage
    for start, end in reversed(sentences(one.passage)):
        held = any(start < last and first < end for first, last in one.answers)
        if held or any(text in one.passage[start:end].lower() for text in texts):
            rest = rest[:start] + rest[end:]
    rest = rest.strip()
    if not one.answers or len(rest.split()) < 25:  # noqa: PLR2004 - nothing left that could mislead
        return None
    return replace(one, made="cut", passage=rest, answers=(), answerable=False)


def swapper(own: list[Example], draw: random.Random) -> Any:  # noqa: ANN401 - a function from an example to a negative
    """Ask about another name, year, sum or instrument than the passage holds, one that others ask about."""
    named: dict[Kind, list[str]] = defaultdict(list)
    kinds = (Kind.NAME, Kind.DATE, Kind.MONEY, Kind.INSTRUMENT, Kind.PLACE)
    for one in draw.sample(own, min(len(own), 3000)):
        for kind in kinds:
            named[kind] += [one.question[start:end] for start, end in spans.find(kind, one.question) if start]

    def swapped(one: Example) -> Example | None:
        places = [(kind, place) for kind in kinds for place in spans.find(kind, one.question) if place[0]]
        held = set(map(stem, words(f"{one.title} {one.passage}")))
        for kind, (start, end) in draw.sample(places, len(places)):
            others = [name for name in draw.sample(named[kind], min(8, len(named[kind]))) if _strange(name, held)]
            if others and not _strange(one.question[start:end], held):
                question = one.question[:start] + others[0] + one.question[end:]
                return replace(one, made="swapped", question=question, answers=(), answerable=False)
        return None

    return swapped


def _strange(name: str, held: set[str]) -> bool:
    """Tell whether a passage holds none of a name's own words."""
    own = [stem(word) for word in words(name) if word not in STOPWORDS]
    return bool(own) and not any(word in held for word in own)
