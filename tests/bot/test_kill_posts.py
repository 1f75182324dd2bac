"""The bot killed before and after each commit and each call to Slack on its way through posts, a digest, a correction.

The same way once more with each call to Slack accepted and then dropped. Nothing is lost, nothing comes twice.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.ledger import Ledger
from bot.local.server import Workspace
from bot.local.state import Fault
from bot.schedule import Schedule
from bot.types import Stand, Subscription
from index.build import build
from index.parse import read_folder
from tests.bot.test_kill import AT_ONCE, PATIENCE, Zygote, answers, before, zygotes
from tests.bot.world import ANNA, PAPERS, POLICY, TEAM, write
from tests.conftest import LONDON
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cases = list[tuple[int | str, Fault | None]]

__all__ = ["zygotes"]  # pytest takes its fixture from here

ALL = 90  # doors tried; the way passes through more than eighty, which is asserted
CALLS = 6  # calls to Slack that post: two posts and a digest, each with its thread
LATER, AGAIN = 60, 4  # doors tried on the way through a correction; its calls: two updates, each with its note


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("posted-papers")
    return indexed(place, PAPERS)


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same briefings, a day changed in the first sentence of one, which the digest shows too."""
    front, body = PAPERS["2025-12-12-belgium"]
    changed = {"2025-12-12-belgium": (front, body.replace("De Wever on 12 December", "De Wever on 15 December"))}
    return indexed(tmp_path_factory.mktemp("edited-papers"), PAPERS | changed)


def indexed(place: Path, given: dict[str, tuple[str, str]]) -> Path:
    write(place / "briefings", given)
    build(place, partial(read_folder, place / "briefings", LONDON), HashEncoder(), datetime.now(UTC))
    return place


def subscribed(ledger: Ledger) -> None:
    """Have briefings posted at once in one channel, and in another in a digest that was due a minute ago."""
    now = datetime.now(UTC)
    before, due = now - timedelta(minutes=20), now - timedelta(minutes=1)
    at_once, slot = Schedule("", "UTC"), Schedule(f"{due.minute} {due.hour} * * *", "UTC")
    more = {"made_by": ANNA, "made_at": before, "last": before, "since": date(2025, 1, 1)}
    made = (
        Subscription(1, POLICY, (), at_once, digest=False, **more),  # type: ignore[arg-type]
        Subscription(2, TEAM, (), slot, digest=True, **more),  # type: ignore[arg-type]
    )
    ledger.apply(made, now)


def wrong(workspace: Workspace, ledger: Ledger) -> str | None:
    """Say what is missing, or too much: two posts and one digest, each with its thread, each in the ledger as sent."""
    for channel, count in ((POLICY, 2), (TEAM, 1)):
        roots = [one for one in workspace.state.messages.get(channel, ()) if not one.get("thread_ts")]
        if len(roots) != count:
            return f"{len(roots)} in {channel}"
        threads = [answers(workspace, channel, one["ts"]) for one in roots]
        if threads != [1] * count:
            return f"threads of {threads} in {channel}"
    states = sorted(one.state for one in ledger.posts.every())
    waiting = {name: ledger.waiting()[name] for name in ("inbox", "outbox", "unknown")}
    if states != [Stand.SENT] * 3 or any(waiting.values()):
        return f"{states}, {waiting}"
    return None


def uncorrected(workspace: Workspace, ledger: Ledger) -> str | None:
    """Say what is missing, or too much, once the briefing is edited: post and digest changed in place, a note each."""
    for channel, count in ((POLICY, 2), (TEAM, 1)):
        found = workspace.state.messages.get(channel, ())
        roots = [one for one in found if not one.get("thread_ts")]
        changed = [one for one in roots if "15 December" in str(one["blocks"])]
        notes = [one for one in found if one.get("thread_ts") and one["text"].startswith("Correction.")]
        if (len(roots), len(changed), len(notes)) != (count, 1, 1):
            return f"{len(roots)} posts, {len(changed)} changed, {len(notes)} notes in {channel}"
    waiting = {name: ledger.waiting()[name] for name in ("inbox", "outbox", "unknown", "parked")}
    return str(waiting) if any(waiting.values()) else None


