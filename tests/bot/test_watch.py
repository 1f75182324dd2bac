"""The folder of briefings watched: a real folder, the real watcher in its thread, a small index."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import time
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from bot import watch
from bot.local.server import Workspace
from bot.watch import Seen, Watcher, settle
from index.build import build
from index.parse import read_folder
from index.search import Searcher
from index.types import Audience
from tests.bot.test_run import command, ready
from tests.bot.world import ANNA, POLICY
from tests.conftest import LONDON
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.build import Built, Progress
    from index.parse import Batch

STEEL = "The steel quota falls by 60 per cent on 1 July."
GARBAGE = b"\xff\xfe\x00garbage"


def text(body: str = STEEL, title: str = "Steel") -> str:
    return f"---\ntitle: {title}\npublished: 2026-02-01\n---\n{body}\n"


class Desk:
    """A folder, an index of it, and the watcher between them."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder = folder
        self.data = data
        self.encoder = HashEncoder()
        self.builds: list[Built] = []
        self.stop = Event()
        self._searcher: Searcher | None = None
        self.watcher = Watcher(folder, LONDON, self._build, time.monotonic)
        self._thread = Thread(target=self.watcher.run, args=(self.stop,), daemon=True)

    def _build(self, read: Callable[[dict[str, str]], Batch], progress: Progress) -> Built:
        made = build(self.data, read, self.encoder, datetime.now(UTC), progress, may_empty=False)
        self.builds.append(made)
        return made

    def start(self) -> Desk:
        build(self.data, partial(read_folder, self.folder, LONDON), self.encoder, datetime.now(UTC))
        self._thread.start()
        self.wait(lambda: self.builds or not any(self.folder.iterdir()))
        return self

    def close(self) -> None:
        self.stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def write(self, name: str, content: str) -> None:
        (self.folder / f"{name}.md").write_text(content)

    def bodies(self) -> dict[str, str]:
        """Each briefing as a question would find it."""
        self._searcher = self._searcher or Searcher.open(self.data, self.encoder, lambda _: None)
        audience = Audience(datetime.now(UTC))
        names = [entry.id for entry in self._searcher.entries(audience)]
        return {name: one.body.strip() for name, one in self._searcher.briefings(names, audience).items()}

    def wait(self, look: Callable[[], object], seconds: float = 15.0) -> None:
        end = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < end, (self.bodies(), self.builds)
            time.sleep(0.02)

    def rest(self) -> None:
        """Let every look go by that could still come."""
        time.sleep(watch.QUIET + watch.LOOK + 0.5)


@pytest.fixture
def desk(briefings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(watch, "QUIET", 0.5)
    monkeypatch.setattr(watch, "LOOK", 0.7)
    made = Desk(briefings, tmp_path / "var")
    made.write("steel", text())
    yield made.start()
    made.close()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "bot.watch" and one.levelno >= logging.WARNING]


def test_a_file_added_edited_and_removed_is_found_found_anew_and_found_no_more(desk: Desk) -> None:
    desk.write("rail", text("Fares are frozen."))
    desk.wait(lambda: desk.bodies() == {"steel": STEEL, "rail": "Fares are frozen."})
    desk.write("rail", text("Fares rise."))
    desk.wait(lambda: desk.bodies()["rail"] == "Fares rise.")
    (desk.folder / "rail.md").unlink()
    desk.wait(lambda: len(desk.builds) == 4)
    assert desk.bodies() == {"steel": STEEL}
    assert [(one.added, one.changed, one.removed) for one in desk.builds[1:]] == [
        (("rail",), (), ()), ((), ("rail",), ()), ((), (), ("rail",)),
    ]  # fmt: skip


