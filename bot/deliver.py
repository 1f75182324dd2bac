"""Outbox → Slack, once.

A call that may or may not have been applied is never made again before Slack was asked: a posted message
carries its key as metadata, so it can be found. What cannot be read back is said at most once. An update
alone may be made again, for the same words in the same place are no second message.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from http.client import HTTPException
from threading import Event, Lock
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from bot import kit, phrases
from bot.database import LedgerError
from bot.replies import post
from bot.types import Method, Outbound, Paused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from slack_sdk import WebClient

    from bot.ledger import Due, Ledger
    from bot.types import Effect

log = logging.getLogger(__name__)

EVENT = "dispatchbox_message"  # the metadata's event_type
_SENDERS = 8  # lanes spoken in at once
_LONGEST_WAIT = 3600.0  # seconds; a longer Retry-After is asked again then
_GIVEN_UP = timedelta(minutes=10)  # after which a read-back that fails is given up
_TOO_LATE = timedelta(hours=24)  # after which a call that Slack never took is given up
_SLOWEST = 60.0  # seconds between two tries of a call that fails, at most
_AGAIN = 1.0  # seconds between two looks whether a message was said that another is about
_IDLE = 0.5  # seconds between two looks at an outbox that nobody has announced anything for
_PAGE = 100


class Fate(Enum):
    """What becomes of a call that Slack did not take."""

    RETRY = "retry"
    UNKNOWN = "unknown"
    SHORTEN = "shorten"
    TELL = "tell"
    STOP = "stop"
    PARK = "park"


# Slack's error codes (docs.slack.dev, chat.postMessage and the calls' common errors) by what helps.
_CODES = {
    Fate.RETRY: "ratelimited rate_limited service_unavailable team_added_to_org",
    Fate.UNKNOWN: "internal_error fatal_error request_timeout update_failed",
    Fate.SHORTEN: """msg_too_long msg_blocks_too_long invalid_blocks invalid_blocks_format invalid_attachments
        too_many_attachments attachment_payload_limit_exceeded block_mismatch markdown_text_conflict""",
    Fate.TELL: """channel_not_found is_archived not_in_channel restricted_action restricted_action_read_only_channel
        restricted_action_thread_only_channel restricted_action_non_threadable_channel no_permission thread_locked
        restricted_action_thread_locked cannot_reply_to_message message_limit_exceeded ekm_access_denied user_disabled
        messages_tab_disabled cannot_dm_bot user_not_in_channel channel_is_limited_access external_channel_migrating
        thread_not_found user_is_restricted im_disabled not_allowed_for_grid slack_connect_file_link_sharing_blocked
        slack_connect_blocked_file_type as_user_not_supported""",
    Fate.STOP: """invalid_auth not_authed account_inactive token_revoked token_expired no_service missing_scope
        team_access_not_granted org_login_required access_denied two_factor_setup_required accesslimited team_not_found
        not_allowed_token_type method_deprecated deprecated_endpoint enterprise_is_restricted app_missing_action_url""",
    Fate.PARK: """invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data
        invalid_post_type missing_post_type no_text expired_trigger_id exchanged_trigger_id invalid_trigger_id
        trigger_expired user_not_found
        trigger_exchanged hash_conflict view_too_large push_limit_reached not_found duplicate_channel_not_found used_url
        expired_url duplicate_message_not_found unknown_method message_not_found cant_update_message not_enabled
        edit_window_closed is_inactive no_dual_broadcast_content_update streaming_state_conflict file_not_found
        invalid_thread_ts metadata_too_large invalid_metadata_format invalid_metadata_schema""",
}
FATES = {code: fate for fate, codes in _CODES.items() for code in codes.split()}
_CODE = re.compile(r"[a-z][a-z0-9_]{1,79}")
_REASONS = {
    "is_archived": "the channel is archived",
    "not_in_channel": "I am not in that channel",
    "channel_not_found": "the channel is gone, or I am not in it",
    "thread_not_found": "the message it answers is gone",
    "thread_locked": "the thread is locked",
    "restricted_action_thread_locked": "the thread is locked",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call came out: ``ts`` where it was taken, else what to do and why.

    ``wait`` is in seconds, 0 where Slack named no time: then each try waits twice as long as the one before.
    """

    fate: Fate | None
    ts: str = ""
    wait: float = 0.0
    reason: str = ""


