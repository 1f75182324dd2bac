"""What nobody says but time does: the index has changed, a morning has come; put into the inbox once each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import remind
from index.almanac import working

if TYPE_CHECKING:
    from bot.accept import Acceptor
    from bot.desk import Desk


class News:
    """Looks at the index and the clock. What was put into the inbox already is remembered, which spares asking."""

    def __init__(self, desk: Desk, acceptor: Acceptor) -> None:
        self._desk = desk
        self._acceptor = acceptor
        self._told: set[str] = set()

    def look(self) -> bool:
        """Put what is new into the inbox; tell whether the index had something. Raises LedgerError, IndexUnusable."""
        version = self._desk.version()
        new = version not in self._told
        if new:
            self._acceptor.indexed(version)
        mornings = {f"{user}:{day}": (user, day) for user, day in self._mornings()}
        for name, (user, day) in mornings.items():
            if name not in self._told:
                self._acceptor.morning(user, day)
        self._told = {version, *mornings}
        return new

    def _mornings(self) -> list[tuple[str, str]]:
        """List whose reminders of which day may go out now: the owners', each by their own clock, and the team's."""
        found = []
        for user in [*self._desk.ledger.items.owners(), ""]:
            day = self._desk.settings.today or remind.morning(
                self._desk.now(), self._zone(user), self._desk.settings.reminder_time
            )
            if day and working(day):
                found.append((user, day.isoformat()))
        return found

    def _zone(self, user: str) -> ZoneInfo:
        name = self._desk.directory.zone(user) if user else ""
        try:
            return ZoneInfo(name) if name else self._desk.settings.timezone
        except (ZoneInfoNotFoundError, ValueError):
            return self._desk.settings.timezone
