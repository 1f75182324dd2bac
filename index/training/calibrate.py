"""Fit the constants of ``rerank.py`` and ``answer.py``: python -m index.training.calibrate DATA WORK [READER].

DATA holds ``reader-dev.jsonl.gz``, which the reader was not trained on, ``reader-train.jsonl.gz``, whose contexts are
what a search must tell apart, and ``parliament-dev/``; WORK keeps the indexes between runs. Each context is a
briefing. A question is asked up to four times: with its own context among the briefings; without it, when nothing
answers but much comes near; with its own context but for the sentences that answer; and, with everything there, about
another name, year or sum. Prints the weights to copy, and figures of five folds, no context in two of them.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from tqdm import tqdm

from index import answer, rerank
from index.build import build
from index.encode import OnnxEncoder
from index.models import DEFAULT, ensure
from index.parse import read_lines
from index.question import read as read_question
from index.read import SHIPPED, OnnxReader
from index.search import Searcher
from index.training import examples
from index.types import Audience

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.parse import Batch
    from index.search import Found
    from index.training.examples import Example
    from index.types import Hit, Question, Span

# Natural questions above all: those that people wrote with the passage before them repeat its words, which would teach
# to trust words too much. None of them was trained on: qed is left out of the training whole.
SOURCES = {"qed-dev": 450, "squadshifts-new_wiki": 400, "clapnq-dev": 120}
AROUND = ("squadshifts-new_wiki", "clapnq-dev", "qed-dev")  # whose training contexts are there to be told apart
SEED = 7
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_TODAY = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what it is asked among, and the words that answer (none known: empty).

    ``gold`` are the ids of contexts that answer, none where nothing does; ``hidden`` those left out, ``shown``
    those put in for it alone. ``way`` is own, without, cut or swapped.
    """

    way: str
    text: str
    gold: tuple[str, ...]
    answers: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One question asked once: what was found and read."""

    asked: Asked
    question: Question
    found: Found
    read: tuple[tuple[Span, ...], ...]

    @property
    def group(self) -> str:
        """What must not be in two folds."""
        return (self.asked.gold or self.asked.hidden or (self.asked.text,))[0]


def main(data: Path, work: Path, reader: Path = SHIPPED) -> None:
    """Fit to a reader's folder, and print what was fitted and how well it does."""
    fit(list(runs(data, work, OnnxReader.open(reader))))


def runs(data: Path, work: Path, reader: OnnxReader) -> Iterator[Run]:
    """Ask every question in every way."""
    encoder = OnnxEncoder.open(ensure(work / "models", DEFAULT, "float32"))
    contexts, asked = _reader_rows(data)
    yield from _asked(_searcher(work / "articles", contexts, encoder), reader, contexts, asked)
    papers, written = _parliament_rows(data / "parliament-dev")
    yield from _asked(_searcher(work / "parliament", papers, encoder), reader, papers, written)


def _asked(
    searcher: Searcher, reader: OnnxReader, contexts: dict[str, dict[str, str]], asked: Iterable[Asked]
) -> Iterator[Run]:
    everyone = frozenset(name for name in contexts if not name.startswith("cut-"))
    for one in tqdm(list(asked), desc="questions", disable=None):
        audience = Audience(_NOW, everyone - set(one.hidden) | set(one.shown))
        found = searcher.find(read_question(one.text, _TODAY), audience, answer.READ)
        yield Run(one, found.question, found, reader.read(found.question, found.hits))


def fit(some: list[Run]) -> None:
    """Fit both models, and say how well they do on folds they were not fitted on."""
    groups = [run.group for run in some]
    tried = [answer.describe(run.question, run.found.hits, run.read) for run in tqdm(some, desc="spans", disable=None)]
    pairs = list(zip(some, tried, strict=True))
    sure = np.zeros(len(some))
    right = np.zeros(len(some), bool)
    for train, test in GroupKFold(5).split(some, groups=groups):
        _fit_both([pairs[at] for at in train])
        for at in test:
            candidate = _propose(*pairs[at])
            sure[at], right[at] = candidate.confidence, _right(candidate, some[at].asked)
    _figures(some, sure, right)
    _fit_both(pairs)
    _say("rerank.py", rerank.FEATURES, rerank.WEIGHTS, rerank.BIAS)
    _say("answer.py", answer.FEATURES, answer.WEIGHTS, answer.BIAS)


def _fit_both(pairs: Sequence[tuple[Run, list[list[answer.Tried]]]]) -> None:
    rerank.WEIGHTS, rerank.BIAS = _logistic(
        [
            (one.described, _holds(one.hit, one.span, run))
            for run, tried in pairs
            if run.asked.answers or not run.asked.gold
            for several in tried
            for one in several
        ]
    )
    candidates = [(_propose(run, tried), run) for run, tried in pairs]
    answer.WEIGHTS, answer.BIAS = _logistic(
        [(one.features, _right(one, run.asked)) for one, run in candidates if one.citations]
    )


def _logistic(rows: Sequence[tuple[tuple[float, ...], bool]]) -> tuple[tuple[float, ...], float]:
    model = LogisticRegression(C=3.0, max_iter=4000)
    model.fit(np.array([row for row, _ in rows]), np.array([label for _, label in rows]))
    return tuple(float(round(weight, 2)) for weight in model.coef_[0]), round(float(model.intercept_[0]), 2)


def _propose(run: Run, tried: list[list[answer.Tried]]) -> answer.Candidate:
    return answer.propose(run.question, run.found, tried)


def _holds(hit: Hit, span: Span, run: Run) -> bool:
    """Tell whether the sentence that is proposed holds the answer."""
    sentence = hit.passage.sentences[span.sentence]
    text = hit.briefing.body[sentence.start : sentence.end].lower()
    return hit.briefing.id in run.asked.gold and any(words.lower() in text for words in run.asked.answers)


