"""The test world: the stand-in, the real bot over a real socket, and what people do and see."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient

from bot.local.server import Workspace
from bot.serve import assembled
from bot.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from bot.service import Service
    from index.search import Searcher

ANNA, BEN, GUEST = "U0ANNA", "U0BEN", "U0GUEST"
POLICY, TEAM, SECRET = "C0POLICY", "C0TEAM", "C0SECRET"
EUROCLEAR = "How much did Euroclear first transfer for Ukraine?"
FISHING = "What did the leaders agree about fishing quotas?"
PAPERS = {
    "2025-12-12-belgium": (
        "title: UK and Belgium on frozen assets\npublished: 2025-12-12\ntopics: [sanctions]\nurl: https://briefings.example/belgium?a=1&b=2",
        """The Prime Minister met Bart De Wever on 12 December.

Euroclear in Brussels made its first transfer for Ukraine in July 2024. The first transfer was €1.55 billion.

Next steps to watch are the European Council on 18 December.""",
    ),
    "2026-01-09-rail": (
        "title: Rail fares frozen\npublished: 2026-01-09\ntopics: [transport]",
        """Regulated rail fares in England are frozen until March 2027, the Department for Transport said.

Next steps to watch are the Railways Bill.""",
    ),
    "2026-02-02-secret": (
        f"title: Steel quota paper\npublished: 2026-02-02\nchannels: [{SECRET}]",
        "The steel quota falls by 60 per cent on 1 July, and the tariff above it doubles to 50 per cent.",
    ),
}


def write(folder: Path, papers: dict[str, tuple[str, str]] = PAPERS) -> None:
    folder.mkdir(exist_ok=True)
    for name, (front, body) in papers.items():
        (folder / f"{name}.md").write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")


class World:
    """A workspace and a bot in it."""

    def __init__(self, data: Path, searcher: Searcher, *, http: bool = False, **settings: Any) -> None:
        self.workspace = Workspace(retries=(0.4, 0.6, 1.0))
        self.state = self.workspace.state
        self.state.pace = 0.0
        self.state.add_person(GUEST, "Gus Outside", is_restricted=True)
        self.state.channels[POLICY]["members"].append(GUEST)
        self.state.add_channel(SECRET, "steel", [ANNA, "U0BOT"])
        self.workspace.start()
        for name, value in self.workspace.environment().items():
            settings.setdefault(name, value)
        settings.setdefault("team_channel", TEAM)
        self._paces = {name: settings.pop(name) for name in ("settle", "pace") if name in settings}
        self._clock, self._steady = settings.pop("clock", None), settings.pop("steady", None)
        self._paces = {"settle": 1.0, "pace": 0.0, **self._paces}
        self.settings = load(data=data, **({"port": 0} if http else {}), **settings)
        self._searcher = searcher
        self.bot = self.start()

    def start(self) -> Service:
        token = self.settings.bot_token
        assert token
        client = WebClient(token.get_secret_value(), base_url=self.settings.api_url, timeout=3, retry_handlers=[])
        bot = assembled(self.settings, client, self._searcher, self._clock, self._steady, **self._paces)
        bot.start()
        if self.settings.port is not None:
            self.workspace.bot_url = f"http://127.0.0.1:{bot.transport.port}/slack/events"  # type: ignore[union-attr]
        # The first look at the index and the clock is over before anybody speaks.
        self.wait(lambda: "indexed" in bot.ledger.counts() and not bot.ledger.waiting()["inbox"])
        return bot

    def close(self) -> None:
        """End both; the SDK takes three seconds to close a socket, which no test waits for."""
        Thread(target=self.bot.close, daemon=True).start()
        self.wait(lambda: not self.bot.busy())
        self.workspace.stop()

    # -- what people do ---------------------------------------------------------------------------------

    def say(self, text: str, user: str = ANNA, channel: str = POLICY, thread: str | None = None) -> str:
        return str(self.workspace.run(self.workspace.say(user, channel, text, thread))["ts"])

    def dm(self, text: str, user: str = ANNA, thread: str | None = None) -> str:
        return self.say(text, user, "D" + user[1:], thread)

    def command(self, command: str, text: str, user: str = ANNA, channel: str = POLICY) -> None:
        self.workspace.run(self.workspace.command(user, channel, command, text))

    def press(self, message: dict[str, Any], action: str, user: str = ANNA, *, nth: int = 0) -> None:
        """Press a button of a message, as the page would."""
        found = [one for one in elements(message["blocks"]) if one.get("action_id") == action]
        one = found[nth]
        made = {"action_id": action, "type": one["type"], "value": one.get("value")}
        if one["type"] == "overflow":
            made = {"action_id": action, "type": "overflow", "selected_option": one["options"][nth]}
        self.workspace.run(self.workspace.click(user, made, channel=self.where(message), ts=message["ts"]))

    def where(self, message: dict[str, Any]) -> str:
        return next(name for name, found in self.state.messages.items() if message in found)

    # -- what people see --------------------------------------------------------------------------------

    def replies(self, thread: str, channel: str = POLICY) -> list[dict[str, Any]]:
        return [
            one
            for one in self.state.messages.get(channel, ())
            if one.get("thread_ts") == thread and one["user"] == "U0BOT" and not one.get("only")
        ]

    def said(self, channel: str) -> list[dict[str, Any]]:
        """What the bot said openly at the top of a channel, or in direct messages."""
        found = self.state.messages.get(channel, ())
        return [one for one in found if one["user"] == "U0BOT" and not one.get("only")]

    def whispered(self, user: str = ANNA) -> list[dict[str, Any]]:
        found = [one for messages in self.state.messages.values() for one in messages if one.get("only") == user]
        return sorted(found, key=lambda one: one["ts"])

    def wait(self, look: Callable[[], Any], seconds: float = 8.0) -> Any:  # noqa: ANN401 - whatever is looked for
        """Wait until something is so, and give it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError(f"not within {seconds} seconds; the ledger ends {self.state.ledger[-3:]}")

    def quiet(self) -> None:
        """Wait until nothing is left to do, and a little longer for what should not come."""
        self.wait(lambda: not any(self.bot.ledger.waiting()[name] for name in ("inbox", "outbox", "unknown")))
        time.sleep(0.25)

    def whisper(self, count: int = 1, user: str = ANNA) -> dict[str, Any]:
        """Wait for the n-th private message to somebody."""
        found: dict[str, Any] = self.wait(lambda: self.whispered(user)[count - 1 :])[0]
        return found


def elements(blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every element of blocks, however deep."""
    found = []
    for one in blocks:
        found.append(one)
        for part in ("elements", "options"):
            found += elements(one.get(part) or ())
        found += elements([one[part] for part in ("accessory", "element", "text") if isinstance(one.get(part), dict)])
    return found


def bold(message: dict[str, Any]) -> list[str]:
    texts = [one for one in elements(message["blocks"]) if one.get("type") == "text"]
    return [one["text"] for one in texts if one.get("style", {}).get("bold")]


def links(message: dict[str, Any]) -> list[str]:
    return [one["url"] for one in elements(message["blocks"]) if one.get("type") == "link"]
