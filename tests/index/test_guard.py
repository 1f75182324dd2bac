"""The guard: what was changed by one sign is caught, and what stands in a briefing never is."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.guard import parted, strange
from index.parse import read_folder
from index.sentences import sentences
from index.steps import steps
from tests.conftest import LONDON, ROOT
from tests.index.test_text import EVIL

SOURCE = (
    "Euroclear in Brussels held €183 billion at the end of 2024. Its first transfer, on 26 July 2024, was"
    " €1.55 billion; £15 million followed, for 15,000 homes and 2.5 million people, under Article 122 and section 35(2)"
    " of the Energy Act 2023. Growth was 4.1 per cent, half of it in 12 months. Seven ministers met on Friday"
    " 12 December 2025 at 10:30 before COP30, and 5GW was bought for £1.8bn by 31 March 2027."
)
PLANTED = {
    "a digit of a sum": "€1.56 billion",
    "a scale": "€1.55 million",
    "no scale": "€1.55",
    "a currency": "£1.55 billion",
    "no currency": "1.55 billion",
    "a part of a sum": "£1.8",
    "a number as a sum": "£2.5 million",
    "a digit of a percentage": "4.2 per cent",
    "a percentage ten times as large": "41%",
    "a percentage as points": "4.1 percentage points",
    "a percentage in words": "two-thirds",
    "a day": "13 December 2025",
    "a month": "12 November 2025",
    "a year": "12 December 2026",
    "a weekday": "Thursday 12 December",
    "a date of two dates' parts": "12 July 2024",
    "a quarter of a date": "early 2025",
    "a year by itself": "by 2030",
    "a number": "16,000 homes",
    "a part of a number": "15 homes",
    "a number within a number": "5,000 homes",
    "a number in words": "eight ministers",
    "a duration": "12 weeks",
    "a time of day": "10:45",
    "a number with a unit": "6GW",
    "a number with a name": "COP31",
    "an article": "Article 12",
    "a longer article": "Article 1222",
    "a section": "section 36(2)",
    "a subsection": "section 35(3)",
    "an Act": "the Housing Act",
    "an Act's year": "the Energy Act 2024",
    "a Bill for an Act": "the Energy Bill",
}
SAID = {
    "verbatim": "€1.55 billion",
    "a sum's short spelling": "€1.55bn and £1.8 billion",
    "a sum over a hard space": "£15\u00a0million",
    "a percentage's sign": "4.1%",
    "a number without its comma": "15000 homes",
    "a day without its year": "12 December",
    "a month of a date": "December 2025",
    "another preposition": "until 31 March 2027",
    "an ordinal": "12th December 2025",
    "a name of an Act without its year": "the Energy Act",
    "an Act at the start of a sentence": "The Energy Act 2023 applies.",
    "a section of an Act": "section 35",
    "no figure": "Euroclear made its first transfer.",
    "nothing": "",
}


@pytest.mark.parametrize("figure", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_error_is_caught_alone_and_among_true_figures(figure: str) -> None:
    assert strange(figure, [SOURCE])
    assert strange(f"{SOURCE} It was {figure}.", [SOURCE])
    assert strange(f"{SOURCE}\n\n{figure}", ["Nothing of it.", SOURCE])


@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_another_spelling_of_what_the_source_says_is_no_error(said: str) -> None:
    assert strange(said, [SOURCE]) == ()
    assert strange(said, ["Something else.", SOURCE]) == ()


def test_every_strange_figure_is_named_once_and_in_order_as_printed() -> None:
    assert strange("£2 bn, 12 December, 99 and again £2 bn in Article 7", [SOURCE]) == ("£2 bn", "99", "Article 7")


def test_without_a_source_every_figure_is_strange() -> None:
    assert strange("£15 million on 12 December", []) == ("£15 million", "12 December")


def test_two_sources_are_not_read_as_one() -> None:
    assert strange("£15 million", ["It cost £15", "million people came"]) == ("£15 million",)


# -- figures made up ------------------------------------------------------------------------------------

NUMBER = st.one_of(
    st.integers(1, 999).map(str),
    st.integers(1_000, 9_999_999).map("{:,}".format),
    st.tuples(st.integers(1, 99), st.integers(1, 99)).map(lambda two: f"{two[0]}.{two[1]}"),
)
MONTH = st.sampled_from("January March May June August September November December".split())
SCALE = st.sampled_from(["thousand", "million", "billion", "trillion"])
SUM = st.tuples(st.sampled_from("£€$"), NUMBER, SCALE).map(lambda sum_: f"{sum_[0]}{sum_[1]} {sum_[2]}")
PERCENT = st.tuples(NUMBER, st.sampled_from([" per cent", "%"])).map("".join)
DATE = st.tuples(st.integers(1, 28), MONTH, st.integers(1990, 2049)).map(lambda day: f"{day[0]} {day[1]} {day[2]}")
REFERENCE = st.tuples(st.sampled_from(["Article", "section", "clause", "Regulation"]), st.integers(1, 999)).map(
    lambda reference: f"{reference[0]} {reference[1]}"
)
FIGURE = st.one_of(SUM, PERCENT, DATE, REFERENCE, NUMBER.map(lambda number: f"{number} homes"))
WORDS = st.sampled_from("ministers said that the levy fell after long talks in Brussels and London".split())
SENTENCE = st.lists(st.one_of(FIGURE, WORDS), min_size=1, max_size=12).map(lambda parts: f"{', '.join(parts)}.")


@given(st.lists(SENTENCE, min_size=1, max_size=4), st.data())
def test_a_sentence_of_a_source_has_no_strange_figure(source: list[str], data: st.DataObject) -> None:
    said = data.draw(st.sampled_from(source))
    assert strange(said, [" ".join(source)]) == ()
    assert strange(f"“{said}”", ["Nothing.", " ".join(source)]) == ()


def other(figure: str, data: st.DataObject) -> str:
    """Another figure than this one, by one change: a digit, a currency, a scale, a month, a percentage's unit."""
    digits = [at for at, sign in enumerate(figure) if sign.isdigit()]
    at = data.draw(st.sampled_from(digits))
    changed = data.draw(st.sampled_from([one for one in "123456789" if one != figure[at]]))
    ways = [f"{figure[:at]}{changed}{figure[at + 1 :]}"]
    if figure[0] in "£€$":
        ways += [data.draw(st.sampled_from([one for one in "£€$" if one != figure[0]])) + figure[1:], figure[1:]]
    for word, of in (("thousand", "million"), ("million", "billion"), ("billion", "million"), ("trillion", "billion")):
        ways += [figure.replace(word, of), figure.replace(f" {word}", "")] if word in figure else []
    if month := re.search("[A-Z][a-z]+(?= [0-9]{4})", figure):
        ways.append(figure.replace(month.group(), "October"))
    if "%" in figure or "per cent" in figure:
        ways.append(f"{figure.removesuffix('%').removesuffix(' per cent')} percentage points")
    return data.draw(st.sampled_from(ways))


