"""Whether the wall clock jumped, by readings of it and of a clock that nobody sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Reading, Went, went

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
CASES = [
    ("a minute in a minute", 60 * SECOND, 60.0, Went.STEADY),
    ("a day between looks", 24 * HOUR, 86400.0, Went.STEADY),
    ("steered a little slower", 59 * SECOND, 60.0, Went.STEADY),
    ("steered back by less than a minute", -50 * SECOND, 5.0, Went.STEADY),
    ("set back by an hour", 60 * SECOND - HOUR, 60.0, Went.BACK),
    ("set back by an hour while two went by", HOUR, 7200.0, Went.BACK),
    ("to 1970", datetime(1970, 1, 1, tzinfo=UTC) - NOON, 60.0, Went.BACK),
    ("forward by three hours", 3 * HOUR + 60 * SECOND, 60.0, Went.STEADY),
    ("forward by three hours and a second", 3 * HOUR + 61 * SECOND, 60.0, Went.FORWARD),
    ("forward by a day", 24 * HOUR, 60.0, Went.FORWARD),
    ("to 2038", datetime(2038, 1, 20, tzinfo=UTC) - NOON, 60.0, Went.FORWARD),
    ("asleep overnight, by a clock that sleeps too", 8 * HOUR, 1.0, Went.FORWARD),
    ("asleep overnight, by a clock that goes on", 8 * HOUR, 28800.0, Went.STEADY),
]


@pytest.mark.parametrize(("wall", "seconds", "told"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_jump_is_told_from_the_passing_of_time(wall: timedelta, seconds: float, told: Went) -> None:
    assert went(Reading(NOON, 5000.0), Reading(NOON + wall, 5000.0 + seconds)) is told
