"""Fit the constants of ``read.py`` and ``answer.py``: python -m index.training.calibrate DATA WORK.

DATA holds ``reader-train.jsonl.gz`` and ``parliament-dev/``; WORK keeps the indexes between runs. Each
context is a briefing. A question is asked twice: once with its own context among the briefings, and
once without it, when nothing there answers it but much comes near. Prints the weights to copy.
"""

from __future__ import annotations

import gzip
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
from tqdm import tqdm

from index import answer, read
from index.build import build
from index.encode import OnnxEncoder
from index.models import DEFAULT, ensure
from index.parse import read_lines
from index.question import read as read_question
from index.search import Searcher
from index.types import Audience

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.parse import Batch
    from index.search import Found
    from index.types import Question

# The reader data's sources nearest to what advisers ask: questions on articles, by people who looked.
SOURCES = ("squadshifts-new_wiki", "qed-dev", "clapnq-dev")
EACH = 400  # questions drawn from each source
SEED = 7
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_TODAY = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the id of the context that answers it, and the words that do (none known: empty)."""

    text: str
    gold: tuple[str, ...]
    answers: tuple[str, ...]


def main(data: Path, work: Path) -> None:
    """Fit, and print what was fitted and how well it does."""
    encoder = OnnxEncoder.open(ensure(work / "models", DEFAULT, "float32"))
    contexts, asked = _reader_rows(data / "reader-train.jsonl.gz")
    articles = _searcher(work / "articles", contexts, encoder)
    runs = list(_runs(articles, contexts, asked))
    _fit_sentences(runs)
    papers, written = _parliament_rows(data / "parliament-dev")
    parliament = _searcher(work / "parliament", papers, encoder)
    _fit_confidence([*runs, *_runs(parliament, papers, written)])


@dataclass(frozen=True, slots=True)
class Run:
    """One question asked once: what was found, and whether its own context was among the briefings."""

    asked: Asked
    question: Question
    found: Found
    answerable: bool


def _runs(searcher: Searcher, contexts: dict[str, dict[str, str]], asked: Iterable[Asked]) -> Iterator[Run]:
    """Ask each question with its own context and without it."""
    everyone = frozenset(contexts)
    for one in tqdm(list(asked), desc="questions", disable=None):
        question = read_question(one.text, _TODAY)
        for answerable in (True, False) if one.gold else (False,):
            channels = everyone if answerable else everyone - set(one.gold)
            found = searcher.find(question, Audience(_NOW, channels), answer.READ)
            yield Run(one, found.question, found, answerable)


def _fit_sentences(runs: list[Run]) -> None:
    """Fit the weights by which the reader chooses a sentence."""
    rows, labels = [], []
    for run in runs:
        for hit in run.found.hits if run.answerable else ():
            for features, sentence in zip(
                read.sentence_features(run.question, hit), hit.passage.sentences, strict=True
            ):
                text = hit.briefing.body[sentence.start : sentence.end]
                rows.append(features)
                labels.append(hit.briefing.id in run.asked.gold and any(words in text for words in run.asked.answers))
    model = LogisticRegression(C=10.0, max_iter=2000).fit(np.array(rows), np.array(labels))
    read.WEIGHTS = tuple(float(round(weight, 2)) for weight in model.coef_[0])
    read.BIAS = round(float(model.intercept_[0]), 2)
    _say("read.py", read.FEATURES, read.WEIGHTS, read.BIAS)


def _fit_confidence(runs: list[Run]) -> None:
    """Fit the weights of the confidence that the best candidate answers."""
    reader = read.SentenceReader()
    rows, labels, answerable = [], [], []
    for run in runs:
        candidate = answer.propose(run.question, run.found, reader.read(run.question, run.found.hits))
        if not candidate.citations:
            continue
        rows.append(candidate.features)
        labels.append(run.answerable and _right(candidate, run.asked))
        answerable.append(run.answerable)
    model = LogisticRegression(C=10.0, max_iter=2000).fit(np.array(rows), np.array(labels))
    answer.WEIGHTS = tuple(float(round(weight, 2)) for weight in model.coef_[0])
    answer.BIAS = round(float(model.intercept_[0]), 2)
    _say("answer.py", answer.FEATURES, answer.WEIGHTS, answer.BIAS)
    sure = model.predict_proba(np.array(rows))[:, 1]
    can = np.array(answerable)
    for refused in (0.02, 0.05, 0.1, 0.15, 0.2):
        threshold = float(np.quantile(sure[can], refused))
        print(f"threshold {threshold:.3f}: refuses {refused:.0%} answerable, {np.mean(sure[~can] < threshold):.1%} not")
    print(f"right when answerable {np.mean(np.array(labels)[can]):.1%}; AUROC {roc_auc_score(can, sure):.3f}")


def _right(candidate: answer.Candidate, asked: Asked) -> bool:
    first = candidate.citations[0]
    return first.briefing in asked.gold and (not asked.answers or any(words in first.quote for words in asked.answers))


def _say(file: str, names: tuple[str, ...], weights: tuple[float, ...], bias: float) -> None:
    print(f"{file}: WEIGHTS = {weights}; BIAS = {bias}")
    for name, weight in zip(names, weights, strict=True):
        print(f"  {weight:8.2f}  {name}")


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _reader_rows(file: Path) -> tuple[dict[str, dict[str, str]], list[Asked]]:
    """Give the contexts of the chosen sources, by id, and a draw of their questions."""
    contexts: dict[str, dict[str, str]] = {}
    asked: dict[str, list[Asked]] = {source: [] for source in SOURCES}
    for row in _rows(file):
        if row["source"] in SOURCES:
            name = hashlib.sha256(row["context"].encode()).hexdigest()[:12]
            contexts[name] = {"id": name, "title": row["title"] or "Untitled", "text": row["context"]}
            asked[row["source"]].append(Asked(row["question"], (name,), tuple(a["text"] for a in row["answers"])))
    draw = random.Random(SEED)  # noqa: S311 - a draw to be had again
    return contexts, [one for rows in asked.values() for one in draw.sample(rows, min(EACH, len(rows)))]


def _parliament_rows(folder: Path) -> tuple[dict[str, dict[str, str]], list[Asked]]:
    papers = {
        row["id"]: {key: row[key] for key in ("id", "title", "text")} for row in _rows(folder / "passages.jsonl.gz")
    }
    asked = [Asked(row["question"], tuple(row["gold"]), ()) for row in _rows(folder / "questions.jsonl.gz")]
    return papers, asked


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
    main(Path(sys.argv[1]), Path(sys.argv[2]))