@given(FIGURE, st.lists(WORDS, max_size=6), st.data())
def test_a_figure_changed_by_one_sign_or_word_is_always_caught(
    figure: str, words: list[str], data: st.DataObject
) -> None:
    planted = other(figure, data)
    assert strange(" ".join([*words, planted, "."]), [" ".join([*words, figure, "."])])


# -- the briefings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["briefings", "tests/briefings"])
def test_no_sentence_paragraph_or_next_step_of_any_sample_raises_an_alarm(folder: str) -> None:
    read = read_folder(ROOT / Path(folder), LONDON).briefings
    assert read
    alarms = []
    for briefing in read:
        for part in briefing.paragraphs:
            text = briefing.body[part.start : part.end]
            quotes = [text, *(text[start:end] for start, end in sentences(text, 0))]
            alarms += [(briefing.id, quote, found) for quote in quotes if (found := strange(quote, [text]))]
        for step in steps(briefing):
            around = [
                briefing.body[part.start : part.end]
                for part in briefing.paragraphs
                if part.start < step.end and step.start < part.end
            ]
            alarms += [(briefing.id, step.item, found) for found in [strange(step.item, around)] if found]
    assert alarms == []


# -- cuts -----------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(FIGURE, WORDS), min_size=1, max_size=12).map(" ".join), st.data())
def test_a_text_cut_short_says_no_other_figure(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    kept = parted(text, at)
    assert 0 <= kept <= at
    assert strange(text[:kept], [text]) == ()


@pytest.mark.parametrize("piece", ["1,", "1:", "12 May ", "£1 ", "Article 1(a)", "A-", "Ab of the ", "1.", "5GW/"])
def test_any_text_is_held_against_any_in_linear_time(piece: str) -> None:
    text = (piece * 40_000)[:40_000]
    began = time.process_time()
    assert strange(text, [text]) == ()
    assert strange(f"{text} £7.77", [text]) == ("£7.77",)
    assert time.process_time() - began < 20  # seconds; far under where nothing else runs, and quadratic takes minutes


@pytest.mark.parametrize("text", EVIL, ids=lambda text: repr(text[:8]))
def test_an_evil_text_agrees_with_itself(text: str) -> None:
    assert strange(text[:4_000], [text[:4_000]]) == ()
