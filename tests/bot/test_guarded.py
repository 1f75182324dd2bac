"""Nothing is said of a briefing that it does not say: planted errors are caught everywhere, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot import blocks, cards, guarded, phrases, postcards
from bot.listeners import questions
from bot.types import Changed, Message, Note, Standing, WatchItem
from index import report
from index.parse import read_folder
from index.sentences import sentences
from index.steps import steps
from index.types import DateRange, Exact
from tests.bot.world import ANNA, EUROCLEAR, World
from tests.conftest import LONDON, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.desk import Desk
    from index.types import Briefing

NOW = datetime(2025, 12, 15, 9, tzinfo=UTC)
PAPER = """---
title: Frozen assets & the loan of 2025
published: 2025-12-12
url: https://briefings.example/2025/12/12?p=7
---
Euroclear made its first transfer on 26 July 2024: €1.55\u00a0billion, 4.1 per cent, in 12 months, under Article 122.

Seven ministers met, and <b>15,000</b> homes were named in the Energy Act 2023.

Next steps to watch are the European Council on 18 December and a decision on £1.8bn by 31 March 2026.
"""
QUESTION = "Did Mrs Example of 99 Acacia Road pay £77 on 3 May 2019?"


@dataclass
class Shelf:
    """The part of a desk that the guard asks: briefings by id, no setting, no history."""

    held: dict[str, Briefing]

    def __post_init__(self) -> None:
        self.searcher = self.settings = self.ledger = self.items = self
        self.today = None

    def somebody(self) -> None:
        """Give everybody's audience."""

    def briefings(self, names: list[str], _: object) -> dict[str, Briefing]:
        return {name: self.held[name] for name in names if name in self.held}

    def history(self, _: int) -> list[Any]:
        return []


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    return parsed(tmp_path_factory.mktemp("paper"), PAPER)


def parsed(folder: Path, text: str) -> Briefing:
    (folder / "2025-12-12-assets.md").write_text(text, encoding="utf-8")
    (found,) = read_folder(folder, LONDON).briefings
    return found


def shelf(*briefings: Briefing) -> Any:  # noqa: ANN401 - a desk, to the guard
    return Shelf({one.id: one for one in briefings})


@dataclass
class Quote:
    paragraph: int
    start: int
    end: int
    quote: str


def cited(briefing: Briefing, number: int) -> dict[str, Any]:
    part = briefing.paragraphs[number - 1]
    return report.cited(briefing, Quote(number, part.start, part.end, briefing.body[part.start : part.end]))


def data(briefing: Briefing, **more: Any) -> dict[str, Any]:
    return {
        "question": QUESTION, "read_as": None, "status": "answered", "highlight": "€1.55\u00a0billion",
        "confidence": 0.9,
        "citations": [cited(briefing, 1), cited(briefing, 2)], "nearest": [], "restricted": ["Published in 2025"],
        "searched": {"briefings": 1_024, "passages": 9_000, "from": "2019-02-01", "to": "2025-12-14"}, **more,
    }  # fmt: skip


def missing(briefing: Briefing) -> dict[str, Any]:
    return data(briefing, highlight=None, citations=[], nearest=[cited(briefing, 1), cited(briefing, 2)])


LATE = phrases.asked_at(NOW, LONDON)
RENDERED: dict[str, Callable[[dict[str, Any]], Message]] = {
    "answer": lambda found: blocks.answer(found, "k1", None, shareable=True, late=LATE),
    "shared": lambda found: blocks.shared(found, "k1", None),
    "copied": blocks.brief,
    "passed to the team": blocks.relay,
}


def held(desk: Desk, message: Message, found: dict[str, Any]) -> Message:
    return guarded.answer(desk, message, found, LATE)


def planted(message: Message, old: str, new: str) -> Message:
    """The message with something else in the place of what it said, wherever it said it."""
    told = json.loads(json.dumps([message.text, message.blocks], ensure_ascii=False).replace(old, new))
    return Message(told[0], tuple(told[1]))


