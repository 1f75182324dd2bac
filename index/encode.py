"""Text → vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelError
from index.runtime import GRAPH, TOKENIZER, open_session, open_tokenizer, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

    from index.runtime import ModelManifest
    from index.types import Vectors

_BATCH_TOKENS = 1024  # tokens in one run, padding included: resident memory grows with the largest run
_LONGEST_TEXT = 8_000  # characters; more than 256 tokens can need, and a bound on the tokenizer's work


class OnnxEncoder:
    """A sentence encoder in onnxruntime: mean pooling and normalisation are inside the graph."""

    def __init__(self, manifest: ModelManifest, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self._manifest = manifest
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = {item.name for item in session.get_inputs()}

    @classmethod
    def open(cls, folder: Path) -> OnnxEncoder:
        """Open an exported model's folder, its sums checked. Raises ModelError."""
        manifest = read_manifest(folder)
        tokenizer = open_tokenizer(folder / TOKENIZER, manifest.max_tokens)
        return cls(manifest, open_session(folder / GRAPH), tokenizer)

    @property
    def digest(self) -> str:
        """The sha256 that tells this encoder's vectors from every other's."""
        return self._manifest.digest

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode n texts: float32 of shape (n, dimension), each row of unit length.

        Raises ModelError where the model gives a number that is none.
        """
        vectors = np.empty((len(texts), self._manifest.dimension), np.float32)
        encodings = self._tokenizer.encode_batch_fast([text[:_LONGEST_TEXT] for text in texts])
        for rows in _batches([sum(encoding.attention_mask) for encoding in encodings]):
            vectors[rows] = self._run([encodings[row] for row in rows])
        if not np.isfinite(vectors).all():
            message = (
                f"model {self._manifest.name}: a vector holds no number; delete the model's folder and index again"
            )
            raise ModelError(message)
        return vectors

    def _run(self, encodings: list[Encoding]) -> Vectors:
        longest = max(sum(encoding.attention_mask) for encoding in encodings)
        feeds = {
            "input_ids": np.array([encoding.ids[:longest] for encoding in encodings], np.int64),
            "attention_mask": np.array([encoding.attention_mask[:longest] for encoding in encodings], np.int64),
            "token_type_ids": np.array([encoding.type_ids[:longest] for encoding in encodings], np.int64),
        }
        found = self._session.run(None, {name: feeds[name] for name in self._inputs})
        return np.asarray(found[0], np.float32)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group rows of like length, so that little is padded, within the bound on tokens."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[row] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
