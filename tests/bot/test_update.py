"""A message changed in its place: under every fault it ends as it should be, and is never a second message."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from bot import kit
from bot.local.state import Fault
from bot.replies import beneath, post, update
from tests.bot.world import ANNA, POLICY, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.types import Outbound

DIRECT = "D0ANNA"


def queue(world: World, *calls: Outbound) -> None:
    world.bot.ledger.apply(calls, world.bot._now())
    world.bot._deliverer.wake.set()


def first(channel: str = POLICY) -> Outbound:
    return post(channel, "", "first", kit.note("It is 15 December."), "")


def corrected(key: str = "second", said: str = "It is 12 December.", channel: str = POLICY) -> Outbound:
    return update(channel, "first", key, kit.note(said))


def settled(world: World) -> list[dict[str, Any]]:
    world.wait(lambda: not any(world.bot.ledger.waiting()[name] for name in ("outbox", "unknown")), 15)
    return world.said(POLICY)


@pytest.mark.parametrize(("to", "where"), [(POLICY, POLICY), (ANNA, DIRECT)], ids=["channel", "person"])
def test_an_update_changes_words_and_blocks_in_place_and_keeps_the_key(
    make: Callable[..., World], to: str, where: str
) -> None:
    world = make()
    queue(world, first(to))
    (before,) = world.wait(lambda: [dict(one) for one in world.said(where)])
    queue(world, corrected(channel=to))
    (after,) = world.wait(lambda: [one for one in world.said(where) if one["text"] == "It is 12 December."])
    assert [one["text"]["text"] for one in after["blocks"]] == ["It is 12 December."]
    assert (after["ts"], after["metadata"]) == (before["ts"], before["metadata"])
    (made,) = [one["body"] for one in world.state.calls if one["method"] == "chat.update"]
    assert made["parse"] == "none"
    assert "metadata" not in made


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("before", None), ("after", None), ("late", 0.4), ("500", None), ("500 after", None), ("html", None),
        ("empty", None), ("429", "1"), ("slow", 0.3), ("error", "internal_error"), ("error", "update_failed"),
        ("error", "msg_too_long"), ("error", "service_unavailable"),
    ],
)  # fmt: skip
def test_a_fault_of_an_update_ends_in_the_new_words_once(make: Callable[..., World], kind: str, value: object) -> None:
    world = make()
    world.state.faults.append(Fault("chat.update", kind, value))
    queue(world, first(), corrected())
    assert [one["text"] for one in settled(world)] == ["It is 12 December."]
    assert world.bot.ledger.parked() == []


@pytest.mark.parametrize("kind", ["before", "after", "late"])
def test_an_update_waits_for_a_message_whose_fate_is_not_known(make: Callable[..., World], kind: str) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", kind, 0.4))
    queue(world, first(), corrected())
    assert [one["text"] for one in settled(world)] == ["It is 12 December."]


def test_an_update_that_comes_late_does_not_undo_a_newer_one(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("chat.update", "late", 0.7))
    queue(world, first(), corrected(), corrected("third", "It is 13 December."))
    settled(world)
    time.sleep(0.8)
    assert [one["text"] for one in world.said(POLICY)] == ["It is 13 December."]


@pytest.mark.parametrize(
    "code",
    [
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "is_inactive",
        "channel_not_found",
        "is_archived",
    ],
)
def test_an_update_that_slack_refuses_is_given_up_at_once(make: Callable[..., World], code: str) -> None:
    world = make()
    world.state.faults.append(Fault("chat.update", "error", code, nth=0))
    queue(world, first(), corrected())
    assert [one["text"] for one in settled(world)] == ["It is 15 December."]
    assert world.bot.ledger.parked() == [("second", code)]
    assert [one["method"] for one in world.state.calls].count("chat.update") == 1


def test_what_is_about_a_message_that_was_never_said_is_not_said(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", "error", "no_permission", channel=POLICY))
    reply = beneath(POLICY, "first", "beneath", kit.note("It was 15."))
    queue(world, first(), corrected(), reply, update(POLICY, "never", "lost", kit.note("No.")))
    assert settled(world) == []
    never = "what it is about was never said"
    assert world.bot.ledger.parked()[1:] == [("second", never), ("beneath", never), ("lost", never)]


def test_a_note_finds_the_thread_of_a_message_that_was_still_to_be_posted(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", "after"))
    queue(world, first(), beneath(POLICY, "first", "beneath", kit.note("It was 15.")))
    root, reply = settled(world)
    assert reply["thread_ts"] == root["ts"]