@pytest.mark.parametrize("surface", RENDERED.values(), ids=RENDERED.keys())
@pytest.mark.parametrize("read_as", [None, f"{QUESTION} " * 9], ids=["asked", "read at length"])
def test_what_is_said_as_it_stands_is_sent(
    paper: Briefing, surface: Callable[[dict[str, Any]], Message], read_as: str | None
) -> None:
    found = data(paper, read_as=read_as, question=read_as or QUESTION)
    assert held(shelf(paper), surface(found), found) == surface(found)


def test_a_refusal_with_its_counts_and_nearest_passages_is_sent(paper: Briefing) -> None:
    found = missing(paper)
    assert held(shelf(paper), RENDERED["answer"](found), found).text.startswith(LATE)


PLANTED = {
    "sum": ("€1.55\u00a0billion", "€1.56\u00a0billion", "€1.56 billion"),
    "scale": ("€1.55\u00a0billion", "€1.55 million", "€1.55 million"),
    "currency": ("€1.55", "£1.55", "£1.55 billion"),
    "date": ("26 July 2024", "27 July 2024", "27 July 2024"),
    "month": ("26 July 2024", "26 June 2024", "26 June 2024"),
    "percentage": ("4.1 per cent", "4.7 per cent", "4.7 per cent"),
    "duration": ("12 months", "18 months", "18 months"),
    "instrument": ("Article 122", "Article 123", "Article 123"),
    "date of publication": ("12 December 2025", "13 December 2025", "13 December 2025"),
    "place": ("¶1", "¶3", "3"),
    "echo of the question": ("€1.55\u00a0billion", "£77", "£77"),
}


@pytest.mark.parametrize("surface", RENDERED.values(), ids=RENDERED.keys())
@pytest.mark.parametrize(("old", "new", "named"), PLANTED.values(), ids=PLANTED.keys())
def test_an_error_of_each_kind_is_caught_on_each_surface_and_named_without_the_question(
    paper: Briefing, surface: Callable[[dict[str, Any]], Message], old: str, new: str, named: str
) -> None:
    found = data(paper)
    message = planted(surface(found), old, new)
    assert message != surface(found)
    with pytest.raises(guarded.MisquoteError) as raised:
        held(shelf(paper), message, found)
    assert f"2025-12-12-assets:¶1, 2025-12-12-assets:¶2: “{named}” stands in no passage cited" in str(raised.value)
    assert "Example" not in str(raised.value)
    assert "99" not in str(raised.value)


@pytest.mark.parametrize("whole", [True, False], ids=["blocks", "fallback"])
def test_an_error_in_the_blocks_or_in_the_fallback_alone_is_caught(paper: Briefing, *, whole: bool) -> None:
    found = data(paper)
    message = RENDERED["answer"](found)
    wrong = planted(message, "26 July", "27 July")
    mixed = Message(message.text, wrong.blocks) if whole else Message(wrong.text, message.blocks)
    with pytest.raises(guarded.MisquoteError, match="27 July 2024"):
        held(shelf(paper), mixed, found)


MISCITED: dict[str, tuple[dict[str, Any], str]] = {
    "offset": ({"start": 1}, "does not stand there"),
    "end": ({"end": 20}, "does not stand there"),
    "quote": ({"quote": "Euroclear made its first transfer."}, "does not stand there"),
    "nothing quoted": ({"start": 5, "end": 5, "quote": ""}, "does not stand there"),
    "briefing": ({"briefing": "2025-12-13-other"}, "does not stand there"),
    "title": ({"title": "The loan of 2026"}, "“2026” stands in no"),
    "published": ({"published": "2025-11-12"}, "“12 November 2025” stands in no"),
    "paragraph": ({"paragraph": 9}, "“9” stands in no"),
}


@pytest.mark.parametrize(("wrong", "said"), MISCITED.values(), ids=MISCITED.keys())
def test_a_citation_that_is_not_as_the_index_has_it_is_caught(
    paper: Briefing, wrong: dict[str, Any], said: str
) -> None:
    found = data(paper, citations=[{**cited(paper, 1), **wrong}], highlight=None)
    with pytest.raises(guarded.MisquoteError, match=said):
        held(shelf(paper), RENDERED["answer"](found), found)


