"""The bot killed before and after each commit and each call to Slack: nothing lost, nothing twice.

On its way it answers questions, reminds the owner of an item, and asks whether two briefings tell what
became of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from bot.ledger import Ledger
from bot.local.server import Workspace
from bot.types import Arrived, Changed, Standing, WatchItem
from index.build import build
from index.parse import read_folder
from index.types import DateRange, Exact
from tests.bot.world import ANNA, BEN, EUROCLEAR, FISHING, POLICY, TEAM, write
from tests.conftest import LONDON, ROOT
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = 170  # doors tried; the scenario passes through more than a hundred, which is asserted
AT_ONCE = 4
PATIENCE = 45.0  # seconds for a restarted bot to settle everything


class Zygote:
    """Forks bots; one at a time each."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.zygote"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.pid = 0
        self.killed = ""
        self._ended = True

    def start(self, wish: dict[str, Any]) -> None:
        assert self._process.stdin
        self._ended, self.killed, self.pid = False, "", 0
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        reader = Thread(target=self._read, daemon=True)
        reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            told = json.loads(line)
            self.pid = told.get("pid", self.pid)
            self.killed = told.get("killed", self.killed)
            if "ended" in told:
                self._ended = True
                return

    def over(self) -> bool:
        return self._ended

    def kill(self) -> None:
        while not self._ended:
            if self.pid:  # else it was only just started, and has not told it yet
                with suppress(ProcessLookupError):  # it came to its door just now
                    os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.01)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("fake-papers")
    write(place / "briefings")
    build(place, partial(read_folder, place / "briefings", LONDON), HashEncoder(), datetime.now(UTC))
    return place


@pytest.fixture(scope="module")
def zygotes() -> Iterator[list[Zygote]]:
    made = [Zygote() for _ in range(AT_ONCE)]
    yield made
    for one in made:
        one.close()


def before(calls: dict[str, int]) -> list[str]:
    """Name the doors before each call, since threads take turns as they like and a number may fall on any door."""
    return [f"before {call}#{nth}" for call, times in calls.items() for nth in range(1, times + 1)]


def scenario(workspace: Workspace) -> tuple[list[tuple[str, str]], int]:
    """Ask in a channel, in direct messages and by command; give the readable ones as (channel, thread)."""
    asked: list[tuple[str, str]] = []
    for at in range(4):
        said = workspace.run(workspace.say((ANNA, BEN)[at % 2], POLICY, f"@dispatchbox {at} {EUROCLEAR}"))
        asked.append((POLICY, said["ts"]))
    for user, text in ((ANNA, EUROCLEAR), (BEN, FISHING), (ANNA, FISHING)):
        workspace.run(workspace.say(user, "D" + user[1:], text))
        asked.append(("D" + user[1:], ""))
    return asked, 1


MONDAY = "2026-02-02"
REMINDED, ASKED_IF_IT_HAPPENED, TEAM_ON_MONDAY = 1, 2, 1


def owned(ledger: Ledger) -> None:
    """Give Anna an item that is due on the day, of before both briefings arrived."""
    now = datetime.now(UTC)
    day = date.fromisoformat(MONDAY)
    due = DateRange(day, day, "2 February", Exact.DAY)
    text = "transfer for Ukraine, transport in England, Euroclear, fares"
    item = WatchItem(1, text, due, ANNA, POLICY, Standing.OPEN, ANNA, now, ANNA, now)
    free = replace(item, number=2, owner="")
    ledger.apply([Changed("given", ANNA, now, "add", (item, free)), Arrived("an older one", "seen")], now)


def answers(workspace: Workspace, channel: str, thread: str) -> int:
    found = workspace.state.messages.get(channel, ())
    mine = [one for one in found if one["user"] == "U0BOT" and not one.get("only")]
    return len([one for one in mine if one.get("thread_ts", "") == thread])


def tried(zygote: Zygote, papers: Path, place: Path, fatal: int) -> tuple[str, str | None]:
    """Kill a bot at one door, start it again; give the door, and what was wrong or None."""
    workspace = Workspace(retries=(0.25,) * 60)
    workspace.state.pace = 0.0
    workspace.start()
    data = place / f"data{fatal}"
    settings = {"today": MONDAY, "team_channel": TEAM, "follow_up_threshold": 0.0}
    environment = workspace.environment()
    wish = {"data": str(data), "papers": str(papers), "environment": environment, "settings": settings}
    ledger = Ledger.open(data)
    owned(ledger)
    try:
        zygote.start({**wish, "fatal": fatal})
        asked, _ = scenario(workspace)
        command = Thread(target=lambda: workspace.run(workspace.command(ANNA, POLICY, "/ask", EUROCLEAR)), daemon=True)
        command.start()
        wanted = {key: asked.count(key) for key in set(asked)}
        wanted["D0ANNA", ""] += REMINDED + ASKED_IF_IT_HAPPENED
        wanted[TEAM, ""] = TEAM_ON_MONDAY + ASKED_IF_IT_HAPPENED

        def settled() -> bool:
            waiting = ledger.waiting()
            full = all(answers(workspace, *key) >= count for key, count in wanted.items())
            return full and not any(waiting[name] for name in ("inbox", "outbox", "unknown"))

        end = time.monotonic() + PATIENCE
        while not zygote.over() and not settled() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.05)
        door = zygote.killed
        if zygote.over():
            zygote.start({**wish, "fatal": 0})
        while not settled() and time.monotonic() < end:
            time.sleep(0.02)
        command.join(5)
        time.sleep(0.3)  # for what should not come
        counts = {key: answers(workspace, *key) for key in wanted}
        private = [one for one in workspace.state.messages.get(POLICY, ()) if one.get("only") == ANNA]
        told = [one for one in private if one["user"] == "U0BOT"]
        wrong = (
            None if counts == wanted and len(told) <= 1 and settled() else f"{counts} for {wanted}, {len(told)} private"
        )
        return door, wrong and f"door {fatal}, {door}: {wrong}, {ledger.waiting()}"
    finally:
        zygote.kill()
        ledger.close()
        workspace.stop()


def test_killed_at_every_door_each_question_is_answered_once(
    papers: Path, zygotes: list[Zygote], tmp_path: Path
) -> None:
    free = list(zygotes)

    def one(fatal: int) -> tuple[str, str | None]:
        zygote = free.pop()
        try:
            return tried(zygote, papers, tmp_path, fatal)
        finally:
            free.append(zygote)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(one, range(1, ALL + 1)))
    assert [wrong for _, wrong in results if wrong] == []
    assert len([door for door, _ in results if door]) >= 100
    assert {"before chat.postMessage", "after the call", "before commit", "after commit"} <= {
        door for door, _ in results
    }
