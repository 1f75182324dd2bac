"""Inbox → effects: every row that was accepted ends in what came of it, in one transaction."""

from __future__ import annotations

import logging
import uuid
from threading import Event
from typing import TYPE_CHECKING

from bot import kit, phrases
from bot.database import LedgerError
from bot.desk import key_of, private
from bot.replies import openly, privately
from bot.types import Surface
from index.errors import IndexUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.inbox import Claimed
    from bot.ledger import Ledger
    from bot.types import Effect, Inbound

log = logging.getLogger(__name__)

_TRIES = 3  # a row begun this often without an end is given up: it may be what kills the process
_IDLE = 0.5  # seconds between two looks at an inbox that nobody has announced anything for
_SILENT = {
    Surface.HOME,
    Surface.PROMPTS,
    Surface.VIEW,
    Surface.INDEXED,
    Surface.MORNING,
    Surface.FILED,
    Surface.SLOT,
}  # nobody waits there for words


class Worker:
    """Works the inbox off, the conversations in turn. ``done`` is called after each row, for the deliverer to look."""

    def __init__(
        self,
        ledger: Ledger,
        handle: Callable[[Inbound], Sequence[Effect]],
        now: Callable[[], datetime],
        done: Callable[[], object],
    ) -> None:
        self._ledger = ledger
        self._handle = handle
        self._now = now
        self._done = done
        self._served = ""
        self.wake = Event()

    def run(self, stop: Event) -> None:
        """Work until told to stop; what is not begun stays in the inbox."""
        while not stop.is_set():
            self.wake.clear()
            try:
                while not stop.is_set() and self.step():
                    pass
            except (LedgerError, IndexUnusable):
                log.exception("inbox cannot be worked on")
            self.wake.wait(_IDLE)

    def step(self) -> bool:
        """Work on one row; False where none waits."""
        claimed = self._ledger.inbox.claim(self._served)
        if claimed is None:
            return False
        self._served = claimed.inbound.conversation
        effects, note = self._effects(claimed)
        self._ledger.settle(claimed.id, effects, self._now(), note)
        self._done()
        return True

    def _effects(self, claimed: Claimed) -> tuple[Sequence[Effect], str]:
        """Give what comes of a row; an apology with a reference where that fails."""
        if claimed.attempts > _TRIES:
            return self._sorry(claimed.inbound, "given up after three tries")
        try:
            return self._handle(claimed.inbound), ""
        except LedgerError:
            raise
        except IndexUnusable as error:
            if claimed.inbound.surface in {Surface.INDEXED, Surface.SLOT}:
                raise  # nobody waits, so it is tried again
            log.error("index unusable: %s", error)  # noqa: TRY400 - its message says it all
            return _reply(claimed.inbound, phrases.UNAVAILABLE), "index unusable"
        except Exception:  # noqa: BLE001 - the last door: a person waits for a word behind it
            return self._sorry(claimed.inbound, "failed")

    def _sorry(self, inbound: Inbound, note: str) -> tuple[Sequence[Effect], str]:
        """Apologise with a reference; what was asked is not logged."""
        reference = uuid.uuid4().hex[:8]
        failed = note == "failed"
        log.error("reference %s: %s %s %s", reference, inbound.surface.value, inbound.name, note, exc_info=failed)
        return _reply(inbound, phrases.failed(reference)), f"{note}, reference {reference}"


def _reply(inbound: Inbound, text: str) -> Sequence[Effect]:
    if inbound.surface in _SILENT:
        return []
    say = privately if private(inbound) else openly
    return [say(inbound, key_of(inbound), kit.note(text))]
