"""What a call to Slack raised → what becomes of the call, and why; pure."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

_LONGEST_WAIT = 3600.0  # seconds; a longer Retry-After is asked again then


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
_LIMITED = frozenset({"ratelimited", "rate_limited"})
_CODE = re.compile(r"[a-z][a-z0-9_]{1,79}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call came out: ``ts`` where it was taken, else what to do and why.

    ``wait`` is in seconds, 0 where Slack named no time: then each try waits twice as long as the one before.
    """

    fate: Fate | None
    ts: str = ""
    wait: float = 0.0
    reason: str = ""


def of_error(error: Exception) -> Outcome:
    """Read what Slack said, or what broke on the way there."""
    return _refused(error) if isinstance(error, SlackApiError) else _broken(error)


def _refused(error: SlackApiError) -> Outcome:
    """Read what Slack said."""
    response = error.response
    status = getattr(response, "status_code", 200)
    data = getattr(response, "data", response)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in _LIMITED:  # noqa: PLR2004 - HTTP's word for slower
        return Outcome(Fate.RETRY, wait=_retry_after(getattr(response, "headers", {})), reason="ratelimited")
    if status != 200 or not _CODE.fullmatch(code):  # noqa: PLR2004 - no clear word of Slack's: it may have been applied
        return Outcome(Fate.UNKNOWN, reason=code or f"http {status}")
    return Outcome(FATES.get(code, Fate.PARK), reason=code)


def _broken(error: Exception) -> Outcome:
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
