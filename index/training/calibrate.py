"""Fit the constants of ``rerank.py`` and ``answer.py``: python -m index.training.calibrate DATA WORK [READER].

DATA holds ``reader-dev.jsonl.gz``, which the reader was not trained on, ``reader-train.jsonl.gz``, whose contexts are
what a search must tell apart, and ``parliament-dev/``, whose replies ``questions/dev.jsonl`` asks about; WORK keeps
the indexes between runs. Each context is a briefing. A question is asked up to four times: with its own context among
the briefings; without it, when nothing answers but much comes near; with its own context but for the sentences that
answer; and, with everything there, about another name, year or sum. What we wrote that a reply does not tell is asked
with the reply there. Prints the weights to copy, and figures of five folds, no context in two of them.
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
from index.evaluate import token_f1
from index.models import DEFAULT, ensure
from index.parse import read_lines
from index.question import read as read_question
from index.read import SHIPPED, OnnxReader
from index.search import Searcher
from index.training import examples, negatives
from index.training.examples import Example
from index.types import Audience

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.parse import Batch
    from index.search import Found
    from index.types import Hit, Question, Span

    Judged = tuple["Asked", answer.Candidate, float]  # asked, proposed, and how sure of it a fold was that never saw it

# Fitted on policy prose, which is what is asked about; the articles show how far that carries. None of them was trained
# on: qed is left out of the training whole.
FITTED = ("replies", "passages", "documents")
SOURCES = {"qed-dev": 450, "squadshifts-new_wiki": 200, "clapnq-dev": 120}
OURS = 700  # of what we wrote
AROUND = ("squadshifts-new_wiki", "clapnq-dev", "qed-dev")  # whose training contexts are there to be told apart
SEED = 7
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_TODAY = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what it is asked among, and the words that answer, none where nothing does.

    ``about`` is the id of the context that it was asked about; ``hidden`` are those left out, ``shown`` those put in
    for it alone. ``way`` is own, without, cut, swapped or untold; ``among`` is articles, replies, passages or documents
    of ours.
    """

    way: str
    text: str
    about: str
    answers: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    among: str = "articles"


@dataclass(frozen=True, slots=True)
class Run:
    """One question asked once: what was found and read."""

    asked: Asked
    question: Question
    found: Found
    read: tuple[tuple[Span, ...], ...]


def main(data: Path, work: Path, reader: Path = SHIPPED) -> None:
    """Fit to a reader's folder, and print what was fitted and how well it does."""
    fit(list(runs(data, work, OnnxReader.open(reader))))


def runs(data: Path, work: Path, reader: OnnxReader) -> Iterator[Run]:
    """Ask every question in every way."""
    encoder = OnnxEncoder.open(ensure(work / "models", DEFAULT, "float32"))
    for name, rows in (("articles", _article_rows(data)), ("replies", _reply_rows(data / "parliament-dev"))):
        contexts, asked = rows
        yield from _asked(_searcher(work / name, contexts, encoder), reader, contexts, asked)


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
    tried = [answer.describe(run.question, run.found.hits, run.read) for run in tqdm(some, desc="spans", disable=None)]
    pairs = list(zip(some, tried, strict=True))
    apart: list[Judged] = []
    for train, test in GroupKFold(5).split(some, groups=[run.asked.about for run in some]):
        _fit_both([pairs[at] for at in train if some[at].asked.among in FITTED])
        proposed = [(some[at].asked, _propose(*pairs[at])) for at in test]
        apart += [(asked, candidate, candidate.confidence) for asked, candidate in proposed]
    _figures(apart)
    _fit_both([pair for pair in pairs if pair[0].asked.among in FITTED])
    _say("rerank.py", rerank.FEATURES, rerank.WEIGHTS, rerank.BIAS)
    _say("answer.py", answer.FEATURES, answer.WEIGHTS, answer.BIAS)


def _fit_both(pairs: Sequence[tuple[Run, list[list[answer.Tried]]]]) -> None:
    rerank.WEIGHTS, rerank.BIAS = _logistic(
        [
            (one.described, _holds(one.hit, one.span, run.asked), 1.0)
            for run, tried in pairs
            for several in tried
            for one in several
        ]
    )
    can = sum(bool(run.asked.answers) for run, _ in pairs)
    weights = {True: len(pairs) / can, False: len(pairs) / (len(pairs) - can)}
    candidates = [(_propose(run, tried), run.asked) for run, tried in pairs]
    answer.WEIGHTS, answer.BIAS = _logistic(
        [(one.features, _right(one, asked), weights[bool(asked.answers)]) for one, asked in candidates if one.citations]
    )


def _logistic(rows: Sequence[tuple[tuple[float, ...], bool, float]]) -> tuple[tuple[float, ...], float]:
    """Fit to (numbers, label, weight)."""
    model = LogisticRegression(C=3.0, max_iter=4000)
    numbers, labels, weights = zip(*rows, strict=True)
    model.fit(np.array(numbers), np.array(labels), weights)
    return tuple(float(round(weight, 2)) for weight in model.coef_[0]), round(float(model.intercept_[0]), 2)


def _propose(run: Run, tried: list[list[answer.Tried]]) -> answer.Candidate:
    return answer.propose(run.question, run.found, tried)


def _holds(hit: Hit, span: Span, asked: Asked) -> bool:
    """Tell whether the sentence that is proposed holds the answer."""
    sentence = hit.passage.sentences[span.sentence]
    text = hit.briefing.body[sentence.start : sentence.end].lower()
    return hit.briefing.id == asked.about and any(words.lower() in text for words in asked.answers)


def _right(candidate: answer.Candidate, asked: Asked) -> bool:
    first = candidate.citations[0] if candidate.citations else None
    held = first and any(words.lower() in first.quote.lower() for words in asked.answers)
    return bool(held and first and first.briefing == asked.about)


