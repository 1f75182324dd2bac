"""Lists: recognised by their words, refused where something else is asked, and of what holds the subject whole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot import blocks, kit
from index import listing
from index.answer import LISTED, listed
from index.question import read as read_question
from index.search import Found
from index.sentences import sentences
from index.types import Briefing, Hit, Kind, Paragraph, Passage, Searched, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.listing import Listing

TODAY = date(2026, 9, 1)


def hit(body: str, name: str = "one", days: int = 0) -> Hit:
    """Make a hit of one paragraph, published so many days before today."""
    places = tuple(Sentence(start, end) for start, end in sentences(body))
    briefing = Briefing(name, "Paper", body, "b.md", (Paragraph(1, 0, len(body)),), TODAY - timedelta(days))
    passage = Passage(name, 0, len(body), 1, 1, "", body, places, "digest")
    return Hit(passage, briefing, 0.03, 0.6, 1.0, (0.6,) * len(places))


def asked(text: str) -> Listing | None:
    """Read a question for a list, its period and its phrases with it."""
    question = read_question(text, TODAY)
    return listing.read(question.text, question.period.words if question.period else "", question.phrases)


def marks(text: str, *hits: Hit) -> list[str]:
    """Give what is marked in each item of a list."""
    wanted = asked(text)
    assert wanted is not None
    found = listing.items(wanted, hits)
    return [one.briefing.body[slice(*span.highlight)] if span.highlight else one.briefing.id for span, one in found]


@pytest.mark.parametrize(
    ("text", "kinds", "topic"),
    [
        ("What sums are tied to Malta?", (Kind.MONEY,), ("malta",)),
        ("list the sums tied to Malta", (Kind.MONEY,), ("malta",)),
        ("List the deadlines in the Ferries Act", (Kind.DATE,), ("ferri", "act")),
        ("Which dates were set for the vote?", (Kind.DATE,), ("vote",)),
        ("any briefings on ferries?", (), ("ferri",)),
        ("Are there any briefings on ferries?", (), ("ferri",)),
        ("briefings that mention ferries", (), ("ferri",)),
        ("Briefing papers on ferries", (), ("ferri",)),
        ("where do we mention ferries?", (), ("ferri",)),
        ("Where have our briefings covered ferries?", (), ("ferri",)),
        ("Which paper mentions ferries?", (), ("ferri",)),
        ("Which paper covers ferries?", (), ("ferri",)),
        ("What sums were agreed for Malta?", (Kind.MONEY,), ("malta",)),
    ],
)
def test_a_list_is_recognised(text: str, kinds: Sequence[Kind], topic: Sequence[str]) -> None:
    found = asked(text)
    assert found is not None
    assert (found.kinds, found.stems) == (kinds, topic)


@pytest.mark.parametrize(
    "text",
    [
        "Which article covers state aid?",
        "Which articles cover state aid?",
        "What paper is on the table?",
        "What document is about to expire?",
        "Which documents are about to expire?",
        "Which briefings mention the €140 billion loan and when was it published?",
        "Is there any briefing on ferries that says when fares rise?",
        "Our briefing on ferries says what?",
        "Briefings on ferries say what?",
        "What sum is tied to Malta?",
        "What are the names of the two ferry firms?",
        "Which regulations have to be amended for ferries?",
        "What deadline is in the Ferries Act?",
        "What amounts to contempt of parliament?",
        "What are the figures for net migration?",
        "What are the dates of the summit?",
        "What costs for students will rise?",
        "What bills are paid by pensioners?",
    ],
)
def test_what_asks_for_one_thing_or_another_is_no_list(text: str) -> None:
    assert asked(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Which briefings mention Article 122 since March?",
        "Which briefings mention Article 122 in 2026?",
        "Which briefings mention Article 122 in the last month?",
        "Since March, which briefings mention Article 122?",
    ],
)
def test_a_time_of_publication_is_no_part_of_the_subject(text: str) -> None:
    assert marks(text, hit("Article 122 was used.")) == ["one"]


def test_what_must_stand_together_does() -> None:
    apart = hit("Article 5 was used on 12 May.", "apart")
    whole = hit("Ministers met. Article 5 came up on 12 May. Article 12 was used, too.", "whole", 9)
    assert marks("Which briefings mention Article 12?", apart, whole) == ["whole"]
    wanted = asked("Which briefings mention Article 12?")
    assert wanted is not None
    ((span, one),) = listing.items(wanted, [apart, whole])
    assert one.briefing.body[span.start : span.end] == "Article 12 was used, too."
    assert marks("Which briefings mention the £5 million?", hit("It cost €5 million."), hit("It cost £5m.", "two")) == [
        "two"
    ]


def test_names_joined_by_and_may_stand_apart_but_not_where_they_are_quoted() -> None:
    some = [
        hit("Euroclear is in Belgium.", "apart"),
        hit("Belgium and Euroclear agree.", "joined", 1),
        hit("The European Union sued Euroclear in Belgium.", "union", 2),
        hit("Euroclear left Belgium. The Union of European ports agreed.", "no union", 3),
    ]
    assert marks("Which briefings mention Belgium and Euroclear?", *some) == ["apart", "joined", "union", "no union"]
    assert marks('Which briefings mention "Belgium and Euroclear"?', *some) == ["joined"]
    assert marks("Which briefings mention the European Union and Euroclear?", *some) == ["union"]


def test_the_same_digits_in_another_currency_are_listed() -> None:
    some = hit("Malta got £5 million. Malta got €5 million. Malta paid £5m. It was EUR 5 million for Malta.")
    assert marks("every sum tied to Malta", some) == ["£5 million", "€5 million"]


def test_what_is_not_shown_is_counted_by_its_quotes() -> None:
    some = [hit(f"Malta got £{n} million, £{n + 20} million and £{n + 40} million.", f"b{n}", n) for n in range(1, 9)]
    found = Found(read_question("every sum tied to Malta", TODAY), tuple(some), (), Searched(8, 8, None, None))
    wanted = asked("every sum tied to Malta")
    assert wanted is not None
    all_of_them = listed(found, listing.items(wanted, some))
    assert (len(all_of_them.citations), all_of_them.more) == (LISTED, 8 - LISTED)
    one = listed(found, listing.items(wanted, some[:1]))
    assert (len(one.citations), one.more) == (1, 0)
    alike = [hit("Malta got £5 million."), hit("Malta got €5 million.", "two")]
    assert listed(found, listing.items(wanted, alike)).marks == ("£5 million", "€5 million")


def test_the_sum_listed_is_shown_however_late_it_stands() -> None:
    quote = f"{'Malta said that it would pay its part of this in the end, ' * 6}that is £42 million."
    cited = {"quote": quote, "title": "Paper", "published": "2026-01-05", "paragraph": 1, "source": "b.md"}
    data = {
        "question": "every sum tied to Malta", "read_as": "", "citations": [cited], "marks": ["£42 million"],
        "highlight": "£42 million", "form": "list", "more": 0, "confidence": 0.9, "restricted": (),
        "searched": {"briefings": 1, "passages": 1, "from": "2026-01-05", "to": "2026-01-05"},
    }  # fmt: skip
    message = blocks.answer(data, "k", TODAY)
    shown = next(one for block in message.blocks for one in block.get("elements", ()) if "quote" in one["type"])
    first, bold, last = shown["elements"]
    assert (bold["text"], last["text"]) == ("£42 million", ".")
    assert first["text"].startswith("…")
    assert quote.endswith(first["text"].removeprefix("…") + "£42 million.")
    assert quote[-len(first["text"]) - len("£42 million.")] == " "
    assert len(first["text"]) < kit.ITEM
    assert "£42 million" in message.text
