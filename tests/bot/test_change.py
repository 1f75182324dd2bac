"""What became of a quoted sentence: only what changed, in the words that did, and dead on its way to Slack."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import kit, phrases
from bot.change import Change, corrected, returned, sums
from bot.redline import Edit, Row, edits, note, runs, spoken
from index.types import Briefing, Paragraph
from tests.bot.test_blocks import URL, drawn, inert

if TYPE_CHECKING:
    from collections.abc import Sequence

BODY = """The Prime Minister met Bart De Wever on 12 December.

Euroclear in Brussels made its first transfer for Ukraine in July 2024. The first transfer was €1.6 billion.

- Fares rise in March
- The well-known scheme closes in May, ministers said"""


@pytest.mark.parametrize(
    ("quote", "now", "said"),
    [
        ("The Prime Minister met Bart De Wever on 15 December.", "The Prime Minister met Bart De Wever on 12 December.",
         "… Bart De Wever on [was 15, now 12] December."),
        ("The first transfer was €1.55 billion.", "The first transfer was €1.6 billion.",
         "The first transfer was [was €1.55, now €1.6] billion."),
        ("The first transfer was €16 billion.", "The first transfer was €1.6 billion.",
         "The first transfer was [was €16, now €1.6] billion."),
        ("The Prime Minister met Maxime Prévot on 12 December.", "The Prime Minister met Bart De Wever on 12 December.",
         "The Prime Minister met [was Maxime Prévot, now Bart De Wever] on 12 December."),
        ("Fares rise", "Fares rise in March", "Fares rise [added: in March]"),
        ("Fares do not rise in March", "Fares rise in March", "Fares [removed: do not] rise in March"),
        ("Nothing at all was agreed about fish.", "", "[removed: Nothing at all was agreed about fish]"),
    ],
    ids=["date", "figure", "point", "name", "longer", "shorter", "gone"],
)  # fmt: skip
def test_a_changed_sentence_is_found_and_told_word_by_word(quote: str, now: str, said: str) -> None:
    (change,) = corrected([quote], BODY)
    assert (change.was, change.now) == (quote, now)
    assert BODY[change.start :].startswith(now)
    assert spoken(change) == said


@pytest.mark.parametrize(
    "quote",
    [
        "The Prime Minister met Bart De Wever on 12 December.",
        "The  Prime Minister\nmet Bart De Wever on\u00a012 December!",
        "The **Prime Minister** met [Bart De Wever](https://a.example/x) on _12 December_.",
        "Euroclear in Brussels made its first transfer for Ukraine in July 2024. The first transfer was €1.6 billion.",
        "“Euroclear”, in Brussels, made its first transfer – for Ukraine – in July 2024.",
        "The well known scheme closes in May, ministers said",
        "Fares rise in March.",
        "…",
        "",
    ],
)
def test_white_space_punctuation_and_markup_are_no_change(quote: str) -> None:
    assert corrected([quote], BODY) == ()


@pytest.mark.parametrize(
    ("quote", "body"),
    [
        ("5 million were lost.", "15 million were lost."),
        ("5 million were lost.", "Some 5 million were lost."),
        ("The levy is 5", "The levy is 5 million"),
        ("The levy is -5.", "The levy is 5."),
        ("The levy is £5.", "The levy is €5."),
        ("The levy is 5%.", "The levy is 5."),
        ("The levy is .5.", "The levy is 5."),
    ],
)
def test_a_figures_own_signs_and_a_longer_sentence_are_a_change(quote: str, body: str) -> None:
    assert [one.now for one in corrected([quote], body)] == [body]


def test_of_several_sentences_quoted_only_the_changed_one_is_told_and_once() -> None:
    quote = (
        "Euroclear in Brussels made its first transfer for Ukraine in May 2024. The first transfer was €1.6 billion."
    )
    (change,) = corrected([quote, quote.partition(" The")[0]], BODY)
    assert edits(change) == (Edit("… transfer for Ukraine in ", "May", "July"), Edit(" 2024.", "", ""))


def test_a_sentence_that_stood_beside_before_is_not_what_another_became() -> None:
    before = "The first vote was on 3 May. The second vote was on 4 May. Nothing else."
    after = "The second vote was on 4 May. The first ballot was on 5 May. Nothing else."
    (quote,) = [before.partition(" The")[0]]
    assert [one.now for one in corrected([quote], after, sums(before))] == ["The first ballot was on 5 May."]
    assert [one.now for one in corrected([quote], "The second vote was on 4 May.", sums(before))] == [""]


def test_a_lost_sentence_is_found_again_as_it_was_or_in_what_is_new() -> None:
    lost, body = "The first vote was on 3 May.", "Nothing else. The first vote was on 4 May."
    assert returned([lost], f"Nothing else. {lost}", ()) == (Change("", lost, 14),)
    assert returned([lost], body, sums("Nothing else.")) == (Change(lost, "The first vote was on 4 May.", 14),)
    assert returned([lost], body, sums(body)) == ()


def test_struck_words_stand_before_the_new_ones_and_nothing_else_is_struck() -> None:
    (change,) = corrected(["The Prime Minister met Bart De Wever on 15 December."], BODY)
    assert [(one["text"], one.get("style")) for one in runs(change)] == [
        ("… Bart De Wever on ", None), ("15", {"strike": True}), (" 12", None), (" December.", None),
    ]  # fmt: skip


def test_a_sentence_written_anew_is_shown_whole() -> None:
    was, now = "a b c d e f g h i j", "a X c X e X g X i X"
    assert edits(Change(was, now)) == (Edit("", was, now),)


WORDS = st.from_regex(r"[A-Z]?[a-z]{1,8}|[£€]?\d{1,3}(?:\.\d)?%?", fullmatch=True)
SENTENCE = st.lists(WORDS, min_size=3, max_size=14).map(lambda words: f"The {' '.join(words)} end.")
TEXTS = st.lists(SENTENCE, min_size=1, max_size=6)
MARKS = st.sampled_from([" ", "  ", "\u00a0", ", ", " – ", " **", "; "])


@given(TEXTS, st.data())
def test_what_still_stands_gives_nothing(found: list[str], data: st.DataObject) -> None:
    body = " ".join(found)
    first = data.draw(st.integers(0, len(found) - 1))
    last = data.draw(st.integers(first, len(found) - 1))
    assert corrected([" ".join(found[first : last + 1])], body) == ()
    assert corrected(found, "\n\n".join(reversed(found))) == ()


@given(SENTENCE, st.data())
def test_marks_between_words_give_nothing(sentence: str, data: st.DataObject) -> None:
    words = sentence.removesuffix(".").split()
    marked = "".join(word + data.draw(MARKS) for word in words[:-1]) + words[-1]
    assert corrected([sentence], f"{marked}.") == ()


@given(SENTENCE, st.integers(1, 99), st.integers(100, 999), st.data())
def test_another_figure_is_told_and_nothing_but_it(sentence: str, old: int, new: int, data: st.DataObject) -> None:
    words = sentence.split()
    at = data.draw(st.integers(1, len(words) - 1))
    was, now = (" ".join([*words[:at], f"£{figure}", *words[at:]]) for figure in (old, new))
    (change,) = corrected([was], now)
    assert [(one.was, one.now) for one in edits(change) if one.was or one.now] == [(f"£{old}", f"£{new}")]
    assert f"[was £{old}, now £{new}]" in spoken(change)


def plain(words: str) -> list[str]:
    return re.findall(r"\w+", kit.clean(words))


@given(st.lists(st.text(max_size=60), max_size=3), st.text(max_size=200))
def test_any_texts_at_all_give_changes_whose_words_are_theirs(quotes: Sequence[str], body: str) -> None:
    for change in corrected(quotes, body):
        assert any(change.was in quote for quote in quotes)
        assert body[change.start :].startswith(change.now)
        shown = edits(change)
        assert any(one.was or one.now for one in shown)
        assert set(plain(" ".join(one.was for one in shown))) <= set(plain(change.was))
        assert set(plain(" ".join(one.now for one in shown))) <= set(plain(change.now))


@pytest.mark.parametrize("seed", range(200))
def test_hostile_words_come_out_dead_and_do_not_break_the_strike(seed: int) -> None:
    change = Change(drawn(seed), drawn(seed + 1_000) if seed % 3 else "")
    inert(kit.message(kit.inert(spoken(change), 1_000), kit.rich(kit.section(*runs(change)))), set())
    said, row = drawn(seed + 2_000), Row(drawn(seed + 3_000), drawn(seed + 4_000), (change,) * 5)
    paper = Briefing("b", drawn(seed + 5_000), said, "b.md", (Paragraph(1, 0, len(said)),), url=URL)
    several = [replace(row, asked=f"{at} {row.asked}", changes=row.changes[at % 5 :]) for at in range(12)]
    inert(note(phrases.CORRECTIONS["changed"][0], several, paper), {URL})
    inert(note(phrases.CORRECTIONS["withdrawn"][1], [replace(row, changes=())], None), set())
    struck = [one["text"] for one in runs(change) if one.get("style")]
    assert struck == [one.was for one in edits(change) if one.was]