class Deliverer:
    """Sends the outbox, each lane in order, no lane waiting for another.

    ``settle`` is how many seconds after a call Slack may still apply it; ``pace`` the seconds between two
    posts in a channel (Slack takes about one a second).
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with, and the two figures that tests shorten
        self,
        ledger: Ledger,
        client: WebClient,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        settle: float = 65.0,
        pace: float = 1.0,
    ) -> None:
        self._ledger = ledger
        self._client = client
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
        outcome = self._call(due.outbound)
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
                self._ledger.later(due.id, now + timedelta(seconds=60), "pending", outcome.reason)
            case Fate.SHORTEN if due.outbound.message and due.outbound.message.blocks:
                text = kit.cut_escaped(due.outbound.message.text, 1_000)
                shorter = replace(due.outbound, message=kit.message(text))
                self._ledger.later(due.id, now, "pending", outcome.reason, shorter)
            case _:
                self._ledger.park(due.id, outcome.reason, self._told(due, outcome.reason), now)

    def _told(self, due: Due, reason: str) -> Sequence[Effect]:
        """Tell the asker privately that it could not be said where it belongs."""
        outbound = due.outbound
        if outbound.key.startswith("post:"):
            return self._paused(outbound, reason)
        if outbound.method is not Method.POST or not outbound.user or outbound.key.startswith("told:"):
            return ()
        if outbound.lane.startswith(("D", "U")):
            return ()
        message = kit.note(phrases.unsaid(outbound.lane, _REASONS.get(reason, "Slack does not let me post there")))
        return [post(outbound.user, "", f"told:{outbound.key}", message, outbound.user)]

    def _paused(self, outbound: Outbound, reason: str) -> Sequence[Effect]:
        """Pause the subscription of a channel that takes no posts any more, and tell who made it, once."""
        kept = self._ledger.posts.get(outbound.key)
        one = self._ledger.posts.subscription(kept.subscription) if kept else None
        if one is None or one.paused or FATES.get(reason) is not Fate.TELL:
            return ()
        why = _REASONS.get(reason, "Slack does not let me post there")
        log.warning("subscription %d in %s is paused: %s", one.number, one.channel, why)
        told = post(one.made_by, "", f"paused:{outbound.key}", kit.note(phrases.paused(one.channel, why)), "")
        return [Paused(one.number, why), *([told] if one.made_by else [])]

    # -- one call ---------------------------------------------------------------------------------------

    def _call(self, outbound: Outbound) -> Outcome:
        try:
            return Outcome(None, ts=self._made(outbound))
        except SlackApiError as error:
            return _of_error(error)
        except (SlackClientError, HTTPException, OSError, ValueError) as error:
            return _of_exception(error)

    def _made(self, outbound: Outbound) -> str:
        """Make a call; give the message's ts where there is one."""
        said: dict[str, Any] = {}
        if outbound.message:
            said["text"] = outbound.message.text
            if outbound.message.blocks:
                said["blocks"] = list(outbound.message.blocks)
        if outbound.method is Method.RESPOND:
            return _respond(outbound, said)
        body = dict(outbound.body)
        if outbound.method is Method.FILE:
            return self._uploaded(body, outbound)
        if outbound.method is Method.POST:
            body["channel"] = self._conversation(body["channel"])
            body["metadata"] = {"event_type": EVENT, "event_payload": {"key": outbound.key}}
            said |= {"unfurl_links": False, "unfurl_media": False}
        if outbound.method is Method.UPDATE:  # it keeps the metadata; blocks that are not named would stay
            body["channel"] = self._conversation(body["channel"])
            said = {"blocks": [], **said, "parse": "none"}  # its default is another than chat.postMessage's
        done = self._client.api_call(outbound.method.value, json={**body, **said})
        return str(done.get("ts") or "")

    def _uploaded(self, body: dict[str, Any], outbound: Outbound) -> str:
        """Upload a file and share it with one person."""
        self._client.files_upload_v2(
            channel=self._conversation(outbound.user), filename=body["filename"], title=body["filename"],
            content=body["content"], initial_comment=outbound.message.text if outbound.message else None,
        )  # fmt: skip
        return ""

    def _conversation(self, channel: str) -> str:
        """Open the direct messages with a person, where the channel is one."""
        if not channel.startswith(("U", "W")):
            return channel
        return str(self._client.conversations_open(users=channel)["channel"]["id"])

    # -- what is unknown ---------------------------------------------------------------------------------

    def _settle_post(self, due: Due) -> None:
        """Look for a message whose sending ended in the unknown; send it again only once it cannot come any more."""
        now = self._now()
        try:
            found = self._found(due)
        except (SlackApiError, SlackClientError, HTTPException, OSError, ValueError) as error:
            outcome = _of_error(error) if isinstance(error, SlackApiError) else _of_exception(error)
            gone = outcome.fate in {Fate.TELL, Fate.PARK}
            if gone or now - due.created > _GIVEN_UP:
                self._ledger.park(
                    due.id, f"unknown, and not readable: {outcome.reason}", self._told(due, outcome.reason), now
                )
            else:
                self._ledger.later(due.id, now + timedelta(seconds=outcome.wait or 5), "unknown", outcome.reason)
            return
        if found:
            self._ledger.sent(due.id, found)
        elif (now - due.begun).total_seconds() >= self._settle:
            self._ledger.later(due.id, now, "pending", "was not applied")
        else:
            self._ledger.later(due.id, now + timedelta(seconds=min(5.0, self._settle / 4)), "unknown", "not there yet")

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

    def _found(self, due: Due) -> str | None:
        """Read the thread or the conversation back; give the message's ts where it is there."""
        channel = self._conversation(due.outbound.body["channel"])
        thread = due.outbound.body.get("thread_ts")
        since = str((due.created - timedelta(minutes=1)).timestamp())
        cursor = ""
        while True:
            more: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": _PAGE, "cursor": cursor}
            if thread:
                page = self._client.conversations_replies(ts=thread, oldest=since, **more)
            else:
                page = self._client.conversations_history(oldest=since, **more)
            for one in page.get("messages") or ():
                payload = (one.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == due.outbound.key:
                    return str(one["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None


def _respond(outbound: Outbound, said: dict[str, Any]) -> str:
    """Answer by a response_url, once; Slack says 200 and "ok"."""
    body = dict(outbound.body)
    done = WebhookClient(body.pop("url"), timeout=10, retry_handlers=[]).send_dict({**body, **said})
    if done.status_code != 200:  # noqa: PLR2004 - HTTP's word for taken
        raise SlackApiError("response_url", {"error": _word(done.body, done.status_code)})  # type: ignore[no-untyped-call]
    return ""


def _word(body: str, status: int) -> str:
    return "ratelimited" if status == 429 else "internal_error" if status >= 500 else (body or "unknown")[:40]  # noqa: PLR2004


def _of_error(error: SlackApiError) -> Outcome:
    """Read what Slack said."""
    response = error.response
    status = getattr(response, "status_code", 200)
    data = getattr(response, "data", response)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or "limited" in code:  # noqa: PLR2004 - HTTP's word for slower
        return Outcome(Fate.RETRY, wait=_retry_after(getattr(response, "headers", {})), reason="ratelimited")
    if status != 200 or not _CODE.fullmatch(code):  # noqa: PLR2004 - no clear word of Slack's: it may have been applied
        return Outcome(Fate.UNKNOWN, reason=code or f"http {status}")
    return Outcome(FATES.get(code, Fate.PARK), reason=code)


def _of_exception(error: Exception) -> Outcome:
    """Tell a call that never left from one that may have arrived."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, (ConnectionRefusedError, socket.gaierror)):
        return Outcome(Fate.RETRY, reason="no connection")
    return Outcome(Fate.UNKNOWN, reason=type(cause).__name__)


def _retry_after(headers: object) -> float:
    """Read Retry-After in seconds: one where it is missing or no number, and never more than an hour."""
    pairs = headers.items() if isinstance(headers, Mapping) else ()
    found = {str(name).lower(): value for name, value in pairs}.get("retry-after", "")
    first = found[0] if isinstance(found, (list, tuple)) and found else found
    try:
        return min(max(float(str(first)), 1.0), _LONGEST_WAIT)
    except ValueError:
        return 1.0
