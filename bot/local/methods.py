"""The Web API methods that the bot uses, over the state; what it does not use answers unknown_method."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bot.local.limits import message_problem, view_problem
from bot.local.state import APP, BOT_ID, BOT_USER, TEAM

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.local.state import State

Answer = dict[str, Any]
_PAGE = 100
_TRIGGER_SECONDS = 3.0
_URL_USES, _URL_SECONDS = 5, 1800


def call(state: State, method: str, body: dict[str, Any]) -> Answer:
    """Answer a call as Slack would: ``ok`` with what was asked, or ``error``; ``retry_after`` for a 429."""
    made = METHODS.get(method)
    return made(state, body) if made else _no("unknown_method")


def _no(error: str, **more: Any) -> Answer:
    return {"ok": False, "error": error, **more}


def _auth_test(_: State, __: dict[str, Any]) -> Answer:
    return {"ok": True, "user_id": BOT_USER, "bot_id": BOT_ID, "team_id": TEAM, "team": "Local", "user": "dispatchbox"}


def _post(state: State, body: dict[str, Any]) -> Answer:
    channel = str(body.get("channel") or "")
    found = state.channels.get(channel)
    blocks = body.get("blocks") or []
    if problem := _closed(found) or message_problem(body.get("text") or "", blocks):
        return _no(problem)
    thread = body.get("thread_ts")
    if thread and not any(one["ts"] == thread for one in state.messages.get(channel, ())):
        return _no("thread_not_found")
    if found and found.get("locked") and thread:
        return _no("restricted_action_thread_locked")
    if time.monotonic() - state.posted_at.get(channel, -9.0) < state.pace:
        return _no("ratelimited", retry_after=1)
    state.posted_at[channel] = time.monotonic()
    message = {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP, "text": body.get("text") or "", "blocks": blocks}
    message |= {name: body[name] for name in ("thread_ts", "metadata") if body.get(name)}
    kept = state.say(channel, message)
    return {"ok": True, "channel": channel, "ts": kept["ts"], "message": kept}


def _update(state: State, body: dict[str, Any]) -> Answer:
    """Change a message of the bot's own in its place; its metadata stays."""
    channel = str(body.get("channel") or "")
    blocks = body.get("blocks") or []
    if problem := _closed(state.channels.get(channel)) or message_problem(body.get("text") or "", blocks):
        return _no(problem)
    found = next((one for one in state.messages.get(channel, ()) if one["ts"] == body.get("ts")), None)
    if found is None or found.get("only"):
        return _no("message_not_found")
    if found["user"] != BOT_USER:
        return _no("cant_update_message")
    found |= {"text": body.get("text") or "", "blocks": blocks, "edited": {"user": BOT_USER, "ts": state.ts()}}
    state.saw("update", channel=channel, **found)
    return {"ok": True, "channel": channel, "ts": found["ts"], "text": found["text"]}


def _closed(channel: dict[str, Any] | None) -> str | None:
    if channel is None:
        return "channel_not_found"
    if channel.get("is_archived"):
        return "is_archived"
    return None if BOT_USER in channel["members"] else "not_in_channel"


def _ephemeral(state: State, body: dict[str, Any]) -> Answer:
    channel, user = str(body.get("channel")), str(body.get("user"))
    if problem := _closed(state.channels.get(channel)):
        return _no(problem)
    if user not in state.members(channel):
        return _no("user_not_in_channel")
    blocks = body.get("blocks") or []
    if problem := message_problem(body.get("text") or "", blocks):
        return _no(problem)
    kept = whisper(state, channel, user, body.get("text") or "", blocks, body.get("thread_ts"))
    return {"ok": True, "message_ts": kept["ts"]}


def whisper(  # noqa: PLR0913, PLR0917 - a message and who may see it
    state: State, channel: str, user: str, text: str, blocks: list[dict[str, Any]], thread_ts: str | None
) -> dict[str, Any]:
    """Say something that one person alone sees, and that cannot be read back."""
    message = {"user": BOT_USER, "bot_id": BOT_ID, "text": text, "blocks": blocks, "only": user}
    return state.say(channel, message | ({"thread_ts": thread_ts} if thread_ts else {}))


def respond(state: State, token: str, body: dict[str, Any]) -> tuple[int, str]:
    """Answer by a response_url: status and body."""
    kept = state.responses.get(token)
    if kept is None:
        return 404, "no_service"
    if kept["used"] >= _URL_USES or time.monotonic() - kept["at"] > _URL_SECONDS:
        return 404, "used_url" if kept["used"] >= _URL_USES else "expired_url"
    if problem := message_problem(body.get("text") or "", body.get("blocks") or []):
        return 400, problem
    kept["used"] += 1
    whisper(
        state, kept["channel"], kept["user"], body.get("text") or "", body.get("blocks") or [], kept.get("thread_ts")
    )
    return 200, "ok"


def _history(state: State, body: dict[str, Any]) -> Answer:
    if problem := _unreadable(state, body):
        return _no(problem)
    shown = [one for one in _visible(state, body) if not one.get("thread_ts") or one["thread_ts"] == one["ts"]]
    return _page(list(reversed(shown)), body)


def _replies(state: State, body: dict[str, Any]) -> Answer:
    if problem := _unreadable(state, body):
        return _no(problem)
    root = str(body.get("ts"))
    if not any(one["ts"] == root for one in state.messages.get(str(body["channel"]), ())):
        return _no("thread_not_found")
    return _page([one for one in _visible(state, body) if root in {one["ts"], one.get("thread_ts")}], body)


