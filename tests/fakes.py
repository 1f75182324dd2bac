"""Small deterministic stand-ins."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from index.words import stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.types import Vectors

DIMENSION = 64


class HashEncoder:
    """Encodes a text by the words in it: texts that share words are near."""

    def __init__(self, name: str = "fake") -> None:
        self._name = name
        self.encoded: list[str] = []

    @property
    def digest(self) -> str:
        return hashlib.sha256(self._name.encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        return np.stack([_vector(text) for text in texts]) if texts else np.zeros((0, DIMENSION), np.float32)


def _vector(text: str) -> Vectors:
    total = np.zeros(DIMENSION, np.float32)
    total[0] = 1e-3  # a text without words is no zero vector
    for word in stems(text):
        total[int(hashlib.sha256(word.encode()).hexdigest(), 16) % DIMENSION] += 1
    return total / np.float32(np.linalg.norm(total))
