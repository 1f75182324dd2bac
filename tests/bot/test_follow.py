"""Follow-ups are read with the question before them, or stand on their own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import follow

EUROCLEAR = "How much did Euroclear first transfer for Ukraine, and when?"
CASES = [
    (EUROCLEAR, "and when?", "When did Euroclear first transfer for Ukraine?"),
    ("How much did Euroclear pay?", "and in 2025?", "How much did Euroclear pay, and in 2025?"),
    ("What is the latest on sanctions?", "what about steel?", "What is the latest on sanctions, what about steel?"),
    ("When does the consultation close?", "and for Wales?", "When does the consultation close, and for Wales?"),
    ("When does the consultation close?", "why?", "Why does the consultation close?"),
    ("How many council elections were postponed?", "why?", "Why were council elections postponed?"),
    ("Which article did the Council use?", "who signed it?", "Who signed it (article did the Council use)?"),
    ("Who met Bart De Wever?", "where?", "Where (met Bart De Wever)?"),
    ("latest on rail fares", "by how much?", "latest on rail fares, by how much?"),
    ("When does the consultation close?", "How much does the Home Office spend on hotels?", None),
    ("When does the consultation close?", "Who leads the Home Office review of settlement?", None),
    ("", "and when?", None),
]


@pytest.mark.parametrize(("before", "text", "expected"), CASES, ids=[f"{one[0]} {one[1]}" for one in CASES])
def test_a_short_follow_up_is_read_with_the_question_before_it(before: str, text: str, expected: str | None) -> None:
    assert follow.joined(before, text) == expected


@pytest.mark.parametrize("text", ["", "hello!", "Thanks very much", ":wave:", "good morning team", "ok great"])
def test_courtesy_is_no_question(text: str) -> None:
    assert follow.greets(text)
    assert not follow.asks(text)


@pytest.mark.parametrize("text", ["who signed it", "and when?", "what about steel", "£86 billion?", "is it in force"])
def test_a_question_is_known_with_or_without_its_mark(text: str) -> None:
    assert follow.asks(text)
    assert not follow.greets(text)


@pytest.mark.parametrize("text", ["Interesting.", "I will look at it", "Thanks, that is what I needed."])
def test_a_remark_is_no_question(text: str) -> None:
    assert not follow.asks(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=120), st.text(max_size=60))
def test_any_two_texts_are_read_calmly(before: str, text: str) -> None:
    found = follow.joined(before, text)
    assert found is None or found.endswith("?")


def test_a_very_long_text_is_read_at_once() -> None:
    assert follow.joined("what " * 8_000, "and when?") is not None
    assert follow.asks("why " * 10_000)
