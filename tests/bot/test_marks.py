"""What is made bold are the words that answer, and what is the bot's own is never a part of another figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot import guarded, kit, words
from bot.types import Message
from tests.bot.test_guarded import cited, parsed

if TYPE_CHECKING:
    from pathlib import Path

QUOTES = [
    ("In 2012 the council had 12 members.", "12", "In 2012 the council had *12* members."),
    ("It was £22 million, then 2 million more.", "2 million", "It was £22 million, then *2 million* more."),
    ("The party of art.", "art", "The party of *art*."),
]
PAPER = """---
title: {title}
published: 2025-12-19
---
{body}
"""


def bold(block: dict[str, Any]) -> str:
    return "".join(f"*{one['text']}*" if one.get("style") else one["text"] for one in block["elements"])


@pytest.mark.parametrize(("quote", "marked", "wanted"), QUOTES)
def test_the_words_that_answer_are_marked_where_they_stand_whole(quote: str, marked: str, wanted: str) -> None:
    assert bold(kit.quoted(quote, marked, 500)) == wanted
    assert words._marked(quote, marked) == f"“{wanted}”"


def faults(folder: Path, title: str, body: str, question: str, said: str) -> tuple[str, ...]:
    """Find the faults of a message that repeats a question, and says this under the briefing's title."""
    paper = parsed(folder, PAPER.format(title=title, body=body))
    shown = Message(f"{question}\n\n“{said}”\n\n{title} · 19 December 2025 · ¶1")
    return guarded.faults(shown, [cited(paper, 1)], [question], {paper.id: paper})


TRUE = [
    ("Leaders", "Leaders met on 18-19 December 2025 in Brussels.", "When did they meet?"),
    ("Leaders", "They acted under Article 122(1) at once.", "What does Article 122 say?"),
    ("Leaders", "They meet on 12 December 2026 again.", "What comes in December 2026?"),
    ("Spending Review 2025", "The Spending Review 2025-28 sets limits.", "What sets limits?"),
]


@pytest.mark.parametrize(("title", "body", "question"), TRUE)
def test_a_true_figure_that_holds_what_is_the_bots_own_is_sent(
    tmp_path: Path, title: str, body: str, question: str
) -> None:
    assert faults(tmp_path, title, body, question, body) == ()


@pytest.mark.parametrize(
    ("question", "said"), [("15", "€15 billion"), ("Why?", "19 December 2025"), ("122", "Article 122")]
)
def test_what_is_the_bots_own_excuses_no_other_figure(tmp_path: Path, question: str, said: str) -> None:
    assert faults(tmp_path, "Leaders", "Leaders met.", question, said)