def _unreadable(state: State, body: dict[str, Any]) -> str | None:
    found = state.channels.get(str(body.get("channel")))
    return "channel_not_found" if found is None else None if BOT_USER in found["members"] else "not_in_channel"


def _visible(state: State, body: dict[str, Any]) -> list[dict[str, Any]]:
    """List what a bot may read back: nothing that one person alone saw; metadata only when asked for."""
    oldest = float(body.get("oldest") or 0)
    metadata = str(body.get("include_all_metadata", "")).lower() in {"1", "true"}
    found = [one for one in state.messages.get(str(body["channel"]), ()) if not one.get("only")]
    found = [one for one in found if float(one["ts"]) > oldest or one["ts"] == body.get("ts")]
    return found if metadata else [{name: one[name] for name in one if name != "metadata"} for one in found]


def _page(found: list[dict[str, Any]], body: dict[str, Any]) -> Answer:
    first, size = int(body.get("cursor") or 0), int(body.get("limit") or _PAGE)
    following = str(first + size) if first + size < len(found) else ""
    return {"ok": True, "messages": found[first : first + size], "response_metadata": {"next_cursor": following}}


def _info(state: State, body: dict[str, Any]) -> Answer:
    found = state.channels.get(str(body.get("channel")))
    return {"ok": True, "channel": found} if found else _no("channel_not_found")


def _permalink(state: State, body: dict[str, Any]) -> Answer:
    channel, ts = str(body.get("channel")), str(body.get("message_ts"))
    if not any(one["ts"] == ts for one in state.messages.get(channel, ())):
        return _no("message_not_found")
    return {"ok": True, "permalink": f"https://local.slack.example/archives/{channel}/p{ts.replace('.', '')}"}


def _members(state: State, body: dict[str, Any]) -> Answer:
    found = state.channels.get(str(body.get("channel")))
    return {"ok": True, "members": found["members"]} if found else _no("channel_not_found")


def _person(state: State, body: dict[str, Any]) -> Answer:
    found = state.people.get(str(body.get("user")))
    return {"ok": True, "user": found} if found else _no("user_not_found")


def _conversations(state: State, _: dict[str, Any]) -> Answer:
    found = [{"id": one["id"]} for one in state.channels.values() if BOT_USER in one["members"]]
    return {"ok": True, "channels": found}


def _open(state: State, body: dict[str, Any]) -> Answer:
    direct = "D" + str(body.get("users"))[1:]
    return {"ok": True, "channel": {"id": direct}} if direct in state.channels else _no("user_not_found")


def _view_open(state: State, body: dict[str, Any]) -> Answer:
    user, at = state.triggers.pop(str(body.get("trigger_id")), ("", 0.0))
    if not user:
        return _no("exchanged_trigger_id")
    if time.monotonic() - at > _TRIGGER_SECONDS:
        return _no("expired_trigger_id")
    if problem := view_problem(body["view"]):
        return _no(problem)
    view = {**body["view"], "id": f"V{state.number()}", "hash": f"h{state.number()}"}
    state.modals.setdefault(user, []).append(view)
    state.saw("modal", user=user, view=view)
    return {"ok": True, "view": view}


def _view_publish(state: State, body: dict[str, Any]) -> Answer:
    if problem := view_problem(body["view"]):
        return _no(problem)
    view = {**body["view"], "id": f"V{state.number()}", "hash": f"h{state.number()}"}
    state.homes[str(body["user_id"])] = view
    state.saw("home", user=body["user_id"], view=view)
    return {"ok": True, "view": view}


def _prompts(state: State, body: dict[str, Any]) -> Answer:
    found = state.channels.get(str(body.get("channel_id")))
    if not found or not found.get("is_im"):
        return _no("channel_not_found")
    if len(body.get("prompts") or ()) > 4:  # noqa: PLR2004 - Slack shows four
        return _no("invalid_arguments")
    state.prompts[found["user"]] = list(body["prompts"])
    return {"ok": True}


def _upload_url(state: State, body: dict[str, Any]) -> Answer:
    name = f"F{state.number()}"
    state.files[name] = {"id": name, "name": str(body.get("filename")), "content": b""}
    return {"ok": True, "upload_url": f"{state.url}upload/{name}", "file_id": name}


def _upload_done(state: State, body: dict[str, Any]) -> Answer:
    channel = str(body.get("channel_id") or "")
    if problem := _closed(state.channels.get(channel)):
        return _no(problem)
    given = body.get("files") or []
    found = [state.files[one["id"]] for one in given if one.get("id") in state.files]
    if len(found) != len(given):
        return _no("file_not_found")
    shown = [{"id": one["id"], "name": one["name"], "url_private": f"{state.url}file/{one['id']}"} for one in found]
    state.say(channel, {"user": BOT_USER, "bot_id": BOT_ID, "text": body.get("initial_comment") or "", "files": shown})
    return {"ok": True, "files": shown}


METHODS: dict[str, Callable[[State, dict[str, Any]], Answer]] = {
    "auth.test": _auth_test,
    "chat.postMessage": _post,
    "chat.postEphemeral": _ephemeral,
    "chat.update": _update,
    "chat.getPermalink": _permalink,
    "files.getUploadURLExternal": _upload_url,
    "files.completeUploadExternal": _upload_done,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "conversations.info": _info,
    "conversations.members": _members,
    "conversations.open": _open,
    "users.conversations": _conversations,
    "users.info": _person,
    "views.open": _view_open,
    "views.publish": _view_publish,
    "assistant.threads.setSuggestedPrompts": _prompts,
}
