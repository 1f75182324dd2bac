"""What time brings: briefings are looked at in bites, each version once, and nothing is looked at without need."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from bot.desk import Desk
from bot.ledger import Ledger
from bot.listeners.arrivals import arrived
from bot.phrases import status
from bot.settings import load
from bot.types import Inbound, Surface
from index.build import build
from index.parse import read_folder
from index.read import OnnxReader
from index.search import Searcher
from tests.bot.world import write
from tests.conftest import LONDON
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from bot.directory import Directory

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MANY = 45  # more than two bites


def papers(words: str) -> dict[str, tuple[str, str]]:
    text = f"The ports paper {words}. Next steps to watch are the debate on 9 March."
    return {
        f"2026-03-01-{at}": (f"title: Ports {at}\nchannels: [C0SECRET]", f"{text}\n\nNo {at}.") for at in range(MANY)
    }


def index(place: Path, words: str, now: datetime = NOW) -> None:
    write(place / "briefings", papers(words))
    build(place / "data", partial(read_folder, place / "briefings", LONDON), HashEncoder(), now)


def desk(place: Path) -> Desk:
    searcher = Searcher.open(place / "data", HashEncoder(), print)
    nobody = cast("Directory", None)  # nobody is asked after
    return Desk(
        searcher, OnnxReader.open(), nobody, Ledger.open(place / "data"), load(data=place / "data"), lambda: NOW, 0.0,
        lambda: 0.0,
    )  # fmt: skip


def looks(one: Desk, told: set[str]) -> int:
    """Look as the bot does, each version once; count the looks."""
    count = 0
    while (version := one.version()) not in told:
        told.add(version)
        inbound = Inbound(Surface.INDEXED, "T1", "", (f"indexed:{version}",), NOW)
        one.ledger.apply(arrived(one, inbound), NOW)
        count += 1
    return count


def test_looks_go_on_until_every_briefing_was_seen_and_begin_again_after_an_edit(tmp_path: Path) -> None:
    index(tmp_path, "came first")
    one, told = desk(tmp_path), set[str]()
    assert looks(one, told) == 4  # three bites, and the look that finds nothing more
    assert set(one.ledger.items.arrived()) == set(papers(""))
    assert looks(one, told) == 0
    index(tmp_path, "was edited")
    assert looks(one, told) == 4
    assert set(one.ledger.items.arrived().values()) == set(one.searcher.digests(one.somebody()).values())


def test_an_index_made_anew_after_its_file_was_deleted_is_looked_at(tmp_path: Path) -> None:
    index(tmp_path, "came first")
    one, told = desk(tmp_path), set[str]()
    looks(one, told)
    one.ledger.close()
    for file in (tmp_path / "data").glob("briefings.db*"):
        file.unlink()
    index(tmp_path, "was edited", NOW.replace(hour=10))
    one = desk(tmp_path)
    looks(one, told)
    assert set(one.ledger.items.arrived().values()) == set(one.searcher.digests(one.somebody()).values())


def test_an_empty_index_is_looked_at_once(tmp_path: Path) -> None:
    (tmp_path / "briefings").mkdir()
    build(tmp_path / "data", partial(read_folder, tmp_path / "briefings", LONDON), HashEncoder(), NOW)
    assert looks(desk(tmp_path), set()) == 1


def test_how_many_briefings_were_looked_at_is_told_to_nobody_for_some_are_restricted(tmp_path: Path) -> None:
    index(tmp_path, "came first")
    one = desk(tmp_path)
    looks(one, set())
    assert one.ledger.looked() >= MANY
    assert status(one.ledger.waiting(), one.ledger.counts(), 0.0)[1] == "Counted: nothing yet."
