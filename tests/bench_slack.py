"""The bot as a process beside the stand-in: from event to posted message, under load, and over many questions."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psutil
from tqdm import tqdm

from bot.ledger import Ledger
from bot.local.server import Workspace
from bot.types import Arrived, Changed, Standing, WatchItem
from index.types import Audience
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from index.search import Searcher

ALONE = 100  # questions one at a time
PEOPLE, LOAD, SECONDS = 50, 500, 10.0
MANY = 5_000


def slack(
    data: Path, models: Path, searcher: Searcher, questions: Sequence[str], row: Callable[[str, str], None]
) -> None:
    """Print the figures of a bot that serves ``data``."""
    workspace = Workspace().start()
    workspace.state.pace = 0.0
    people = [f"U{at:04}" for at in range(400)]
    for user in people:
        workspace.state.add_person(user, user)
    environment = {
        **os.environ, **workspace.environment(), "DISPATCHBOX_MODELS": str(models), "DISPATCHBOX_QUOTA": "0",
    }  # fmt: skip
    command = [sys.executable, "-m", "bot", "run", "--data", str(data)]
    began = time.monotonic()
    _fill(data, searcher, people[0])
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as bot:
        assert bot.stderr
        for line in bot.stderr:
            if line == "dispatchbox: ready\n":
                break
        row("run, start to ready", f"{time.monotonic() - began:.2f} s")
        world = _World(workspace, questions)
        world.ask(people[:20])  # warm
        took = [world.ask([user])[0] for user in people[:ALONE]]
        row("event to chat.postMessage, one question at a time", _spread(took))
        workspace.acknowledged.clear()
        took = world.ask([user for _ in range(LOAD // PEOPLE) for user in people[:PEOPLE]], SECONDS)
        row(f"event to chat.postMessage, {LOAD} questions in {SECONDS:.0f} s, {PEOPLE} people", _spread(took))
        held = sorted(workspace.acknowledged.values())
        row("event to acknowledgement under that load", f"p99 {held[int(len(held) * 0.99)] * 1000:.0f} ms")
        row("/watchlist of 10,000 items, command to reply", _watchlist(workspace, people[0]))
        memory = psutil.Process(bot.pid)
        seen = []
        for _ in tqdm(range(MANY // 1_000), desc="thousands of questions", disable=None):
            world.ask([people[at % len(people)] for at in range(1_000)])
            seen.append(memory.memory_info().rss // 2**20)
        row(f"resident memory of run after each 1,000 of {MANY:,} questions", f"{', '.join(map(str, seen))} MB")
        bot.terminate()
    workspace.stop()


def _fill(data: Path, searcher: Searcher, owner: str) -> None:
    """Give one person 10,000 items, and let no briefing be new."""
    now = datetime.now(UTC)
    many = [
        WatchItem(at, f"Thing {at}", None, owner, "", Standing.OPEN, owner, now, owner, now) for at in range(1, 10_001)
    ]
    ledger = Ledger.open(data)
    names = [entry.id for entry in searcher.entries(Audience(now))]
    seen = [Arrived(one.id, one.digest) for one in searcher.briefings(names, Audience(now)).values()]
    ledger.apply([Changed("bench", owner, now, "add", tuple(many)), *seen], now)
    ledger.close()


def _watchlist(workspace: Workspace, user: str) -> str:
    """Time /watchlist from the command to the reply: the median of ten."""
    took = []
    for _ in range(10):
        count, began = len(_replies(workspace, user)), time.perf_counter()
        workspace.run(workspace.command(user, "D" + user[1:], "/watchlist", ""))
        while len(_replies(workspace, user)) == count:
            time.sleep(0.002)
        took.append(time.perf_counter() - began)
    return f"{statistics.median(took) * 1000:.0f} ms"


def _replies(workspace: Workspace, user: str) -> list[dict[str, object]]:
    return [one for one in workspace.state.messages.get("D" + user[1:], ()) if one.get("only") == user]


class _World:
    """Asks in direct messages and times the answers."""

    def __init__(self, workspace: Workspace, questions: Sequence[str]) -> None:
        self._workspace = workspace
        self._questions = questions
        self._asked = 0
        self._read = 0

    def ask(self, people: Sequence[str], over: float = 0.0) -> list[float]:
        """Ask as each of these people, evenly over some seconds; give the seconds until each answer was posted."""
        said: dict[str, list[float]] = {}
        began = time.monotonic()
        for at, user in enumerate(people):
            said.setdefault("D" + user[1:], []).append(time.time())
            question = self._questions[self._asked % len(self._questions)]
            self._workspace.run(self._workspace.say(user, "D" + user[1:], question))
            self._asked += 1
            time.sleep(max(0.0, began + over * (at + 1) / len(people) - time.monotonic()))
        return [posted - said[channel].pop(0) for channel, posted in self._posts(len(people))]

    def _posts(self, count: int) -> Iterator[tuple[str, float]]:
        """Wait for so many posts: channel and time of each."""
        calls = self._workspace.state.calls
        while count:
            while self._read < len(calls):
                call = calls[self._read]
                self._read += 1
                if call["method"] == "chat.postMessage":
                    count -= 1
                    yield call["body"]["channel"], call["at"]
            time.sleep(0.002)


def _spread(took: Sequence[float]) -> str:
    ranked = sorted(took)
    return f"p50 {statistics.median(ranked) * 1000:.0f} ms, p95 {ranked[int(len(ranked) * 0.95)] * 1000:.0f} ms"
