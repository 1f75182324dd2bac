"""What a question asks for: the time it restricts to, the kind of answer, the latest; and what comes first then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from index.answer import Tried, propose
from index.fuse import newest_first
from index.mark import candidates
from index.question import read
from index.rerank import FEATURES
from index.search import Found
from index.sentences import sentences
from index.types import Briefing, Hit, Kind, Paragraph, Passage, Searched, Sentence, Span

if TYPE_CHECKING:
    from index.types import Question

TODAY = date(2026, 3, 1)
FIGURE = (Kind.MONEY, Kind.PERCENT, Kind.NUMBER)


def period(text: str) -> tuple[str, str] | None:
    found = read(text, TODAY).period
    return (str(found.earliest), str(found.latest)) if found else None


@pytest.mark.parametrize(
    "text",
    [
        "What do our briefings say will change in April 2027?",
        "What do our briefings say about fares in 2025?",
        "What does the green paper published in May 2025 say about fishing?",
        "Was the review published before March?",
        "How much did the strategy published in July commit?",
        "According to the briefings, how many trams were built in 2019?",
        "What did we say about last year's budget?",
        "What did we say about the treaty signed in 2024?",
        "What did we say on the 2024 budget?",
        "What did our government report in 2024",
        "What did we publish on trams in April 2027?",
        "What is the latest on the vote in May?",
        "By how much did claims jump after the winter fuel news?",
        "What was published by the regulator in 2025?",
        "What did we say on the March budget?",
    ],
)
def test_the_date_of_a_fact_restricts_nothing(text: str) -> None:
    assert period(text) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("What did we say about trams in 2024?", "2024-01-01", "2024-12-31"),
        ("What did we say on Norway in 2024?", "2024-01-01", "2024-12-31"),
        ("List all briefings on Norway in 2025", "2025-01-01", "2025-12-31"),
        ("What did we publish on fishing in March?", "2026-03-01", "2026-03-31"),
        ("What did we publish last week on fishing?", "2026-02-16", "2026-02-22"),
        ("What did last week's briefing say about fishing?", "2026-02-16", "2026-02-22"),
        ("What is the latest on trams this week?", "2026-02-23", "2026-03-01"),
        ("In March 2024, what did we say on fishing?", "2024-03-01", "2024-03-31"),
        ("What did we publish on the 12th of December 2024?", "2024-12-12", "2024-12-12"),
        ("What did we say on Friday the 12th of December 2025 about trams?", "2025-12-12", "2025-12-12"),
        ("What does our briefing of 12 December 2025 say about Norway?", "2025-12-12", "2025-12-12"),
        ("What has changed on trams since the end of October 2024?", "2024-10-21", "2026-03-01"),
        ("Which briefings were published before July 2025?", "0001-01-01", "2025-06-30"),
        ("Have we covered trams in 2024?", "2024-01-01", "2024-12-31"),
        ("What was published in 2025?", "2025-01-01", "2025-12-31"),
        ("What was published on ferries this month?", "2026-03-01", "2026-03-01"),
        ("What has been published on ferries in 2025?", "2025-01-01", "2025-12-31"),
        ("What did we say on 3 and 4 February?", "2026-02-03", "2026-02-04"),
    ],
)
def test_the_time_of_what_we_published_restricts_to_it(text: str, first: str, last: str) -> None:
    assert period(text) == (first, last)


def test_the_words_that_restrict_are_not_searched_for() -> None:
    assert read("In March 2024, what did we say on fishing?", TODAY).terms == ("fishing",)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("What did the committee say about the deadline?", ()),
        ("What did the regulator say about the number of boats?", ()),
        ("What is the committee's deadline?", ((Kind.DATE,),)),
        ("Which committee met, and what is the deadline?", ((Kind.NAME,), (Kind.DATE,))),
        ("boat licence consultation deadline", ((Kind.DATE,),)),
        ("Is there a deadline for replies?", ((Kind.DATE,),)),
        ("I need the number of boats at sea", ((Kind.NUMBER,),)),
        ("Which bill ends boat licences?", ((Kind.INSTRUMENT,),)),
        ("What does the Bill change?", ()),
        ("What is the Fishing Bill meant to do?", ()),
        ("what's the bill for the whole thing?", ((Kind.MONEY,),)),
        ("What is the fleet's day-to-day budget?", ((Kind.MONEY,),)),
        ("What is the average household energy bill?", ((Kind.MONEY,),)),
        ("What will the price cap be?", ((Kind.MONEY,),)),
        ("How much notice must owners give?", ((Kind.DURATION,),)),
        ("How much longer will the ban last?", ((Kind.DURATION,),)),
        ("How much time do boats have?", ((Kind.DURATION,),)),
        ("By how much did fares rise?", ((Kind.PERCENT, Kind.MONEY, Kind.NUMBER),)),
        ("What are the latest figures on fishing?", (FIGURE,)),
        ("What official figures are there on fishing?", (FIGURE,)),
        ("What were its catch figures?", (FIGURE,)),
        ("What explains the figures?", ()),
        ("What is behind the figures?", ()),
        ("What are the bills before parliament?", ()),
        ("What are the two bills on housing?", ()),
        ("What are energy bills for a boat now?", ((Kind.MONEY,),)),
    ],
)
def test_a_kind_is_asked_for_only_where_it_is_what_is_asked(text: str, asks: tuple[tuple[Kind, ...], ...]) -> None:
    assert read(text, TODAY).asks == asks


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Is the deadline 12 May?", True),
        ("Did the deadline move to 12 May?", True),
        ("What happens after the deadline of 12 May?", False),
        ("Can you tell me what follows the 12 May deadline?", False),
    ],
)
def test_what_repeats_the_question_answers_whether_it_is_so_and_nothing_else(text: str, *, held: bool) -> None:
    assert bool(candidates(Kind.DATE, "The deadline is 12 May.", read(text, TODAY))) is held


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("What's new on fishing?", True),
        ("What is new?", True),
        ("What is the latest on fishing?", True),
        ("What is new in the bill?", True),
        ("What is the new fee for boats?", False),
        ("What's the new cap on catches?", False),
        ("What are the latest figures on fishing?", False),
    ],
)
def test_the_latest_is_asked_for_where_nothing_of_its_own_is(text: str, *, latest: bool) -> None:
    assert read(text, TODAY).latest is latest


def hits(name: str, published: date, *paragraphs: str) -> list[Hit]:
    """Make a hit of each paragraph of a briefing on fishing; the later ones score more."""
    body = "\n\n".join(paragraphs)
    starts = [body.index(text) for text in paragraphs]
    places = [(start, start + len(text)) for start, text in zip(starts, paragraphs, strict=True)]
    parts = tuple(Paragraph(n, *place) for n, place in enumerate(places, 1))
    briefing = Briefing(name, f"Paper {name}", body, f"{name}.md", parts, published, topics=("fishing",))
    found = []
    for n, (start, end) in enumerate(places, 1):
        text = body[start:end]
        inside = tuple(Sentence(start + first, start + last) for first, last in sentences(text))
        passage = Passage(name, start, end, n, n, "", text, inside, f"{name}{n}")
        found.append(Hit(passage, briefing, float(n), 0.5, 0.5, (0.5,) * len(inside)))
    return found


def weighed(text: str) -> Question:
    question = read(text, TODAY)
    return replace(question, weights=(1.0,) * len(question.terms))


@pytest.mark.parametrize("text", ["What's new on fishing?", "What is the latest on fishing?"])
def test_the_opening_of_the_newest_briefing_on_the_subject_answers_what_is_new(text: str) -> None:
    old = hits("old", date(2026, 1, 5), "A new fishing quota was set.", "Fishing has a new levy.")
    new = hits("new", date(2026, 2, 5), "Quotas were cut.", "Fishing fleets object to it.")
    question = weighed(text)
    order = newest_first(question, [*old, *new])
    assert [(hit.briefing.id, hit.passage.first_paragraph) for hit in order] == [
        ("new", 1),
        ("new", 2),
        ("old", 1),
        ("old", 2),
    ]
    assert order[0].news
    described = [[Tried(Span(hit.passage.start, hit.passage.end, 0.0), hit, (0.0,) * len(FEATURES))] for hit in order]
    found = propose(question, Found(question, tuple(order), ("new", "old"), Searched(2, 4, None, None)), described)
    assert found.by_words
    assert found.citations[0].quote == "Quotas were cut."


def test_of_what_holds_a_figure_asked_for_the_best_passage_comes_before_the_opening() -> None:
    some = hits("one", date(2026, 2, 5), "Quotas were cut.", "Fishing quotas fell to 5 tonnes.")
    order = newest_first(weighed("What's the latest on fishing, and how many tonnes?"), some)
    assert [hit.passage.start > 0 for hit in order] == [True, False]
    assert not any(hit.news for hit in order)
