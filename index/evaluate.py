"""A file of questions → scores."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from index import report
from index.answer import SURE
from index.errors import DispatchBoxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from index.ask import Considered

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_DEPTHS = (1, 3, 5)
_REFUSED = 0.05  # the share of answerable questions refused in "refused at 5%"


class QuestionsError(DispatchBoxError):
    """The file of questions cannot be opened."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question and what is right: the texts that answer, and the briefings that hold them."""

    id: str
    question: str
    answers: tuple[str, ...]
    gold: tuple[str, ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that could not be read, and why."""

    id: str
    error: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. ``quote`` and ``highlight`` are the best candidate's, refused or not."""

    item: Item
    considered: Considered
    refused: bool

    @property
    def line(self) -> dict[str, Any]:
        """Give the line that is written for it."""
        candidate = self.considered.candidate
        return {
            "id": self.item.id,
            "status": "not_found" if self.refused else "answered",
            "answer": candidate.citations[0].quote if candidate.citations else None,
            "highlight": candidate.highlight,
            "confidence": candidate.confidence,
            "citations": report.citations(candidate.citations),
            "ranked": list(candidate.ranked),
        }


def read_items(file: Path) -> list[Item | Unread]:
    """Read a file of lines ``{id, question, answers, gold, answerable}``. Raises QuestionsError."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        message = f"{file}: {error.strerror or error}; name a readable file of questions"
        raise QuestionsError(message) from error
    return [_item(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def _item(line: bytes, number: int) -> Item | Unread:
    name = f"line {number}"
    try:
        row = json.loads(line.decode("utf-8"))
        name = str(row.get("id", name))
        answers, gold = row.get("answers", []), row.get("gold", [])
        if not isinstance(row["question"], str) or not _texts(answers) or not _texts(gold):
            return Unread(name, f"line {number}: question is no text, or answers or gold no list of texts")
        answerable = row.get("answerable", bool(gold))
        if not isinstance(answerable, bool):
            return Unread(name, f"line {number}: answerable is neither true nor false")
        return Item(name, row["question"], tuple(answers), tuple(gold), answerable)
    except (UnicodeDecodeError, ValueError, RecursionError):
        return Unread(name, f"line {number}: no JSON in UTF-8")
    except (KeyError, AttributeError):
        return Unread(name, f"line {number}: lacks 'question'")


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def run(items: Iterable[Item], consider: Callable[[str], Considered], threshold: float) -> Iterator[Outcome]:
    """Ask each question."""
    for item in items:
        considered = consider(item.question)
        candidate = considered.candidate
        yield Outcome(item, considered, not candidate.citations or candidate.confidence < threshold)


def scores(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """Score outcomes. A figure that has no questions to stand on is None; shares are from 0 to 1.

    ``holds`` and ``highlight_f1`` are of the best candidate over the answerable questions, refused or
    not, so that choosing and refusing are measured apart. ``sure`` is the share of them that is answered without
    reserve; ``right_when_sure`` says how much of all that is answered so holds the answer.
    """
    can = [one for one in outcomes if one.item.answerable]
    cannot = [one for one in outcomes if not one.item.answerable]
    ranks = [_rank(one) for one in can]
    times = [one.considered.took_ms for one in outcomes]
    sure = [one.considered.candidate.confidence for one in can]
    unsure = [one.considered.candidate.confidence for one in cannot]
    return {
        "n": len(outcomes),
        "n_answerable": len(can),
        **{f"recall_{depth}": _mean([rank <= depth for rank in ranks]) for depth in _DEPTHS},
        "mrr_10": _mean([1 / rank if rank <= 10 else 0.0 for rank in ranks]),  # noqa: PLR2004 - MRR@10
        "holds": _mean([_holds(one) for one in can]),
        "highlight_f1": _mean([_best_f1(one) for one in can]),
        "refused_unanswerable": _mean([one.refused for one in cannot]),
        "refused_answerable": _mean([one.refused for one in can]),
        "refused_at_5": refused_at(sure, unsure),
        "sure": _mean([one >= SURE for one in sure]),
        "right_when_sure": _mean([_holds(one) for one in outcomes if one.considered.candidate.confidence >= SURE]),
        "auroc": auroc(sure, unsure),
        "ms_p50": _percentile(times, 50),
        "ms_p95": _percentile(times, 95),
    }


def _rank(outcome: Outcome) -> float:
    """Give the rank of the first gold briefing, from 1; infinite where none is ranked."""
    ranked = outcome.considered.candidate.ranked
    return min((ranked.index(one) + 1 for one in outcome.item.gold if one in ranked), default=float("inf"))


def _holds(outcome: Outcome) -> bool:
    cited = outcome.considered.candidate.citations
    quote = _plain(cited[0].quote) if cited else ""
    return any(_plain(text) in quote for text in outcome.item.answers if text.strip())


def _plain(text: str) -> str:
    """Bring a text to the form in which one holds another: NFKC, lower case, straight quotes."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_STRAIGHT).lower().split())


def _best_f1(outcome: Outcome) -> float:
    marked = outcome.considered.candidate.highlight or ""
    return max((token_f1(marked, text) for text in outcome.item.answers), default=0.0)


def token_f1(said: str, gold: str) -> float:
    """Compare two texts by their words, as SQuAD does: no articles, no punctuation, lower case."""
    ours, theirs = Counter(_tokens(said)), Counter(_tokens(gold))
    shared = sum((ours & theirs).values())
    return 2 * shared / (sum(ours.values()) + sum(theirs.values())) if shared else 0.0


def _tokens(text: str) -> list[str]:
    kept = "".join(char for char in _plain(text) if not unicodedata.category(char).startswith("P"))
    return _ARTICLES.sub(" ", kept).split()


def refused_at(sure: Sequence[float], unsure: Sequence[float]) -> float | None:
    """Give the share of unanswerable questions refused where 5% of the answerable are.

    The threshold is the lowest confidence that refuses no more than that many answerable ones.
    """
    if not sure or not unsure:
        return None
    threshold = sorted(sure)[int(len(sure) * _REFUSED)]
    return _mean([one < threshold for one in unsure])


def auroc(sure: Sequence[float], unsure: Sequence[float]) -> float | None:
    """Give the chance that an answerable question is the surer of a pair, ties counting half."""
    if not sure or not unsure:
        return None
    low = np.sort(np.array(unsure))
    below = np.searchsorted(low, sure, "left") + np.searchsorted(low, sure, "right")
    return round(float(below.sum() / 2 / len(sure) / len(unsure)), 4)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _percentile(values: Sequence[float], share: int) -> float | None:
    return round(float(np.percentile(values, share)), 1) if values else None
