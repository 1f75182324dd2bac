"""The cache: FAISS over the store's passages, in generation folders; alone imports faiss.

    <data>/index/CURRENT                        the newest generation's name, swapped last
    <data>/index/000007/{passages.faiss,manifest.json}

FAISS itself notices almost no damage, so a generation is searched only when its file's sha256, its
model and its passage set are those its manifest and the store name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import faiss
import numpy as np

from index.errors import IndexUnusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from index.types import Vectors

    Ids = NDArray[np.int64]

# One question is one scan: more threads only wait for those that onnxruntime keeps spinning (48 ms
# for a search of 10,000 passages; 1 ms with one thread).
faiss.omp_set_num_threads(1)
# Above this many passages half precision: measured, flat against half precision, 133 and 90 ms at
# 1,000,000 with recall 0.998; graph and cell indexes lost a tenth of recall at 100,000.
FLAT_UP_TO = 50_000
KEPT = 3  # generations
FOLDER = "index"  # within the data folder
_CURRENT = "CURRENT"
_FAISS = "passages.faiss"
_MANIFEST = "manifest.json"
_NAME = re.compile(r"\d{6,}")


@dataclass(frozen=True, slots=True)
class Generation:
    """What a generation holds. ``passage_set`` is the store's sum over passage ids and texts."""

    sha256: str
    count: int
    dimension: int
    metric: str
    model: str
    passage_set: str


class VectorIndex:
    """Exact inner product over passage ids."""

    def __init__(self, index: faiss.Index, passage_set: str) -> None:
        self._index = index
        self.passage_set = passage_set

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors, passage_set: str) -> VectorIndex:
        """Build from n ids and vectors of shape (n, dimension)."""
        dimension = int(vectors.shape[1])
        flat = (
            faiss.IndexFlatIP(dimension)
            if len(ids) <= FLAT_UP_TO
            else faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        )
        index = faiss.IndexIDMap2(flat)
        if len(ids):
            index.add_with_ids(vectors, ids)
        return cls(index, passage_set)

    def search(self, vector: Vectors, count: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """Find the ``count`` nearest of the allowed passages (None: all): (id, cosine), best first."""
        if not self.count or (allowed is not None and not len(allowed)):
            return []
        chosen = None if allowed is None else faiss.SearchParameters(sel=_selector(allowed))  # type: ignore[call-arg]
        scores, ids = self._index.search(vector.reshape(1, -1), count, params=chosen)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def to_bytes(self) -> bytes:
        """Serialise in FAISS's own form."""
        return bytes(faiss.serialize_index(self._index))

    @property
    def count(self) -> int:
        """The number of passages."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._index.d)


def _selector(allowed: Ids) -> faiss.IDSelector:
    bits = np.zeros(int(allowed.max()) + 1, bool)
    bits[allowed] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]


def write_generation(root: Path, built: VectorIndex, model: str) -> str:
    """Write a generation, durably, and swap the pointer to it last; give its name.

    Older generations beyond the last three, and what a killed writer left, are removed.
    """
    root.mkdir(parents=True, exist_ok=True)
    name = f"{1 + max((int(old) for old in _names(root)), default=0):06d}"
    unfinished = root / f".{name}.tmp"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    data = built.to_bytes()
    sums = hashlib.sha256(data).hexdigest()
    manifest = Generation(sums, built.count, built.dimension, "inner product", model, built.passage_set)
    _write(unfinished / _FAISS, data)
    _write(unfinished / _MANIFEST, (json.dumps(asdict(manifest), indent=1) + "\n").encode())
    _sync(unfinished)
    unfinished.rename(root / name)
    _point(root, name)
    _clear(root, name)
    return name


def load(root: Path, passage_set: str, model: str, say: Callable[[str], None]) -> VectorIndex | None:
    """Load the newest generation that verifies and is of this passage set and model, or None.

    What is wrong with each that does not verify is said.
    """
    for name in _candidates(root):
        try:
            return _verified(root / name, passage_set, model)
        except IndexUnusable as error:
            say(str(error))
        except _OtherSet:
            continue
    return None


def current(root: Path) -> str | None:
    """Name the generation that the pointer names, or None."""
    try:
        name = (root / _CURRENT).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if _NAME.fullmatch(name) else None


class _OtherSet(Exception):  # noqa: N818 - no error: an older generation
    """A sound generation of other passages."""


def _verified(folder: Path, passage_set: str, model: str) -> VectorIndex:
    """Read a generation once, verify those bytes, and only then let FAISS see them."""
    wrong = f"index generation {folder} does not verify"
    mend = "it is not searched; run 'dispatchbox index' to write a new one"
    try:
        manifest = Generation(**json.loads((folder / _MANIFEST).read_bytes()))
        data = (folder / _FAISS).read_bytes()
    except (OSError, ValueError, TypeError) as error:
        message = f"{wrong}: {error}; {mend}"
        raise IndexUnusable(message) from error
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        message = f"{wrong}: {_FAISS} is not of the sha256 {manifest.sha256}; {mend}"
        raise IndexUnusable(message)
    if (manifest.passage_set, manifest.model) != (passage_set, model):
        raise _OtherSet
    index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
    if (index.ntotal, index.d) != (manifest.count, manifest.dimension):
        message = f"{wrong}: {index.ntotal} by {index.d}, not {manifest.count} by {manifest.dimension}; {mend}"
        raise IndexUnusable(message)
    return VectorIndex(index, passage_set)


def _candidates(root: Path) -> list[str]:
    """List the generations, the one pointed to first, then the newest."""
    first = current(root)
    names = sorted(_names(root), key=int, reverse=True)
    return sorted(names, key=lambda name: name != first)


def _names(root: Path) -> list[str]:
    return [entry.name for entry in root.iterdir() if _NAME.fullmatch(entry.name)] if root.is_dir() else []


def _point(root: Path, name: str) -> None:
    unfinished = root / f".{_CURRENT}.tmp"
    _write(unfinished, f"{name}\n".encode())
    unfinished.replace(root / _CURRENT)
    _sync(root)


def _clear(root: Path, newest: str) -> None:
    kept = sorted(_names(root), key=int, reverse=True)[:KEPT]
    for entry in root.iterdir():
        left_over = entry.name.startswith(".") and entry.name.endswith(".tmp")
        if left_over or (_NAME.fullmatch(entry.name) and entry.name not in {*kept, newest}):
            shutil.rmtree(entry, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
