"""Data folder → what the reader is trained on and measured with; the same for the same seed.

It is trained on askings: a question and the passages that it is asked of together, one of which answers, or none.
Those that do not are what is hard in use: the best-ranked that are not the question's own, or the others of its
document; its own without the sentence that answers; its own, asked about another name, year or sum; and what we wrote
that a passage does not tell. Some questions are clipped as people clip them in chat.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tqdm import tqdm

from index.training.examples import DOCUMENTS, OUTCOMES, SIBLINGS, WRITTEN, by_passage, lines_of, sources, written
from index.training.made import MADE, REPLIES, addressed, as_asked, clipped, questions_made
from index.training.negatives import near_misses, swapper, without_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.training.examples import Example

    Asking = tuple[Example, ...]

SEED = 11
_CLIPPED = 0.2  # the share of questions clipped
_UNTITLED = 0.3  # the share of askings whose passages are shown without their titles


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many askings are drawn from a source: with its own passage, that passage cut, another name asked about.

    ``beside`` is how many near misses, or passages of the same document, the first two are asked of, too.
    """

    own: int
    cut: int
    swapped: int
    beside: int


# Reviews and chat are half of the rows of the data, and far from policy.
DRAWN: dict[str, Drawn] = {
    DOCUMENTS: Drawn(10000, 1600, 200, beside=3),
    WRITTEN: Drawn(3000, 800, 100, beside=2),
    OUTCOMES: Drawn(1600, 0, 0, beside=1),
    "squadshifts-new_wiki": Drawn(600, 200, 50, beside=1),
    "squadshifts-reddit": Drawn(50, 15, 0, beside=1),
    "squadshifts-amazon_reviews": Drawn(50, 15, 0, beside=1),
    "policyqa-dev": Drawn(75, 15, 0, beside=1),
    "covidqa": Drawn(100, 25, 0, beside=1),
    "clapnq-dev": Drawn(150, 30, 0, beside=1),
    MADE: Drawn(300, 150, 50, beside=1),
    REPLIES: Drawn(200, 0, 0, beside=1),
}


def training(data: Path, seed: int = SEED) -> list[Asking]:
    """Give the askings to train on, in a random order that the seed decides."""
    draw = random.Random(seed)  # noqa: S311 - a draw to be had again
    replies = list(lines_of(data / "pairs-train.jsonl.gz"))
    passages = {row["id"]: (addressed(row["question"])[1], row["passage"]) for row in replies}
    own = sources(data / "reader-train.jsonl.gz") | written("train", passages)
    own[MADE] = list(questions_made(replies, draw))
    own[REPLIES] = list(as_asked(replies))
    found: list[Asking] = []
    for source, drawn in tqdm(DRAWN.items(), desc="askings", disable=None):
        found += [_varied(one, draw) for one in _askings(own.get(source, []), drawn, draw)]
    draw.shuffle(found)
    return found


def _askings(own: list[Example], drawn: Drawn, draw: random.Random) -> Iterator[Asking]:
    """Ask of the passage that is asked about, whole, cut or about another name, and of those beside it."""
    near = near_misses({one.passage: one.title for one in own if one.source != DOCUMENTS})

    def parted(one: Example) -> tuple[list[Example], list[Example]]:
        if one.source != DOCUMENTS:
            return [one], near(one, drawn.beside)
        parts = list(by_passage(one))
        mine = [part for part in parts if part.answerable]
        others = [part for part in parts if not part.answerable]
        return mine, draw.sample(others, min(drawn.beside + (not mine), len(others)))

    for one in _drawn(own, drawn.own, draw):
        mine, beside = parted(one)
        yield (*mine, *beside)
    sure = [one for one in own if one.answerable]
    for one in _drawn(sure, drawn.cut, draw):
        (whole, *_), beside = parted(one)
        cut = without_answer(whole)
        if cut:
            yield (cut, *beside)
    swapped = swapper(own, draw)
    for one in _drawn(sure, drawn.swapped, draw):
        other = swapped(parted(one)[0][0])
        if other:
            yield (other,)


def _drawn(rows: Sequence[Example], count: int, draw: random.Random) -> list[Example]:
    """Draw so many, each as often as the next."""
    whole, rest = divmod(count, max(len(rows), 1))
    return [*list(rows) * whole, *draw.sample(list(rows), min(rest, len(rows)))]


def _varied(asking: Asking, draw: random.Random) -> Asking:
    """Leave out the titles now and then, and clip the question, for all the passages of an asking alike."""
    ours = asking[0].source in {MADE, WRITTEN, SIBLINGS, DOCUMENTS, OUTCOMES}
    question = asking[0].question
    question = clipped(question, draw) if not ours and draw.random() < _CLIPPED else question
    titled = draw.random() >= _UNTITLED
    return tuple(replace(one, question=question, title=one.title if titled else "") for one in asking)


# -- to measure with --------------------------------------------------------------------------------------


def held_apart(data: Path, each: int = 150, seed: int = SEED) -> list[Example]:
    """Give the examples to measure with, one by one: contexts and sources as in training, none of them trained on."""
    draw = random.Random(seed)  # noqa: S311 - likewise
    own = sources(data / "reader-dev.jsonl.gz")
    wanted = dict.fromkeys(own, each)
    replies = lines_of(data / "parliament-dev" / "passages.jsonl.gz")
    ours = written("dev", {row["id"]: ("", row["text"]) for row in replies})
    asked = [part for one in ours.pop(DOCUMENTS) for part in by_passage(one)]
    ours[WRITTEN] += [one for one in asked if one.answerable]
    ours[SIBLINGS] = [one for one in asked if not one.answerable]
    own |= ours
    wanted |= {source: len(some) for source, some in ours.items()}
    found: list[Example] = []
    for source, some in own.items():
        found += _measured(some, wanted[source], each, draw)
    draw.shuffle(found)
    return [one for asking in found for one in _varied((asking,), draw)]


def _measured(own: list[Example], count: int, each: int, draw: random.Random) -> Iterator[Example]:
    near = near_misses({one.passage: one.title for one in own})
    sure = [one for one in own if one.answerable]
    yield from _drawn(own, count, draw)
    yield from [miss for one in _drawn(sure, each * 2, draw) for miss in near(one, 1)][:each]
    yield from [cut for one in _drawn(sure, each * 2, draw) if (cut := without_answer(one))][:each]
