"""Outbox → Slack, once.

A call that may or may not have been applied is never made again before Slack was asked: a posted message
carries its key as metadata, so it can be found. What cannot be read back is said at most once. An update
alone may be made again, for the same words in the same place are no second message.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING

from bot import kit, phrases, post_phrases
from bot.database import LedgerError
from bot.outcome import FATES, Fate
from bot.replies import post
from bot.types import Method, Outbound, Paused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.gateway import Gateway
    from bot.ledger import Due, Ledger
    from bot.outcome import Outcome
    from bot.types import Effect

log = logging.getLogger(__name__)

_SENDERS = 8  # lanes spoken in at once
_GIVEN_UP = timedelta(minutes=10)  # after which a read-back that fails is given up
_TOO_LATE = timedelta(hours=24)  # after which a call that Slack never took is given up
_SLOWEST = 60.0  # seconds between two tries of a call that fails, at most
_AGAIN = 1.0  # seconds between two looks whether a message was said that another is about
_IDLE = 0.5  # seconds between two looks at an outbox that nobody has announced anything for
_REASONS = {
    "is_archived": "the channel is archived",
    "not_in_channel": "I am not in that channel",
    "channel_not_found": "the channel is gone, or I am not in it",
    "thread_not_found": "the message it answers is gone",
    "thread_locked": "the thread is locked",
    "restricted_action_thread_locked": "the thread is locked",
}


class Deliverer:
    """Sends the outbox, each lane in order, no lane waiting for another.

    ``settle`` is how many seconds after a call Slack may still apply it; ``pace`` the seconds between two
    posts in a channel (Slack takes about one a second).
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with, and the two figures that tests shorten
        self,
        ledger: Ledger,
        gateway: Gateway,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        settle: float = 65.0,
        pace: float = 1.0,
    ) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._now = now
        self._monotonic = monotonic
        self._settle = settle
        self._pace = pace
        self._busy: set[str] = set()
        self._free_at: dict[str, float] = {}
        self._lock = Lock()
        self.wake = Event()
        self.stopped_by: str | None = None  # the error for which nothing is sent any more until it is mended

    def run(self, stop: Event) -> None:
        """Send until told to stop; calls that were begun are finished."""
        with ThreadPoolExecutor(_SENDERS, thread_name_prefix="deliver") as pool:
            while not stop.is_set():
                self.wake.clear()
                try:
                    wait = self._start(pool)
                except LedgerError:
                    log.exception("outbox cannot be read")
                    wait = _IDLE
                self.wake.wait(wait)

    def _start(self, pool: ThreadPoolExecutor) -> float:
        """Start what is due in lanes that are free; tell how long nothing more can be done."""
        wait = _IDLE
        for due in self._ledger.due(self._now()):
            lane = due.outbound.lane
            with self._lock:
                left = self._free_at.get(lane, 0.0) - self._monotonic()
                if lane in self._busy or left > 0:
                    wait = min(wait, left) if left > 0 else wait
                    continue
                self._busy.add(lane)
            pool.submit(self._work, due)
        return max(wait, 0.005)

    def _work(self, due: Due) -> None:
        try:
            self.step(due)
        except LedgerError:
            log.exception("outbox row %s cannot be written", due.id)
        finally:
            with self._lock:
                self._busy.discard(due.outbound.lane)
            self.wake.set()

    def step(self, due: Due) -> None:
        """Send one row, or settle one whose outcome is unknown."""
        aimed = self._aimed(due)
        if aimed is None:
            return
        if aimed.state == "pending":
            self._send(aimed)
        elif aimed.outbound.method is Method.POST:
            self._settle_post(aimed)
        elif aimed.outbound.method is Method.UPDATE:
            self._settle_update(aimed)
        else:
            self._ledger.park(due.id, "unknown", (), self._now())

    def _aimed(self, due: Due) -> Due | None:
        """Give a row with the ts of the message that it is about; None where that was not said yet, or never."""
        rest = dict(due.outbound.body)
        of = rest.pop("of", None)
        if of is None:
            return due
        state, ts = self._ledger.outcome(of)
        updates = due.outbound.method is Method.UPDATE
        if state == "sent" and (ts or not updates):
            body = {**rest, "ts": ts} if updates else {"thread_ts": ts, **rest}
            body = {name: value for name, value in body.items() if value}
            return replace(due, outbound=replace(due.outbound, body=body))
        if state in {"pending", "sending", "unknown"}:
            self._ledger.later(due.id, self._now() + timedelta(seconds=_AGAIN), due.state, "waits for what it is about")
        else:
            self._ledger.park(due.id, "what it is about was never said", (), self._now())
        return None

    def _send(self, due: Due) -> None:
        self._ledger.begin(due.id, self._now())
        outcome = self._gateway.make(due.outbound)
        if due.outbound.method is Method.POST:
            with self._lock:
                self._free_at[due.outbound.lane] = self._monotonic() + self._pace
        if outcome.fate is None:
            self.stopped_by = None
            self._ledger.sent(due.id, outcome.ts)
            return
        log.info("outbox %s: %s, %s", due.outbound.key, outcome.fate.value, outcome.reason)
        self._follow(due, outcome)

    def _follow(self, due: Due, outcome: Outcome) -> None:
        """Do what the fate of a call asks for."""
        now = self._now()
        match outcome.fate:
            case Fate.UNKNOWN if due.outbound.method is Method.POST:
                self._ledger.later(due.id, now + timedelta(seconds=min(2.0, self._settle)), "unknown", outcome.reason)
            case Fate.UNKNOWN if due.outbound.method is Method.UPDATE:
                self._ledger.later(due.id, now + timedelta(seconds=self._settle), "unknown", outcome.reason)
            case Fate.UNKNOWN:
                self._ledger.park(due.id, "unknown", (), now)
            case Fate.RETRY if now - due.created < _TOO_LATE:
                wait = outcome.wait or min(2.0**due.attempts, _SLOWEST)
                self._ledger.later(due.id, now + timedelta(seconds=wait), "pending", outcome.reason)
            case Fate.STOP:
                self.stopped_by = outcome.reason
                log.error("Slack refuses every call (%s): put the token or its scopes right", outcome.reason)
                self._ledger.later(due.id, now + timedelta(seconds=_SLOWEST), "pending", outcome.reason)
            case Fate.SHORTEN if due.outbound.message and due.outbound.message.blocks:
                text = kit.cut_escaped(due.outbound.message.text, 1_000)
                shorter = replace(due.outbound, message=kit.message(text))
                self._ledger.later(due.id, now, "pending", outcome.reason, shorter)
            case _:
                self._ledger.park(due.id, outcome.reason, self._told(due.outbound, outcome.reason), now)

    def _told(self, outbound: Outbound, reason: str) -> Sequence[Effect]:
        """Tell the asker privately that it could not be said where it belongs."""
        if outbound.key.startswith("post:"):
            return self._paused(outbound, reason)
        if outbound.method is not Method.POST or not outbound.user or outbound.key.startswith("told:"):
            return ()
        if outbound.lane.startswith(("D", "U")):
            return ()
        message = kit.note(phrases.unsaid(outbound.lane, _why(reason)))
        return [post(outbound.user, "", f"told:{outbound.key}", message, outbound.user)]

    def _paused(self, outbound: Outbound, reason: str) -> Sequence[Effect]:
        """Pause the subscription of a channel that takes no posts any more, and tell who made it, once."""
        kept = self._ledger.posts.get(outbound.key)
        one = self._ledger.posts.subscription(kept.subscription) if kept else None
        if one is None or one.paused or FATES.get(reason) is not Fate.TELL:
            return ()
        why = _why(reason)
        log.warning("subscription %d in %s is paused: %s", one.number, one.channel, why)
        told = post(one.made_by, "", f"paused:{outbound.key}", kit.note(post_phrases.paused(one.channel, why)), "")
        return [Paused(one.number, why), *([told] if one.made_by else [])]

    # -- what is unknown ---------------------------------------------------------------------------------

    def _settle_post(self, due: Due) -> None:
        """Look for a message whose sending ended in the unknown; send it again only once it cannot come any more."""
        now = self._now()
        outcome = self._gateway.find(due.outbound, due.created)
        if outcome.fate is not None:
            self._unread(due, outcome, now)
        elif outcome.ts:
            self._ledger.sent(due.id, outcome.ts)
        elif (now - due.begun).total_seconds() >= self._settle:
            self._ledger.later(due.id, now, "pending", "was not applied")
        else:
            self._ledger.later(due.id, now + timedelta(seconds=min(5.0, self._settle / 4)), "unknown", "not there yet")

    def _unread(self, due: Due, outcome: Outcome, now: datetime) -> None:
        """Look again later, or give up where what was said can never be read."""
        if outcome.fate in {Fate.TELL, Fate.PARK} or now - due.created > _GIVEN_UP:
            reason = f"unknown, and not readable: {outcome.reason}"
            self._ledger.park(due.id, reason, self._told(due.outbound, outcome.reason), now)
        else:
            self._ledger.later(due.id, now + timedelta(seconds=outcome.wait or 5), "unknown", outcome.reason)

    def _settle_update(self, due: Due) -> None:
        """Update again, but not before the first try can come no more: it might undo a newer update."""
        now = self._now()
        left = self._settle - (now - due.begun).total_seconds()
        if now - due.created > _TOO_LATE:
            self._ledger.park(due.id, "unknown", (), now)
        elif left > 0:
            self._ledger.later(due.id, now + timedelta(seconds=left), "unknown", "may still come")
        else:
            self._send(due)


def _why(reason: str) -> str:
    """Say Slack's reason in words."""
    return _REASONS.get(reason, "Slack does not let me post there")
