"""Message shortcuts: a message becomes the question, or an item of the watchlist with a link back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import cards
from bot.desk import key_of
from bot.listeners.questions import asked, refusal
from bot.replies import form, privately

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound


def add_to_watchlist(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Open the form that makes an item of a message, filled with its words."""
    if refused := refusal(desk, inbound):
        return [privately(inbound, key_of(inbound), refused)]
    link = desk.directory.permalink(inbound.channel, inbound.reply_to)
    return [form(inbound, f"add:{key_of(inbound)}", cards.add_form(inbound.channel, inbound.text, link or "-"))]


SHORTCUTS = {"ask_briefings": asked, "add_to_watchlist": add_to_watchlist}
