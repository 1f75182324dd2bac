"""Reading: words and figures whole, lists recognised, newer values before older ones, parts together."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import compare, listing
from index.question import read as read_question
from index.read import best, whole
from index.sentences import sentences
from index.types import Briefing, Form, Hit, Kind, Paragraph, Passage, Sentence, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2026, 3, 1)


def hit(body: str, name: str = "one", published: date | None = date(2026, 1, 5), cosine: float = 0.6) -> Hit:
    """Make a hit of one paragraph."""
    places = tuple(Sentence(start, end) for start, end in sentences(body))
    briefing = Briefing(name, f"Paper {name}", body, f"{name}.md", (Paragraph(1, 0, len(body)),), published)
    passage = Passage(name, 0, len(body), 1, 1, "", body, places, "digest")
    return Hit(passage, briefing, 0.03, cosine, 1.0, (cosine,) * len(places))


def span(one: Hit, words: str, score: float = 2.0) -> tuple[Span, Hit]:
    """Make what a reader would give for words of a hit: their sentence, and they marked."""
    at = one.briefing.body.index(words)
    sentence = next(place for place in one.passage.sentences if place.start <= at < place.end)
    return Span(sentence.start, sentence.end, score, (at, at + len(words))), one


@pytest.mark.parametrize(
    ("body", "marked", "wanted"),
    [
        pytest.param("It cost £1.8 billion in all.", "1.8", "£1.8 billion", id="a sum with its sign and scale"),
        pytest.param("Ready by 2030, they said.", "2030", "by 2030", id="a date with its preposition"),
        pytest.param("On 18 December 2025 they met.", "December", "18 December 2025", id="a date from its middle"),
        pytest.param("A rise of 4.1 per cent came.", "4.1", "4.1 per cent", id="a percentage"),
        pytest.param("They met the Chancellor, Ms Reeves.", "hancello", "Chancellor", id="a word cut by its pieces"),
        pytest.param("They said “no deal”, and left.", "“no deal”,", "no deal", id="no punctuation around it"),
        pytest.param("First.\n\nIt was £5 million.", "5", "£5 million", id="in a later paragraph"),
    ],
)
def test_what_is_marked_is_whole(body: str, marked: str, wanted: str) -> None:
    at = body.index(marked)
    start, end = whole(body, at, at + len(marked))
    assert body[start:end] == wanted


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 40))
def test_marking_any_text_stays_within_it(body: str, start: int, length: int) -> None:
    start = min(start, len(body))
    first, last = whole(body, start, min(start + length, len(body)))
    assert 0 <= first <= last <= len(body) or first == last


def test_the_likeliest_span_lies_in_the_passage_and_runs_forward() -> None:
    inside = np.array([0, 0, 1, 1, 1, 1], bool)
    starts = np.array([0, 9, 1, 2, 5, 0], np.float32)
    ends = np.array([0, 9, 8, 3, 1, 4], np.float32)
    assert best(starts, ends, inside) == (2, 2, 9.0) or best(starts, ends, inside) == (4, 5, 9.0)
    assert best(starts, np.array([0, 9, 0, 3, 1, 5], np.float32), inside) == (4, 5, 10.0)


@pytest.mark.parametrize(
    ("text", "kinds", "topic"),
    [
        ("which briefings mention Article 122", (), {"articl", "122"}),
        ("Which of our briefings have covered steel quotas?", (), {"steel", "quota"}),
        ("List all briefings about Euroclear", (), {"euroclear"}),
        ("every sum tied to Belgium", (Kind.MONEY,), {"belgium"}),
        ("List every date for the Sentencing Bill", (Kind.DATE,), {"sentenc", "bill"}),
        ("what are all the percentages on wind power?", (Kind.PERCENT,), {"wind", "power"}),
    ],
)
def test_a_question_for_a_list_is_told_by_its_words(text: str, kinds: Sequence[Kind], topic: set[str]) -> None:
    found = listing.read(text)
    assert found is not None
    assert (found.kinds, set(found.stems)) == (kinds, topic)


@pytest.mark.parametrize(
    "text",
    [
        "How much was agreed for Belgium?",
        "Which minister mentioned Article 122?",
        "Who met whom and when?",
        "When does every school have to comply?",
        "Is there a briefing on steel that says when quotas end?",
        "",
    ],
)
def test_a_plain_question_is_no_list(text: str) -> None:
    assert listing.read(text) is None


@given(st.text(max_size=200))
def test_any_question_may_be_looked_at_for_a_list(text: str) -> None:
    found = listing.read(text)
    assert found is None or found.stems


def test_every_item_of_a_list_holds_the_subject_and_stands_once_newest_first() -> None:
    old = hit(
        "Belgium lent €5 million. Then Belgium lent €5 million again. France lent €7 million.", "old", date(2025, 1, 1)
    )
    new = hit("Belgium asked for €9 billion, and €1 million more for Belgium’s costs.", "new", date(2026, 2, 1))
    wanted = listing.read("every sum tied to Belgium")
    assert wanted is not None
    found = listing.items(wanted, [old, new])
    marks = [(one.briefing.id, one.briefing.body[slice(*place.highlight)]) for place, one in found if place.highlight]
    assert marks == [("new", "€9 billion"), ("new", "€1 million"), ("old", "€5 million")]


def test_briefings_that_mention_a_thing_are_listed_once_each() -> None:
    some = [
        hit("The Council used Article 122. It held.", "a", date(2026, 1, 1)),
        hit("Article 12 was spoken of.", "b", date(2026, 1, 2)),
        hit("Ministers met. Article 122 came up.", "c", date(2026, 1, 3)),
    ]
    wanted = listing.read("Which briefings mention Article 122?")
    assert wanted is not None
    found = listing.items(wanted, some)
    assert [one.briefing.id for _, one in found] == ["c", "a"]
    assert found[0][1].briefing.body[found[0][0].start : found[0][0].end] == "Article 122 came up."


def test_a_newer_value_comes_before_an_older_one() -> None:
    asked = read_question("How much is the loan to Ukraine?", TODAY)
    older = span(hit("The loan to Ukraine is €140 billion.", "old", date(2025, 10, 24)), "€140 billion", 3.0)
    newer = span(hit("The loan to Ukraine is €90 billion.", "new", date(2025, 12, 19)), "€90 billion", 2.5)
    form, ordered = compare.arranged(asked, [older, newer])
    assert form is Form.CHANGED
    assert [one.briefing.id for _, one in ordered] == ["new", "old"]


@pytest.mark.parametrize(
    ("body", "marked", "published", "score"),
    [
        pytest.param(
            "The loan to Ukraine is €140 billion.", "€140 billion", date(2025, 12, 19), 2.5, id="the same value"
        ),
        pytest.param("The loan to Ukraine is €90 billion.", "€90 billion", date(2025, 10, 24), 2.5, id="the same day"),
        pytest.param(
            "The loan to Ukraine is €140 billion (£122 billion).",
            "£122 billion",
            date(2025, 12, 19),
            2.5,
            id="the same value in another currency",
        ),
        pytest.param(
            "The loan to Ukraine is €90 billion.", "€90 billion", date(2025, 12, 19), -1.0, id="an unlikely answer"
        ),
        pytest.param(
            "The grant to Moldova is €90 billion.", "€90 billion", date(2025, 12, 19), 2.5, id="another thing"
        ),
        pytest.param("The loan to Ukraine is due in May 2026.", "May 2026", date(2025, 12, 19), 2.5, id="another kind"),
    ],
)
def test_values_are_set_against_each_other_only_where_they_answer_the_same(
    body: str, marked: str, published: date, score: float
) -> None:
    asked = read_question("How much is the loan to Ukraine?", TODAY)
    first = span(hit("The loan to Ukraine is €140 billion.", "old", date(2025, 10, 24)), "€140 billion", 3.0)
    form, ordered = compare.arranged(asked, [first, span(hit(body, "new", published), marked, score)])
    assert form is Form.PASSAGE
    assert ordered[0] is first


def test_a_question_for_two_things_is_answered_by_two_quotes_where_no_one_holds_both() -> None:
    asked = read_question("Who signed the treaty with Norway and when?", TODAY)
    who = span(hit("The treaty with Norway was signed by John Healey.", "a"), "John Healey", 3.0)
    when = span(hit("The treaty with Norway was signed on 4 December 2025.", "b"), "4 December 2025", 2.0)
    form, ordered = compare.arranged(asked, [who, when])
    assert form is Form.PARTS
    assert [one.briefing.id for _, one in ordered] == ["a", "b"]
