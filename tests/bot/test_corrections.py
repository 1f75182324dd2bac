"""A briefing is edited: who saw its words is told once what became of them, and nobody what they may not see."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.ledger import FILE
from bot.local.state import Fault
from index.build import build
from index.parse import read_folder
from index.search import Searcher
from tests.bot.world import ANNA, BEN, EUROCLEAR, FISHING, POLICY, SECRET, World, elements, links, write
from tests.conftest import LONDON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.encode import OnnxEncoder

DIRECT = "D0ANNA"
BELGIUM, STEEL = "2025-12-12-belgium", "2026-02-02-secret"
QUOTA = "By how much does the steel quota fall?"
NOTE = """Correction. The briefing quoted above has changed since:
“The first transfer was [was €1.55, now €1.6] billion.”
UK and Belgium on frozen assets · 12 December 2025 · ¶2"""


@dataclass
class Desk:
    """A world, and the folder of its briefings."""

    world: World
    folder: Path
    index: Callable[[], object]

    def edit(self, *pairs: tuple[str, str], name: str = BELGIUM) -> None:
        """Replace words in a file, and let the bot see it."""
        path = self.folder / f"{name}.md"
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            assert text.count(old) == 1
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        self.look()

    def look(self) -> None:
        self.index()
        self.world.bot._news()
        self.world.quiet()
        self.world.bot._news()
        self.world.quiet()

    def ask(self, question: str = EUROCLEAR, channel: str = POLICY, user: str = ANNA) -> str:
        asked = self.world.say(f"@dispatchbox {question}", user, channel)
        self.world.wait(lambda: self.world.replies(asked, channel))
        return asked

    def tell(self, question: str = EUROCLEAR, user: str = ANNA) -> None:
        """Ask in direct messages."""
        before = len(self.world.said("D" + user[1:]))
        self.world.dm(question, user)
        self.world.wait(lambda: self.world.said("D" + user[1:])[before:])

    def forget_people(self) -> None:
        """Ask Slack anew who is where."""
        self.world.bot._worker._handle.args[0].directory._kept.clear()  # type: ignore[attr-defined]

    def texts(self, asked: str, channel: str = POLICY) -> list[str]:
        return [one["text"].replace("\u2060", "") for one in self.world.replies(asked, channel)[1:]]


@pytest.fixture
def desk(tmp_path: Path, encoder: OnnxEncoder) -> Iterator[Desk]:
    folder, data = tmp_path / "edited", tmp_path / "edited-index"
    write(folder)

    def index() -> None:
        build(data, partial(read_folder, folder, LONDON), encoder, datetime.now(UTC))

    index()
    world = World(tmp_path / "data", Searcher.open(data, encoder, lambda _: None), retention_days=400)
    made = Desk(world, folder, index)
    made.look()
    yield made
    world.close()


FIGURE = ("€1.55 billion", "€1.6 billion")


def corrections(messages: list[dict[str, Any]]) -> list[str]:
    return [one["text"].replace("\u2060", "") for one in messages if one["text"].startswith("Correction.")]


def test_a_changed_figure_is_told_once_in_the_thread_where_it_was_quoted(desk: Desk) -> None:
    asked, other = desk.ask(), desk.ask(user=BEN)
    answer = desk.world.replies(asked)[0]["text"]
    desk.edit(FIGURE)
    assert (desk.texts(asked), desk.texts(other)) == ([NOTE], [NOTE])
    (note,) = desk.world.replies(asked)[1:]
    struck = [one["text"] for one in elements(note["blocks"]) if one.get("style") == {"strike": True}]
    assert struck == ["€1.55"]
    assert links(note) == ["https://briefings.example/belgium?a=1&b=2"]
    assert desk.world.replies(asked)[0]["text"] == answer
    desk.world.bot.close()
    desk.world.bot = desk.world.start()
    desk.look()
    assert desk.texts(asked) == [NOTE]
    assert corrections(desk.world.said(DIRECT)) == []


def test_several_answers_in_one_thread_share_one_note(desk: Desk) -> None:
    asked = desk.ask()
    desk.world.say(EUROCLEAR, BEN, thread=asked)
    desk.world.wait(lambda: desk.world.replies(asked)[1:])
    desk.edit(FIGURE)
    assert desk.texts(asked)[1:] == [NOTE]


def test_every_item_of_a_list_is_followed_not_the_first_alone(desk: Desk) -> None:
    write(
        desk.folder, {"2026-03-01-more": ("title: More\npublished: 2026-03-01", "Euroclear paid a further €2 billion.")}
    )
    desk.look()
    asked = desk.ask("Which briefings mention Euroclear?")
    desk.edit(("in July 2024", "in June 2024"))
    desk.edit(("€2 billion", "€3 billion"), name="2026-03-01-more")
    notes = "\n".join(desk.texts(asked))
    assert "[was July, now June] 2024" in notes
    assert "[was €2, now €3] billion" in notes


def test_who_asked_alone_gets_one_direct_message_for_all_their_answers(desk: Desk) -> None:
    desk.tell()
    desk.tell("What was the first transfer for Ukraine?")
    desk.world.command("/ask", EUROCLEAR)
    desk.world.whisper()
    desk.world.command("/ask", EUROCLEAR, BEN)
    desk.world.whisper(1, BEN)
    desk.edit(FIGURE)
    assert corrections(desk.world.said("D0BEN")) == [
        NOTE.replace("The briefing quoted above", "A briefing that I quoted to you").replace(
            "since:\n", f"since:\nYou asked: “{EUROCLEAR}”\n"
        )
    ]
    (note,) = corrections(desk.world.said(DIRECT))
    assert note.count("You asked: ") == 2
    assert note.count("[was €1.55, now €1.6]") == 1
    assert corrections(desk.world.said(POLICY)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("met Bart De Wever on 12 December", "met Bart De Wever in Brussels on 12 December"),
        ("The first transfer was €1.55 billion.", "The *first* transfer  was €1.55 billion!"),
        ("topics: [sanctions]", "topics: [sanctions, finance]"),
        ("Next steps to watch", "An opening.\n\nNext steps to watch"),
    ],
    ids=["another sentence", "white space, punctuation, markup", "front matter", "a paragraph more"],
)
def test_an_edit_elsewhere_or_of_marks_alone_tells_nobody(desk: Desk, old: str, new: str) -> None:
    asked = desk.ask()
    desk.tell()
    desk.edit((old, new))
    assert desk.texts(asked) == []
    assert corrections(desk.world.said(DIRECT)) == []


def test_each_version_is_told_once_against_what_was_told_before(desk: Desk) -> None:
    asked = desk.ask()
    desk.edit(FIGURE)
    desk.edit(("met Bart De Wever", "saw Bart De Wever"))
    assert desk.texts(asked) == [NOTE]
    desk.edit(("€1.6 billion", "€1.7 billion"))
    desk.edit(("€1.7 billion", "€1.6 billion"))  # the version that was told second
    desk.edit(("saw Bart De Wever", "met Bart De Wever"))
    assert [text.split("[")[1].split("]")[0] for text in desk.texts(asked)] == [
        "was €1.55, now €1.6", "was €1.6, now €1.7", "was €1.7, now €1.6",
    ]  # fmt: skip
    desk.edit(("€1.6 billion", "€1.7 billion"))
    desk.edit(("€1.7 billion", "€1.6 billion"))  # told before, to the letter
    assert len(desk.texts(asked)) == 4


def test_a_sentence_taken_out_and_put_back_otherwise_is_told_both_times(desk: Desk) -> None:
    asked = desk.ask()
    sentence = " The first transfer was €1.55 billion."
    desk.edit((sentence, ""))
    desk.edit(("met Bart", "saw Bart"))
    desk.edit(("in July 2024.", "in July 2024. The first transfer was €1.6 billion."))
    assert [text.splitlines()[1] for text in desk.texts(asked)] == [
        "“[removed: The first transfer was €1.55 billion]”",
        "“The first transfer was [was €1.55, now €1.6] billion.”",
    ]


def test_a_sentence_taken_out_did_not_become_another_that_stood_beside_it(desk: Desk) -> None:
    desk.edit(("was €1.55 billion.", "was €1.55 billion. The second transfer was €2.1 billion."))
    asked = desk.ask()
    desk.edit((" The first transfer was €1.55 billion.", ""))
    (note,) = desk.texts(asked)
    assert "2.1" not in note
    assert "[removed: " in note


def test_title_and_day_of_a_quoted_briefing_count_as_quoted(desk: Desk) -> None:
    asked = desk.ask()
    desk.edit(("published: 2025-12-12", "published: 2025-12-15"), ("on frozen assets", "on seized assets"))
    (note,) = desk.texts(asked)
    assert "Belgium on [was frozen, now seized] assets" in note
    assert "Published [was 12, now 15] December 2025" in note


def test_a_withdrawn_briefing_is_said_to_be_and_its_words_are_not_repeated(desk: Desk) -> None:
    asked = desk.ask()
    desk.tell()
    path = desk.folder / f"{BELGIUM}.md"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    desk.look()
    assert desk.texts(asked) == [
        "Correction. The briefing quoted above has been withdrawn from here:\nUK and Belgium on frozen assets"
    ]
    assert len(corrections(desk.world.said(DIRECT))) == 1
    path.write_text(text, encoding="utf-8")
    desk.look()
    (back,) = desk.texts(asked)[1:]
    assert back.splitlines() == [
        "Correction. The briefing quoted above, withdrawn before, is back:",
        "UK and Belgium on frozen assets · Published 12 December 2025",
    ]


def test_a_renamed_file_is_no_correction_and_is_followed_under_its_new_name(desk: Desk) -> None:
    asked = desk.ask()
    (desk.folder / f"{BELGIUM}.md").rename(desk.folder / "2025-12-12-brussels.md")
    desk.look()
    assert desk.texts(asked) == []
    desk.edit(FIGURE, name="2025-12-12-brussels")
    assert desk.texts(asked) == [NOTE]


def test_a_file_renamed_and_edited_at_once_is_corrected(desk: Desk) -> None:
    asked = desk.ask()
    (desk.folder / f"{BELGIUM}.md").rename(desk.folder / "2025-12-12-brussels.md")
    desk.edit(FIGURE, name="2025-12-12-brussels")
    assert desk.texts(asked) == [NOTE]


@pytest.mark.parametrize(
    "hidden", ["embargo: 2999-01-01T09:00", f"channels: [{SECRET}]"], ids=["under embargo again", "for other channels"]
)
def test_where_a_briefing_may_no_longer_be_seen_nothing_of_its_new_text_is(desk: Desk, hidden: str) -> None:
    asked = desk.ask(user=BEN)
    desk.tell(user=BEN)
    desk.edit(FIGURE, ("topics: [sanctions]", f"topics: [sanctions]\n{hidden}"))
    gone = "The briefing quoted above has been withdrawn from here:\nUK and Belgium on frozen assets"
    assert desk.texts(asked) == [f"Correction. {gone}"]
    (told,) = corrections(desk.world.said("D0BEN"))
    assert "1.6" not in told
    assert not [one for one in desk.world.state.calls if "1.6" in str(one["body"])]


def test_where_it_may_still_be_seen_the_new_text_is_told(desk: Desk) -> None:
    inside = desk.ask(QUOTA, SECRET)
    desk.tell(QUOTA)
    desk.edit(("60 per cent", "50 per cent"), ("paper\n", "paper\ntopics: [steel]\n"), name=STEEL)
    (note,) = desk.texts(inside, SECRET)
    assert "[was 60, now 50] per cent" in note
    assert len(corrections(desk.world.said(DIRECT))) == 1
    assert not [one for one in desk.world.state.messages.get(POLICY, ()) if "50 per" in one["text"]]


def test_who_has_left_the_channel_of_a_restricted_briefing_is_not_told_its_new_text(desk: Desk) -> None:
    desk.tell(QUOTA)
    desk.world.state.channels[SECRET]["members"].remove(ANNA)
    desk.forget_people()
    desk.edit(("60 per cent", "50 per cent"), name=STEEL)
    (told,) = corrections(desk.world.said(DIRECT))
    assert told.endswith(
        "has been withdrawn from here:\nYou asked: “By how much does the steel quota fall?”\nSteel quota paper"
    )


def test_a_channel_shared_outside_since_is_told_that_and_not_what(desk: Desk) -> None:
    asked = desk.ask()
    desk.world.state.channels[POLICY]["is_ext_shared"] = True
    desk.forget_people()
    desk.edit(FIGURE)
    (told,) = desk.texts(asked)
    assert "has changed since. Write to me directly" in told
    assert "1.6" not in told


def test_what_was_forgotten_is_long_past_or_went_to_one_who_left_is_not_looked_at(desk: Desk) -> None:
    forgotten, old = desk.ask(user=BEN), desk.ask()
    desk.tell(user=BEN)
    desk.world.command("/dispatchbox", "forget me", BEN)
    desk.world.whisper(1, BEN)
    long_ago = (datetime.now(UTC) - timedelta(days=91)).isoformat()
    with sqlite3.connect(desk.world.settings.data / FILE) as db:
        db.execute("update answers set at = ? where user = ?", [long_ago, ANNA])
    desk.tell()
    desk.world.state.people[ANNA]["deleted"] = True
    desk.forget_people()
    desk.edit(FIGURE)
    assert (desk.texts(forgotten), desk.texts(old)) == ([], [])
    assert corrections([*desk.world.said("D0BEN"), *desk.world.said(DIRECT)]) == []


def test_where_the_bot_is_switched_off_it_stays_silent(desk: Desk) -> None:
    asked = desk.ask()
    desk.world.command("/dispatchbox", "off")
    desk.world.whisper()
    desk.edit(FIGURE)
    assert desk.texts(asked) == []


def test_a_shared_answer_is_corrected_in_its_own_thread(desk: Desk) -> None:
    desk.world.command("/ask", EUROCLEAR)
    desk.world.press(desk.world.whisper(), "share")
    (shared,) = desk.world.wait(lambda: desk.world.said(POLICY))
    desk.edit(FIGURE)
    (note,) = desk.world.replies(shared["ts"])
    assert note["text"].replace("\u2060", "") == NOTE
    assert len(corrections(desk.world.said(DIRECT))) == 1


def test_a_refusals_nearest_passages_were_quoted_too(desk: Desk) -> None:
    asked = desk.ask(FISHING)
    (reply,) = desk.world.replies(asked)
    assert "Not in the briefings" in reply["text"]
    desk.edit(("Bart De Wever on 12 December", "Bart De Wever on 11 December"))
    assert ["[was 12, now 11] December" in text for text in desk.texts(asked)] == [True]


def test_an_answer_that_was_never_said_is_not_corrected(desk: Desk) -> None:
    desk.world.state.faults.append(Fault("chat.postMessage", "error", "no_permission", channel=POLICY))
    asked = desk.world.say(f"@dispatchbox {EUROCLEAR}")
    desk.world.wait(desk.world.bot.ledger.parked)
    desk.edit(FIGURE)
    assert desk.world.replies(asked) == []
    assert corrections(desk.world.said(DIRECT)) == []


@pytest.mark.parametrize("where", [POLICY, DIRECT])
def test_an_answer_that_still_waits_is_corrected_after_it_is_said(desk: Desk, where: str) -> None:
    desk.world.state.faults.append(Fault("chat.postMessage", "429", "2", channel=where))
    asked = desk.world.say(f"@dispatchbox {EUROCLEAR}", channel=where)
    desk.world.wait(lambda: desk.world.bot.ledger.answers.quoting([BELGIUM], datetime.min.replace(tzinfo=UTC)))
    desk.edit(FIGURE)
    said = desk.world.replies(asked) if where == POLICY else desk.world.said(DIRECT)
    assert ["[was €1.55" in one["text"].replace("\u2060", "") for one in said] == [False, True]
    assert [one.get("thread_ts") for one in said] == [asked if where == POLICY else None] * 2


@pytest.mark.parametrize("kind", ["before", "after", "500", "429"])
@pytest.mark.parametrize("where", [POLICY, DIRECT])
def test_a_fault_around_a_correction_ends_in_one(desk: Desk, kind: str, where: str) -> None:
    asked = desk.ask() if where == POLICY else desk.tell()
    desk.world.state.faults.append(Fault("chat.postMessage", kind, channel=where))
    desk.edit(FIGURE)
    assert len(desk.texts(asked) if asked else corrections(desk.world.said(DIRECT))) == 1