def test_a_mark_that_is_not_in_its_quote_is_caught(paper: Briefing) -> None:
    found = data(paper, highlight="€1.8 billion")
    with pytest.raises(guarded.MisquoteError, match="what is marked"):
        held(shelf(paper), RENDERED["answer"](found), found)


def test_what_another_briefing_says_proves_nothing(paper: Briefing, tmp_path: Path) -> None:
    other = replace(parsed(tmp_path, PAPER.replace("26 July", "27 July")), id="other")
    found = data(paper)
    with pytest.raises(guarded.MisquoteError, match="27 July 2024"):
        held(shelf(paper, other), planted(RENDERED["answer"](found), "26 July", "27 July"), found)


# -- items ----------------------------------------------------------------------------------------------


def name(_: str) -> str:
    return "Anna Reed 2"


def item(briefing: Briefing, text: str, due: DateRange | None, **more: Any) -> WatchItem:
    made = WatchItem(7, text, due, ANNA, "", Standing.OPEN, "", NOW, "", NOW, cited(briefing, 3))
    return replace(made, **more)


def found_in(briefing: Briefing) -> list[WatchItem]:
    return [
        WatchItem(n, one.item, one.due, ANNA, "", Standing.OPEN, "", NOW, "", NOW, report.cited(briefing, one))
        for n, one in enumerate(steps(briefing), 1)
    ]


DAY = DateRange(date(2025, 12, 18), date(2025, 12, 18), "18 December", Exact.DAY)
NOT_SAID = DateRange(date(2025, 12, 19), date(2025, 12, 19), "19 December", Exact.DAY)
FAULTY = {
    "sum": ("a decision on £1.9bn", None, "“£1.9bn”"),
    "date in words": ("the European Council on 19 December", DAY, "“19 December”"),
    "instrument": ("the Energy Bill", DAY, "“Energy Bill”"),
    "due": ("the European Council", NOT_SAID, "does not say 19 December 2025"),
}


@pytest.mark.parametrize(("text", "due", "named"), FAULTY.values(), ids=FAULTY.keys())
def test_of_a_faulty_item_only_its_number_and_place_are_shown_and_the_rest_is_as_it_was(
    paper: Briefing, text: str, due: DateRange | None, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    true = item(paper, "the European Council on 18 December", DAY, notes=(Note(ANNA, NOW, "by 3 May, £9"),))
    shown = guarded.items(shelf(paper), [item(paper, text, due), true], name)
    assert shown[1] == true
    assert (shown[0].text, shown[0].due, shown[0].number) == (phrases.WITHHELD, None, 7)
    assert [record.getMessage() for record in caplog.records if named in record.getMessage()]
    assert "not said: #7, 2025-12-12-assets:¶3" in caplog.text


def test_dates_and_words_that_people_gave_are_theirs(paper: Briefing) -> None:
    theirs = [
        item(paper, "the European Council", NOT_SAID, status=Standing.MOVED),
        item(paper, "Ask about £99 by 3 May 2031", NOT_SAID, source={}),
        item(paper, "Ask about £99", None, source={"permalink": "https://slack.example/p1"}),
    ]
    assert guarded.items(shelf(paper), theirs, name) == theirs


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "edited"])
def test_an_item_whose_briefing_has_changed_is_held_against_its_own_sentence(
    paper: Briefing, tmp_path: Path, *, gone: bool
) -> None:
    desk = shelf() if gone else shelf(parsed(tmp_path, PAPER.replace("Seven ministers", "All 27 ministers")))
    true, wrong = item(paper, "a decision on £1.8bn", DAY), item(paper, "a decision on 15,000 homes", DAY)
    assert guarded.items(desk, [true], name) == [true]
    assert guarded.items(desk, [wrong], name)[0].text == phrases.WITHHELD


def test_a_part_of_what_nobody_asked_for_is_judged_alone(paper: Briefing, caplog: pytest.LogCaptureFixture) -> None:
    one, citation = item(paper, "the European Council", DAY), cited(paper, 1)
    ours = [guarded.line(one, name), *guarded.of_item(one, name)]
    message = cards.followed([(one, citation)], name)
    assert guarded.sound(shelf(paper), message, [citation], ours)
    assert guarded.sound(shelf(paper), cards.topic([("loans 2030", citation)]), [citation], ["loans 2030"])
    assert not caplog.records
    assert not guarded.sound(shelf(paper), planted(message, "26 July", "27 July"), [citation], ours)
    assert "not said: 2025-12-12-assets:¶1: “27 July 2024” stands in no passage cited" in caplog.text


