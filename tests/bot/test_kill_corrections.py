"""The bot killed before and after each commit and each call around a correction, or its calls dropped once taken.

A briefing reads otherwise than three people were answered: one in a channel, whose message is changed in its
place besides, one directly, twice, and one by a command.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot import kit
from bot.ledger import Ledger
from bot.local.server import Workspace
from bot.local.state import Fault
from bot.replies import post, update
from bot.types import Arrived, Kept, Method, Outbound
from tests.bot.test_kill import AT_ONCE, PATIENCE, Zygote, before, papers, zygotes
from tests.bot.world import ANNA, BEN, EUROCLEAR, POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from bot.types import Message

__all__ = ["papers", "zygotes"]  # pytest takes its fixtures from here

ALL = 120  # doors tried; the scenario passes through more than eighty, which is asserted
UPDATES = 6
WAS = "The first transfer was €1.45 billion."
NOW = "[was €1.45, now €1.55] billion"
WANTED = {POLICY: 1, "D0ANNA": 1, "D0BEN": 1}


def kept(key: str, user: str, channel: str, thread: str, *, private: bool) -> Kept:
    cited = {
        "briefing": "2025-12-12-belgium", "title": "UK and Belgium on frozen assets", "published": "2025-12-12",
        "paragraph": 2, "start": 0, "end": len(WAS), "quote": WAS, "source": "a.md",
    }  # fmt: skip
    data = {"citations": [cited], "nearest": [], "question": EUROCLEAR}
    return Kept(key, user, channel, thread, EUROCLEAR, data, private, datetime.now(UTC))


def answered(ledger: Ledger, workspace: Workspace) -> str:
    """Leave behind what an earlier life of the bot has said, and changes in place still to be made; give its ts."""
    now = datetime.now(UTC)
    message = kit.note("It was €1.45 billion.")
    root = workspace.state.say(POLICY, {"user": ANNA, "text": EUROCLEAR})["ts"]
    calls: list[Any] = []
    for key, user, channel, thread, private in (
        ("one", ANNA, POLICY, root, False), ("two", ANNA, "D0ANNA", "", False), ("three", ANNA, "D0ANNA", "", False),
        ("four", BEN, POLICY, "", True),
    ):  # fmt: skip
        calls += [kept(key, user, channel, thread, private=private), said(key, user, channel, thread, message, private)]
    ledger.apply([*calls, Arrived("2025-12-12-belgium", "another")], now)
    ts = workspace.state.say(POLICY, {"user": "U0BOT", "text": message.text, "thread_ts": root})["ts"]
    while found := ledger.due(now):
        for due in found:
            ledger.sent(due.id, ts)
    ledger.apply([update(POLICY, "one", f"anew {at}", kit.note(f"Version {at}.")) for at in range(UPDATES)], now)
    return ts


def said(key: str, user: str, channel: str, thread: str, message: Message, private: bool) -> Outbound:  # noqa: FBT001, PLR0913, PLR0917 - a row of the table above
    if private:
        return Outbound(key, Method.RESPOND, f"private:{user}", {"url": "x"}, message, user, key)
    return post(channel, thread, key, message, user, key)


def counts(workspace: Workspace) -> dict[str, int]:
    return {
        channel: sum(NOW in one["text"].replace("\u2060", "") for one in workspace.state.messages.get(channel, ()))
        for channel in WANTED
    }


def tried(
    zygote: Zygote, papers: Path, data: Path, fatal: int | str, faults: tuple[Fault, ...] = ()
) -> tuple[str, str | None]:
    """Kill a bot at one door, start it again; give the door, and what was wrong or None."""
    workspace = Workspace(retries=(0.25,) * 60)
    workspace.state.pace = 0.0
    workspace.state.faults += faults
    workspace.start()
    wish = {"data": str(data), "papers": str(papers), "environment": workspace.environment(), "settings": {}}
    ledger = Ledger.open(data)
    ts = answered(ledger, workspace)
    try:
        zygote.start({**wish, "fatal": fatal})

        def changed() -> bool:
            return any(
                one["ts"] == ts and one["text"] == f"Version {UPDATES - 1}." for one in workspace.state.messages[POLICY]
            )

        def settled() -> bool:
            waiting = ledger.waiting()
            return (
                changed()
                and all(count >= WANTED[channel] for channel, count in counts(workspace).items())
                and not any(waiting[name] for name in ("inbox", "outbox", "unknown"))
            )

        end, door = time.monotonic() + PATIENCE, ""
        for pause in (0.3, 0.0):  # for what should not come
            while not settled() and time.monotonic() < end:
                if zygote.over():
                    door = zygote.killed
                    zygote.start({**wish, "fatal": 0})
                time.sleep(0.01)
            time.sleep(pause)
        good = counts(workspace) == WANTED and settled() and not ledger.parked()
        door = door or zygote.killed
        return door, None if good else f"door {fatal}, {door}: {counts(workspace)}, {ledger.waiting()}"
    finally:
        zygote.kill()
        ledger.close()
        workspace.stop()


def test_killed_at_every_door_each_correction_comes_once(
    papers: Path,
    zygotes: list[Zygote],
    tmp_path: Path,
) -> None:
    free = list(zygotes)

    def one(fatal: int | str) -> tuple[str, str | None]:
        zygote = free.pop()
        try:
            return tried(zygote, papers, tmp_path / str(fatal), fatal)
        finally:
            free.append(zygote)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(one, [*range(1, ALL + 1), *before({"chat.postMessage": 3, "chat.update": UPDATES})]))
    assert [wrong for _, wrong in results if wrong] == []
    doors = [door for door, _ in results if door]
    assert len(doors) >= 80
    assert {"before chat.postMessage", "before chat.update", "before commit", "after commit"} <= set(doors)


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_taken_and_dropped_each_correction_comes_once(
    papers: Path,
    zygotes: list[Zygote],
    tmp_path: Path,
    method: str,
    nth: int,
) -> None:
    _, wrong = tried(zygotes[0], papers, tmp_path / "data", 0, (Fault(method, "after", nth=nth),))
    assert wrong is None
