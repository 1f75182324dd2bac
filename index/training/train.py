"""Train the reader: python -m index.training.train --data FOLDER --out FOLDER [--resume] [--minutes 90].

One encoder of MiniLM size, started from the packaged weights or, with ``--resume``, from the kept ones, with a
span head and an answerability head. Embeddings stay as they are. Each run appends a line to ``runs.jsonl``:
what it was told, and what the examples held apart gave. See README.md here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from index.models import DEFAULT, source
from index.runtime import TOKENIZER, open_tokenizer
from index.training import askings
from index.training.measure import reading, report
from index.training.network import LONGEST, Network, encoded, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tokenizers import Tokenizer

    from index.training.examples import Example
    from index.training.network import Row

    Asking = tuple[Row, ...]

HERE = Path(__file__).parent
WEIGHTS = HERE / "reader.safetensors"  # half precision, without the embeddings, which are the packaged ones
LOG = HERE / "runs.jsonl"
BATCH = 48  # passages, at most, of one step
AT_ONCE = 16  # of them read together: a third faster on two cores than all of them
GROUP = 800  # askings among which those of like length are read together
RATE = 1.5e-4  # of the encoder at its height; the heads' is thrice that
WARM = 0.06  # the share of a run in which the rate rises
_SPAN = 0.5  # weight of the start's loss, and of the end's, beside that of the right passage
_NULL = 0.4  # of that, where nothing answers
_SAVED_EVERY = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is told."""

    data: Path
    out: Path
    resume: bool
    minutes: float
    seed: int
    rate: float
    limit: int


def main() -> None:
    """Train, measure, keep."""
    options = _told()
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = fresh(source(DEFAULT)[0]).to(device)
    if options.resume:
        network.take(load_file(WEIGHTS))
    tokenizer = open_tokenizer(source(DEFAULT)[0] / TOKENIZER, LONGEST)
    drawn = askings.training(options.data, options.seed)[: options.limit or None]
    rows = list(_encoded(tokenizer, drawn))
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    seen = _train(network, rows, options, device)
    _save(network, options.out)
    print(f"{seen} passages read; measuring")
    apart = askings.held_apart(options.data)
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "resumed": options.resume,
        "seed": options.seed,
        "rate": options.rate,
        "examples": seen,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "device": device,
        "threads": torch.get_num_threads(),
        "weights": hashlib.sha256((options.out / WEIGHTS.name).read_bytes()).hexdigest()[:12],
        **report(reading(network, device), tokenizer, apart),
    }
    print(json.dumps(line, indent=1))
    with (options.out / LOG.name).open("a") as log:
        log.write(json.dumps(line) + "\n")


def _told() -> Options:
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("--data", type=Path, required=True, help="folder of reader-train.jsonl.gz and its like")
    parser.add_argument("--out", type=Path, required=True, help="where the weights and the log go")
    parser.add_argument("--resume", action="store_true", help="go on from the kept weights")
    parser.add_argument("--minutes", type=float, default=85.0, help="longest time of training")
    parser.add_argument("--seed", type=int, default=askings.SEED)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--limit", type=int, default=0, help="questions at most, 0 for all")
    return Options(**vars(parser.parse_args()))


def _train(network: Network, rows: list[Asking], options: Options, device: str) -> int:
    """Go once over the askings, as far as time allows; the rate falls to nought with whichever ends first."""
    heads = [weight for name, weight in network.named_parameters() if not name.startswith("encoder.")]
    body = [weight for name, weight in network.encoder.named_parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": options.rate}, {"params": heads, "lr": 3 * options.rate}], weight_decay=0.01, fused=True
    )
    heights = [group["lr"] for group in optimiser.param_groups]
    began = saved = time.monotonic()
    seen = read = 0
    network.train()
    with tqdm(total=len(rows), desc="training", disable=None, mininterval=10) as bar:
        for batch in _batches(rows, random.Random(options.seed)):  # noqa: S311 - a draw to be had again
            spent = (time.monotonic() - began) / (60 * options.minutes)
            done = max(seen / len(rows), spent)
            if done >= 1:
                break
            for group, height in zip(optimiser.param_groups, heights, strict=True):
                group["lr"] = height * min(done / WARM, (1 - done) / (1 - WARM)) + 1e-9
            loss = _step(network, batch, optimiser, device)
            seen += len(batch)
            read += sum(map(len, batch))
            bar.update(len(batch))
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            if time.monotonic() - saved > _SAVED_EVERY:
                _save(network, options.out)
                saved = time.monotonic()
    return read


