"""Slack's line, order and envelopes at their worst: nothing lost, nothing twice, nothing raised."""

from __future__ import annotations

import random
import sqlite3
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from bot import service
from bot.ledger import FILE
from bot.local.state import BOT_USER, TEAM, Fault
from tests.bot.world import ANNA, BEN, EUROCLEAR, FISHING, POLICY, World

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECT = "D0ANNA"
MENTION = {"type": "app_mention", "user": ANNA, "text": f"<@{BOT_USER}> {EUROCLEAR}", "channel": POLICY}


class LeftError(Exception):
    """The process would have ended."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make the watchdog look often, and note with which status it would leave."""
    left: list[int] = []
    monkeypatch.setattr(service, "_LOOK", 0.1)
    monkeypatch.setattr(service, "_QUIET", 0.5)

    def leave(status: int) -> None:
        left.append(status)
        raise LeftError

    monkeypatch.setattr(service.os, "_exit", leave)
    return left


def resting(world: World) -> None:
    """Let the worker rest, as it would under load."""
    world.bot.stop.set()
    world.bot._worker.wake.set()
    for thread in world.bot._threads:
        thread.join(3)


def restarted(world: World) -> None:
    world.bot.close()
    world.bot = world.start()


# -- the line -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
def test_a_silent_socket_is_rebuilt_and_what_was_said_meanwhile_is_answered(make: Callable[..., World]) -> None:
    world = make()
    world.workspace.retries = (0.3,) * 30
    session = world.wait(world.bot.transport.session)
    world.workspace.silent = True
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.bot.transport.session() != session)
    world.workspace.silent = False
    world.wait(lambda: world.replies(asked))
    world.quiet()
    assert len(world.replies(asked)) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_socket_that_stays_silent_ends_the_process_with_a_status_of_its_own(
    make: Callable[..., World], quick: list[int]
) -> None:
    world = make()
    world.workspace.silent = True
    world.wait(lambda: quick, 15)
    assert quick == [service.DEAF]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_link_that_slack_switched_off_ends_the_process(make: Callable[..., World], quick: list[int]) -> None:
    world = make()
    world.workspace.run(world.workspace.announce("link_disabled"))
    world.wait(lambda: quick)
    assert quick == [service.SWITCHED_OFF]


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
def test_a_new_socket_opens_when_slack_asks_for_it_and_nothing_is_lost(make: Callable[..., World], reason: str) -> None:
    world = make()
    world.workspace.retries = (0.3,) * 20
    asked = []
    for _ in range(3):
        asked.append(world.say(f"@dispatchbox {EUROCLEAR}"))
        world.workspace.run(world.workspace.announce(reason))
    for one in asked:
        world.wait(lambda one=one: world.replies(one), 15)
    world.quiet()
    assert [len(world.replies(one)) for one in asked] == [1, 1, 1]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("word", ["too_many_websockets", "internal_error"])
def test_a_socket_that_is_refused_is_asked_for_again(make: Callable[..., World], word: str) -> None:
    world = make()
    world.workspace.retries = (0.3,) * 30
    session = world.wait(world.bot.transport.session)
    world.state.faults.append(Fault("apps.connections.open", "error", word))
    world.workspace.silent = True
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.bot.transport.session() != session)
    world.workspace.silent = False
    world.wait(lambda: world.replies(asked))


def test_while_slack_cannot_be_reached_an_answer_waits_and_then_comes_once(make: Callable[..., World]) -> None:
    world = make()
    client = world.bot._deliverer._gateway._client
    whole, client.base_url = client.base_url, "http://127.0.0.1:9/api/"
    world.dm("hello")  # people are looked up before that, so that only the sending fails
    asked = world.say(f"@dispatchbox {EUROCLEAR}")

    def attempts() -> int:
        with sqlite3.connect(world.settings.data / FILE) as db:
            return int(db.execute("select coalesce(max(attempts), 0) from outbox").fetchone()[0])

    world.wait(lambda: attempts() >= 2)
    assert world.replies(asked) == []
    client.base_url = whole
    world.wait(lambda: world.replies(asked) or world.whispered(), 15)
    world.quiet()
    assert len(world.replies(asked)) + len(world.whispered()) == 1


def test_a_storm_of_429_keeps_the_order_of_a_channel(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults += [Fault("chat.postMessage", "429", "1", nth=nth, channel=POLICY) for nth in (1, 2, 4)]
    asked = [world.say(f"@dispatchbox {EUROCLEAR}") for _ in range(4)]
    world.wait(lambda: len(world.said(POLICY)) == 4, 20)
    assert [one["thread_ts"] for one in world.said(POLICY)] == asked


# -- order and repetition -----------------------------------------------------------------------------


def test_a_message_delivered_again_after_a_restart_is_not_answered_again(make: Callable[..., World]) -> None:
    world = make()
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.replies(asked))
    world.quiet()
    for _ in range(2):
        restarted(world)
        world.workspace.run(world.workspace.event({**MENTION, "ts": asked}))
        world.wait(lambda: world.bot.ledger.counts().get("duplicate"))
    world.quiet()
    assert len(world.replies(asked)) == 1


def test_what_comes_out_of_order_is_answered_in_the_order_it_was_said(make: Callable[..., World]) -> None:
    world = make()
    resting(world)
    asked = [world.state.say(POLICY, {"user": ANNA, "text": "q"})["ts"] for _ in range(6)]
    mixed = random.Random(5).sample(asked, len(asked))
    for count, ts in enumerate(mixed, 1):
        world.workspace.run(world.workspace.event({**MENTION, "ts": ts}))
        world.wait(lambda count=count: world.bot.ledger.waiting()["inbox"] >= count)
    restarted(world)
    world.wait(lambda: len(world.said(POLICY)) == len(asked))
    assert [one["thread_ts"] for one in world.said(POLICY)] == asked


