"""What nobody says but time does: the index has changed, a morning or a time to post has come; each once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot import kit, post_phrases, remind, schedule
from bot.clock import Reading, Went, went
from bot.replies import post
from bot.types import Setting
from index.almanac import working

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.accept import Acceptor
    from bot.desk import Desk

log = logging.getLogger(__name__)

RELEASE = kit.button("post_release", post_phrases.GO_ON, "all")


class News:
    """Looks at the index and the clock. What was put into the inbox already is remembered, which spares asking."""

    def __init__(self, desk: Desk, acceptor: Acceptor, monotonic: Callable[[], float]) -> None:
        self._desk = desk
        self._acceptor = acceptor
        self._monotonic = monotonic
        self._read: Reading | None = None
        self._told: set[str] = set()

    def look(self) -> bool:
        """Put what is new into the inbox; tell whether the index had something. Raises LedgerError, IndexUnusable."""
        self._look_at_the_clock()
        version = self._desk.version()
        new = version not in self._told
        if new:
            self._acceptor.indexed(version)
        mornings = {f"{user}:{day}": (user, day) for user, day in self._mornings()}
        for name, (user, day) in mornings.items():
            if name not in self._told:
                self._acceptor.morning(user, day)
        # A digest waits for what the index has: its row comes after the index's, in one conversation.
        self._told = {version, *mornings, *self._filed(), *(() if new else self._slots())}
        return new

    def _look_at_the_clock(self) -> None:
        """Hold posts where the clock has jumped ahead, before anything is due by it; say so to admins and makers."""
        now = Reading(self._desk.now(), self._monotonic())
        before, self._read = self._read or now, now
        if went(before, now) is not Went.FORWARD:
            return
        log.error("the clock jumped ahead from %s to %s: posts are held", before.wall, now.wall)
        message = kit.message(post_phrases.CLOCK_HELD, kit.line(post_phrases.CLOCK_HELD), kit.actions(RELEASE))
        key = f"clock:{now.wall.isoformat()}"
        makers = {one.made_by for one in self._desk.ledger.posts.subscriptions()} - {""}
        whom = sorted({*self._desk.settings.admins, *makers})
        told = [post(each, "", f"{key}:{each}", message, "") for each in whom]
        self._desk.ledger.apply([Setting("*", "posts_held", on=True), *told], now.wall)

    def _filed(self) -> set[str]:
        """Put a new version of the file of subscriptions into the inbox; one that is away is told of as such."""
        file = self._desk.settings.subscriptions
        if file is None:
            return set()
        try:
            version = f"{file}:{file.stat().st_mtime_ns}:{file.stat().st_size}"
        except OSError as error:
            version = f"{file}:{type(error).__name__}:{self._desk.started}"
        if version not in self._told:
            self._acceptor.filed(version)
        return {version}

    def _slots(self) -> set[str]:
        """Put the slots that have come into the inbox, each once; what is owed by then is worked out there."""
        due: dict[str, tuple[int, str]] = {}
        for one in self._desk.ledger.posts.subscriptions():
            owed = schedule.owed(one.schedule, one.last, self._desk.now())
            newest = owed.due or max(owed.skipped, default=None)
            if newest and not one.paused:
                due[f"{one.number}:{newest.isoformat()}"] = (one.number, newest.isoformat())
        for name, found in due.items():
            if name not in self._told:
                self._acceptor.slot(*found)
        return set(due)

    def _mornings(self) -> list[tuple[str, str]]:
        """List whose reminders of which day may go out now: the owners', each by their own clock, and the team's."""
        found = []
        for user in [*self._desk.ledger.items.owners(), ""]:
            day = self._desk.settings.today or remind.morning(
                self._desk.now(), self._desk.zone(user), self._desk.settings.reminder_time
            )
            if day and working(day):
                found.append((user, day.isoformat()))
        return found