def _encoded(tokenizer: Tokenizer, drawn: Sequence[tuple[Example, ...]]) -> Iterator[Asking]:
    """Turn askings into rows, but for those whose answer was cut off."""
    for asking in tqdm(drawn, desc="tokens", disable=None):
        rows = tuple(row for row in encoded(tokenizer, asking) if row)
        if len(rows) == len(asking):
            yield rows


def _step(network: Network, batch: Sequence[Asking], optimiser: torch.optim.Optimizer, device: str) -> float:
    """Take one step, reading a few passages at a time; give its loss."""
    total = 0.0
    for some in _parted(batch, AT_ONCE):
        with torch.autocast(device, dtype=torch.bfloat16):
            starts, ends, answers = network(*network.tensors([row for asking in some for row in asking], device))
        loss = _loss(starts.float(), ends.float(), answers.float(), some) * (len(some) / len(batch))
        loss.backward()
        total += float(loss.detach())
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return total


def _loss(starts: torch.Tensor, ends: torch.Tensor, answers: torch.Tensor, batch: Sequence[Asking]) -> torch.Tensor:
    """Sum what the right passage, start and end are missed by, each chosen among all that a question is asked of.

    After Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension", ACL 2018 (shared norm): one
    softmax over the passages, and one over the tokens of all of them, so that scores can be compared between passages.
    "No answer" is a choice beside them, at nought; a token's logit counts from its passage's first.
    """
    parts, at = [], 0
    for asking in batch:
        own = slice(at, at + len(asking))
        at += len(asking)
        weight = min(row.weight for row in asking)
        right = [n for n, row in enumerate(asking) if row.answerable]
        parts.append(_missed(answers[own], right) * weight)
        for logits, side in ((starts[own], 0), (ends[own], 1)):
            places = [n * logits.shape[1] + span[side] for n, row in enumerate(asking) for span in row.spans]
            if places or not right:
                apart = logits - logits[:, :1]
                apart = torch.cat([torch.full_like(apart[:, :1], -math.inf), apart[:, 1:]], dim=1)
                parts.append(_missed(apart.flatten(), places) * (_SPAN if places else _SPAN * _NULL))
    return torch.stack(parts).sum() / len(batch)


def _missed(logits: torch.Tensor, right: Sequence[int]) -> torch.Tensor:
    """Give minus the log of the chance of what is right, any of several; of none of them, where nothing is."""
    every = torch.logsumexp(torch.cat([logits.new_zeros(1), logits]), dim=0)
    return every - torch.logsumexp(logits[right], dim=0) if right else every


def _batches(rows: Sequence[Asking], draw: random.Random) -> Iterator[list[Asking]]:
    """Group askings of like length, so that little is padded, in an order that the seed decides."""
    for at in range(0, len(rows), GROUP):
        some = sorted(rows[at : at + GROUP], key=lambda asking: max(len(row.ids) for row in asking))
        batches = list(_parted(some, BATCH))
        draw.shuffle(batches)
        yield from batches


def _parted(some: Sequence[Asking], most: int) -> Iterator[list[Asking]]:
    """Part askings into runs of so many passages at most."""
    part: list[Asking] = []
    for asking in some:
        if part and sum(map(len, part)) + len(asking) > most:
            yield part
            part = []
        part.append(asking)
    yield part


def _save(network: Network, folder: Path) -> None:
    """Keep what was learnt, in half precision."""
    kept: dict[str, Any] = {name: value.half().contiguous().cpu() for name, value in network.learnt().items()}
    save_file(kept, folder / WEIGHTS.name)


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
