"""Slack's faults, and ours: each question is answered once, or the asker is told; never twice."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.ledger import FILE, Ledger
from bot.local.state import BOT_USER, TEAM, Fault
from tests.bot.world import ANNA, BEN, EUROCLEAR, POLICY, World

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECT = "D0ANNA"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("before", None), ("after", None), ("late", 0.4), ("500", None), ("500 after", None), ("html", None),
        ("empty", None), ("truncated", None), ("junk", None),
        ("429", "1"), ("429", None), ("429", "abc"), ("429", "-5"), ("slow", 0.3), ("slow", 3.5),
        ("error", "internal_error"), ("error", "fatal_error"), ("error", "msg_too_long"), ("error", "invalid_blocks"),
        ("error", "service_unavailable"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", [POLICY, DIRECT])
def test_a_fault_of_one_post_ends_in_one_answer(
    make: Callable[..., World], kind: str, value: object, where: str
) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", kind, value, channel=where))
    asked = world.say(f"@dispatchbox {EUROCLEAR}", channel=where)

    def seen() -> list[dict[str, Any]]:
        return world.said(DIRECT) if where == DIRECT else world.replies(asked)

    world.wait(seen, 15)
    world.wait(lambda: not any(world.bot.ledger.waiting().values()), 15)
    time.sleep(0.5)  # for what should not come
    assert len(seen()) == 1
    assert "€1.55 billion" in seen()[0]["text"]


def test_the_fault_that_was_applied_is_found_by_reading_back_and_not_sent_again(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", "after"))
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: not any(world.bot.ledger.waiting().values()) and world.replies(asked))
    calls = [one["method"] for one in world.state.calls]
    assert calls.count("chat.postMessage") == 1
    assert "conversations.replies" in calls


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "restricted_action_thread_locked", "no_permission"])
def test_where_it_cannot_be_said_the_asker_is_told_privately(make: Callable[..., World], code: str) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", "error", code, nth=0, channel=POLICY))
    world.say(f"@dispatchbox {EUROCLEAR}", BEN)
    (told,) = world.wait(lambda: world.said("D0BEN"))
    assert told["text"].startswith(f"I could not post an answer in <#{POLICY}>")
    assert world.bot.ledger.parked()[0][1] == code


def test_an_unknown_word_of_slacks_parks_it_with_the_word(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", "error", "a_word_of_next_year", nth=0, channel=POLICY))
    world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(world.bot.ledger.parked)
    assert world.bot.ledger.parked()[0][1] == "a_word_of_next_year"
    assert world.wait(lambda: world.said(DIRECT))


def test_a_refused_token_stops_posting_keeps_the_answer_and_goes_on_when_mended(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", "error", "token_revoked"))
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.bot._deliverer.stopped_by == "token_revoked")
    assert world.bot.ledger.waiting()["outbox"] == 1
    assert world.replies(asked) == []


def test_one_busy_channel_delays_no_other(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("chat.postMessage", "429", "2", nth=1, channel=POLICY))
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.dm(EUROCLEAR)
    began = time.monotonic()
    world.wait(lambda: world.said(DIRECT))
    assert time.monotonic() - began < 1.5
    assert world.replies(asked) == []
    world.wait(lambda: world.replies(asked))


def test_a_private_answer_is_never_said_twice_and_is_offered_again(make: Callable[..., World]) -> None:
    world = make()
    world.state.faults.append(Fault("response_url", "500"))
    world.command("/ask", EUROCLEAR)
    world.wait(lambda: world.bot.ledger.waiting()["parked"])
    assert world.whispered() == []
    world.command("/briefings", "")
    offer = world.wait(lambda: [one for one in world.whispered() if "may not have reached you" in one["text"]])[0]
    world.press(offer, "again")
    world.wait(lambda: [one for one in world.whispered() if "€1.55 billion" in one["text"]])
    world.command("/briefings", "")
    world.quiet()
    assert len([one for one in world.whispered() if "may not have reached" in one["text"]]) == 1


def mention(ts: str, text: str = f"<@{BOT_USER}> {EUROCLEAR}", **more: Any) -> dict[str, Any]:
    return {"type": "app_mention", "user": ANNA, "text": text, "channel": POLICY, "ts": ts, **more}


def test_duplicates_are_known_by_each_of_their_keys(make: Callable[..., World]) -> None:
    world = make()
    said = world.state.say(POLICY, {"user": ANNA, "text": "q"})["ts"]
    other = world.state.say(POLICY, {"user": ANNA, "text": "q"})["ts"]
    payload = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": mention(said, client_msg_id="c1")}
    for _ in range(10):
        world.workspace.run(world.workspace.deliver("events_api", payload, again=False))
    world.workspace.run(world.workspace.event(mention(said)))  # another event, the same message
    world.workspace.run(world.workspace.event(mention(other, client_msg_id="c1")))  # another ts, the same writing
    world.wait(lambda: world.replies(said))
    world.quiet()
    assert (len(world.replies(said)), len(world.replies(other))) == (1, 0)


def test_a_double_click_counts_once(make: Callable[..., World]) -> None:
    world = make()
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (answer,) = world.wait(lambda: world.replies(asked))
    payload = world.workspace._payload("block_actions", ANNA, POLICY)
    key = answer["blocks"][-1]["elements"][0]["value"]
    payload |= {"actions": [{"action_id": "copy", "type": "button", "value": key}]}
    payload |= {"response_url": world.workspace._response_url(ANNA, POLICY, None)}
    for _ in range(3):
        world.workspace.run(world.workspace.deliver("interactive", payload, again=False))
    world.whisper()
    world.quiet()
    assert len(world.whispered()) == 1


def test_a_dropped_socket_loses_nothing(make: Callable[..., World]) -> None:
    world = make()
    asked = []
    for _ in range(2):
        asked.append(world.say(f"@dispatchbox {EUROCLEAR}"))
        world.workspace.run(world.workspace.disconnect())
        time.sleep(0.1)
    world.workspace.retries = (0.5,) * 60
    asked.append(world.say(f"@dispatchbox {EUROCLEAR}"))
    for one in asked:
        world.wait(lambda one=one: world.replies(one), 40)
    world.quiet()
    assert [len(world.replies(one)) for one in asked] == [1] * 3


def test_a_locked_ledger_gives_no_acknowledgement_and_slack_delivers_again(make: Callable[..., World]) -> None:
    world = make()
    world.workspace.retries = (0.5,) * 20
    holder = sqlite3.connect(world.settings.data / FILE)
    holder.execute("begin exclusive")
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    time.sleep(3.2)
    assert world.workspace.acknowledged == {}
    holder.rollback()
    holder.close()
    world.wait(lambda: world.replies(asked), 15)
    world.quiet()
    assert len(world.replies(asked)) == 1


def test_what_was_said_while_away_is_swept_up_and_what_is_old_gets_one_note(make: Callable[..., World]) -> None:
    world = make()
    world.dm("hello")
    first = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.replies(first) and world.said(DIRECT))
    world.bot.close()
    world.workspace.retries = ()
    for at in (3, 2):  # two questions of more than a day ago, unseen
        long_ago = f"{time.time() - 86_400 * at:.6f}"
        world.state.say("D0BEN", {"user": BEN, "text": EUROCLEAR, "ts": long_ago})
    with sqlite3.connect(world.settings.data / FILE) as db:
        db.execute("update marks set ts = '1.0' where channel = 'C0POLICY'")
    missed = world.say(f"@dispatchbox {EUROCLEAR}", BEN)
    world.say("and when?", BEN, thread=first)
    world.dm(EUROCLEAR)
    time.sleep(0.2)
    world.bot = world.start()
    world.wait(lambda: world.replies(missed) and len(world.replies(first)) == 2 and len(world.said(DIRECT)) == 2)
    world.wait(lambda: world.said("D0BEN"))
    world.quiet()
    assert len(world.replies(missed)) == 1
    assert [one["text"][:18] for one in world.said("D0BEN")] == ["While I was away y"]
    world.bot.close()
    world.bot = world.start()
    time.sleep(0.5)
    world.quiet()
    assert (len(world.replies(missed)), len(world.said("D0BEN")), len(world.said(DIRECT))) == (1, 1, 2)


def test_an_answer_that_waited_says_when_it_was_asked(make: Callable[..., World]) -> None:
    world = make()
    clock = datetime.now(UTC) + timedelta(hours=2)
    world.bot._worker._handle.args[0].now = lambda: clock  # type: ignore[attr-defined]
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    assert world.wait(lambda: world.replies(asked))[0]["text"].startswith("You asked this at")


def test_what_fails_inside_apologises_with_a_reference_that_stands_in_the_log(
    make: Callable[..., World], caplog: pytest.LogCaptureFixture
) -> None:
    world = make()
    desk = world.bot._worker._handle.args[0]  # type: ignore[attr-defined]
    desk.reader = None
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (answer,) = world.wait(lambda: world.replies(asked))
    reference = answer["text"].removesuffix(".").rpartition(" ")[2]
    assert answer["text"].startswith("Something went wrong on my side")
    assert any(reference in record.getMessage() for record in caplog.records)


def test_a_question_that_kills_the_process_is_given_up_with_an_apology(make: Callable[..., World]) -> None:
    world = make()
    world.bot.close()
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    ledger = Ledger.open(world.settings.data)
    world.workspace.retries = (0.3,) * 20
    world.bot = world.start()
    world.wait(lambda: world.replies(asked), 20)
    row = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.replies(row))
    with sqlite3.connect(world.settings.data / FILE) as db:
        db.execute("update inbox set state = 'new', attempts = 3 where id = (select max(id) from inbox)")
        db.execute("delete from outbox where id = (select max(id) from outbox)")
    world.bot._worker.wake.set()
    apology = world.wait(lambda: world.replies(row)[1:])[0]
    assert "quote reference" in apology["text"]
    ledger.close()


def test_more_than_the_quota_gets_one_polite_word_and_delays_nobody_else(make: Callable[..., World]) -> None:
    world = make(quota=3)
    for _ in range(6):
        world.dm(EUROCLEAR)
    world.dm(EUROCLEAR, BEN)
    found = world.wait(lambda: len(world.said(DIRECT)) == 4 and world.said(DIRECT))
    world.wait(lambda: world.said("D0BEN"))
    world.quiet()
    assert sum(one["text"].startswith("That is more than 3 questions") for one in found) == 1
    assert len(world.said(DIRECT)) == 4


def test_the_quota_counts_questions_by_command_too(make: Callable[..., World]) -> None:
    world = make(quota=2)
    for _ in range(5):
        world.command("/ask", EUROCLEAR)
    found = world.wait(lambda: len(world.whispered()) == 3 and world.whispered())
    world.quiet()
    assert [one["text"][:9] for one in found].count("That is m") == 1
    assert len(world.whispered()) == 3
