"""A verified ONNX file → a session; alone imports onnxruntime and tokenizers while serving."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import onnxruntime as ort
from tokenizers import Tokenizer

from index.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"
GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
_REBUILD = "delete the folder and run 'dispatchbox index' where torch is installed"


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What an exported model's folder holds; ``digest`` tells its vectors from every other model's.

    ``source_sha256`` is of the weights it was made from, ``sums`` of the exported files, ``cosine`` the
    lowest likeness to the original's vectors seen at export, ``max_tokens`` where texts are cut.
    """

    name: str
    precision: str
    source_sha256: str
    dimension: int
    max_tokens: int
    cosine: float
    sums: dict[str, str]

    @property
    def digest(self) -> str:
        """The sha256 of the exported graph and tokenizer."""
        return hashlib.sha256("".join(self.sums[name] for name in sorted(self.sums)).encode()).hexdigest()

    def write(self, folder: Path) -> None:
        """Write the manifest into its folder."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1) + "\n")


def file_sha256(path: Path) -> str:
    """Sum a file, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> ModelManifest:
    """Read and check an exported model's manifest and sums. Raises ModelError."""
    try:
        manifest = ModelManifest(**json.loads((folder / MANIFEST).read_text()))
    except FileNotFoundError as error:
        message = f"{folder}: no model there; run 'dispatchbox index' where torch is installed"
        raise ModelError(message) from error
    except (OSError, ValueError, TypeError) as error:
        message = f"{folder / MANIFEST}: cannot be read ({error}); {_REBUILD}"
        raise ModelError(message) from error
    for name in (GRAPH, TOKENIZER):
        found = file_sha256(folder / name) if (folder / name).is_file() else "missing"
        if found != manifest.sums.get(name):
            message = f"{folder / name}: sha256 is {found}, not {manifest.sums.get(name)}; {_REBUILD}"
            raise ModelError(message)
    return manifest


def open_session(path: Path, threads: int = 0) -> ort.InferenceSession:
    """Open a graph on the processor; ``threads`` 0 leaves the number to onnxruntime."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def open_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """Open a tokenizer that cuts at ``max_tokens`` and pads to the longest of a batch.

    The packaged file pads and cuts to 128, whatever the model takes, so both are set anew.
    """
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(max_length=max_tokens)
    pad: dict[str, Any] = tokenizer.padding or {}
    tokenizer.enable_padding(pad_id=pad.get("pad_id", 0), pad_token=pad.get("pad_token", "[PAD]"))
    return tokenizer
