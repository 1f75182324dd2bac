"""Every word of Slack's, known or not, says what becomes of the call."""

from __future__ import annotations

import random

import pytest
from slack_sdk.errors import SlackApiError

from bot.outcome import FATES, Fate, _retry_after, of_error


def test_every_code_has_a_fate_and_every_word_gets_one() -> None:
    assert len(FATES) >= 60
    draw = random.Random(7)
    for _ in range(500):
        word = "".join(draw.choice("abcdefghij_<>&\n0") for _ in range(draw.randrange(1, 30)))
        outcome = of_error(SlackApiError("no", {"ok": False, "error": word}))  # type: ignore[no-untyped-call]
        assert outcome.fate in {Fate.PARK, Fate.UNKNOWN}


@pytest.mark.parametrize(
    ("word", "fate"),
    [
        ("ratelimited", Fate.RETRY),
        ("rate_limited", Fate.RETRY),
        ("channel_is_limited_access", Fate.TELL),
        ("accesslimited", Fate.STOP),
    ],
)
def test_a_limit_on_access_is_no_limit_on_pace(word: str, fate: Fate) -> None:
    assert of_error(SlackApiError("no", {"ok": False, "error": word})).fate is fate  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("3600", 3600), ("99999", 3600), ("abc", 1), ("-5", 1), ("", 1), (["7"], 7), ("0.2", 1)],
)
def test_retry_after_is_read_within_bounds(header: object, seconds: float) -> None:
    assert _retry_after({"Retry-After": header}) == seconds
    assert _retry_after(None) == 1
