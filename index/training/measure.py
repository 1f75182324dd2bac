"""What the network gives on examples held apart: spans, and telling what answers from what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from index.evaluate import auroc, token_f1
from index.read import best
from index.training.network import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from index.training.examples import Example
    from index.training.network import Network, Row

    Floats = NDArray[np.float32]
    # Rows to start and end logits of every token and answerability logits: (rows, tokens), (rows, tokens), (rows,).
    Reading = Callable[[Sequence[Row]], tuple[Floats, Floats, Floats]]


_AT_ONCE = 32  # rows


def reading(network: Network, device: str) -> Reading:
    """Read rows with a network."""
    network.eval()

    def read(rows: Sequence[Row]) -> tuple[Floats, Floats, Floats]:
        with torch.inference_mode():
            starts, ends, answers = network(*network.tensors(rows, device))
        return starts.cpu().numpy(), ends.cpu().numpy(), answers.cpu().numpy()

    return read


def report(read: Reading, tokenizer: Tokenizer, some: list[Example]) -> dict[str, object]:
    """Measure: token F1 of the best span, and the area under ROC, of all and by source."""
    rows = list(encoded(tokenizer, some))
    kept = [(one, row) for one, row in zip(some, rows, strict=True) if row]
    found = _places(read, [row for _, row in kept])
    scored = [(one, *result) for (one, _), result in zip(kept, found, strict=True)]
    sources = sorted({one.source for one in some})
    return {
        "f1": _f1(scored),
        "auroc": _auroc(scored),
        "by source": {
            source: {"f1": _f1(part), "auroc": _auroc(part)}
            for source in sources
            for part in [[one for one in scored if one[0].source == source]]
        },
        "auroc near": _auroc([one for one in scored if one[0].made != "cut"]),
        "auroc cut": _auroc([one for one in scored if one[0].made != "near"]),
    }


def _places(read: Reading, rows: Sequence[Row]) -> list[tuple[tuple[int, int], float]]:
    """Give each row's best span in the passage and its answerability logit; rows of like length are read together."""
    found = {}
    order = sorted(range(len(rows)), key=lambda at: len(rows[at].ids))
    for begin in tqdm(range(0, len(order), _AT_ONCE), desc="measured", disable=None):
        part = order[begin : begin + _AT_ONCE]
        for at, start, end, answer in zip(part, *read([rows[at] for at in part]), strict=True):
            row = rows[at]
            first, last, _ = best(start[: len(row.ids)], end[: len(row.ids)], np.array(row.types, bool))
            place = (row.offsets[first][0] - row.shift, row.offsets[last][1] - row.shift)
            found[at] = (place, float(answer))
    return [found[at] for at in range(len(rows))]


def _f1(scored: Sequence[tuple[Example, tuple[int, int], float]]) -> float:
    values = []
    for one, (first, last), _ in scored:
        said = one.passage[max(first, 0) : max(last, 0)]
        values += [max(token_f1(said, one.passage[start:end]) for start, end in one.answers)] if one.answers else []
    return round(float(np.mean(values)), 4) if values else 0.0


def _auroc(scored: Sequence[tuple[Example, tuple[int, int], float]]) -> float | None:
    sure, unsure = ([score for one, _, score in scored if one.answerable is can] for can in (True, False))
    return auroc(sure, unsure)