def test_an_edit_after_the_answer_is_not_answered_again(make: Callable[..., World]) -> None:
    world = make()
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.replies(asked))
    world.workspace.run(world.workspace.edit(POLICY, asked, f"<@{BOT_USER}> {FISHING}"))
    world.workspace.run(world.workspace.event({**MENTION, "ts": asked, "edited": {"ts": "1"}}))
    world.wait(lambda: world.bot.ledger.counts().get("ignored: message_changed"))
    world.quiet()
    assert len(world.replies(asked)) == 1


def test_a_busy_conversation_lets_the_others_in_turn(make: Callable[..., World]) -> None:
    world = make(quota=0)
    resting(world)
    for _ in range(20):
        world.say(f"@dispatchbox {EUROCLEAR}")
    world.dm(EUROCLEAR, BEN)
    world.wait(lambda: world.bot.ledger.waiting()["inbox"] >= 21)
    restarted(world)
    world.wait(lambda: world.said("D0BEN") and len(world.said(POLICY)) == 20, 15)
    theirs = float(world.said("D0BEN")[0]["ts"])
    assert len([one for one in world.said(POLICY) if float(one["ts"]) < theirs]) <= 5


# -- envelopes ----------------------------------------------------------------------------------------

ODD: list[Any] = [
    None, "", "x", 0, -1, 1.5, True, [], {}, [None], ["U"], {"id": None}, {"id": ["x"]}, "\x00", "\ud800", "U0ANNA",
    "<@U0BOT>", POLICY, "1.0", "9" * 40, "x" * 5_000, {"a": {"b": {"c": [[[[{}]]]]}}},
]  # fmt: skip
SHAPES: list[dict[str, Any]] = [
    {"type": "event_callback", "team_id": TEAM, "event_id": "Ev",
     "event": {**MENTION, "ts": "5.0", "thread_ts": "4.0"}},
    {"type": "event_callback", "team_id": TEAM, "event": {"type": "app_home_opened", "user": ANNA, "tab": "home"}},
    {"type": "event_callback", "event": {
        "type": "message", "subtype": "message_changed", "channel": POLICY, "message": {"text": "x", "ts": "1.0"}}},
    {"type": "event_callback", "event": {
        "type": "message", "subtype": "message_deleted", "channel": POLICY, "deleted_ts": "1.0"}},
    {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": ANNA}, "trigger_id": "t", "channel": {"id": POLICY},
     "message": {"ts": "1.0"}, "container": {"message_ts": "1.0"}, "response_url": "",
     "actions": [{"action_id": "copy", "type": "button", "value": "k", "selected_option": {"value": "v"}}]},
    {"type": "message_action", "team": {"id": TEAM}, "user": {"id": ANNA}, "trigger_id": "t", "channel": {"id": POLICY},
     "callback_id": "ask_briefings", "message": {"text": "x", "ts": "1.0", "thread_ts": "1.0"}},
    {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": ANNA}, "trigger_id": "t", "view": {
        "id": "V", "hash": "h", "callback_id": "why", "private_metadata": "k",
        "state": {"values": {"more": {"more": {"value": "x", "selected_option": {"value": "y"}}}}}}},
    {"command": "/ask", "text": "x", "user_id": ANNA, "channel_id": POLICY, "team_id": TEAM, "trigger_id": "t"},
]  # fmt: skip


def mangled(shape: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """Put something odd in one to three places of an envelope, or take them out."""
    whole = deepcopy(shape)
    for _ in range(draw.randrange(1, 4)):
        holder, name = draw.choice(list(places(whole)))
        if draw.random() < 0.3:
            del holder[name]
        else:
            holder[name] = deepcopy(draw.choice(ODD))
    return dict(whole)


def places(value: Any) -> Any:  # noqa: ANN401 - any JSON
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for name, inner in pairs:
        yield value, name
        if isinstance(inner, (dict, list)):
            yield from places(inner)


def test_two_thousand_odd_envelopes_raise_nothing_and_say_nothing(
    make: Callable[..., World], caplog: pytest.LogCaptureFixture
) -> None:
    world = make()
    resting(world)  # what is kept of them is not the matter here
    take = world.bot._sweep._acceptor.take  # behind Bolt, which itself stumbles over some of these
    draw = random.Random(11)
    before = sum(world.bot.ledger.counts().values())
    for at in range(2_000):
        shape = draw.choice(SHAPES)
        take(mangled({**shape, **({"event_id": f"Ev{at}"} if "event" in shape else {})}, draw), lambda: None)
        assert sum(world.bot.ledger.counts().values()) == before + at + 1
    assert [record for record in caplog.records if record.exc_info] == []
    assert world.state.ledger == []


def test_a_megabyte_and_a_deep_nest_are_taken_calmly(make: Callable[..., World]) -> None:
    world = make()
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    said = world.state.say(POLICY, {"user": ANNA, "text": "q"})["ts"]
    world.workspace.run(world.workspace.event({**MENTION, "ts": said, "text": f"<@{BOT_USER}> {'why ' * 250_000}"}))
    world.workspace.run(world.workspace.event({**MENTION, "ts": "7.0", "blocks": deep, "text": None}))
    world.wait(lambda: world.replies(said))
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    began = time.monotonic()
    world.wait(lambda: world.replies(asked))
    assert time.monotonic() - began < 5
