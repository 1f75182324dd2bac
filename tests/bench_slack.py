"""The bot as a process beside the stand-in: from event to posted message, under load, and over many questions."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil
from tqdm import tqdm

from bot.ledger import Ledger
from bot.local.server import Workspace
from bot.types import Arrived, Changed, Standing, WatchItem
from index.types import Audience, DateRange, Exact
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Coroutine, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from index.search import Searcher

ALONE = 100  # questions one at a time
PEOPLE, LOAD, SECONDS = 50, 500, 10.0
MANY = 5_000
_PATIENCE = 60.0  # seconds


def slack(  # noqa: PLR0913, PLR0917 - what is measured, and with what
    data: Path,
    models: Path,
    searcher: Searcher,
    questions: Sequence[str],
    row: Callable[[str, str], None],
    parts: Container[str],
) -> None:
    """Print the figures of a bot that serves ``data``: those of the parts of SERVED that are named."""
    workspace = Workspace().start()
    workspace.state.pace = 0.0
    people = [f"U{at:04}" for at in range(400)]
    for user in people:
        workspace.state.add_person(user, user)
    environment = {
        **os.environ, **workspace.environment(), "DISPATCHBOX_MODELS": str(models), "DISPATCHBOX_QUOTA": "0",
        "DISPATCHBOX_WATCH": "false",  # its index was made of lines; of the folder it would make another
    }  # fmt: skip
    command = [sys.executable, "-m", "bot", "run", "--data", str(data)]
    _fill(data, searcher, people[0])
    said = data / "run.log"
    began = time.monotonic()
    with said.open("w") as log, subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log) as bot:
        try:
            while "dispatchbox: ready\n" not in said.read_text():
                if bot.poll() is not None:
                    raise RuntimeError(f"the bot ended before it was ready:\n{said.read_text()}")
                time.sleep(0.005)
            row("run, start to ready", f"{time.monotonic() - began:.2f} s")
            world = _World(workspace, questions, people, psutil.Process(bot.pid))
            for part, measured in SERVED.items():
                if part in parts:
                    measured(world, row)
        finally:
            bot.terminate()
    workspace.stop()


def _load(world: _World, row: Callable[[str, str], None]) -> None:
    """From event to posted message, alone and under load."""
    people = world.people
    world.ask(people[:20])  # warm
    took = [world.ask([user])[0] for user in people[:ALONE]]
    row("event to chat.postMessage, one question at a time", _spread(took))
    world.workspace.acknowledged.clear()
    took = world.ask([user for _ in range(LOAD // PEOPLE) for user in people[:PEOPLE]], SECONDS)
    row(f"event to chat.postMessage, {LOAD} questions in {SECONDS:.0f} s, {PEOPLE} people", _spread(took))
    held = sorted(world.workspace.acknowledged.values())
    row("event to acknowledgement under that load", f"p99 {held[int(len(held) * 0.99)] * 1000:.0f} ms")


def _watchlist(world: _World, row: Callable[[str, str], None]) -> None:
    """From /watchlist, and from *More* under its last page, to the reply."""
    workspace, user = world.workspace, world.people[0]
    channel = "D" + user[1:]

    def more() -> Coroutine[Any, Any, None]:
        last = _replies(workspace, user)[-1]
        found = next(one for block in last["blocks"] for one in block.get("elements", ()) if "value" in one)
        return workspace.click(user, dict(found), channel=channel, ts=last["ts"])

    for name, do in (
        ("/watchlist", lambda: workspace.command(user, channel, "/watchlist", "")),
        ("its next page", more),
    ):
        took = []
        for _ in range(20):
            count, began = len(_replies(workspace, user)), time.perf_counter()
            workspace.run(do())
            while len(_replies(workspace, user)) == count:
                time.sleep(0.002)
            took.append(time.perf_counter() - began)
        row(f"{name} of 10,000 items to reply", f"{_spread(took)}: “{_replies(workspace, user)[-1]['text'][:40]}…”")


def _memory(world: _World, row: Callable[[str, str], None]) -> None:
    """What the process holds over many questions."""
    people, seen = world.people, []
    for _ in tqdm(range(MANY // 1_000), desc="thousands of questions", disable=None):
        world.ask([people[at % len(people)] for at in range(1_000)])
        seen.append(world.process.memory_info().rss // 2**20)
    row(f"resident memory of run after each 1,000 of {MANY:,} questions", f"{', '.join(map(str, seen))} MB")


SERVED = {"load": _load, "watchlist": _watchlist, "memory": _memory}


def _fill(data: Path, searcher: Searcher, owner: str) -> None:
    """Give one person 10,000 items, and let no briefing be new."""
    now = datetime.now(UTC)
    many = [
        WatchItem(at, f"Thing {at}", _due(at, now.date()), owner, "", Standing.OPEN, owner, now, owner, now)
        for at in range(1, 10_001)
    ]
    ledger = Ledger.open(data)
    names = [entry.id for entry in searcher.entries(Audience(now))]
    seen = [Arrived(one.id, one.digest) for one in searcher.briefings(names, Audience(now)).values()]
    ledger.apply([Changed("bench", owner, now, "add", tuple(many)), *seen], now)
    ledger.close()


def _due(at: int, today: date) -> DateRange | None:
    """Spread items over a year about today, one in four without a date."""
    day = today + timedelta(days=at % 365 - 100)
    return DateRange(day, day, f"{day:%-d %B}", Exact.DAY) if at % 4 else None


def _replies(workspace: Workspace, user: str) -> list[dict[str, Any]]:
    return [one for one in workspace.state.messages.get("D" + user[1:], ()) if one.get("only") == user]


class _World:
    """The workspace and the bot's process; asks in direct messages and times the answers."""

    def __init__(
        self, workspace: Workspace, questions: Sequence[str], people: Sequence[str], process: psutil.Process
    ) -> None:
        self.workspace = workspace
        self.people = people
        self.process = process
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
            self.workspace.run(self.workspace.say(user, "D" + user[1:], question))
            self._asked += 1
            time.sleep(max(0.0, began + over * (at + 1) / len(people) - time.monotonic()))
        return [posted - said[channel].pop(0) for channel, posted in self._answers(len(people))]

    def _answers(self, count: int) -> Iterator[tuple[str, float]]:
        """Wait for so many answers: channel and time of each. What nobody asked for goes to no D channel.

        Raises TimeoutError where none comes for a minute.
        """
        calls = self.workspace.state.calls
        last = time.monotonic()
        while count:
            while count and self._read < len(calls):
                call = calls[self._read]
                self._read += 1
                if call["method"] == "chat.postMessage" and call["body"]["channel"].startswith("D"):
                    count -= 1
                    last = time.monotonic()
                    yield call["body"]["channel"], call["at"]
            if time.monotonic() - last > _PATIENCE:
                raise TimeoutError(f"{count} of the questions had no answer within {_PATIENCE:.0f} s of the one before")
            time.sleep(0.002)


def _spread(took: Sequence[float]) -> str:
    ranked = sorted(took)
    return f"p50 {statistics.median(ranked) * 1000:.0f} ms, p95 {ranked[int(len(ranked) * 0.95)] * 1000:.0f} ms"
