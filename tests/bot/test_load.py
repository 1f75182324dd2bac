"""Many at once: each answered once, in order, and no channel waits for another."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.bot.world import ANNA, EUROCLEAR, POLICY, World

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE, EACH, SECONDS = 50, 10, 10.0


def test_five_hundred_questions_in_fifty_conversations_are_each_answered_once_in_order(
    make: Callable[..., World],
) -> None:
    world = make(quota=0, pace=1.0)
    world.state.pace = 0.95
    users = [f"U0P{at:02}" for at in range(PEOPLE)]
    for user in users:
        world.state.add_person(user, f"Person {user}")
    began = time.monotonic()
    asked: dict[str, list[str]] = {user: [] for user in users}
    for turn in range(EACH):
        for at, user in enumerate(users):
            # Its number stands in each question, so that each answer tells which it answers.
            asked[user].append(world.dm(f"{EUROCLEAR} Note {turn}", user))
            due = began + SECONDS * (turn * PEOPLE + at) / (PEOPLE * EACH)
            time.sleep(max(0.0, due - time.monotonic()))

    def done() -> bool:
        return all(len(world.said("D" + user[1:])) >= EACH for user in users)

    world.wait(done, 30 - (time.monotonic() - began))
    world.quiet()
    for user in users:
        said = world.said("D" + user[1:])
        assert len(said) == EACH
        keys = [world.bot.ledger.answers.get(one["blocks"][-1]["elements"][0]["value"]) for one in said]
        assert [kept.question for kept in keys if kept] == [f"{EUROCLEAR} Note {turn}" for turn in range(EACH)]


def test_five_hundred_questions_in_one_channel_come_at_its_rate_and_delay_no_other(make: Callable[..., World]) -> None:
    rate = 0.02  # a second of Slack's, shortened fifty times
    world = make(quota=0, pace=rate)
    world.state.pace = rate * 0.9
    asked = [world.say(f"@dispatchbox {EUROCLEAR}") for _ in range(PEOPLE * EACH)]
    began = time.monotonic()
    world.dm(EUROCLEAR, ANNA)
    world.wait(lambda: world.said("D0ANNA"), 30)
    alone = time.monotonic() - began
    world.wait(lambda: len(world.said(POLICY)) >= len(asked), 60)
    whole = time.monotonic() - began
    world.quiet()
    assert [one["thread_ts"] for one in world.said(POLICY)] == asked
    assert alone < whole
    stamps = [float(one["ts"]) for one in world.said(POLICY)]
    assert min(later - earlier for earlier, later in pairwise(stamps)) >= rate * 0.85