def test_a_file_written_slowly_is_read_when_it_is_whole_and_holds_nothing_else_up(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    new = text("The steel quota falls by half.\n\nIt was to fall by 60 per cent.", "Steel, corrected")
    seen = set()
    with (desk.folder / "steel.md").open("w") as file:
        for at, piece in enumerate(new[start : start + 8] for start in range(0, len(new), 8)):
            if at == 2:
                desk.write("rail", text("Fares are frozen."))
            file.write(piece)
            file.flush()
            seen.add(desk.bodies()["steel"])
            time.sleep(0.2)
        assert desk.bodies()["rail"] == "Fares are frozen."
    assert seen == {STEEL}
    desk.wait(lambda: desk.bodies()["steel"] == "The steel quota falls by half.\n\nIt was to fall by 60 per cent.")
    assert warnings(caplog) == []


def test_a_file_renamed_into_place_is_the_new_version(desk: Desk) -> None:
    (desk.folder / ".steel.md.tmp").write_text(text("The quota stands."))
    (desk.folder / ".steel.md.tmp").rename(desk.folder / "steel.md")
    desk.wait(lambda: desk.bodies() == {"steel": "The quota stands."})
    (desk.folder / "steel.md").rename(desk.folder / "quota.md")
    desk.wait(lambda: len(desk.builds) == 3)
    assert desk.bodies() == {"quota": "The quota stands."}
    assert (desk.builds[-1].added, desk.builds[-1].removed) == (("quota",), ("steel",))


def test_of_two_edits_within_a_second_the_last_counts(desk: Desk) -> None:
    for body in ("The quota is 1.", "The quota is 2."):
        desk.write("steel", text(body))
        time.sleep(0.1)
    desk.wait(lambda: desk.bodies() == {"steel": "The quota is 2."})
    desk.rest()
    assert len(desk.builds) == 2


def test_an_edit_that_leaves_size_and_time_as_they_were_is_noticed(desk: Desk) -> None:
    before = (desk.folder / "steel.md").stat()
    desk.write("steel", text(STEEL.replace("60", "50")))
    os.utime(desk.folder / "steel.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    desk.wait(lambda: desk.bodies() == {"steel": STEEL.replace("60", "50")})


def test_an_editor_that_deletes_and_writes_anew_removes_nothing(desk: Desk) -> None:
    (desk.folder / "steel.md").unlink()
    desk.write("rail", text("Fares are frozen."))
    time.sleep(0.3)
    desk.write("steel", text("The quota stands."))
    desk.wait(lambda: desk.bodies() == {"steel": "The quota stands.", "rail": "Fares are frozen."})
    assert all(one.removed == () for one in desk.builds)


@pytest.mark.parametrize(
    "garbage", [GARBAGE, b"", b"---\ntitle: 'Steel\n---\nx\n"], ids=["bytes", "empty", "open quote"]
)
def test_garbage_keeps_the_last_good_version_and_is_told_of_once(
    desk: Desk, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    (desk.folder / "steel.md").write_bytes(garbage)
    desk.wait(lambda: warnings(caplog))
    desk.write("rail", text("Fares are frozen."))
    desk.wait(lambda: "rail" in desk.bodies())
    (desk.folder / "rail.md").unlink()
    desk.wait(lambda: "rail" not in desk.bodies())
    desk.rest()
    assert desk.bodies() == {"steel": STEEL}
    (said,) = warnings(caplog)
    assert said.startswith("steel.md")
    assert said.endswith("; its last good version stays")
    desk.write("steel", text("The quota stands."))
    desk.wait(lambda: desk.bodies() == {"steel": "The quota stands."})
    (desk.folder / "steel.md").write_bytes(garbage)
    desk.wait(lambda: len(warnings(caplog)) == 2)


def test_a_new_file_that_is_garbage_is_refused_once_and_hides_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    (desk.folder / "new.md").write_bytes(GARBAGE)
    desk.write("rail", text("Fares are frozen."))
    desk.wait(lambda: desk.bodies() == {"steel": STEEL, "rail": "Fares are frozen."})
    desk.rest()
    assert [said.partition(":")[0] for said in warnings(caplog)] == ["new.md"]


@pytest.mark.parametrize("away", ["moved", "deleted", "emptied", "mounted over"])
def test_a_folder_that_goes_away_takes_no_briefing_with_it_and_is_caught_up_with_when_it_is_back(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture, away: str
) -> None:
    desk.write("rail", text("Fares are frozen."))
    desk.wait(lambda: len(desk.bodies()) == 2)
    shutil.copytree(desk.folder, tmp_path / "copy")
    if away == "emptied":
        for path in desk.folder.iterdir():
            path.unlink()
    else:
        desk.folder.rename(tmp_path / "elsewhere")
    if away == "mounted over":
        desk.folder.mkdir()
    desk.rest()
    assert len(desk.bodies()) == 2
    (said,) = warnings(caplog)
    assert said.startswith(str(desk.folder))
    assert said.endswith("the index stays as it is")
    if away == "deleted":
        shutil.rmtree(tmp_path / "elsewhere")
    (tmp_path / "copy" / "steel.md").write_text(text("The quota stands."))
    if away == "emptied":
        shutil.copy(tmp_path / "copy" / "steel.md", desk.folder)  # a synced folder fills file by file
        desk.wait(lambda: desk.bodies()["steel"] == "The quota stands.")
        desk.rest()
        assert len(desk.bodies()) == 2
        shutil.copy(tmp_path / "copy" / "rail.md", desk.folder)
    else:
        shutil.rmtree(desk.folder, ignore_errors=True)
        (tmp_path / "copy").rename(desk.folder)
    desk.wait(lambda: desk.bodies() == {"steel": "The quota stands.", "rail": "Fares are frozen."})
    desk.write("fish", text("Cod is up."))
    desk.wait(lambda: "fish" in desk.bodies())
    assert all(one.removed == () for one in desk.builds)
    assert len(warnings(caplog)) == 1


def test_a_folder_that_is_not_there_yet_is_awaited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "QUIET", 0.3)
    monkeypatch.setattr(watch, "LOOK", 0.5)
    (tmp_path / "briefings").mkdir()
    desk = Desk(tmp_path / "briefings", tmp_path / "var").start()
    (tmp_path / "briefings").rmdir()
    time.sleep(1)
    (tmp_path / "briefings").mkdir()
    desk.write("steel", text())
    desk.wait(lambda: desk.bodies() == {"steel": STEEL})
    desk.close()


def test_what_changed_while_nobody_watched_is_indexed_at_the_start(briefings: Path, tmp_path: Path) -> None:
    desk = Desk(briefings, tmp_path / "var")
    for name in ("steel", "rail"):
        desk.write(name, text(f"On {name}."))
    build(desk.data, partial(read_folder, briefings, LONDON), desk.encoder, datetime.now(UTC))
    (briefings / "rail.md").unlink()
    desk.write("steel", text("Edited."))
    desk.write("fish", text("Cod."))
    desk._thread.start()
    desk.wait(lambda: desk.bodies() == {"steel": "Edited.", "fish": "Cod."})
    desk.close()


def test_where_the_system_tells_of_no_changes_they_are_looked_for(
    briefings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no space left for watches")

    monkeypatch.setattr(watch, "watch", refuse)
    monkeypatch.setattr(watch, "QUIET", 0.2)
    monkeypatch.setattr(watch, "LOOK", 0.3)
    desk = Desk(briefings, tmp_path / "var")
    desk.write("steel", text())
    desk.start()
    desk.write("rail", text("Fares are frozen."))
    desk.wait(lambda: "rail" in desk.bodies())
    desk.close()


def test_an_index_that_fails_is_said_once_and_tried_again(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_AGAIN", 0.5)
    whole = desk.watcher._build
    tried = []

    def full(*_: object) -> Built:
        tried.append(1)
        raise OSError(28, "No space left on device")

    desk.watcher._build = full  # type: ignore[method-assign]
    desk.write("rail", text("Fares are frozen."))
    desk.wait(lambda: len(tried) >= 3)
    assert desk.bodies() == {"steel": STEEL}
    desk.watcher._build = whole  # type: ignore[method-assign]
    desk.wait(lambda: "rail" in desk.bodies())
    assert warnings(caplog) == ["[Errno 28] No space left on device"]


def test_a_long_index_stops_when_told_and_goes_on_from_there(briefings: Path, tmp_path: Path) -> None:
    desk = Desk(briefings, tmp_path / "var")

    class Slow(HashEncoder):
        def encode(self, texts: object) -> object:  # type: ignore[override]
            desk.stop.set()
            return super().encode(texts)  # type: ignore[arg-type]

    desk.encoder = Slow()
    for at in range(70):
        desk.write(f"p{at}", text(f"Paper {at} speaks of subject number {at}."))
    desk._thread.start()
    desk._thread.join(10)
    assert not desk._thread.is_alive()
    first, encoder = len(desk.encoder.encoded), HashEncoder()
    build(desk.data, partial(read_folder, briefings, LONDON), encoder, datetime.now(UTC))
    assert len(encoder.encoded) == 140 - first < 140


def test_a_file_is_as_it_was_since_it_last_changed_came_or_went() -> None:
    seen = {"same": Seen((1,), 5.0), "edited": Seen((1,), 5.0), "gone": Seen((1,), 5.0), "long gone": Seen(None, 5.0)}
    assert settle(seen, {"same": (1,), "edited": (2,), "new": (1,)}, 9.0) == {
        "same": Seen((1,), 5.0), "edited": Seen((2,), 9.0), "gone": Seen(None, 9.0), "long gone": Seen(None, 5.0),
        "new": Seen((1,), 9.0),
    }  # fmt: skip


# -- the whole line ---------------------------------------------------------------------------------------


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace().start()
    made.state.pace = 0.0
    yield made
    made.stop()


def reply(workspace: Workspace, question: str) -> str:
    """Ask in a channel, and give the answer."""
    asked = workspace.run(workspace.say(ANNA, POLICY, f"@dispatchbox {question}"))["ts"]
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for one in workspace.state.messages[POLICY]:
            if one.get("thread_ts") == asked and one["user"] == "U0BOT":
                return str(one["text"])
        time.sleep(0.02)
    raise AssertionError("no answer")


def test_a_briefing_dropped_into_the_folder_of_a_running_bot_is_answered_from_within_seconds(
    briefings: Path, tmp_path: Path, models: Path, workspace: Workspace
) -> None:
    bot = command(tmp_path / "var", models, workspace, "run", "--briefings", str(briefings))  # no index yet
    ready(bot)
    question = "How much is the port levy a container?"
    assert reply(workspace, question).startswith("Not in the briefings")
    (briefings / "port.md").write_text(
        "---\ntitle: Port levy\npublished: 2026-01-05\n---\nThe port levy is £12 a container from 1 October.\n"
    )
    end = time.monotonic() + 20
    while "£12" not in (said := reply(workspace, question)):
        assert time.monotonic() < end, said
        time.sleep(0.5)
    (briefings / "port.md").write_bytes(GARBAGE)
    time.sleep(3)
    assert "£12" in reply(workspace, question)
    bot.send_signal(signal.SIGTERM)
    _, log = bot.communicate(timeout=15)
    assert bot.returncode == 0
    assert log.count("port.md:1: holds a NUL byte") == 1
    assert "Traceback" not in log


def test_with_the_watch_off_nothing_is_indexed_while_it_runs(
    briefings: Path, tmp_path: Path, models: Path, workspace: Workspace
) -> None:
    more = {"DISPATCHBOX_WATCH": "off", "DISPATCHBOX_BRIEFINGS": str(briefings)}
    bot = command(tmp_path / "var", models, workspace, "run", **more)
    _, said = bot.communicate(timeout=20)
    assert (bot.returncode, "run 'dispatchbox index'" in said) == (2, True)
