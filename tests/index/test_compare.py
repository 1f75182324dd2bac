"""Values set against each other: the newest is chosen; the same in other words is no change, nor is another thing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import compare
from index.question import read as read_question
from index.types import Briefing, Form, Hit, Paragraph, Passage, Sentence, Span

TODAY = date(2026, 9, 1)
FINE, LOAN, COUNCIL = "How much is the fine?", "How much is the loan to Malta?", "How many members has the council?"
SHARE = "What share of members agree?"
VOTE, OPENS, NOTICE = "When is the vote on fares?", "When does the scheme open?", "How long is the notice period?"


def told(body: str, marked: str, month: int, score: float = 3.0) -> tuple[Span, Hit]:
    """Make what was read in a briefing of one sentence, published on the first of a month."""
    at = body.index(marked)
    briefing = Briefing(f"b{month}", "Paper", body, "b.md", (Paragraph(1, 0, len(body)),), date(2026, month, 1))
    passage = Passage(briefing.id, 0, len(body), 1, 1, "", body, (Sentence(0, len(body)),), "digest")
    return Span(0, len(body), score, (at, at + len(marked))), Hit(passage, briefing, 0.03, 0.6, 1.0, (0.6,))


def order(asked: str, *pairs: tuple[Span, Hit]) -> tuple[Form, list[str]]:
    """Arrange what was read, and give the briefings in their order."""
    form, ordered = compare.arranged(read_question(asked, TODAY), pairs)
    return form, [hit.briefing.id for _, hit in ordered]


@pytest.mark.parametrize(
    ("asked", "old", "was", "new", "now"),
    [
        pytest.param(
            FINE, "The fine is £5,000.", "£5,000", "The fine is £7,000, up from £5,000.", "£7,000", id="an update"
        ),
        pytest.param(
            FINE, "The fine is £5,000.", "£5,000", "The fine rose from £5,000 to £7,000.", "from £5,000 to £7,000",
            id="both marked",
        ),
        pytest.param(
            LOAN, "The loan to Malta is €90 billion.", "€90 billion",
            "The loan to Malta is £90 billion.", "£90 billion", id="another currency",
        ),
        pytest.param(
            COUNCIL, "The council has 12 members.", "12",
            "The council has 15 members and met on 12 May.", "15", id="the same digits in a date",
        ),
        pytest.param(
            VOTE, "The vote on fares is on 12 June.", "12 June",
            "The vote on fares is on 19 June, not 12 June.", "19 June", id="a day moved",
        ),
        pytest.param(
            LOAN, "The Commission proposed a loan to Malta of €140 billion.", "€140 billion",
            "The Council agreed a loan to Malta of €90 billion.", "€90 billion", id="said by others",
        ),
        pytest.param(
            LOAN, "A loan to Malta of €90 billion. It was the second meeting of leaders.", "€90 billion",
            "The loan to Malta is €140 billion. It is the third change this year.", "€140 billion",
            id="ordinals of something else",
        ),
        pytest.param(
            FINE, "The fine was set at £5,000 at a meeting in Leeds.", "£5,000",
            "The fine is £6,000 after a vote in the Lords.", "£6,000", id="set elsewhere",
        ),
        pytest.param(
            FINE, "The fine was cut to £5,000 in the High Court.", "£5,000",
            "The fine was cut to £4,000 in the Court of Appeal.", "£4,000", id="set by another court",
        ),
        pytest.param(
            LOAN, "The first reading set the loan to Malta at £5 million.", "£5 million",
            "The second reading set the loan to Malta at £6 million.", "£6 million", id="at another reading",
        ),
        pytest.param(
            LOAN, "The loan to Malta is $5 million.", "$5 million",
            "The loan to Malta is A$5 million.", "A$5 million", id="other dollars",
        ),
        pytest.param(
            "How large is the balance?", "The balance is -£3 million.", "-£3 million",
            "The balance is £3 million.", "£3 million", id="no longer below nothing",
        ),
        pytest.param(
            SHARE, "Two thirds of members agree.", "Two thirds",
            "Two fifths of members agree.", "Two fifths", id="fifths, not thirds",
        ),
        pytest.param(
            SHARE, "One third of members agree.", "One third",
            "One fifth of members agree.", "One fifth", id="a fifth, not a third",
        ),
    ],
)  # fmt: skip
def test_the_newer_value_is_chosen_though_the_older_is_the_better_read(
    asked: str, old: str, was: str, new: str, now: str
) -> None:
    assert order(asked, told(old, was, 1), told(new, now, 6, 2.5)) == (Form.CHANGED, ["b6", "b1"])
    assert order(asked, told(new, now, 6), told(old, was, 1, 2.5)) == (Form.CHANGED, ["b6", "b1"])


@pytest.mark.parametrize(
    ("asked", "sentence", "one", "other"),
    [
        pytest.param(VOTE, "The vote on fares is on {}.", "Friday 12 June", "12 June 2026", id="a weekday, a year"),
        pytest.param(OPENS, "The scheme opens {}.", "on 1 May 2027", "from 1 May 2027", id="prepositions"),
        pytest.param(OPENS, "The scheme opens in {}.", "May 2027", "2027", id="more and less exact"),
        pytest.param(NOTICE, "The notice period is {}.", "four months", "4 months", id="in words"),
        pytest.param(NOTICE, "The notice period is {}.", "a four-month period", "four months", id="hyphened"),
        pytest.param(NOTICE, "The notice period is {}.", "twelve months", "one year", id="other units"),
        pytest.param(LOAN, "The loan to Malta is {}.", "about £90 billion", "some £90 billion", id="about"),
        pytest.param(LOAN, "The loan to Malta is {}.", "€1.5 billion", "€1,500 million", id="scales"),
        pytest.param(LOAN, "The loan to Malta is {}.", "€5bn", "5 billion euros", id="spelt out"),
        pytest.param(COUNCIL, "The council has {} members.", "twenty-one", "21", id="a number in words"),
        pytest.param(COUNCIL, "The council has {} members.", "one hundred and five", "105", id="hundreds in words"),
        pytest.param(COUNCIL, "The council has {} members.", "two hundred thousand", "200,000", id="scales in words"),
        pytest.param(COUNCIL, "The council has {} members.", "half a million", "500,000", id="half of a scale"),
        pytest.param(NOTICE, "The notice period is {}.", "one and a half years", "18 months", id="and a half"),
        pytest.param(SHARE, "Some {} of members agree.", "a third", "one third", id="a third"),
        pytest.param(SHARE, "Some {} of members agree.", "half", "one half", id="a half"),
        pytest.param(LOAN, "The loan to Malta is {}.", "$5 million", "US$5 million", id="the same dollars"),
    ],
)
def test_the_same_value_in_other_words_is_no_change(asked: str, sentence: str, one: str, other: str) -> None:
    first, second = ((sentence.format(words), words) for words in (one, other))
    assert order(asked, told(*first, 1), told(*second, 4)) == (Form.PASSAGE, ["b1", "b4"])
    assert order(asked, told(*second, 1), told(*first, 4)) == (Form.PASSAGE, ["b1", "b4"])


@pytest.mark.parametrize(
    ("asked", "old", "was", "new", "now"),
    [
        pytest.param(
            "How much aid was agreed?", "Aid of £5 million to France was agreed.", "£5 million",
            "Aid of £7 million to Kenya was agreed.", "£7 million", id="to others",
        ),
        pytest.param(
            "How much was paid out?", "The first €5 billion was paid out.", "€5 billion",
            "The second €7 billion was paid out.", "€7 billion", id="another instalment",
        ),
        pytest.param(
            "How much was paid out?", "The first instalment of €5 billion was paid out.", "€5 billion",
            "The second instalment of €7 billion was paid out.", "€7 billion", id="an instalment of so much",
        ),
        pytest.param(
            FINE, "The fine rose from £5,000 to £7,000.", "£5,000", "The fine is £7,000.", "£7,000",
            id="a value the older quote had already",
        ),
    ],
)  # fmt: skip
def test_figures_for_different_things_are_no_change(asked: str, old: str, was: str, new: str, now: str) -> None:
    assert order(asked, told(old, was, 1), told(new, now, 6)) == (Form.PASSAGE, ["b1", "b6"])


def test_the_newest_and_the_next_are_shown_of_all_that_differ() -> None:
    values = {3: "£5,000", 1: "£4,000", 6: "£7,000", 5: "£7,000"}
    read = [told(f"The fine is {value}.", value, month) for month, value in values.items()]
    assert order(FINE, *read) == (Form.CHANGED, ["b6", "b3", "b1", "b5"])


_PIECES = [
    "£",
    "€",
    "US$",
    "5",
    "1,500",
    ".",
    "-",
    "–",
    " ",
    "\n",
    "bn",
    "million",
    "half",
    "a",
    "twenty",
    "one",
    "%",
    "p",
]
_PIECES += ["months", "year", "hundred", "dozen", "12", "June", "2026", "by", "Friday", "to", "Kenya", "²", "٣", ","]


@given(st.lists(st.sampled_from(_PIECES), min_size=1), st.lists(st.sampled_from(_PIECES), min_size=1))
def test_whatever_is_marked_may_be_compared(one: list[str], other: list[str]) -> None:
    bodies = ["".join(pieces) for pieces in (one, other)]
    form, names = order(FINE, *(told(body, body, month) for month, body in enumerate(bodies, 1)))
    assert form in Form
    assert sorted(names) == ["b1", "b2"]
    assert order(FINE, *(told(bodies[0], bodies[0], month) for month in (1, 2)))[0] is Form.PASSAGE
