"""Text of any kind: cut, marked and folded in linear time, every offset true."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import index
from index import spans
from index.parse import read_lines
from index.sentences import sentences
from index.split import LONGEST, split
from index.types import Briefing, Kind
from index.words import about, fold, stems
from tests.conftest import LONDON

PIECES = st.sampled_from(
    ["The Bill", "£1.8 billion", "Mr. Smith", "s.35(2)(b)", "by 2030", "\n\n", "\n- ", "## ", ". ", "? ", "’s", "“", "",
     "e.g. ", "18 December 2025", "\u200b", "é", "مرحبا", "4.1%", "the European Council", "ⅸ", "\u2028", "Article 122"]
)  # fmt: skip
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map(" ".join)
EVIL = [
    "a" * 40_000,
    "A" * 40_000,
    "A." * 20_000,
    "A b " * 10_000,
    "Aa of the " * 4_000,
    "1," * 20_000,
    "1 " * 20_000,
    " " * 40_000,
    "\n" * 40_000,
    "- " * 20_000,
    "(" * 40_000,
    "£" * 40_000 + "1",
    "[a](" * 10_000,
    "one in " * 6_000,
    "the end of " * 4_000,
    "next steps " * 4_000,
    "a" * 39_999 + "!",
    "”" * 40_000,
    "*_" * 20_000,
    "ss.1(1)" * 6_000,
]


def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Every pattern that the lower floor compiles, found in its modules."""
    found = []
    for module in pkgutil.iter_modules(index.__path__, "index."):
        if module.name.endswith(("training", "models")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            values = (
                value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
            )
            parts = [part for one in values for part in (one if isinstance(one, tuple) else (one,))]
            found += [(f"{module.name}.{name}", part) for part in parts if isinstance(part, re.Pattern)]
    return found


def test_no_pattern_is_slow_on_any_evil_text() -> None:
    compiled = patterns()
    assert len(compiled) > 30
    slow = []
    for name, pattern in compiled:
        for text in EVIL:
            began = time.process_time()
            for _ in pattern.finditer(text[:2_000]):  # a sentence has at most 1,000, a question 2,000
                pass
            if time.process_time() - began > 0.5:  # linear takes some ms, and backtracking for ever
                slow.append((name, pattern.pattern[:60], text[:10]))
    assert slow == []


@pytest.mark.parametrize("text", EVIL, ids=lambda text: repr(text[:8]))
def test_a_long_evil_text_is_read_and_cut_without_delay(text: str) -> None:
    began = time.process_time()
    (briefing,) = read("b" + text)
    assert split(briefing)
    assert time.process_time() - began < 5  # a careless pattern takes minutes


def read(text: str) -> tuple[Briefing, ...]:
    """Read a text as the only line of a file."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "lines.jsonl"
        file.write_text(json.dumps({"id": "a", "title": "T", "text": text}) + "\n", encoding="utf-8")
        return tuple(read_lines(file, LONDON).briefings)


@given(TEXT, st.integers(0, 5))
def test_sentences_lie_in_order_and_leave_out_only_space_and_markers(text: str, offset: int) -> None:
    cut = sentences(text, offset)
    ends = [edge for span in cut for edge in span]
    assert ends == sorted(ends)
    assert all(start < end <= len(text) + offset for start, end in cut)
    covered = {at - offset for start, end in cut for at in range(start, end)}
    left = "".join(sign for at, sign in enumerate(text) if at not in covered)
    assert re.fullmatch(r"[\s\-*+•\d.)]*", left)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Smith met Dr. Jones. They agreed.", ["Mr. Smith met Dr. Jones.", "They agreed."]),
        ("It rose to £1.55 billion. Growth was 4.1%.", ["It rose to £1.55 billion.", "Growth was 4.1%."]),
        ("See s. 35 and art. 5. It ends.", ["See s. 35 and art. 5.", "It ends."]),
        ("“Will it pass?” she asked. No.", ["“Will it pass?” she asked.", "No."]),
        ("- One thing\n- Another thing.", ["One thing", "Another thing."]),
        ("On 5 Jan. 2026 it began. Then more.", ["On 5 Jan. 2026 it began.", "Then more."]),
    ],
)
def test_a_sentence_ends_where_a_reader_says(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(TEXT)
def test_marked_spans_are_whole_and_apart(text: str) -> None:
    for kind in Kind:
        last = 0
        for start, end in spans.find(kind, text):
            assert last <= start < end <= len(text)
            assert text[start:end].strip() == text[start:end]
            last = end


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.MONEY, "at £86bn, then €1.55 billion and 45p", ["£86bn", "€1.55 billion", "45p"]),
        (Kind.PERCENT, "from 4.1 per cent to 20%", ["4.1 per cent", "20%"]),
        (Kind.DATE, "It closes on 6 March 2026, or by 2030.", ["6 March 2026", "by 2030"]),
        (Kind.DURATION, "within 12 months and two years", ["12 months", "two years"]),
        (Kind.INSTRUMENT, "under the Renters’ Rights Act 2025", ["Renters’ Rights Act 2025"]),
        (Kind.INSTRUMENT, "under Article 122 and s.35", ["Article 122", "s.35"]),
        (Kind.NAME, "Then Bart De Wever met Keir Starmer", ["Bart De Wever", "Keir Starmer"]),
    ],
)
def test_a_span_of_each_kind_is_taken_whole(kind: Kind, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in spans.find(kind, text)] == expected


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once_and_words_survive_case(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert stems(fold(text)) == stems(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("£86bn", "£86 billion"), ("4.1 per cent", "4.1%"), ("UK‑EU", "uk-eu"), ("10,000", "10000"), ("Bill’s", "bill")],
)
def test_two_ways_to_write_one_thing_are_the_same_words(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(
    ("topic", "on_it"),
    [
        ("Local Government", True), ("ports", True), ("the port levy", True), ("levy rail", False), ("local", False),
        ("", False), ("?", False), ("the", False),
    ],
)  # fmt: skip
def test_what_is_on_a_topic_names_it_or_holds_its_words(topic: str, *, on_it: bool) -> None:
    assert about(topic, ["local government"], "A levy on ports") == on_it


@given(TEXT)
def test_passages_are_verbatim_in_order_and_not_too_long(text: str) -> None:
    for briefing in read(text):
        last = 0
        for passage in split(briefing):
            assert briefing.body[passage.start : passage.end] == passage.text
            assert passage.start >= last
            words = passage.text.split()
            assert len(words) <= LONGEST or len(passage.sentences) == 1
            last = passage.end
