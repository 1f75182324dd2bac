"""The bot as it runs: worker, deliverer, sweep, watchdog and housekeeping around one transport."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import socket as network
import sys
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError
from waitress.server import create_server

from bot.app import web
from bot.database import LedgerError
from index.errors import DispatchBoxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from slack_bolt import App

    from bot.deliver import Deliverer
    from bot.ledger import Ledger
    from bot.sweep import Sweep
    from bot.worker import Worker

log = logging.getLogger(__name__)

DEAF = 70  # exit status: the socket stayed deaf, and whoever supervises should start the bot anew
SWITCHED_OFF = 78  # exit status: Slack says that Socket Mode is switched off for the app, which no new start mends
_LOCK = "bot.lock"
_QUIET = 30.0  # seconds without a sign of life from Slack, after which a socket counts as deaf
_LOOK = 5.0  # seconds between two looks at the socket
_REBUILDS = 3  # sockets rebuilt in vain before the process gives up
_HOUSEKEEPING = 3600.0  # seconds between two erasures
NEWS = 3.0  # seconds between two looks at the index and the clock
_SOON = 0.3  # likewise while the index has more
_LEAVE = 8.0  # seconds that threads have to finish at the end
_BODY = 1_048_576  # bytes of a request's body taken
_WEB_THREADS = 8
# Calls deep: the SDK reads a burst of frames by calling itself for the next, and at Python's thousand it lost the rest
# of a burst of 500 questions, which came again later and out of their order.
_DEEP = 20_000


class BusyError(DispatchBoxError):
    """Another bot works on this data folder."""

    status = 3


class Transport(Protocol):
    """The way in which Slack reaches the bot."""

    def open(self) -> None:
        """Begin to listen; returns once it does."""

    def quiet(self) -> float:
        """Tell how many seconds ago Slack last gave a sign of life."""

    def heard(self) -> bool:
        """Tell whether Slack gave a sign of life since it was last connected."""

    def refused(self) -> bool:
        """Tell whether Slack said that it will not connect any more."""

    def rebuild(self) -> None:
        """Connect anew."""

    def session(self) -> str | None:
        """Name the connection, so that a new one is noticed; None where there is none that lasts."""

    def close(self) -> None:
        """Stop to listen."""


class Socket:
    """Socket Mode: one WebSocket to Slack, rebuilt by the SDK, watched by us."""

    def __init__(self, app: App, token: str, wall: Callable[[], float]) -> None:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEEP))
        # One at a time, so that what was said first is written down first; each takes milliseconds.
        self._handler = SocketModeHandler(app, token, web_client=app.client, ping_interval=10, concurrency=1)
        self._handler.client.on_message_listeners.append(self._told)
        self._wall = wall
        self._opened_at = 0.0
        self._refused = False

    def open(self) -> None:
        """Connect."""
        self._handler.connect()  # type: ignore[no-untyped-call]  # the SDK is not typed here
        self._opened_at = self._wall()

    def quiet(self) -> float:
        """Tell how long ago the last pong came."""
        return self._wall() - max(self._pong(), self._opened_at)

    def heard(self) -> bool:
        """Tell whether a pong came since the connection was made."""
        return self._pong() > self._opened_at

    def _pong(self) -> float:
        return getattr(self._handler.client.current_session, "last_ping_pong_time", None) or 0.0

    def _told(self, frame: str) -> None:
        """Note that Slack switched the connection off; every other word to disconnect is the SDK's to follow."""
        if '"link_disabled"' in frame:
            told = json.loads(frame)
            self._refused |= (told.get("type"), told.get("reason")) == ("disconnect", "link_disabled")

    def refused(self) -> bool:
        """Tell whether Slack said that Socket Mode is switched off."""
        return self._refused

    def rebuild(self) -> None:
        """Connect to a new endpoint, whatever the old one seems to be; the SDK's own thread may be first to do so."""
        with suppress(AttributeError):  # or to close it, in between
            self._handler.client.disconnect()
        self._handler.client.connect_to_new_endpoint()
        self._opened_at = self._wall()

    def session(self) -> str | None:
        """Name the connection, so that a new one is noticed."""
        return self._handler.client.session_id()

    def close(self) -> None:
        """Close the connection."""
        try:
            self._handler.close()  # type: ignore[no-untyped-call]  # likewise
        except AttributeError:  # the SDK's own thread closed the socket in between
            self._handler.close()  # type: ignore[no-untyped-call]  # likewise