def _figures(apart: Sequence[Judged]) -> None:
    """Print what the folds gave: in all, and over what it was asked."""
    for place in ("", *dict.fromkeys(asked.among for asked, _, _ in apart)):
        some = [one for one in apart if place in {"", one[0].among}]
        print(f"{place or 'all'}: {len(some)} askings")
        _figures_of(some)


def _figures_of(some: Sequence[Judged]) -> None:
    sure = np.array([one for _, _, one in some])
    can = np.array([bool(asked.answers) for asked, _, _ in some])
    right = np.array([_right(candidate, asked) for asked, candidate, _ in some])
    marks = [
        max(token_f1(candidate.highlight or "", words) for words in asked.answers)
        for asked, candidate, _ in some
        if asked.answers
    ]
    print(f"holds {np.mean(right[can]):.3f}, highlight F1 {np.mean(marks):.3f} of {can.sum()}")
    print(f"auroc {roc_auc_score(can, sure):.3f}; sure of what is right {roc_auc_score(right, sure):.3f}")
    floor = np.quantile(sure[can], 0.05)
    for way in sorted({asked.way for asked, _, _ in some} - {"own"}):
        there = np.array([asked.way == way for asked, _, _ in some])
        area = roc_auc_score(can[can | there], sure[can | there])
        print(f"{way}: auroc {area:.3f}, refused at 5% {np.mean(sure[there] < floor):.3f} of {there.sum()}")
    weights = np.where(can, 1 / can.sum(), 1 / (~can).sum())
    for refused in (0.02, 0.05, 0.1, 0.15, 0.2):
        floor = float(np.quantile(sure[can], refused))
        gone, said = np.mean(sure[~can] < floor), np.average(right[sure >= floor], weights=weights[sure >= floor])
        print(f"| {floor:.3f} | {refused:.0%} | {gone:.0%} | {said:.0%} |")
    for low in np.arange(0, 1, 0.1):
        there = (sure >= low) & (sure < low + 0.1)
        if there.any():
            said, was = (np.average(values[there], weights=weights[there]) for values in (sure, right))
            print(f"said {said:.2f}, right {was:.2f} of {there.sum()}")


def _say(file: str, names: tuple[str, ...], weights: tuple[float, ...], bias: float) -> None:
    print(f"{file}: WEIGHTS = {weights}; BIAS = {bias}")
    for name, weight in zip(names, weights, strict=True):
        print(f"  {weight:8.2f}  {name}")


def _article_rows(data: Path) -> tuple[dict[str, dict[str, str]], list[Asked]]:
    """Give the contexts of the chosen sources, by id, and a draw of their questions in every way."""
    around = examples.sources(data / "reader-train.jsonl.gz", frozenset())
    apart = examples.sources(data / "reader-dev.jsonl.gz", frozenset())
    apart["qed-dev"] += around["qed-dev"]
    draw = random.Random(SEED)  # noqa: S311 - a draw to be had again
    contexts: dict[str, dict[str, str]] = {}
    asked: list[Asked] = []
    for source in AROUND:
        for one in around[source]:
            _context(contexts, one)
    for source, count in SOURCES.items():
        for one in apart[source]:
            _context(contexts, one)
        asked += _every_way(apart[source], min(count, len(apart[source])), contexts, draw)
    return contexts, asked


def _reply_rows(folder: Path) -> tuple[dict[str, dict[str, str]], list[Asked]]:
    """Give ministers' replies that were not trained on, and what we wrote about some of them, in every way."""
    replies = {row["id"]: ("", row["text"]) for row in examples.lines_of(folder / "passages.jsonl.gz")}
    contexts: dict[str, dict[str, str]] = {}
    for _, text in replies.values():
        _context(contexts, Example("", "", "", "", text, (), answerable=False))
    ours = examples.written("dev", replies)
    written, documents = ours[examples.WRITTEN], ours[examples.DOCUMENTS]
    for one in [*written, *documents]:
        _context(contexts, one)
    draw = random.Random(SEED)  # noqa: S311 - likewise
    asked = _every_way(written, min(OURS, len(written)), contexts, draw)
    return contexts, asked + _every_way(documents, len(documents), contexts, draw)


def _every_way(own: list[Example], count: int, contexts: dict[str, dict[str, str]], draw: random.Random) -> list[Asked]:
    swapped = negatives.swapper(own, draw)
    return [
        replace(asked, among=_among(one))
        for one in draw.sample(own, count)
        for asked in _ways(one, contexts, swapped(one))
    ]


def _among(one: Example) -> str:
    if one.source == examples.DOCUMENTS:
        return "documents"
    if one.source != examples.WRITTEN:
        return "articles"
    return "passages" if one.title else "replies"


def _context(contexts: dict[str, dict[str, str]], one: Example, prefix: str = "") -> str:
    name = prefix + hashlib.sha256(one.passage.encode()).hexdigest()[:12]
    contexts[name] = {"id": name, "title": one.title or "Untitled", "text": one.passage}
    return name


def _ways(one: Example, contexts: dict[str, dict[str, str]], swapped: Example | None) -> Iterator[Asked]:
    name = _context(contexts, one)
    if not one.answerable:
        yield Asked("untold", one.question, name, ())
        return
    texts = tuple(one.passage[start:end] for start, end in one.answers)
    yield Asked("own", one.question, name, texts)
    yield Asked("without", one.question, name, (), (name,))
    cut = negatives.without_answer(one)
    if cut:
        yield Asked("cut", one.question, name, (), (name,), (_context(contexts, cut, "cut-"),))
    if swapped:
        yield Asked("swapped", swapped.question, name, ())


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
