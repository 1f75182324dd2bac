"""A named model to a verified file: what is damaged, foreign or unsafe is refused with what to do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import models as rooms
from index.encode import OnnxEncoder
from index.errors import ModelError
from index.models import DEFAULT, ensure, folder_of
from index.runtime import GRAPH, MANIFEST, TOKENIZER, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["Who signed it?", "The consultation closes on 6 March. " * 30, "£86 billion", "", "x" * 20_000]


@pytest.fixture
def export(models: Path, tmp_path: Path) -> Path:
    """A copy of the real export, to damage."""
    source = folder_of(models, DEFAULT, "float32")
    return shutil.copytree(source, tmp_path / source.name)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(models: Path) -> None:
    encoder = OnnxEncoder.open(folder_of(models, DEFAULT, "float32"))
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert (together * alone).sum(axis=1).min() > 0.99999


def test_words_beyond_128_tokens_still_count(models: Path) -> None:
    encoder = OnnxEncoder.open(folder_of(models, DEFAULT, "float32"))
    long = "policy " * 150
    one, other = encoder.encode([long, long + "salmon farming in Orkney"])
    assert float(one @ other) < 0.9999


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
def test_one_changed_byte_is_refused(export: Path, name: str) -> None:
    content = bytearray((export / name).read_bytes())
    content[len(content) // 2] ^= 1
    (export / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name}.*delete the folder"):
        OnnxEncoder.open(export)


@pytest.mark.parametrize("manifest", ["", "[]", '{"name": 1}'], ids=["empty", "a list", "too little"])
def test_a_manifest_that_cannot_be_read_is_refused(export: Path, manifest: str) -> None:
    (export / MANIFEST).write_text(manifest)
    with pytest.raises(ModelError, match="cannot be read"):
        OnnxEncoder.open(export)


def test_weights_other_than_the_pinned_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "changed_weights" / "model"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "model.safetensors").write_bytes(b"other")
    monkeypatch.syspath_prepend(str(tmp_path))
    pinned = rooms._PACKAGED[DEFAULT][2]
    monkeypatch.setitem(rooms._PACKAGED, DEFAULT, ("changed_weights", "model", pinned))
    with pytest.raises(ModelError, match=f"not the pinned {pinned}"):
        ensure(tmp_path / "models", DEFAULT, "float32")


def test_pickled_weights_are_never_loaded(tmp_path: Path) -> None:
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelError, match="folder of safetensors"):
        ensure(tmp_path / "models", str(tmp_path / "pickled"), "float32")


def test_an_export_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"\0" * 64)
    with pytest.raises(ModelError, match="could not be exported"):
        ensure(tmp_path / "models", str(tmp_path / "broken"), "float32")
    assert list((tmp_path / "models").iterdir()) == []


def test_an_unlike_export_is_refused(models: Path, tmp_path: Path) -> None:
    class Original:
        max_seq_length = 256

        def encode(self, texts: list[str], **_: object) -> np.ndarray:
            return np.tile(np.eye(1, 384, dtype=np.float32), (len(texts), 1))

    work = shutil.copytree(folder_of(models, DEFAULT, "float32"), tmp_path / "work")
    with pytest.raises(ModelError, match="cosine to the original"):
        rooms._manifest(DEFAULT, "float32", "0", Original(), work)
    assert read_manifest(folder_of(models, DEFAULT, "float32")).cosine >= 0.9999