class Web:
    """HTTP mode: Slack's signed requests, behind waitress."""

    def __init__(
        self,
        app: App,
        host: str,
        port: int,
        healthy: Callable[[], str | None],
        calendar: Callable[[str], bytes | None],
    ) -> None:
        self._server = create_server(
            web(app, healthy, calendar),
            host=host,
            port=port,
            threads=_WEB_THREADS,
            max_request_body_size=_BODY,
            ident=None,
        )
        self.port = int(self._server.effective_port)  # type: ignore[union-attr]  # of one host, as ours is
        self._closed = False

    def open(self) -> None:
        """Serve in a thread."""
        Thread(target=self._run, name="web", daemon=True).start()

    def _run(self) -> None:
        try:
            self._server.run()
        except OSError:  # the socket it waits on was closed under it, as at the end it is
            if not self._closed:
                raise

    def quiet(self) -> float:
        """Be never deaf: every request is a connection of its own."""
        return 0.0

    def heard(self) -> bool:
        """Be never deaf, likewise."""
        return True

    def refused(self) -> bool:
        """Have no connection that could be refused."""
        return False

    def rebuild(self) -> None:
        """Have nothing to rebuild."""

    def session(self) -> str | None:
        """Have no connection that lasts."""
        return None

    def close(self) -> None:
        """Stop serving."""
        self._closed = True
        self._server.close()


class Service:
    """Everything that runs while the bot is up."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a running bot
        self,
        ledger: Ledger,
        worker: Worker,
        deliverer: Deliverer,
        sweep: Sweep,
        transport: Transport,
        now: Callable[[], datetime],
        retention_days: int,
        news: Callable[[], bool],
    ) -> None:
        self.ledger = ledger
        self.transport = transport
        self._worker = worker
        self._deliverer = deliverer
        self._sweep = sweep
        self._now = now
        self._news = news
        self._retention = timedelta(days=retention_days)
        self.stop = Event()
        self._threads = [
            Thread(target=target, args=args, name=name, daemon=True)
            for name, target, args in (
                ("worker", worker.run, (self.stop,)),
                ("deliver", deliverer.run, (self.stop,)),
                ("watch", self._watch, ()),
                ("house", self._keep_house, ()),
                ("news", self._look_for_news, ()),
            )
        ]

    def start(self) -> None:
        """Start everything, then open the transport; returns when Slack can reach the bot."""
        for thread in self._threads:
            thread.start()
        self.transport.open()
        Thread(target=self._swept, name="sweep", daemon=True).start()

    def close(self) -> None:
        """Stop listening, finish what was begun, leave the rest in the inbox and the outbox."""
        closing = Thread(target=self.transport.close, name="closing", daemon=True)
        closing.start()
        self.stop.set()
        self._worker.wake.set()
        self._deliverer.wake.set()
        for thread in (*self._threads, closing):
            thread.join(_LEAVE / len(self._threads))
        self.ledger.close()

    def busy(self) -> bool:
        """Tell whether something is still being worked on or sent."""
        return any(thread.is_alive() for thread in self._threads)

    def _swept(self) -> None:
        try:
            taken = self._sweep.run()
        except LedgerError:
            log.exception("nothing was swept")
            return
        if taken:
            log.info("swept up %d messages", taken)
            self._worker.wake.set()

    def _watch(self) -> None:
        """Rebuild a deaf socket; after three in vain leave, so that the supervisor starts anew."""
        session, failed = None, 0
        while not self.stop.wait(_LOOK):
            if self.transport.refused():
                log.error("Socket Mode is switched off for this app: switch it on; leaving with %d", SWITCHED_OFF)
                os._exit(SWITCHED_OFF)
            if self.transport.quiet() > _QUIET:
                failed += 1
                self._rebuild(failed)
            elif self.transport.heard():
                failed = 0
            if session and self.transport.session() != session:
                self._swept()
            session = self.transport.session() or session

    def _rebuild(self, failed: int) -> None:
        """Connect anew, the ``failed``-th time in a row."""
        if failed > _REBUILDS:
            log.error("the socket stays deaf; leaving with status %d", DEAF)
            os._exit(DEAF)
        log.warning("the socket is deaf: rebuilding it, try %d", failed)
        try:
            self.transport.rebuild()
        except (SlackApiError, SlackClientError, OSError) as error:
            log.warning("no new socket: %s", type(error).__name__)

    def _look_for_news(self) -> None:
        """See every few seconds whether the index has changed, and what is due to be said."""
        while True:
            more = False
            try:
                more = self._news()
            except DispatchBoxError as error:
                log.warning("no news: %s", error)
            if self.stop.wait(_SOON if more else NEWS):
                return

    def _keep_house(self) -> None:
        """Erase what is past its retention, once an hour."""
        while True:
            try:
                self.ledger.erase(self._now() - self._retention)
            except LedgerError:
                log.exception("nothing was erased")
            if self.stop.wait(_HOUSEKEEPING):
                return


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold a data folder's bot lock, which dies with its process. Raises BusyError, naming the holder."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / _LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            message = f"{data}: {holder} already serves this folder; stop it, or name another folder with --data"
            raise BusyError(message) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {network.gethostname()}")
        file.flush()
        yield
