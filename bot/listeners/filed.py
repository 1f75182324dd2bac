"""The file of subscriptions, taken over into the ledger; what is wrong in it stays as it was."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import entries
from bot.entries import EntryError
from bot.types import Paused, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.desk import Desk
    from bot.entries import Entry
    from bot.settings import Settings
    from bot.types import Effect, Inbound

log = logging.getLogger(__name__)


def taken(desk: Desk, _: Inbound) -> Sequence[Effect]:
    """Bring the subscriptions of the file up to what it says now. A file that cannot be read changes nothing."""
    file = desk.settings.subscriptions
    if file is None:
        return []
    try:
        found = entries.read(file, desk.settings.timezone.key)
    except EntryError as error:
        log.warning("%s", error)
        return []
    for _name, problem in found.wrong:
        log.warning("%s; what it said before stays", problem)
    known = {one.entry: one for one in desk.ledger.posts.subscriptions() if one.entry}
    named = {one.name for one in found.good} | {name for name, _ in found.wrong}
    gone = [replace(one, ended=True) for name, one in known.items() if name not in named]
    return [*_changed(desk, found.good, known), *gone]


def problems(settings: Settings) -> list[str]:
    """Say what is wrong with the file of subscriptions, nothing where there is none."""
    if settings.subscriptions is None:
        return []
    try:
        return [problem for _, problem in entries.read(settings.subscriptions, settings.timezone.key).wrong]
    except EntryError as error:
        return [str(error)]


def _changed(desk: Desk, good: Sequence[Entry], known: dict[str, Subscription]) -> Iterator[Effect]:
    """Give each entry that is new or no longer what it was. A changed one that was paused runs again."""
    number, now = desk.ledger.posts.next_number(), desk.now()
    maker = next(iter(desk.settings.admins), "")
    for entry in good:
        before = known.get(entry.name)
        base = before or Subscription(
            number, entry.channel, (), entry.schedule, entry.digest, maker, now, now, entry=entry.name
        )
        number += before is None
        last = base.last if entry.schedule == base.schedule else now
        after = replace(
            base, channel=entry.channel, topics=entry.topics, schedule=entry.schedule, digest=entry.digest,
            says_none=entry.says_none, since=entry.since, last=last,
        )  # fmt: skip
        if after != before:
            yield after
            yield Paused(after.number, "")