def _right(candidate: answer.Candidate, asked: Asked) -> bool:
    first = candidate.citations[0] if candidate.citations else None
    held = first and (not asked.answers or any(words.lower() in first.quote.lower() for words in asked.answers))
    return bool(first and first.briefing in asked.gold and held)


def _figures(some: Sequence[Run], sure: np.ndarray, right: np.ndarray) -> None:
    """Print what the folds gave: in all, and by the way in which a question has no answer."""
    can = np.array([bool(run.asked.gold) for run in some])
    spans = np.array([bool(run.asked.answers) for run in some])
    print(f"right when answerable {np.mean(right[can & spans]):.3f}, replies {np.mean(right[can & ~spans]):.3f}")
    print(f"auroc {roc_auc_score(can, sure):.3f}; sure of what is right {roc_auc_score(right, sure):.3f}")
    floor = np.quantile(sure[can], 0.05)
    for way in ("without", "cut", "swapped"):
        there = np.array([run.asked.way == way and not run.asked.gold for run in some])
        area = roc_auc_score(can[can | there], sure[can | there])
        print(f"{way}: auroc {area:.3f}, refused at 5% {np.mean(sure[there] < floor):.3f} of {there.sum()}")
    for refused in (0.02, 0.05, 0.1, 0.15, 0.2):
        floor = float(np.quantile(sure[can], refused))
        gone, said = np.mean(sure[~can] < floor), np.mean(right[sure >= floor])
        print(f"| {floor:.3f} | {refused:.0%} | {gone:.0%} | {said:.0%} |")
    for low in np.arange(0, 1, 0.1):
        there = (sure >= low) & (sure < low + 0.1)
        if there.any():
            print(f"said {np.mean(sure[there]):.2f}, right {np.mean(right[there]):.2f} of {there.sum()}")


def _say(file: str, names: tuple[str, ...], weights: tuple[float, ...], bias: float) -> None:
    print(f"{file}: WEIGHTS = {weights}; BIAS = {bias}")
    for name, weight in zip(names, weights, strict=True):
        print(f"  {weight:8.2f}  {name}")


def _reader_rows(data: Path) -> tuple[dict[str, dict[str, str]], list[Asked]]:
    """Give the contexts of the chosen sources, by id, and a draw of their questions in every way."""
    around = examples.sources(data / "reader-train.jsonl.gz", frozenset())
    apart = examples.sources(data / "reader-dev.jsonl.gz", frozenset())
    apart["qed-dev"] += around["qed-dev"]
    draw = random.Random(SEED)  # noqa: S311 - a draw to be had again
    contexts: dict[str, dict[str, str]] = {}
    asked: list[Asked] = []
    for source in AROUND:
        for one in around[source]:
            _context(contexts, "", one)
    for source, count in SOURCES.items():
        swapped = examples.swapper(apart[source], draw)
        drawn = draw.sample(apart[source], min(count, len(apart[source])))
        for one in apart[source]:
            _context(contexts, "", one)
        for one in drawn:
            asked += _ways(one, contexts, swapped(one))
    return contexts, asked


def _context(contexts: dict[str, dict[str, str]], prefix: str, one: Example) -> str:
    name = prefix + hashlib.sha256(one.passage.encode()).hexdigest()[:12]
    contexts[name] = {"id": name, "title": one.title or "Untitled", "text": one.passage}
    return name


def _ways(one: Example, contexts: dict[str, dict[str, str]], swapped: Example | None) -> Iterator[Asked]:
    name = _context(contexts, "", one)
    if not one.answerable:
        yield Asked("without", one.question, (), ())
        return
    texts = tuple(one.passage[start:end] for start, end in one.answers)
    yield Asked("own", one.question, (name,), texts)
    yield Asked("without", one.question, (), (), (name,))
    cut = examples.without_answer(one)
    if cut:
        yield Asked("cut", one.question, (), (), (name,), (_context(contexts, "cut-", cut),))
    if swapped:
        yield Asked("swapped", swapped.question, (), ())


def _parliament_rows(folder: Path) -> tuple[dict[str, dict[str, str]], list[Asked]]:
    papers = {
        row["id"]: {key: row[key] for key in ("id", "title", "text")}
        for row in examples.lines_of(folder / "passages.jsonl.gz")
    }
    rows = list(examples.lines_of(folder / "questions.jsonl.gz"))
    own = [Asked("own" if row["gold"] else "without", row["question"], tuple(row["gold"]), ()) for row in rows]
    hidden = [Asked("without", row["question"], (), (), tuple(row["gold"])) for row in rows if row["gold"]]
    return papers, [*own, *hidden]


def _searcher(place: Path, contexts: dict[str, dict[str, str]], encoder: OnnxEncoder) -> Searcher:
    """Index contexts, each in a channel of its own, so that one can be left out."""
    place.mkdir(parents=True, exist_ok=True)
    lines = place / "contexts.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in contexts.values()))
    build(place, partial(_apart, lines), encoder, _NOW, _bar)
    return Searcher.open(place, encoder, print)


def _apart(lines: Path, known: dict[str, str]) -> Batch:
    batch = read_lines(lines, ZoneInfo("Europe/London"), known)
    return replace(batch, briefings=tuple(replace(one, channels=(one.id,)) for one in batch.briefings))


def _bar(batches: Sequence[Sequence[object]], total: int) -> Iterator[Sequence[Any]]:
    with tqdm(total=total, desc="passages", disable=None) as bar:
        for batch in batches:
            yield batch
            bar.update(len(batch))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
