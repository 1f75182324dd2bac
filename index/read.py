"""Question + passage → answer span, or none: a small trained network reads each passage that was found.

How it is made stands in ``index/training``; what ships is ``index/reader``, pinned here by its sha256.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index import spans
from index.errors import ModelError
from index.runtime import GRAPH, TOKENIZER, open_session, open_tokenizer, read_manifest
from index.types import Kind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    from index.runtime import ModelManifest
    from index.types import Hit, Question

    Floats = NDArray[np.float32]

SHIPPED = Path(__file__).with_name("reader")
PINNED = "c464719f6f5ed113c880c3484f247906e54064a57c8771923fc7a4241665e8c9"  # of the shipped graph
LONGEST_QUESTION = 400  # characters
_LONGEST_PASSAGE = 4_000  # characters; more than the network's tokens can hold
_LONGEST_SPAN = 40  # tokens
_AT_ONCE = 4  # passages
_TRIED = 3  # sentences of one passage that are proposed
# The kinds whose spans are taken whole where the network marks a part: "£1.8 billion", "by 2030".
_WHOLE = (Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.DURATION, Kind.INSTRUMENT, Kind.NUMBER)
_EDGE = " \t\n\r.,;:()[]“”\"'‘’"


class OnnxReader:
    """Reads every hit at once: where the answer stands, and whether the passage answers at all."""

    def __init__(self, manifest: ModelManifest, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self._manifest = manifest
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path = SHIPPED) -> OnnxReader:
        """Open a reader's folder, its sums checked, the shipped one against the pin. Raises ModelError."""
        manifest = read_manifest(folder)
        if folder == SHIPPED and manifest.sums[GRAPH] != PINNED:
            message = (
                f"{folder / GRAPH}: sha256 is {manifest.sums[GRAPH]}, not the pinned {PINNED}; check out the file again"
            )
            raise ModelError(message)
        return cls(manifest, open_session(folder / GRAPH), open_tokenizer(folder / TOKENIZER, manifest.max_tokens))

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[tuple[Span, ...], ...]:
        """Read each hit: its likeliest spans, each in another sentence, best first; one tuple for each hit."""
        found: dict[int, tuple[Span, ...]] = {}
        for places in _alike(hits):
            some = [hits[at] for at in places]
            found |= zip(places, self._read(question.text[:LONGEST_QUESTION], some), strict=True)
        return tuple(found[at] for at in range(len(hits)))

    def _read(self, asked: str, hits: Sequence[Hit]) -> Iterator[tuple[Span, ...]]:
        encodings = self._tokenizer.encode_batch(
            [(asked, shown(hit.briefing.title, hit.passage.text)[:_LONGEST_PASSAGE]) for hit in hits]
        )
        inside = [inside_of(encoding, _shift(hit)) for encoding, hit in zip(encodings, hits, strict=True)]
        feeds = {
            "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
            "attention_mask": np.array([encoding.attention_mask for encoding in encodings], np.int64),
            "token_type_ids": np.array(inside, np.int64),
        }
        starts, ends, answers = self._session.run(None, feeds)
        for at, (hit, encoding) in enumerate(zip(hits, encodings, strict=True)):
            logits = Logits(encoding.offsets, starts[at], ends[at], np.array(inside[at], bool))
            yield _spans(hit, logits, float(answers[at]))


def _alike(hits: Sequence[Hit]) -> Iterator[list[int]]:
    """Part hits into batches of like length, for a batch takes as long as its longest passage makes it."""
    order = sorted(range(len(hits)), key=lambda at: len(hits[at].passage.text))
    for begin in range(0, len(order), _AT_ONCE):
        yield order[begin : begin + _AT_ONCE]


@dataclass(frozen=True, slots=True)
class Logits:
    """What the network says of a passage's tokens: where each stands in what was shown, and its two logits.

    ``inside`` is true of the passage's own tokens; arrays are of shape (tokens,).
    """

    offsets: Sequence[tuple[int, int]]
    starts: Floats
    ends: Floats
    inside: NDArray[np.bool_]


