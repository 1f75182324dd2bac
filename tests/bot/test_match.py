"""Matching new passages to open items and standing watches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import match, topics
from index.dates import read as read_date
from index.encode import OnnxEncoder
from index.models import DEFAULT, ensure
from index.types import Briefing, Paragraph
from tests import followups
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from index.store import Stored
    from index.types import Encoder

MARCH = date(2026, 3, 12)
ITEM = match.Watched(
    text="second reading of the Ports Bill on 10 March",
    quote="Next, watch for second reading of the Ports Bill on 10 March.",
    due=read_date("10 March", date(2026, 2, 27)),
    bodies=("Commons",),
    said=date(2026, 2, 27),
    topics=frozenset({"ports"}),
    title="Ports Bill published",
)


def briefing(*paragraphs: str, published: date | None = MARCH, title: str = "The Ports Bill") -> Briefing:
    places, at = [], 0
    for n, text in enumerate(paragraphs, 1):
        places.append(Paragraph(n, at, at + len(text)))
        at += len(text) + 2
    return Briefing(
        "new", title, "\n\n".join(paragraphs), "new.md", tuple(places), published=published, topics=("ports",)
    )


def found(item: match.Watched, one: Briefing) -> match.Match | None:
    encoder = HashEncoder()
    return match.follow_up(item, encoder.encode([match.subject(item)])[0], one, followups.stored(one, encoder))


def score(item: match.Watched, *paragraphs: str, published: date | None = MARCH) -> float:
    match_ = found(item, briefing(*paragraphs, published=published))
    assert match_ is not None
    return match_.score


@pytest.fixture(scope="module")
def encoder(models: Path) -> Encoder:
    return OnnxEncoder.open(ensure(models, DEFAULT, "float32"))


@pytest.fixture(scope="module")
def read(encoder: Encoder) -> followups.Library:
    return followups.library(encoder)


@pytest.fixture(scope="module")
def pairs(encoder: Encoder, read: followups.Library) -> list[followups.Pair]:
    return followups.pairs(encoder, read)


@pytest.fixture(scope="module")
def scored(pairs: list[followups.Pair]) -> list[tuple[followups.Pair, float, str]]:
    return followups.shipped(pairs)


def test_the_gold_is_enough_verbatim_and_over_every_sample(read: followups.Library) -> None:
    lines = followups.gold()
    assert sum(line["follow_up"] for line in lines) >= 30
    assert sum(not line["follow_up"] for line in lines) >= 60
    assert len({line["id"] for line in lines}) == len(lines)
    assert all(line["quote"] in read[line["briefing"]][0].body for line in lines if line["follow_up"])
    sources = {line["item"]["title"] for line in lines}
    used = {line["briefing"] for line in lines}
    assert {one.id for one, _ in read.values() if one.id not in used and one.title not in sources} == set()


def test_follow_ups_are_found_and_near_misses_are_not(scored: list[tuple[followups.Pair, float, str]]) -> None:
    near = [row for row in scored if row[0].near]
    precision, recall, own = followups.at_threshold(near, match.THRESHOLD)
    assert precision >= 0.75
    assert recall >= 0.7
    assert own >= 0.7
    assert followups.precision_at(near, 0.6) >= 0.88


def test_the_outcome_of_the_european_council_is_found(
    encoder: Encoder, read: followups.Library, pairs: list[followups.Pair]
) -> None:
    item = next(one.item for one in pairs if one.item.text.startswith("the outcome of the 18 December"))
    vector = encoder.encode([match.subject(item)])[0]
    got = match.follow_up(item, vector, *read["2025-12-19-european-council-ukraine-loan"])
    assert got is not None
    assert got.score >= match.THRESHOLD
    assert "ended in the early hours of 19 December with €90 billion" in got.quote


def test_scores_are_chances(scored: list[tuple[followups.Pair, float, str]]) -> None:
    for low, high in ((-99.0, -1.4), (-1.4, 0.0), (0.0, 1.4), (1.4, 99.0)):
        within = [row for row in scored if low <= row[1] < high]
        expected = sum(1 / (1 + 2.718281828 ** -row[1]) for row in within) / len(within)
        assert (
            abs(sum(bool(row[0].gold) for row in within) / len(within) - expected) < 0.2
        )  # two standard errors of the forty pairs of the scarcest


def test_the_constants_are_what_the_fit_gives(pairs: list[followups.Pair]) -> None:
    fitted = followups.fit(pairs)
    assert fitted[:-1] == pytest.approx(match.WEIGHTS, abs=0.1)
    assert fitted[-1] == pytest.approx(match.BIAS, abs=0.2)


def test_the_sentence_that_reports_is_quoted_with_its_place() -> None:
    body = ("Ministers spoke of trade.", "The Ports Bill passed its second reading on 10 March by 304 votes to 203.")
    got = found(ITEM, briefing(*body))
    assert got is not None
    assert (got.quote, got.paragraph, got.start) == (body[1], 2, len(body[0]) + 2)


@pytest.mark.parametrize(
    ("report", "no_report"),
    [
        ("The Ports Bill passed second reading on 10 March.", "Next, watch for second reading of the Ports Bill."),
        ("The Ports Bill passed second reading on 10 March.", "Royal Assent was given to the Ports Bill on 3 March."),
        ("The Ports Bill passed second reading on 10 March.", "The Eels Act was passed in 2019."),
        ("As our briefing of 27 February said, the Ports Bill was read.", "The Ports Bill was read."),
    ],
    ids=["restated", "another stage", "another matter", "not referred to"],
)
def test_a_report_scores_above(report: str, no_report: str) -> None:
    assert score(ITEM, report) > score(ITEM, no_report)


def test_a_step_put_off_before_its_day_is_a_report_of_it() -> None:
    early = date(2026, 3, 2)
    moved = score(ITEM, "Second reading of the Ports Bill was postponed from 10 March to 24 March.", published=early)
    assert moved > score(ITEM, "Second reading of the Ports Bill was discussed.", published=early)


@given(st.integers(min_value=1, max_value=4000))
@settings(derandomize=True, max_examples=30, deadline=None)
def test_a_briefing_older_than_the_item_never_matches(days: int) -> None:
    assert ITEM.said is not None
    old = briefing("The Ports Bill passed second reading on 10 March.", published=ITEM.said - timedelta(days=days))
    assert found(ITEM, old) is None


def test_the_sentence_an_item_came_from_is_no_report_of_it() -> None:
    assert found(ITEM, briefing(ITEM.quote)) is None


HOSTILE = st.text(st.sampled_from("aB1 .,;:\n\u00a0’“”‘£%–—\u202e<>&*_`~|@#()[]\\\0é漢🙂May10March"), max_size=300)


@given(HOSTILE, HOSTILE, st.sampled_from([None, MARCH]), st.booleans())
@settings(derandomize=True, max_examples=150, deadline=None)
def test_hostile_text_never_breaks_it(text: str, body: str, published: date | None, dated: bool) -> None:  # noqa: FBT001 - drawn
    item = replace(ITEM, text=text, title=body[:50], due=ITEM.due if dated else None, said=ITEM.said if dated else None)
    one = briefing(body or "x", published=published, title=text[:40])
    encoder = HashEncoder()
    passages, vector = followups.stored(one, encoder), encoder.encode([text])[0]
    for got in (match.follow_up(item, vector, one, passages), topics.on_topic(text, vector, one, passages)):
        assert got is None or (0 <= got.score <= 1 and one.body[got.start : got.end] == got.quote)
    assert len(topics.related(text, vector, passages)) <= 6


def test_nothing_is_found_where_there_is_nothing_to_read() -> None:
    vector = HashEncoder().encode(["x"])[0]
    assert match.follow_up(ITEM, vector, briefing("x"), []) is None
    assert topics.on_topic("x", vector, briefing("x"), []) is None


@pytest.mark.parametrize(
    ("topic", "wanted", "other"),
    [
        ("sanctions", "2026-04-24-ukraine-loan-adopted", "2026-06-09-renters-rights-act-in-force"),
        ("rail fares", "2025-11-25-rail-fares-freeze-before-budget", "2026-05-20-nice-threshold-legal-challenge"),
        ("council elections", "2026-02-27-election-delays-withdrawn", "2026-07-02-energy-price-cap-july-rise"),
        ("landlords and tenants", "2026-06-09-renters-rights-act-in-force", "2026-03-12-courts-bill-second-reading"),
    ],
)
def test_a_watch_matches_what_is_on_its_topic(
    encoder: Encoder, read: followups.Library, topic: str, wanted: str, other: str
) -> None:
    vector = encoder.encode([topic])[0]
    on, off = (topics.on_topic(topic, vector, *read[name]) for name in (wanted, other))
    assert on is not None
    assert off is not None
    assert on.score >= topics.THRESHOLD > off.score


def test_related_terms_are_those_that_recur_on_the_topic(encoder: Encoder, read: followups.Library) -> None:
    vector = encoder.encode(["sanctions"])[0]
    passages: list[Stored] = [one for _, kept in read.values() for one in kept]
    related = topics.related("sanctions", vector, passages)
    assert 1 <= len(related) <= 6
    assert "sanctions" not in {one.lower() for one in related}
