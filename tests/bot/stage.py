"""A world whose folder of briefings and whose clock a test holds in its hands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from bot.types import Stand
from index.build import build
from index.parse import read_folder
from index.search import Searcher
from tests.bot.world import ANNA, POLICY, World, write
from tests.conftest import LONDON
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from bot.types import Post
    from index.types import Encoder

BUDGET = (
    "title: Budget raises fuel duty\npublished: {day}\ntopics: [tax]\nurl: https://briefings.example/budget",
    """The Chancellor raised fuel duty by 5p a litre from 1 March, which brings in £1.2 billion a year.

Hauliers asked for a rebate, and 120 of them drove to Westminster. The Treasury said no decision was made.

Next steps to watch are the Finance Bill on 18 December.""",
)


class Clock:
    """A wall clock and a steady one, which go on by themselves and can be moved."""

    def __init__(self, at: datetime) -> None:
        self._ahead = at - datetime.now(UTC)
        self._steady = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def steady(self) -> float:
        return monotonic() + self._steady

    def pass_(self, time: timedelta) -> None:
        """Let time pass: both clocks go on."""
        self._ahead += time
        self._steady += time.total_seconds()

    def jump(self, time: timedelta) -> None:
        """Set the wall clock alone."""
        self._ahead += time


class Stage:
    """The bot, its briefings and its clock. Times are London's."""

    def __init__(self, place: Path, at: str, encoder: Encoder | None = None, **settings: Any) -> None:
        self.clock = Clock(datetime.fromisoformat(at).replace(tzinfo=LONDON).astimezone(UTC))
        self.folder, self._place, self._encoder = place / "briefings", place, encoder or HashEncoder()
        write(self.folder)
        self.index()
        settings = {"admins": (ANNA,), "clock": self.clock.now, "steady": self.clock.steady, **settings}
        searcher = Searcher.open(place, self._encoder, lambda _: None)
        self.world = World(place / "data", searcher, **settings)
        self.state = self.world.state
        self.look()

    def close(self) -> None:
        self.world.close()

    @property
    def posts(self) -> list[Post]:
        return self.world.bot.ledger.posts.every()

    def index(self) -> None:
        read = partial(read_folder, self.folder, LONDON)
        build(self._place, read, self._encoder, self.clock.now())

    def drop(self, name: str = "budget", paper: tuple[str, str] = BUDGET, **given: str) -> None:
        """Put a briefing of today into the folder, index it, and let the bot notice."""
        front, body = paper
        day = self.clock.now().astimezone(LONDON).date().isoformat()
        write(self.folder, {name: (front.format(**{"day": day, **given}), body)})
        self.index()
        self.look()

    def look(self) -> None:
        """Let the bot look for news until there is none, and finish what comes of it."""
        ledger = self.world.bot.ledger
        for _ in range(20):
            more = self.world.bot._news()
            self.world.wait(lambda: not ledger.waiting()["inbox"])
            if not more:
                break
        self.world.wait(lambda: not any(ledger.waiting()[name] for name in ("inbox", "outbox", "unknown")), 20)

    def at(self, when: str) -> None:
        """Let time pass until then, and the bot notice."""
        self.clock.pass_(datetime.fromisoformat(when).replace(tzinfo=LONDON) - self.clock.now())
        self.look()

    def told(self, text: str, user: str = ANNA, channel: str = POLICY) -> dict[str, Any]:
        """Type a command after /briefings, and give the private reply."""
        count = len(self.world.whispered(user))
        self.world.command("/briefings", text, user, channel)
        return self.world.whisper(count + 1, user)

    def choose(self, message: dict[str, Any], action: str, value: str, user: str = ANNA) -> dict[str, Any]:
        """Choose from a menu, or press a button of ours by its value, and give the private reply."""
        count = len(self.world.whispered(user))
        made = {"action_id": action, "type": "button", "value": value}
        self.world.workspace.run(
            self.world.workspace.click(user, made, channel=self.world.where(message), ts=message["ts"])
        )
        return self.world.whisper(count + 1, user)

    def said(self, channel: str = POLICY) -> list[dict[str, Any]]:
        """What the bot posted at the top of a channel."""
        return [one for one in self.world.said(channel) if not one.get("thread_ts")]

    def sent(self) -> list[Post]:
        return [one for one in self.posts if one.state is Stand.SENT]
