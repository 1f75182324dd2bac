"""The running bot, put together, and the commands that work on what it remembers.

It stands apart from ``__main__`` so that a question at the command line starts without Slack's libraries.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from time import monotonic
from time import time as wall
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.accept import Acceptor, Identity
from bot.app import assemble, route
from bot.database import restore
from bot.deliver import Deliverer
from bot.desk import Desk
from bot.directory import Directory
from bot.gateway import Gateway
from bot.ledger import FILE, Ledger
from bot.listeners.lists import calendar
from bot.listeners.postledger import ledger
from bot.news import News
from bot.redact import hush
from bot.service import Service, Socket, Web, alone
from bot.settings import SettingsError
from bot.sweep import Sweep
from bot.watch import Watcher
from bot.worker import Worker
from index.errors import DispatchBoxError, IndexUnusable
from index.group import grouped
from index.parse import read_folder
from index.read import OnnxReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic import SecretStr

    from bot.settings import Settings
    from bot.watch import Build
    from index.search import Searcher
    from index.types import Encoder


log = logging.getLogger(__name__)

_LEAVE = 2.0  # seconds that indexing has to stop at the end


class SlackRefusedError(DispatchBoxError):
    """Slack does not let the bot in, or cannot be reached."""

    status = 78  # as sysexits.h has it: a token or setting is wrong


def run(settings: Settings, opened: Callable[[], tuple[Callable[[], Searcher], Build]]) -> int:
    """Answer in Slack until told to stop; give the exit status. The index opens before the transport.

    ``opened`` gives what opens the index, and what brings it up to the folder of briefings.
    Raises SettingsError, BusyError, SlackRefusedError, LedgerError, IndexUnusable.
    """
    token = _secret(settings.bot_token, "SLACK_BOT_TOKEN")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    hush(logging.getLogger(), [settings.bot_token, settings.app_token, settings.signing_secret])
    with alone(settings.data):
        client = WebClient(token, base_url=settings.api_url, timeout=10, retry_handlers=[])
        search, build = opened()
        service = assembled(settings, client, _first(settings, search, build))
        watcher = Watcher(settings.briefings, settings.timezone, build, monotonic)
        watching = Thread(target=watcher.run, args=(service.stop,), name="briefings", daemon=True)
        ended = Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: ended.set())
        service.start()
        print("dispatchbox: ready", file=sys.stderr, flush=True)  # noqa: T201 - for whoever waits for it
        if settings.watch:
            watching.start()
        ended.wait()
        service.close()
        if settings.watch:
            watching.join(_LEAVE)
        if watching.is_alive():  # within the encoder, under which Python cannot end in order; the next start goes on
            logging.shutdown()
            os._exit(0)
    return 0


def _first(settings: Settings, search: Callable[[], Searcher], build: Build) -> Searcher:
    """Open the index; where there is none that can be searched, and the folder is watched, index it before."""
    try:
        return search()
    except IndexUnusable as error:
        if not settings.watch:
            raise
        log.info("%s; indexing %s", error, settings.briefings)
    build(partial(read_folder, settings.briefings, settings.timezone), lambda batches, _: batches)
    return search()


def assembled(
    settings: Settings,
    client: WebClient,
    searcher: Searcher,
    clock: Callable[[], datetime] | None = None,
    steady: Callable[[], float] | None = None,
    **paces: float,
) -> Service:
    """Put the running bot together; ``paces`` are the deliverer's. Raises SlackRefusedError, LedgerError.

    ``steady`` gives seconds that nobody sets, by which a clock that jumped is known.
    """
    now = clock or (lambda: datetime.now(UTC))
    ledger = Ledger.open(settings.data)
    identity = _identity(client)
    directory = Directory(client, identity.team, identity.user, monotonic)
    deliverer = Deliverer(ledger, Gateway(client), now, monotonic, **paces)
    desk = Desk(searcher, OnnxReader.open(), directory, ledger, settings, now, monotonic(), monotonic)
    worker = Worker(ledger, partial(route, desk), now, deliverer.wake.set)
    acceptor = Acceptor(ledger, identity, now, worker.wake.set)
    secret = settings.signing_secret.get_secret_value() if settings.signing_secret else None
    if settings.port is None:
        app = assemble(client, acceptor, None)
        transport: Socket | Web = Socket(app, _secret(settings.app_token, "SLACK_APP_TOKEN"), wall)
    else:
        app = assemble(client, acceptor, _secret(settings.signing_secret, "SLACK_SIGNING_SECRET") and secret)
        transport = Web(app, settings.host, settings.port, lambda: deliverer.stopped_by, partial(calendar, desk))
    sweep = Sweep(ledger, client, acceptor, identity.user, now)

    news = News(desk, acceptor, steady or _since_boot)
    return Service(ledger, worker, deliverer, sweep, transport, now, settings.retention_days, news.look)


def _since_boot() -> float:
    """Give seconds that go on while the machine sleeps, so that sleep is an absence and no jump of the clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else monotonic()


def _identity(client: WebClient) -> Identity:
    """Ask Slack who the token is. Raises SlackRefusedError."""
    try:
        found = client.auth_test()
    except SlackApiError as error:
        message = (
            f"SLACK_BOT_TOKEN: Slack refuses it ({error.response['error']}); install the app and copy its token anew"
        )
        raise SlackRefusedError(message) from error
    except (SlackClientError, OSError) as error:
        message = f"{client.base_url}: Slack cannot be reached ({type(error).__name__}); check the network"
        raise SlackRefusedError(message) from error
    return Identity(found["user_id"], found["bot_id"], found["team_id"])


def _secret(value: SecretStr | None, name: str) -> str:
    if value is None or not value.get_secret_value():
        message = f"{name} is not set; put it in the environment or in .env (README, In a real workspace)"
        raise SettingsError(message)
    return value.get_secret_value()


def gaps(settings: Settings, encoder: Encoder) -> list[dict[str, Any]]:
    """Group unanswered and unhelpful questions by meaning, without names. Raises LedgerError."""
    answers = Ledger.open(settings.data).answers
    kept = answers.gaps()
    groups = grouped(encoder.encode([one.question for one in kept])) if kept else []
    return [
        {
            "count": len(group),
            "questions": list(dict.fromkeys(kept[at].question for at in group)),
            "why": [why for at in group for why in answers.reasons(kept[at].key)],
        }
        for group in groups
    ]


def posts(settings: Settings, searcher: Searcher) -> dict[str, Any]:
    """Lay out subscriptions, what they will post as of now, and what became of posts. Raises LedgerError."""
    now = lambda: datetime.now(UTC)  # noqa: E731 - a clock
    directory = Directory(WebClient(), "", "", monotonic)  # nobody is asked for here
    desk = Desk(searcher, OnnxReader.open(), directory, Ledger.open(settings.data), settings, now, 0.0, monotonic)
    return ledger(desk)


def backup(settings: Settings, file: Path) -> None:
    """Copy what the bot remembers, and check the copy. Raises LedgerError."""
    Ledger.open(settings.data).backup(file)


def put_back(settings: Settings, file: Path) -> None:
    """Put a backup in the place of what the bot remembers. Raises LedgerError, and BusyError while it runs."""
    with alone(settings.data):
        restore(file, settings.data / FILE)
