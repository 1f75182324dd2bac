"""Fit and measure the matching: python -m tests.followups [--fit], with TEST_MODELS naming the models' folder.

Each line of followups.jsonl is an item, a later briefing, and whether the briefing reports on the item,
made by reading. Near misses are of the same story; every third pair of other stories is added as not
following up. Validation leaves out one story at a time: its items, and pairs with its briefings.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot import match, topics
from index.encode import OnnxEncoder
from index.models import DEFAULT, ensure
from index.parse import read_folder
from index.split import embedded, split
from index.store import Stored
from index.types import DateRange, Exact
from index.words import stems
from tests.conftest import LONDON, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from index.types import Briefing, Encoder, Vectors

_Read = tuple["Briefing", list[Stored]]
Library = dict[str, _Read]
GOLD = ROOT / "tests" / "followups.jsonl"
FOLDERS = (ROOT / "briefings", ROOT / "tests" / "briefings")
STRENGTH = 1.0  # of the prior that weights are small: its standard deviation, squared
ROUNDS = 4  # times that the best sentence of a pair that is none is chosen anew
STEPS = 2000  # of the projected gradient


@dataclass(frozen=True, slots=True)
class Pair:
    """An item and a later briefing. ``gold`` is the sentence that reports on it, '' where none does."""

    id: str
    story: str
    item: match.Watched
    briefing: str
    gold: str
    near: bool
    sentences: tuple[str, ...]
    rows: NDArray[np.float64]

    def best(self, weights: NDArray[np.float64]) -> tuple[float, str]:
        scores = self.rows @ weights[:-1] + weights[-1]
        at = int(scores.argmax())
        return float(scores[at]), self.sentences[at]


def watched(item: dict[str, Any]) -> match.Watched:
    due = item["due"]
    return match.Watched(
        text=item["text"],
        quote=item["quote"],
        due=due and DateRange(_day(due["earliest"]), _day(due["latest"]), due["words"], Exact(due["exact"])),
        bodies=tuple(item["bodies"]),
        said=_day(item["said"]) if item["said"] else None,
        topics=frozenset(item["topics"]),
        title=item["title"],
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def gold() -> list[dict[str, Any]]:
    return [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def story(line: dict[str, Any]) -> str:
    return str(line["id"].rsplit("-", 1)[0])


def library(encoder: Encoder) -> Library:
    """Read and encode every briefing that the gold may name."""
    briefings = [one for folder in FOLDERS for one in read_folder(folder, LONDON).briefings]
    return {one.id: (one, stored(one, encoder)) for one in briefings}


def stored(briefing: Briefing, encoder: Encoder) -> list[Stored]:
    """Encode a briefing's passages as the store would keep them."""
    kept = []
    for passage in split(briefing):
        texts = [embedded(briefing, passage), *(briefing.body[one.start : one.end] for one in passage.sentences)]
        vectors = encoder.encode(texts)
        kept.append(Stored(passage, briefing, vectors[0], vectors[1:]))
    return kept


def pairs(encoder: Encoder, read: Library) -> list[Pair]:
    """Describe the gold's pairs, and every third pair of an item and a later briefing of other stories."""
    lines = gold()
    items = list(dict.fromkeys((watched(line["item"]), story(line)) for line in lines))
    vectors = dict(zip(items, encoder.encode([match.subject(item) for item, _ in items]), strict=True))
    stories = told(lines)
    found = []
    for line in lines:
        key = (watched(line["item"]), story(line))
        found.append(_pair(line["id"], key, vectors[key], read[line["briefing"]], line["quote"] or ""))
    far = [
        (key, one)
        for key in items
        for one in read.values()
        if key[1] not in stories.get(one[0].id, set()) and key[0].title != one[0].title and _after(key[0], one[0])
    ]
    return found + [_pair("", key, vectors[key], one, None) for key, one in far[::3]]


