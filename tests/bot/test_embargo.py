"""What may not be seen yet appears nowhere in Slack, and comes in when its time does, without a restart."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from index.build import build
from index.parse import read_folder
from index.search import Searcher
from tests.bot.world import ANNA, World, write
from tests.conftest import LONDON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from index.encode import OnnxEncoder

SATURDAY, NOON, SUNDAY = (  # no reminders come at a weekend
    datetime(2026, 7, 4, 10, tzinfo=UTC),
    datetime(2026, 7, 4, 12, tzinfo=UTC),
    datetime(2026, 7, 4, 23, tzinfo=UTC),  # midnight in London
)
PAPERS = {
    "2026-07-01-ports": ("title: Port levy\ntopics: [ports]", "The port levy is £12 a container from October."),
    "2026-07-02-quota": (
        "title: Kelpfield on zirconium\ntopics: [zirconium]\nembargo: 2026-07-04T12:00:00Z",
        """Kelpfield said that the zirconium quota is 40 tonnes.

Next steps to watch are the Kelpfield vote on 20 July.""",
    ),
    "2026-07-05-order": (
        "title: Yarrowdale on yttrium\ntopics: [yttrium]",
        """Yarrowdale said that the yttrium order is worth £7 million.

Next steps to watch are the Yarrowdale vote on 21 July.""",
    ),
}
HELD = {"Kelpfield": "zirconium", "Yarrowdale": "yttrium"}


def gestures(world: World) -> Iterator[str]:
    """Ask on every surface, one after the other; give the text of each reply."""
    for subject in HELD.values():
        for question in (f"What is the latest on {subject}?", f"How much is the {subject} quota or order?"):
            asked = world.say(f"@dispatchbox {question}")
            yield world.wait(lambda asked=asked: world.replies(asked))[0]["text"]
        for command in (f"/ask What is the latest on {subject}?", f"/briefings find {subject}",
                        f"/nextsteps {subject}", f"/watchlist search {subject}"):  # fmt: skip
            yield told(world, command)
    for command in ("/briefings", "/nextsteps", "/watchlist all", "/watchlist unclaimed", "/dispatchbox status"):
        yield told(world, command)
    for tab, shown in (("home", world.state.homes), ("messages", world.state.prompts)):
        shown.pop(ANNA, None)
        world.workspace.run(world.workspace.open_home(ANNA, tab))
        yield json.dumps(world.wait(lambda shown=shown: shown.get(ANNA)))


def told(world: World, command: str) -> str:
    count = len(world.whispered())
    name, _, text = command.partition(" ")
    world.command(name, text)
    return str(world.whisper(count + 1)["text"])


def everything(world: World) -> str:
    """All that anybody could ever have seen of the bot."""
    state = world.state
    said = [one for found in state.messages.values() for one in found if one["user"] == "U0BOT"]
    return json.dumps([said, state.homes, state.prompts, state.modals, state.files, state.calls], default=str)


def test_what_is_held_appears_nowhere_until_its_time_and_then_everywhere(
    tmp_path: Path, encoder: OnnxEncoder, make: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.service.NEWS", 0.1)
    write(tmp_path / "papers", PAPERS)
    build(tmp_path / "index", partial(read_folder, tmp_path / "papers", LONDON), encoder, SATURDAY)
    clock = [SATURDAY]
    world = make(searcher=Searcher.open(tmp_path / "index", encoder, lambda _: None), clock=lambda: clock[0])
    for subject in HELD.values():
        assert "Nothing of the last ninety days" in told(world, f"/watchlist watch {subject}")
        world.press(world.whispered()[-1], "watch_save")
        world.quiet()
    for reply in gestures(world):
        assert not any(name in reply for name in HELD), reply
    world.quiet()
    assert not any(name in everything(world) for name in HELD)
    assert "latest on zirconium" not in json.dumps([world.state.homes, world.state.prompts])
    assert "1 to 1 of 1" in told(world, "/briefings")

    clock[0] = NOON
    said = world.wait(lambda: [one for one in world.said("D0ANNA") if "speaks of what you watch" in one["text"]])
    assert "Kelpfield said that the zirconium quota is 40 tonnes" in said[0]["text"].replace("\u2060", "")
    world.wait(lambda: world.bot.ledger.items.of_briefing("2026-07-02-quota"))
    replies = list(gestures(world))
    assert sum("Kelpfield" in reply for reply in replies) >= 9
    assert "latest on zirconium" in replies[-1]
    world.quiet()
    assert "Yarrowdale" not in everything(world)
    assert "1 to 2 of 2" in told(world, "/briefings")

    clock[0] = SUNDAY
    world.wait(lambda: world.bot.ledger.items.of_briefing("2026-07-05-order"))
    assert sum("Yarrowdale" in reply for reply in gestures(world)) >= 9
    assert "1 to 3 of 3" in told(world, "/briefings")
