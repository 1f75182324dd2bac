"""The bot as a process: it starts, stops, holds its folder, and gives no secret away."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.app import COMMANDS, EVENTS
from bot.database import LedgerError, restore
from bot.ledger import FILE, Ledger
from bot.listeners import actions, shortcuts
from bot.local.server import Workspace
from tests.bot.world import ANNA, EUROCLEAR, FISHING, POLICY, World, elements
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace().start()
    made.state.pace = 0.0
    yield made
    made.stop()


def command(place: Path, models: Path, workspace: Workspace, *given: str, **more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, **workspace.environment(), "DISPATCHBOX_MODELS": str(models)}
    if (place / "briefings").is_dir():
        environment["DISPATCHBOX_BRIEFINGS"] = str(place / "briefings")
    environment |= more
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *given, "--data", str(place)], env=environment, cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ready(process: subprocess.Popen[str]) -> list[str]:
    """Read its log until it is ready."""
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line == "dispatchbox: ready\n":
            return lines
    raise AssertionError("".join(lines))


def test_it_is_ready_answers_holds_its_folder_and_leaves_when_told(
    papers: Path, models: Path, workspace: Workspace
) -> None:
    began = time.monotonic()
    bot = command(papers, models, workspace, "run")
    log = ready(bot)
    assert time.monotonic() - began < 10  # 3 s are wanted, and measured by make bench
    second = command(papers, models, workspace, "run")
    _, said = second.communicate(timeout=20)
    assert second.returncode == 3
    assert f"process {bot.pid} on" in said
    asked = workspace.run(workspace.say(ANNA, POLICY, f"@dispatchbox {EUROCLEAR} canary-words"))["ts"]
    end = time.monotonic() + 10
    while time.monotonic() < end and workspace.state.messages[POLICY][-1].get("thread_ts") != asked:
        time.sleep(0.05)
    assert workspace.state.messages[POLICY][-1]["thread_ts"] == asked
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    _, rest = bot.communicate(timeout=15)
    assert (bot.returncode, time.monotonic() - began < 10) == (0, True)
    told = "".join(log) + rest
    assert not any(secret in told for secret in ("xoxb-local", "xapp-local", "ticket=", "canary-words"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"SLACK_BOT_TOKEN": ""}, (2, "SLACK_BOT_TOKEN is not set")),
        ({"SLACK_APP_TOKEN": ""}, (2, "SLACK_APP_TOKEN is not set")),
        ({"DISPATCHBOX_PORT": "0", "SLACK_SIGNING_SECRET": ""}, (2, "SLACK_SIGNING_SECRET is not set")),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, (78, "cannot be reached")),
    ],
)
def test_what_is_missing_is_named_at_the_start(
    papers: Path, models: Path, workspace: Workspace, given: dict[str, str], expected: tuple[int, str]
) -> None:
    bot = command(papers, models, workspace, "run", **given)
    _, said = bot.communicate(timeout=20)
    status, words = expected
    assert (bot.returncode, words in said) == (status, True), said


def test_try_says_its_address_first_and_has_a_bot_in_it(models: Path, tmp_path: Path, workspace: Workspace) -> None:
    tried = command(tmp_path, models, workspace, "try", "--no-browser")
    assert tried.stdout
    first = tried.stdout.readline()
    assert first.startswith("Workspace: http://127.0.0.1:")
    ready(tried)
    tried.send_signal(signal.SIGTERM)
    tried.communicate(timeout=20)


def test_over_http_a_wrong_signature_a_large_body_and_health(make: Callable[..., World]) -> None:
    import http.client  # noqa: PLC0415 - for this test alone
    import urllib.error  # noqa: PLC0415 - likewise
    import urllib.request  # noqa: PLC0415 - likewise

    world = make(http=True)
    base = world.workspace.bot_url.removesuffix("/slack/events")

    def status(path: str, body: bytes | None = None, **headers: str) -> int:
        request = urllib.request.Request(base + path, data=body, headers=headers)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - likewise
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)

    signed = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=" + "0" * 64}
    assert status("/healthz") == 200
    assert status("/slack/events", b"{}", **signed) == 401
    assert status("/slack/events", b"{}") == 401
    large = http.client.HTTPConnection(base.removeprefix("http://"), timeout=5)
    large.putrequest("POST", "/slack/events")
    large.putheader("Content-Length", "2000000")
    large.endheaders()  # refused before any of it is sent, so that no reset can outrun the answer
    assert large.getresponse().status == 413
    large.close()
    assert status("/other", b"{}") == 404
    assert set(world.bot.ledger.counts()) <= {"indexed", "morning", "slot"}  # what time does, and no request


def test_the_manifest_names_every_listener_and_only_those() -> None:
    manifest = json.loads((ROOT / "bot" / "manifest.json").read_text())
    features = manifest["features"]
    assert {one["command"] for one in features["slash_commands"]} == set(COMMANDS)
    assert {one["callback_id"] for one in features["shortcuts"]} == set(shortcuts.SHORTCUTS)
    told = {one.partition(".")[0] for one in manifest["settings"]["event_subscriptions"]["bot_events"]}
    assert told == set(EVENTS)
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert features["app_home"]["messages_tab_read_only_enabled"] is False
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert set(actions.VIEWS) == {"why", "add_item", "reassign", "move_item", "post_edit", "post_question"}


def test_every_button_the_bot_shows_has_a_listener(make: Callable[..., World]) -> None:
    world = make()
    asked = [world.say(f"@dispatchbox {text}") for text in (EUROCLEAR, FISHING, "help")]
    world.command("/ask", EUROCLEAR)
    world.command("/briefings", "")
    world.command("/dispatchbox", "settings")
    world.workspace.run(world.workspace.open_home(ANNA, "home"))
    world.wait(lambda: world.state.homes and all(world.replies(one) for one in asked) and len(world.whispered()) == 3)
    shown = [block for one in world.state.ledger for block in (one.get("view") or one).get("blocks") or ()]
    found = {one["action_id"] for one in elements(shown) if one.get("action_id")}
    assert found - {"choice", "more"} <= set(actions.ACTIONS)
    assert {"helpful", "unhelpful", "copy", "passage", "share", "team", "item", "set_quiet"} <= found


def bytes_of(world: World) -> bytes:
    return b"".join(path.read_bytes() for path in world.settings.data.glob("bot.db*"))


def test_text_is_erased_after_its_retention_from_file_and_log(make: Callable[..., World]) -> None:
    world = make()
    asked = world.say(f"@dispatchbox {EUROCLEAR} canary")
    world.command("/ask", "What about canary fares?")
    (answer,) = world.wait(lambda: world.replies(asked))
    world.press(answer, "unhelpful")
    world.wait(lambda: world.state.modals.get(ANNA))
    world.workspace.run(world.workspace.submit(ANNA, {"more": {"more": {"value": "canary why"}}}))
    world.wait(lambda: b"canary why" in bytes_of(world))
    world.quiet()
    world.bot.ledger.erase(datetime.now(UTC) - timedelta(days=30))
    assert b"canary" in bytes_of(world)
    counts = world.bot.ledger.counts()
    world.bot.ledger.erase(datetime.now(UTC) + timedelta(seconds=1))
    assert b"canary" not in bytes_of(world)
    assert b"Euroclear in Brussels" not in bytes_of(world)
    assert world.bot.ledger.counts() == counts
    assert world.bot.ledger.inbox.known(POLICY, asked)


def test_forget_me_erases_mine_at_once_and_nobody_elses(make: Callable[..., World]) -> None:
    world = make()
    mine = world.say(f"@dispatchbox {EUROCLEAR} canary-mine")
    other = world.say(f"@dispatchbox {EUROCLEAR} canary-theirs", "U0BEN")
    world.wait(lambda: world.replies(mine) and world.replies(other))
    world.command("/watchlist", "watch canary-mine")
    world.press(world.whisper(), "watch_save")
    world.wait(lambda: world.bot.ledger.items.watches("U0ANNA"))
    world.command("/dispatchbox", "forget me")
    world.wait(lambda: [one for one in world.whispered() if one["text"].startswith("Done: the text of what you asked")])
    world.quiet()
    assert b"canary-mine" not in bytes_of(world)
    assert b"canary-theirs" in bytes_of(world)


def test_forget_me_reaches_what_repeats_my_words_for_others(make: Callable[..., World]) -> None:
    world = make()
    mine = world.say(f"@dispatchbox {FISHING} canary-mine")
    (answer,) = world.wait(lambda: world.replies(mine))
    world.press(answer, "team", "U0BEN")
    world.wait(lambda: world.said("C0TEAM"))
    world.say("and when?", "U0BEN", thread=mine)
    world.wait(lambda: "canary-mine" in world.replies(mine)[-1]["text"] and len(world.replies(mine)) == 2)
    world.command("/dispatchbox", "forget me")
    world.wait(lambda: [one for one in world.whispered() if one["text"].startswith("Done: the text")])
    world.quiet()
    assert b"canary-mine" not in bytes_of(world)


def test_a_backup_is_whole_and_restores_and_a_damaged_one_is_refused(
    make: Callable[..., World], tmp_path: Path
) -> None:
    world = make()
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.replies(asked))
    world.quiet()
    world.bot.ledger.backup(tmp_path / "b.db")
    restore(tmp_path / "b.db", tmp_path / "new" / FILE)
    restored = Ledger.open(tmp_path / "new")
    assert restored.counts() == world.bot.ledger.counts()
    assert restored.inbox.known(POLICY, asked)
    restored.close()
    content = bytearray((tmp_path / "b.db").read_bytes())
    content[5000:9000] = b"\xff" * 4000
    (tmp_path / "b.db").write_bytes(content)
    with pytest.raises(LedgerError, match=r"damaged|malformed|restore"):
        restore(tmp_path / "b.db", tmp_path / "new" / FILE)
    with pytest.raises(LedgerError, match="no such backup"):
        restore(tmp_path / "none.db", tmp_path / "new" / FILE)


def test_a_ledger_of_a_newer_version_or_no_ledger_at_all_is_refused(tmp_path: Path) -> None:
    Ledger.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(LedgerError, match="newer Dispatch Box"):
        Ledger.open(tmp_path)
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(LedgerError, match="restore a backup"):
        Ledger.open(tmp_path)


def test_gaps_are_grouped_by_meaning_without_names(
    make: Callable[..., World], models: Path, workspace: Workspace
) -> None:
    world = make()
    for text in ("Who won the Derby in 2026?", "Who won the 2026 Derby?", "What does a passport cost?"):
        world.dm(text)
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (answer,) = world.wait(lambda: world.replies(asked))
    world.press(answer, "unhelpful")
    world.wait(lambda: len(world.said("D0ANNA")) == 3 and world.state.modals.get(ANNA))
    listed = command(world.settings.data, models, workspace, "gaps", "--json")
    told, _ = listed.communicate(timeout=20)
    groups = json.loads(told)
    assert [group["count"] for group in groups] == [2, 1, 1]
    assert groups[0]["questions"] == ["Who won the Derby in 2026?", "Who won the 2026 Derby?"]
    assert ANNA not in told