def told(lines: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    """Map each briefing to the stories that the gold follows through it."""
    stories: dict[str, set[str]] = {}
    for line in lines:
        stories.setdefault(line["briefing"], set()).add(story(line))
    return stories


def _after(item: match.Watched, briefing: Briefing) -> bool:
    return bool(item.said and briefing.published and briefing.published >= item.said)


def _pair(name: str, key: tuple[match.Watched, str], vector: Vectors, read: _Read, quote: str | None) -> Pair:
    """Describe a pair; ``quote`` is '' for a near miss, None for a pair of other stories."""
    briefing, passages = read
    described = list(match.rows(key[0], vector, briefing, passages))
    sentences = tuple(briefing.body[one.start : one.end] for one, _ in described)
    return Pair(
        name,
        key[1],
        key[0],
        briefing.id,
        quote or "",
        quote is not None,
        sentences,
        np.array([row for _, row in described]),
    )


def fit(training: Sequence[Pair]) -> NDArray[np.float64]:
    """Fit the weights, the bias last: each pair is one sentence, its gold one or the likeliest of a miss."""
    weights = np.append(np.array(match.SIGNS, float), -4.0)
    true = np.array([bool(one.gold) for one in training])
    for _ in range(ROUNDS):
        chosen = [one.gold or one.best(weights)[1] for one in training]
        rows = np.array([one.rows[one.sentences.index(text)] for one, text in zip(training, chosen, strict=True)])
        weights = logistic(rows, true, np.array(match.SIGNS))
    return weights


def logistic(rows: NDArray[np.float64], true: NDArray[np.bool_], signs: NDArray[np.int_]) -> NDArray[np.float64]:
    """Fit a logistic model whose weights keep their signs, by accelerated projected gradient; the bias last."""
    held = np.column_stack([rows, np.ones(len(rows))])
    prior = np.append(np.ones(rows.shape[1]), 0.0) / STRENGTH
    rate = 1 / (np.linalg.norm(held, 2) ** 2 / 4 + 1 / STRENGTH)
    weights = ahead = np.zeros(held.shape[1])
    for step in range(STEPS):
        off = 1 / (1 + np.exp(-np.clip(held @ ahead, -30, 30))) - true
        moved = ahead - rate * (held.T @ off + prior * ahead)
        moved[:-1] = np.where(moved[:-1] * signs > 0, moved[:-1], 0.0)
        weights, ahead = moved, moved + step / (step + 3) * (moved - weights)
    return weights


def validated(every: Sequence[Pair]) -> list[tuple[Pair, float, str]]:
    """Score each pair by a model that saw neither its story's items nor its story's briefings."""
    stories = told(gold())
    scored = []
    for left in sorted({one.story for one in every}):
        weights = fit([one for one in every if one.story != left and left not in stories.get(one.briefing, set())])
        scored += [(one, *one.best(weights)) for one in every if one.story == left]
    return scored


def shipped(every: Sequence[Pair]) -> list[tuple[Pair, float, str]]:
    weights = np.append(match.WEIGHTS, match.BIAS)
    return [(one, *one.best(weights)) for one in every]


def precision_at(scored: Sequence[tuple[Pair, float, str]], recall: float) -> float:
    """Give the precision where a recall is first reached, going down from the highest score."""
    ranked = [bool(one.gold) for one, _, _ in sorted(scored, key=lambda row: -row[1])]
    hits = np.cumsum(ranked)
    at = int(np.argmax(hits >= recall * hits[-1]))
    return float(hits[at] / (at + 1))


def at_threshold(scored: Sequence[tuple[Pair, float, str]], threshold: float) -> tuple[float, float, float]:
    """Give precision, recall, and the share of the true ones found by the gold's own sentence."""
    cut = np.log(threshold / (1 - threshold))
    passed = [row for row in scored if row[1] >= cut]
    right = [row for row in passed if row[0].gold]
    true = sum(bool(row[0].gold) for row in scored)
    exact = sum(one.gold == quote for one, _, quote in right)
    return len(right) / max(1, len(passed)), len(right) / true, exact / max(1, len(right))


def topic_pairs(encoder: Encoder, read: Library) -> tuple[list[NDArray[np.float64]], list[bool]]:
    """Describe each topic that a briefing names with each briefing; those that hold its words untagged are left out."""
    names = sorted({topic for briefing, _ in read.values() for topic in briefing.topics})
    vectors = dict(zip(names, encoder.encode(names), strict=True))
    described, true = [], []
    for name in names:
        for briefing, passages in read.values():
            tagged = name in briefing.topics
            if tagged or not set(stems(name)) & set(stems(f"{briefing.title} {briefing.body}")):
                found = topics.rows(name, vectors[name], briefing, passages)
                described.append(np.array([row for _, row in found]))
                true.append(tagged)
    return described, true


def fit_topics(described: Sequence[NDArray[np.float64]], true: Sequence[bool]) -> NDArray[np.float64]:
    signs = np.ones(len(topics.FEATURES), int)
    weights = np.append(signs.astype(float), -2.0)
    for _ in range(ROUNDS):
        rows = np.array([one[int((one @ weights[:-1]).argmax())] for one in described])
        weights = logistic(rows, np.array(true), signs)
    return weights


def encoder() -> OnnxEncoder:
    return OnnxEncoder.open(ensure(Path(os.environ.get("TEST_MODELS", ROOT / "var" / "models")), DEFAULT, "float32"))


def _reliability(scored: Sequence[tuple[Pair, float, str]], low: float) -> str:
    within = [bool(one.gold) for one, score, _ in scored if low <= 1 / (1 + np.exp(-score)) < low + 0.2]
    return f"  scores {low:.1f} to {low + 0.2:.1f}: {len(within)} pairs, {sum(within) / max(1, len(within)):.2f} right"


def main(*, fitting: bool) -> None:
    model = encoder()
    read = library(model)
    every = pairs(model, read)
    near = [one for one in every if one.near]
    print(
        f"{sum(bool(one.gold) for one in near)} follow-ups, {sum(not one.gold for one in near)} near misses,"
        f" {len(every) - len(near)} pairs of other stories"
    )
    if fitting:
        weights = fit(every)
        print(f"WEIGHTS = {tuple(round(float(one), 2) for one in weights[:-1])}\nBIAS = {weights[-1]:.2f}")
        weights = fit_topics(*topic_pairs(model, read))
        print(f"topics: WEIGHTS = {tuple(round(float(one), 2) for one in weights[:-1])}\nBIAS = {weights[-1]:.2f}")
    for name, scored in (("shipped", shipped(every)), ("leaving a story out", validated(every))):
        gold_only = [row for row in scored if row[0].near]
        curve = ", ".join(f"{precision_at(gold_only, r):.2f} at {r}" for r in (0.5, 0.6, 0.7, 0.8))
        precision, recall, exact = at_threshold(gold_only, match.THRESHOLD)
        print(
            f"{name}: precision {curve} recall; at {match.THRESHOLD}: precision {precision:.2f}, recall {recall:.2f},"
            f" own sentence {exact:.2f}; precision with other stories {at_threshold(scored, match.THRESHOLD)[0]:.2f}"
        )
        print(*(_reliability(scored, low) for low in (0.0, 0.2, 0.4, 0.6, 0.8)), sep="\n")


if __name__ == "__main__":
    main(fitting="--fit" in sys.argv)
