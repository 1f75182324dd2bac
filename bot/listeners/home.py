"""App Home, and the questions suggested where somebody opens the bot's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import blocks, kit
from bot.desk import key_of
from bot.listeners import lists
from bot.listeners.commands import fresh
from bot.listeners.questions import refusal
from bot.types import Changed, Inbound, Method, Outbound, Surface, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk
    from bot.types import Effect

_SHOWN = 5  # briefings on App Home
_HANDS = frozenset({Surface.COMMAND, Surface.SHORTCUT, Surface.ACTION, Surface.VIEW})  # by which people change things


def home(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Publish App Home as this person may see it."""
    refused = refusal(desk, inbound)
    if refused:
        view = {"type": "home", "blocks": list(refused.blocks)}
    else:
        audience = desk.person(inbound.user)
        rows, mine = desk.rows(audience)[:_SHOWN], lists.home(desk, inbound.user)
        view = blocks.home(fresh(desk, inbound.user), rows, desk.examples(audience), mine)
    body = {"user_id": inbound.user, "view": view}
    return [Outbound(f"home:{key_of(inbound)}", Method.HOME, f"home:{inbound.user}", body, None, inbound.user)]


def renewed(desk: Desk, inbound: Inbound, effects: Sequence[Effect]) -> Sequence[Effect]:
    """Have App Home published again after its own person's change, where they have ever opened it.

    It is worked on afterwards: only then the ledger has the change.
    """
    changed = inbound.surface in _HANDS and any(isinstance(one, (Changed, Watch)) for one in effects)
    if not changed or not desk.ledger.inbox.opened_home(inbound.user):
        return []
    return [Inbound(Surface.HOME, inbound.team, inbound.user, (f"home:{key_of(inbound)}",), desk.now())]


def prompts(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Suggest questions that the briefings answer."""
    if refusal(desk, inbound):
        return []
    found = [
        {"title": kit.cut(kit.clean(one), 75), "message": kit.clean(one)}
        for one in desk.examples(desk.person(inbound.user))
    ]
    body = {"channel_id": inbound.channel, "prompts": found}
    key = f"prompts:{key_of(inbound)}"
    return [Outbound(key, Method.PROMPTS, f"home:{inbound.user}", body, None, inbound.user)] if found else []
