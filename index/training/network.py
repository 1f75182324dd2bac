"""The network that reads: a MiniLM encoder, a span head and an answerability head; and examples as its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers import BertModel

from index.read import LONGEST_QUESTION, inside_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tokenizers import Tokenizer

    from index.training.examples import Example

LONGEST = 256  # tokens of question, title and passage together
_REPLY_WEIGHT = 0.5  # of the loss of a minister's reply, which may answer in part only


@dataclass(frozen=True, slots=True)
class Row:
    """An example in tokens. ``types`` is 1 where the passage stands; ``spans`` are (first, last) tokens of answers.

    ``shift`` is where the passage begins within the second text (title and passage); ``offsets`` are of tokens in it.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    shift: int
    spans: tuple[tuple[int, int], ...]
    answerable: bool
    weight: float


class Network(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Encoder and heads. Gives start and end logits of every token of the passage, and an answerability logit.

    Tokens outside the passage get -1e4, but for the first, which stands for "no answer".
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.span = torch.nn.Linear(width, 2)
        self.answer = torch.nn.Sequential(torch.nn.Linear(2 * width, width), torch.nn.GELU(), torch.nn.Linear(width, 1))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Read a batch: (batch, tokens), (batch, tokens), (batch,)."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        inside = token_type_ids * attention_mask
        first = torch.zeros_like(inside)
        first[:, 0] = 1
        shut = (1 - torch.clamp(inside + first, max=1)).to(states.dtype) * -1e4
        starts, ends = (self.span(states) + shut.unsqueeze(-1)).unbind(-1)
        chances = torch.softmax(starts.masked_fill(first.bool(), -1e4).float(), dim=1).to(states.dtype)
        found = (chances.unsqueeze(-1) * states).sum(1)
        return starts, ends, self.answer(torch.cat([states[:, 0], found], dim=-1)).squeeze(-1)

    def tensors(self, rows: Sequence[Row], device: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Lay rows out as ids, mask and types, padded to the longest."""
        longest = max(len(row.ids) for row in rows)
        ids = torch.zeros((len(rows), longest), dtype=torch.long)
        mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row.ids)] = torch.tensor(row.ids)
            types[at, : len(row.ids)] = torch.tensor(row.types)
            mask[at, : len(row.ids)] = 1
        return ids.to(device), mask.to(device), types.to(device)

    def learnt(self) -> dict[str, torch.Tensor]:
        """Give what training changes: everything but the embeddings."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith("encoder.embeddings.")}

    def take(self, kept: dict[str, torch.Tensor]) -> None:
        """Put kept weights in place. Raises RuntimeError where one is missing or strange."""
        missing, strange = self.load_state_dict({name: value.float() for name, value in kept.items()}, strict=False)
        wrong = [*(name for name in missing if not name.startswith("encoder.embeddings.")), *strange]
        if wrong:
            message = f"{wrong[0]}: not as this network has it; train without --resume"
            raise RuntimeError(message)


def fresh(source: Path) -> Network:
    """Start from the packaged encoder; its embeddings are not trained, and there is no dropout."""
    encoder = BertModel.from_pretrained(
        source, add_pooling_layer=False, attn_implementation="eager", local_files_only=True,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    for weight in encoder.embeddings.parameters():
        weight.requires_grad_(requires_grad=False)
    return Network(encoder)


def encoded(tokenizer: Tokenizer, some: Iterable[Example]) -> Iterator[Row | None]:
    """Turn examples into rows, None where the answer was cut off."""
    tokenizer.no_padding()
    for one in some:
        yield _row(one, tokenizer.encode(one.question[:LONGEST_QUESTION], shown(one.title, one.passage)))


def _row(one: Example, encoding: Any) -> Row | None:  # noqa: ANN401 - tokenizers is not typed
    shift = len(shown(one.title, ""))
    offsets = tuple(encoding.offsets)
    types = tuple(inside_of(encoding, shift))
    spans = [_tokens(offsets, types, start + shift, end + shift) for start, end in one.answers]
    known = tuple(span for span in spans if span)
    if one.answers and not known:
        return None
    weight = _REPLY_WEIGHT if one.answerable and not known else 1.0
    return Row(tuple(encoding.ids), types, offsets, shift, known, one.answerable, weight)


def _tokens(offsets: Sequence[tuple[int, int]], types: Sequence[int], start: int, end: int) -> tuple[int, int] | None:
    inside = [
        at for at, (first, last) in enumerate(offsets) if types[at] and first < end and last > start and last > first
    ]
    return (inside[0], inside[-1]) if inside and offsets[inside[-1]][1] >= end else None
