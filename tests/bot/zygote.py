"""A process that has everything imported, and forks a bot for each line it reads; the bot dies at a door.

A door is what cannot be undone: a commit, or a call to Slack. Odd numbers are before it, even ones after.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from threading import Event, Lock

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.serve import assembled
from bot.settings import load
from index.search import Searcher
from tests.fakes import HashEncoder


class Doors:
    """Counts doors, and kills the process at the one it is told: the n-th, or the n-th of a name, "before commit#2"."""

    def __init__(self, fatal: int | str) -> None:
        self._fatal = fatal
        self._passed: Counter[str] = Counter()
        self._lock = Lock()

    def through(self, name: str) -> None:
        with self._lock:
            self._passed[name] += 1
            if self._fatal in {self._passed.total(), f"{name}#{self._passed[name]}"}:
                print(json.dumps({"killed": name}), flush=True)
                os.kill(os.getpid(), signal.SIGKILL)


def watched(doors: Doors) -> None:
    """Put a door before and after every commit and every call."""

    class Connection(sqlite3.Connection):
        def execute(self, statement: str, *given: object) -> sqlite3.Cursor:
            if statement.strip().lower() != "commit":
                return super().execute(statement, *given)  # type: ignore[arg-type]
            doors.through("before commit")
            done = super().execute(statement)
            doors.through("after commit")
            return done

        def commit(self) -> None:
            doors.through("before commit")
            super().commit()
            doors.through("after commit")

    opened = sqlite3.connect
    sqlite3.connect = lambda *given, **more: opened(*given, **{**more, "factory": Connection})
    for kind, name in ((WebClient, "api_call"), (WebhookClient, "send_dict")):
        plain = getattr(kind, name)

        def call(self: object, *given: object, plain: object = plain, **more: object) -> object:
            doors.through(f"before {given[0] if isinstance(given[0], str) else 'response'}")
            done = plain(self, *given, **more)  # type: ignore[operator]
            doors.through("after the call")
            return done

        setattr(kind, name, call)


def live(wish: dict[str, object]) -> None:
    """Be a bot until killed."""
    watched(Doors(wish["fatal"]))  # type: ignore[arg-type]
    settings = load(data=Path(str(wish["data"])), threshold=0.0, **wish["settings"], **wish["environment"])  # type: ignore[arg-type]
    client = WebClient("xoxb-local", base_url=settings.api_url, timeout=3, retry_handlers=[])
    searcher = Searcher.open(Path(str(wish["papers"])), HashEncoder(), print)
    assembled(settings, client, searcher, settle=0.4, pace=0.0).start()
    Event().wait()


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            live(json.loads(line))
        print(json.dumps({"pid": child}), flush=True)
        os.waitpid(child, 0)
        print(json.dumps({"ended": child}), flush=True)
