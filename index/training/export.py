"""Kept weights → the reader that ships: python -m index.training.export [--weights FILE] [--out FOLDER] [--data DATA].

The graph takes ids, mask and types and gives start logits, end logits and the answerability logit. It is compared
with the network it was made from before it is put in place; with ``--data``, on the examples held apart, too.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file

from index.models import DEFAULT, INPUTS, source, write_graph
from index.read import SHIPPED
from index.runtime import GRAPH, TOKENIZER, ModelManifest, file_sha256, open_session, open_tokenizer
from index.training.askings import held_apart
from index.training.measure import reading, report
from index.training.network import LONGEST, Network, fresh
from index.training.train import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.training.network import Row

_OUTPUTS = ("starts", "ends", "answers")


def main() -> None:
    """Export, compare, put in place."""
    parser = argparse.ArgumentParser(description="Export the reader.")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--precision", choices=("int8", "float32"), default="int8")
    parser.add_argument("--data", type=Path, help="folder of reader-dev.jsonl.gz: measure what the precision costs")
    told = parser.parse_args()
    packaged, _ = source(DEFAULT)
    network = fresh(packaged)
    network.take(load_file(told.weights))
    told.out.mkdir(parents=True, exist_ok=True)
    _write(network.eval(), told.precision, told.out / GRAPH)
    shutil.copyfile(packaged / TOKENIZER, told.out / TOKENIZER)
    likeness = _likeness(network, told.out / GRAPH)
    sums = {name: file_sha256(told.out / name) for name in (GRAPH, TOKENIZER)}
    width = int(network.encoder.config.hidden_size)
    weights = file_sha256(told.weights)
    ModelManifest("reader", told.precision, weights, width, LONGEST, likeness, sums).write(told.out)
    print(f"{told.out}: {told.precision}, logits alike by cosine {likeness}")
    if told.data:
        _compare(network, told.out, told.data)


def _write(network: Network, precision: str, graph: Path) -> None:
    ids = torch.ones((2, 16), dtype=torch.long)
    types = torch.cat([torch.zeros((2, 6)), torch.ones((2, 10))], dim=1).long()
    example = dict(zip(INPUTS, (ids, torch.ones_like(ids), types), strict=True))
    axes = {name: {0: "batch", 1: "token"} for name in (*INPUTS, *_OUTPUTS[:2])} | {_OUTPUTS[2]: {0: "batch"}}
    write_graph(network, example, axes, network.encoder.config, precision, graph)


def _compare(network: Network, folder: Path, data: Path) -> None:
    """Print what the network and its graph give on the examples held apart."""
    session, tokenizer = open_session(folder / GRAPH), open_tokenizer(folder / TOKENIZER, LONGEST)

    def graph(rows: Sequence[Row]) -> Any:  # noqa: ANN401 - onnxruntime is not typed
        tensors = network.tensors(rows, "cpu")
        return session.run(None, dict(zip(INPUTS, (one.numpy() for one in tensors), strict=True)))

    apart = held_apart(data)
    for name, read in (("float32", reading(network, "cpu")), (folder.name, graph)):
        found = report(read, tokenizer, apart)
        print(f"{name}: span F1 {found['f1']}, area under ROC {found['auroc']}")


def _likeness(network: Network, graph: Path) -> float:
    """Compare logits with the network's on rows drawn at random: the lowest cosine of the three outputs."""
    draw = np.random.default_rng(1)
    ids = draw.integers(1000, 20000, (8, 96))
    mask, types = np.ones_like(ids), np.concatenate([np.zeros((8, 20), int), np.ones((8, 76), int)], axis=1)
    with torch.inference_mode():
        wanted: Sequence[torch.Tensor] = network(*(torch.from_numpy(part) for part in (ids, mask, types)))
    found = open_session(graph).run(None, dict(zip(INPUTS, (ids, mask, types), strict=True)))
    inside = types.astype(bool)
    pairs = [(wanted[0].numpy()[inside], found[0][inside]), (wanted[1].numpy()[inside], found[1][inside])]
    pairs.append((wanted[2].numpy(), found[2]))
    cosines = [float(one @ other / np.linalg.norm(one) / np.linalg.norm(other)) for one, other in pairs]
    return round(min(cosines), 4)


if __name__ == "__main__":
    main()