def tried(  # noqa: PLR0913, PLR0917 - where, and what befalls it
    zygote: Zygote, papers: Path, data: Path, fatal: int | str, fault: Fault | None, edited: Path | None = None
) -> tuple[str, str | None]:
    """Kill a bot at one door, or order a fault, and start it again; give the door, and what was wrong or None.

    With ``edited`` this befalls it on the way through the correction of what it has posted in peace.
    """
    workspace = Workspace(retries=(0.25,) * 60)
    workspace.state.pace = 0.0
    workspace.start()
    ledger = Ledger.open(data)
    subscribed(ledger)
    wish: dict[str, Any] = {"data": str(data), "papers": str(papers), "environment": workspace.environment()}
    wish["settings"] = {"team_channel": TEAM}
    try:
        if edited:
            zygote.start({**wish, "fatal": 0})
            until(lambda: not wrong(workspace, ledger), time.monotonic() + PATIENCE)
            zygote.kill()
            wish["papers"] = str(edited)
        check = uncorrected if edited else wrong
        workspace.state.faults += [fault] if fault else []
        zygote.start({**wish, "fatal": fatal})
        end = time.monotonic() + PATIENCE
        until(lambda: zygote.over() or not check(workspace, ledger), end)
        time.sleep(0.05)
        door = zygote.killed

        def settled() -> bool:
            if zygote.over():  # killed, or it left because Slack did not answer in time: a supervisor starts it again
                zygote.start({**wish, "fatal": 0})
            return not check(workspace, ledger)

        until(settled, end)
        time.sleep(0.5)  # for what should not come; what a bot looks at when it starts passes
        until(settled, end)
        found = check(workspace, ledger)
        return door, found and f"door {fatal}, {door}, {fault}: {found}"
    finally:
        zygote.kill()
        ledger.close()
        workspace.stop()


def until(look: Callable[[], object], end: float) -> None:
    while not look() and time.monotonic() < end:
        time.sleep(0.02)


def ways(zygotes: list[Zygote], papers: Path, place: Path, cases: Cases, edited: Path | None = None) -> list[Any]:
    free = list(zygotes)

    def one(at: int) -> tuple[str, str | None]:
        zygote = free.pop()
        try:
            return tried(zygote, papers, place / f"data{at}", *cases[at], edited)
        finally:
            free.append(zygote)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(len(cases))))


def test_killed_at_every_door_each_post_and_digest_comes_once(
    papers: Path, zygotes: list[Zygote], tmp_path: Path
) -> None:
    doors_tried = [*range(1, ALL + 1), *before({"chat.postMessage": CALLS})]
    results = ways(zygotes, papers, tmp_path, [(fatal, None) for fatal in doors_tried])
    assert [found for _, found in results if found] == []
    doors = [door for door, _ in results if door]
    assert len(doors) >= 75
    assert {"before chat.postMessage", "after the call", "before commit", "after commit"} <= set(doors)


@pytest.mark.parametrize("kind", ["after", "500 after", "before"])
def test_a_post_whose_outcome_is_unknown_comes_once(
    papers: Path, zygotes: list[Zygote], tmp_path: Path, kind: str
) -> None:
    cases: Cases = [(0, Fault("chat.postMessage", kind, nth=nth)) for nth in range(1, CALLS + 1)]
    results = ways(zygotes, papers, tmp_path, cases)
    assert [found for _, found in results if found] == []


def test_killed_at_every_door_a_correction_comes_once(
    papers: Path, edited: Path, zygotes: list[Zygote], tmp_path: Path
) -> None:
    calls = before({"chat.postMessage": AGAIN // 2, "chat.update": AGAIN // 2})
    results = ways(zygotes, papers, tmp_path, [(fatal, None) for fatal in [*range(1, LATER + 1), *calls]], edited)
    assert [found for _, found in results if found] == []
    doors = [door for door, _ in results if door]
    assert len(doors) >= 45
    assert {"before chat.update", "before chat.postMessage", "before commit", "after commit"} <= set(doors)


@pytest.mark.parametrize("kind", ["after", "before"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_a_correction_whose_outcome_is_unknown_comes_once(  # noqa: PLR0913, PLR0917 - fixtures
    papers: Path, edited: Path, zygotes: list[Zygote], tmp_path: Path, kind: str, method: str
) -> None:
    cases: Cases = [(0, Fault(method, kind, nth=nth)) for nth in range(1, AGAIN // 2 + 1)]
    results = ways(zygotes, papers, tmp_path, cases, edited)
    assert [found for _, found in results if found] == []