def shown(title: str, passage: str) -> str:
    """Lay a passage out as the network sees them, in training too: under its title."""
    return f"{title}\n{passage}" if title else passage


def _shift(hit: Hit) -> int:
    """Tell where the passage begins within what is shown."""
    return len(shown(hit.briefing.title, ""))


def inside_of(encoding: Any, shift: int) -> list[int]:  # noqa: ANN401 - tokenizers is not typed
    """Mark the tokens of the passage itself."""
    return [
        int(kind == 1 and start >= shift)
        for kind, (start, _) in zip(encoding.sequence_ids, encoding.offsets, strict=True)
    ]


def _spans(hit: Hit, logits: Logits, answers: float) -> tuple[Span, ...]:
    """Make the likeliest spans quotes of one or two sentences with the words that answer marked in them."""
    move = hit.passage.start - _shift(hit)
    found = []
    for at, sentence in enumerate(hit.passage.sentences):
        tokens = np.array(
            [start + move < sentence.end and end + move > sentence.start for start, end in logits.offsets]
        )
        if (tokens & logits.inside).any():
            found.append((*best(logits.starts, logits.ends, tokens & logits.inside), at))
    found.sort(key=lambda one: -one[2])
    return tuple(
        _span(hit, at, (logits.offsets[first][0] + move, logits.offsets[last][1] + move), margin, answers)
        for first, last, margin, at in found[:_TRIED]
    )


def _span(hit: Hit, at: int, place: tuple[int, int], margin: float, answers: float) -> Span:
    """Make a quote of a sentence, with the words at a place marked in it, whole."""
    sentence = hit.passage.sentences[at]
    start, end = whole(hit.briefing.body, *place)
    marked = (max(start, sentence.start), min(end, sentence.end))
    return Span(*_quote(hit, at), answers, marked if marked[0] < marked[1] else None, margin, at)


def best(starts: Floats, ends: Floats, inside: NDArray[np.bool_]) -> tuple[int, int, float]:
    """Choose the likeliest first and last token, and by how much they beat "no answer", the first token of all."""
    tokens = np.flatnonzero(inside)
    sums = starts[tokens][:, None] + ends[tokens][None, :]
    apart = tokens[None, :] - tokens[:, None]
    first, last = np.unravel_index(
        int(np.argmax(np.where((apart >= 0) & (apart < _LONGEST_SPAN), sums, -np.inf))), sums.shape
    )
    return int(tokens[first]), int(tokens[last]), float(sums[first, last] - starts[0] - ends[0])


def whole(body: str, start: int, end: int) -> tuple[int, int]:
    """Take the words and figures that a span cuts into whole, and leave out the punctuation around it."""
    while start > 0 and body[start - 1].isalnum() and body[start : start + 1].isalnum():
        start -= 1
    while end < len(body) and body[end].isalnum() and body[end - 1 : end].isalnum():
        end += 1
    left = max(body.rfind("\n\n", 0, start) + 2, start - 80, 0)
    around = body[left : end + 80].split("\n\n", 1)[0]
    for kind in _WHOLE:
        for first, last in spans.find(kind, around):
            if left + first < end and start < left + last:
                start, end = min(start, left + first), max(end, left + last)
    while start < end and body[start] in _EDGE:
        start += 1
    while start < end and body[end - 1] in _EDGE and not re.match(r"\w\)", body[end - 2 : end]):
        end -= 1
    return start, end


def _quote(hit: Hit, at: int) -> tuple[int, int]:
    """Quote a sentence with the nearer of its neighbours in the paragraph, so that it has its context."""
    sentences = hit.passage.sentences
    near = [one for one in (at - 1, at + 1) if 0 <= one < len(sentences) and _together(hit, at, one)]
    other = max(near, key=lambda one: hit.sentence_cosines[one], default=at)
    return sentences[min(at, other)].start, sentences[max(at, other)].end


def _together(hit: Hit, one: int, other: int) -> bool:
    """Tell whether two sentences stand in one paragraph."""
    first, last = sorted((one, other))
    sentences = hit.passage.sentences
    return "\n\n" not in hit.briefing.body[sentences[first].end : sentences[last].start]
