"""A figure is one thing: marked whole, cut nowhere, and another one wherever scale, unit, sign or end differ."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import spans
from index.guard import parted, place_of, strange
from index.read import whole
from index.sentences import sentences
from index.types import Kind

MARKED = [
    ("Some 2.5 million people came.", "2", "2.5 million"),
    ("Some 2.5 million people came.", "5 million", "2.5 million"),
    ("Grants went to 15,000 homes.", "000", "15,000"),
    ("The levy raised £1.8\nbillion in all.", "1.8", "£1.8\nbillion"),
    ("They meet on 12\nDecember 2025 again.", "December 2025", "12\nDecember 2025"),
    ("It costs £10–15 million a year.", "£10", "£10–15 million"),
    ("It costs £10 to £15 million a year.", "15", "£10 to £15 million"),
    ("The plan for 2025/26 is out.", "2025", "2025/26"),
    ("Output grew 0.1 to 0.3 per cent.", "0.1", "0.1 to 0.3 per cent"),
    ("It takes three to six months.", "six", "three to six months"),
    ("There are twenty-one councils.", "one", "twenty-one"),
    ("There are two hundred and five councils.", "five", "two hundred and five"),
    ("A duty under s 21 applies.", "21", "s 21"),
    ("The fund has £1.5\u2009billion left.", "1.5", "£1.5\u2009billion"),
    ("Canberra paid A$5 million.", "5", "A$5 million"),
    ("Output changed by -0.5% in May.", "0.5", "-0.5%"),
    ("Growth came in the third quarter of 2025.", "2025", "third quarter of 2025"),
    ("The Housing (Wales) Act 2014 applies.", "2014", "Housing (Wales) Act 2014"),
    ("Some two hundred and five thousand came.", "five", "two hundred and five thousand"),
    ("Prices rose one hundred thousand per cent.", "one", "one hundred thousand per cent"),
    ("The Act lasted a hundred and five years.", "five", "a hundred and five years"),
    ("It was set for 2024-5 at first.", "5", "2024-5"),
]
APART = [
    (Kind.MONEY, "It rose from £10 million to £15 million.", ["£10 million", "£15 million"]),
    (Kind.NUMBER, "Visits rose from 700,000 to 1.4 million.", ["700,000", "1.4 million"]),
    (Kind.NUMBER, "Between 3 and 900 or 1.2 million came.", ["3", "900", "1.2 million"]),
    (Kind.MONEY, "The limit goes from £75,000 to £2 million.", ["£75,000", "£2 million"]),
    (Kind.MONEY, "A grant of £120 to 9 million families.", ["£120"]),
    (Kind.MONEY, "From 500,000 to 1.2 million euros.", ["1.2 million euros"]),
    (Kind.PERCENT, "Inflation fell in March 2025 to 3.8 per cent.", ["3.8 per cent"]),
    (Kind.NUMBER, "The number of seats went from 650 to 600.", ["650", "600"]),
    (Kind.INSTRUMENT, "The Chancellor's 21 advisers left.", []),
    (Kind.DATE, "It was laid on 2025-12-19 at noon.", ["2025-12-19"]),
]
PLANTED = [
    ("two million people", "two billion people"),
    ("ten", "ten million"),
    ("seven million", "seven hundred million"),
    ("six years", "six months"),
    ("a six-month delay", "six years"),
    ("312-298", "312 votes to 299"),
    ("five per cent", "five"),
    ("0.5%", "-0.5%"),
    ("-0.5%", "0.5%"),
    ("−£3 million", "£3 million"),
    ("£1", "£1-2 billion"),
    ("£10–15 million", "£10"),
    ("£10–15 million", "15 million"),
    ("one fifth", "one third"),
    ("the Housing (Scotland) Act 2014", "the Housing (Wales) Act 2014"),
    ("the Treaty of Nice", "the Treaty of Lisbon"),
    ("Part V", "Part IV"),
    ("Article XXIV", "Article XX"),
    ("$5m", "A$5m"),
    ("£1.5", "£1.5 Billion"),
    ("In April they met", "In March they met"),
    ("by the end of April", "by the end of March"),
    ("the fourth quarter", "the third quarter"),
    ("£1 500", "£1 500 000"),
]
AGREED = [
    ("It paid £120.", "A grant of £120 to 9 million families."),
    ("Visits were 700,000 once.", "Visits rose from 700,000 to 1.4 million."),
    ("It passed by 312 votes to 298.", "The vote was 312-298."),
    ("The vote was 312–98.", "It passed by 312 votes to 98."),
    ("a six-month delay", "A delay of six months."),
    ("two years", "A two-year term."),
    ("6-month", "It took 6 months."),
    ("a 10 working day limit", "Within 10 working days."),
]
FIGURES = sorted({one for pair in PLANTED for one in pair} | {marked for _, _, marked in MARKED})
WORDS = "by from in to or and the of between (about) a Council Order more".split()


@pytest.mark.parametrize(("body", "marked", "wanted"), MARKED)
def test_a_figure_of_which_a_part_answers_is_marked_whole(body: str, marked: str, wanted: str) -> None:
    at = body.index(marked)
    start, end = whole(body, at, at + len(marked))
    assert body[start:end] == wanted


@pytest.mark.parametrize(("kind", "text", "expected"), APART)
def test_figures_that_say_all_by_themselves_stay_apart(kind: Kind, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in spans.find(kind, text)] == expected


@pytest.mark.parametrize(("true", "planted"), PLANTED)
def test_another_scale_unit_sign_or_end_is_another_figure(true: str, planted: str) -> None:
    assert strange(planted, [f"It was {true} at most."])
    assert strange(true, [f"It was {true} at most."]) == ()


@pytest.mark.parametrize(("said", "source"), AGREED)
def test_the_same_figure_in_another_form_agrees(said: str, source: str) -> None:
    assert strange(said, [source]) == ()


@pytest.mark.parametrize("piece", ["hundred ", "dozen ", "two hundred and ", "a hundred thousand "])
def test_a_run_of_counting_words_does_not_hang(piece: str) -> None:
    began = time.perf_counter()
    for kind in Kind:
        spans.find(kind, piece * 500)
    assert time.perf_counter() - began < 2  # seconds; far under where nothing else runs


def stretch(text: str, edges: tuple[float, float]) -> str:
    """Cut a stretch out of a text between words, and never in a figure."""
    spaces = [0, *(at for at, sign in enumerate(text) if sign == " "), len(text)]
    start, end = sorted(spaces[int(edge * (len(spaces) - 1))] for edge in edges)
    return text[parted(text, start) : parted(text, end)]


EDGE = st.floats(0, 1)


@given(
    st.lists(st.sampled_from([*(f"{one}," for one in FIGURES), *WORDS]), min_size=1, max_size=9).map(" ".join),
    st.tuples(EDGE, EDGE),
)
def test_what_is_cut_from_a_passage_between_figures_always_agrees_with_it(
    text: str, edges: tuple[float, float]
) -> None:
    assert strange(stretch(text, edges), [text]) == ()


def test_a_sentence_too_long_is_cut_in_no_figure() -> None:
    text = f"{'word ' * 198}£1.8 billion and {'word ' * 20}"
    assert [text[start:end] for start, end in sentences(text)][1].startswith("£1.8 billion")


@pytest.mark.parametrize(
    ("part", "text", "at"),
    [
        ("12", "In 2012 the council had 12 members.", 24),
        ("2 million", "It was £22 million, then 2 million more.", 25),
        ("art", "The party of art.", 13),
        ("201", "In 2012.", 3),
        ("9", "In 2012.", -1),
    ],
)
def test_a_part_is_found_where_it_stands_whole(part: str, text: str, at: int) -> None:
    assert place_of(part, text) == at
