"""Who people are, and which channels they are in; alone asks Slack about people. What Slack does not say is no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError, SlackClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

_KEPT = 300.0  # seconds that what Slack said is believed
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Person:
    """A person as Slack knows them. ``member`` is False for guests, bots, leavers and other organisations' people.

    ``zone`` names their time zone; ``left`` is said of an account that was closed.
    """

    name: str
    member: bool
    admin: bool
    zone: str = ""
    left: bool = False


class Directory:
    """What Slack says of people and channels, kept for five minutes."""

    def __init__(self, client: WebClient, team: str, me: str, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._team = team
        self.me = me
        self._monotonic = monotonic
        self._kept: dict[tuple[str, ...], tuple[float, object]] = {}

    def person(self, user: str) -> Person | None:
        """Look a person up; None where Slack does not say."""
        found = self._ask(("person", user), lambda: self._person(user))
        return found if isinstance(found, Person) else None

    def member(self, user: str, channel: str) -> bool:
        """Tell whether a person is in a channel."""
        return user in (self.members(channel) or ())

    def members(self, channel: str) -> frozenset[str] | None:
        """Name those who are in a channel; None where Slack does not say."""
        found = self._ask(("members", channel), lambda: self._members(channel))
        return found if isinstance(found, frozenset) else None

    def outside(self, channel: str) -> bool:
        """Tell whether a channel is shared with another organisation; where Slack does not say, it may be."""
        found = self._ask(("outside", channel), lambda: self._shared(channel))
        return True if found is None else bool(found)

    def shared(self, channel: str) -> bool:
        """Tell whether Slack says that a channel is shared with another organisation."""
        return bool(self._ask(("outside", channel), lambda: self._shared(channel)))

    def closed(self, channel: str) -> bool:
        """Tell whether a channel is not open to all of the workspace; where Slack does not say, it is closed."""
        found = self._ask(("closed", channel), lambda: self._private(channel))
        return True if found is None else bool(found)

    def permalink(self, channel: str, ts: str) -> str:
        """Give the address of a message, '' where Slack does not say."""
        found = self._ask(("link", channel, ts), lambda: self._client.chat_getPermalink(channel=channel, message_ts=ts))
        return str(found["permalink"]) if found else ""  # type: ignore[index]  # what Slack answered

    def zone(self, user: str) -> str:
        """Name a person's time zone, '' where Slack does not say."""
        person = self.person(user)
        return person.zone if person else ""

    def _ask(self, key: tuple[str, ...], look: Callable[[], object]) -> object:
        """Take what is kept and fresh, else ask; an error is kept for nothing and gives None."""
        until, found = self._kept.get(key, (0.0, None))
        if self._monotonic() < until:
            return found
        try:
            found = look()
        except (SlackApiError, SlackClientError, OSError):
            return None
        self._kept[key] = (self._monotonic() + _KEPT, found)
        return found

    def _person(self, user: str) -> Person:
        found: dict[str, Any] = self._client.users_info(user=user)["user"]
        guest = found.get("is_restricted") or found.get("is_ultra_restricted") or found.get("is_stranger")
        elsewhere = found.get("team_id", self._team) != self._team and not found.get("enterprise_user")
        member = not (guest or elsewhere or found.get("is_bot") or found.get("deleted"))
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found.get("name") or user
        admin = bool(found.get("is_admin") or found.get("is_owner"))
        return Person(str(name), member, admin, str(found.get("tz") or ""), bool(found.get("deleted")))

    def _members(self, channel: str) -> frozenset[str]:
        found: set[str] = set()
        cursor = ""
        while True:
            page = self._client.conversations_members(channel=channel, limit=_PAGE, cursor=cursor)
            found.update(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return frozenset(found)

    def _shared(self, channel: str) -> bool:
        found = self._client.conversations_info(channel=channel)["channel"]
        return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))

    def _private(self, channel: str) -> bool:
        found = self._client.conversations_info(channel=channel)["channel"]
        return bool(found.get("is_private") or found.get("is_mpim") or found.get("is_im"))
