"""Train the reader: python -m index.training.train --data FOLDER --out FOLDER [--resume] [--minutes 90].

One encoder of MiniLM size, started from the packaged weights or, with ``--resume``, from the kept ones, with a
span head and an answerability head. Embeddings stay as they are. Each run appends a line to ``runs.jsonl``:
what it was told, and what the examples held apart gave. See README.md here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
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
from index.training import examples
from index.training.measure import reading, report
from index.training.network import LONGEST, Network, encoded, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.training.network import Row

HERE = Path(__file__).parent
WEIGHTS = HERE / "reader.safetensors"  # half precision, without the embeddings, which are the packaged ones
LOG = HERE / "runs.jsonl"
BATCH = 32
RATE = 1.5e-4  # of the encoder at its height; the heads' is thrice that
WARM = 0.06  # the share of a run in which the rate rises
_NULL = 0.4  # weight of the span loss where nothing answers
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
    drawn = examples.training(options.data, options.seed)[: options.limit or None]
    rows = [row for row in encoded(tokenizer, tqdm(drawn, desc="tokens", disable=None)) if row]
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    seen = _train(network, rows, options, device)
    _save(network, options.out)
    apart = examples.held_apart(options.data)
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
    parser.add_argument("--seed", type=int, default=examples.SEED)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--limit", type=int, default=0, help="examples at most, 0 for all")
    return Options(**vars(parser.parse_args()))


def _train(network: Network, rows: list[Row], options: Options, device: str) -> int:
    """Go once over the examples, as far as time allows; the rate falls to nought with whichever ends first."""
    heads = [weight for name, weight in network.named_parameters() if not name.startswith("encoder.")]
    body = [weight for name, weight in network.encoder.named_parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": options.rate}, {"params": heads, "lr": 3 * options.rate}], weight_decay=0.01
    )
    heights = [group["lr"] for group in optimiser.param_groups]
    began = saved = time.monotonic()
    seen = 0
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
            bar.update(len(batch))
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            if time.monotonic() - saved > _SAVED_EVERY:
                _save(network, options.out)
                saved = time.monotonic()
    return seen


def _step(network: Network, batch: Sequence[Row], optimiser: torch.optim.Optimizer, device: str) -> float:
    """Take one step; give its loss."""
    with torch.autocast(device, dtype=torch.bfloat16):
        starts, ends, answers = network(*network.tensors(batch, device))
    loss = _loss(starts.float(), ends.float(), answers.float(), batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return float(loss.detach())


def _loss(starts: torch.Tensor, ends: torch.Tensor, answers: torch.Tensor, batch: Sequence[Row]) -> torch.Tensor:
    """Sum the loss of the spans (any known one is right; the first token, where nothing answers) and of answering."""
    wanted = torch.tensor([float(row.answerable) for row in batch], device=answers.device)
    weights = torch.tensor([row.weight for row in batch], device=answers.device)
    answering = torch.nn.functional.binary_cross_entropy_with_logits(answers, wanted, weight=weights)
    total = answering
    for logits, side in ((starts, 0), (ends, 1)):
        chances = torch.log_softmax(logits, dim=1)
        parts = []
        for at, row in enumerate(batch):
            if row.spans:
                places = torch.tensor([span[side] for span in row.spans], device=logits.device)
                parts.append(-torch.logsumexp(chances[at, places], dim=0))
            elif not row.answerable:
                parts.append(-chances[at, 0] * _NULL)
        total = total + torch.stack(parts).sum() / len(batch) * 0.5 if parts else total
    return total


def _batches(rows: Sequence[Row], draw: random.Random) -> Iterator[list[Row]]:
    """Group rows of like length, so that little is padded, in an order that the seed decides."""
    group = BATCH * 50
    for at in range(0, len(rows), group):
        some = sorted(rows[at : at + group], key=lambda row: len(row.ids))
        batches = [some[n : n + BATCH] for n in range(0, len(some), BATCH)]
        draw.shuffle(batches)
        yield from batches


def _save(network: Network, folder: Path) -> None:
    """Keep what was learnt, in half precision."""
    kept: dict[str, Any] = {name: value.half().contiguous().cpu() for name, value in network.learnt().items()}
    save_file(kept, folder / WEIGHTS.name)


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