# -- the samples ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["briefings", "tests/briefings"])
def test_no_sentence_or_next_step_of_any_sample_is_held_back(folder: str, caplog: pytest.LogCaptureFixture) -> None:
    for briefing in read_folder(ROOT / folder, LONDON).briefings:
        desk = shelf(briefing)
        for part in briefing.paragraphs:
            spans = sentences(briefing.body[part.start : part.end], part.start)
            quotes = [Quote(part.n, start, end, briefing.body[start:end]) for start, end in spans]
            for one in quotes[:4]:
                found = data(briefing, citations=[report.cited(briefing, one)], highlight=None)
                assert held(desk, RENDERED["answer"](found), found)
                assert held(desk, blocks.brief(found), found)
        shown = [(part.n, briefing.body[part.start : part.end], part.n == 1) for part in briefing.paragraphs]
        message = blocks.passage(briefing.title, briefing.source, shown[:3])
        assert guarded.checked(desk, message, guarded.paragraphs(briefing, briefing.paragraphs[:3]))
        assert guarded.items(desk, found_in(briefing), name) == found_in(briefing)
    assert not caplog.records


# -- in the workspace -----------------------------------------------------------------------------------


def test_a_faulty_answer_is_not_sent_its_asker_gets_an_apology_and_the_log_the_fault(
    make: Callable[..., World], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    true = blocks.answer
    monkeypatch.setattr(questions.blocks, "answer", lambda *a, **k: planted(true(*a, **k), "€1.55", "€1.65"))
    world = make()
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (said,) = world.wait(lambda: world.replies(asked))
    assert said["text"].startswith("Something went wrong on my side, and I have no answer.")
    reference = said["text"].rpartition(" ")[2].rstrip(".")
    assert "1.65" not in json.dumps(world.state.messages)
    assert reference in caplog.text
    assert "2025-12-12-belgium:¶2, " in caplog.text
    assert "“€1.65 billion” stands in no passage cited" in caplog.text
    assert EUROCLEAR not in caplog.text


def test_a_reminder_goes_out_without_its_faulty_item(
    make: Callable[..., World], caplog: pytest.LogCaptureFixture
) -> None:
    world = make(today=date(2025, 12, 17))
    items = world.bot.ledger.items
    step = next(one for one in items.of_briefing("2025-12-12-belgium") if one.due)
    due = DateRange(date(2025, 12, 18), date(2025, 12, 18), "18 December", Exact.DAY)
    other = replace(step, number=items.next_number(), owner=ANNA, text="Ring the Treasury", due=due, source={}, step="")
    wrong = replace(step, owner=ANNA, text=step.text.replace("18 December", "28 December"))
    assert wrong.text != step.text
    world.bot.ledger.apply([Changed("g1", ANNA, NOW, "claim", (wrong, other))], NOW)
    world.settings.__dict__["today"] = date(2025, 12, 18)
    said = world.wait(lambda: [one for one in world.said("D0ANNA") if "Ring the Treasury" in one["text"]])[0]
    assert phrases.WITHHELD in said["text"]
    assert "28 December" not in json.dumps(said)
    assert f"not said: #{step.number}, 2025-12-12-belgium:¶3: “28 December” stands in no passage cited" in caplog.text


def test_a_post_says_nothing_that_its_briefing_does_not(paper: Briefing) -> None:
    quotes = [cited(paper, 1)]
    part = {
        "briefing": paper.id, "title": paper.title, "source": paper.source, "published": "2025-12-12",
        "topics": ["loans"], "why": [], "figures": ["€1.55 billion", "£1.8bn"], "quotes": quotes,
    }  # fmt: skip
    rest = [*quotes, *guarded.paragraphs(paper, paper.paragraphs)]
    assert guarded.sound(shelf(paper), postcards.post(part), rest, ["loans"])
    assert not guarded.sound(shelf(paper), postcards.post({**part, "figures": ["£1.8 million"]}), rest, ["loans"])
