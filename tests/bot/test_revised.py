"""A posted briefing is edited, withdrawn, brought back: its post changes in place, its thread gets one note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.stage import BUDGET, Stage
from tests.bot.world import POLICY, SECRET, elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIVE, SIX = "raised fuel duty by 5p a litre", "raised fuel duty by 6p a litre"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def new(subscription: str = "post here at once") -> Stage:
        made.append(Stage(tmp_path, "2026-11-23T08:00"))
        made[-1].told(subscription)
        made[-1].drop()
        made[-1].at("2026-11-23T08:31")
        return made[-1]

    yield new
    for one in made:
        one.close()


def edited(*pairs: tuple[str, str]) -> tuple[str, str]:
    front, body = BUDGET
    for old, new in pairs:
        assert old in front + body
        front, body = front.replace(old, new), body.replace(old, new)
    return front, body


def plain(message: dict[str, Any]) -> str:
    return str(message["text"]).replace("\u2060", "")


def notes(one: Stage) -> list[str]:
    """The notes in the thread of the one post, besides its next steps."""
    (post,) = one.said()
    return [plain(said) for said in one.world.replies(post["ts"])[1:]]


def test_an_edited_figure_changes_the_post_and_is_told_once_word_by_word(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.drop("budget", edited((FIVE, SIX)))
    (post,) = one.said()
    assert "by 6p a litre" in plain(post)
    assert "Figures: 6p" in plain(post)
    assert "5p" not in plain(post)
    (note,) = notes(one)
    assert "Correction. The briefing quoted above has changed since" in note
    assert "[was 5p, now 6p]" in note
    struck = [found["text"] for said in one.world.replies(post["ts"]) for found in elements(said["blocks"])
              if (found.get("style") or {}).get("strike")]  # fmt: skip
    assert struck == ["5p"]
    one.look()
    assert len(notes(one)) == 1


def test_an_edit_back_and_forth_is_told_each_time_and_the_post_stays_right(stage: Callable[..., Stage]) -> None:
    one = stage()
    for pairs in ([(FIVE, SIX)], [], [(FIVE, SIX)]):
        one.drop("budget", edited(*pairs))
    assert "by 6p a litre" in plain(one.said()[0])
    assert len(notes(one)) == 3


@pytest.mark.parametrize(
    ("pair", "shown", "told"),
    [
        (("Budget raises fuel duty", "Budget lifts fuel duty"), "Budget lifts fuel duty", "[was raises, now lifts]"),
        (("{day}", "2026-11-22"), "22 November 2026", "[was 23, now 22] November"),
        (("£1.2 billion", "£1.3 billion"), "£1.3 billion", "[was £1.2, now £1.3]"),
        (("Hauliers", "Farmers"), "Farmers asked", "[was Hauliers, now Farmers]"),
    ],
    ids=["title", "date", "figure", "name"],
)
def test_what_was_posted_is_corrected(
    stage: Callable[..., Stage], pair: tuple[str, str], shown: str, told: str
) -> None:
    one = stage()
    one.drop("budget", edited(pair))
    assert shown in plain(one.said()[0])
    (note,) = notes(one)
    assert told in note


def test_an_edit_of_what_was_not_posted_tells_nobody(stage: Callable[..., Stage]) -> None:
    one = stage()
    before = one.said()[0]["text"]
    one.drop("budget", edited(("The Treasury said no decision was made.", "The Treasury said nothing at all.")))
    assert (one.said()[0]["text"], notes(one)) == (before, [])


def test_a_removed_briefings_post_says_withdrawn_and_a_restored_one_is_back(stage: Callable[..., Stage]) -> None:
    one = stage()
    (one.folder / "budget.md").unlink()
    one.index()
    one.look()
    (post,) = one.said()
    assert plain(post).startswith("Withdrawn: Budget raises fuel duty")
    assert "5p" not in str(post["blocks"])
    (note,) = notes(one)
    assert "withdrawn" in note
    one.drop()
    (post,) = one.said()
    assert "by 5p a litre" in plain(post)
    assert "is back" in notes(one)[-1]


def test_one_that_a_channel_may_no_longer_see_is_withdrawn_from_it_without_a_word_of_the_new(
    stage: Callable[..., Stage],
) -> None:
    one = stage()
    front, body = edited((FIVE, SIX))
    one.drop("budget", (f"{front}\nchannels: [{SECRET}]", body))
    assert plain(one.said()[0]).startswith("Withdrawn: Budget raises fuel duty")
    assert "6p" not in str(one.state.messages[POLICY])


def test_a_sentence_taken_out_is_told_and_another_takes_its_place(stage: Callable[..., Stage]) -> None:
    one = stage()
    gone = "Hauliers asked for a rebate, and 120 of them drove to Westminster. "
    one.drop("budget", edited((gone, "")))
    (note,) = notes(one)
    assert "[removed: Hauliers asked for a rebate" in note
    assert "Hauliers" not in plain(one.said()[0])
    assert "by 5p a litre" in plain(one.said()[0])


def test_in_a_channel_shared_outside_nothing_new_is_shown(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.state.channels[POLICY]["is_ext_shared"] = True
    one.world.bot._worker._handle.args[0].directory._kept.clear()  # type: ignore[attr-defined]
    one.drop("budget", edited((FIVE, SIX)))
    assert "6p" not in str(one.state.messages[POLICY])
    assert "Write to me directly" in notes(one)[0]


def test_a_digest_is_corrected_in_place_too(stage: Callable[..., Stage]) -> None:
    one = stage("post here weekdays at 08:30")
    assert "5p" in str(one.said()[0]["blocks"])
    one.drop("budget", edited((FIVE, SIX)))
    assert "6p" in str(one.said()[0]["blocks"])
    assert len(notes(one)) == 1


def test_a_renamed_file_changes_nothing_and_is_corrected_under_its_new_name(stage: Callable[..., Stage]) -> None:
    one = stage()
    before = one.said()[0]["text"]
    (one.folder / "budget.md").rename(one.folder / "renamed.md")
    one.index()
    one.look()
    assert (one.said()[0]["text"], notes(one)) == (before, [])
    one.drop("renamed", edited((FIVE, SIX)))
    assert "by 6p a litre" in plain(one.said()[0])
    assert len(notes(one)) == 1
