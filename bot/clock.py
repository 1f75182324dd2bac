"""How the wall clock went, told by one that nobody can set; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_FORWARD = timedelta(hours=3)  # gaining more than this is a jump; less is made good like an absence
_BACK = timedelta(minutes=-1)  # losing more than this is a jump; less is a clock being steered


class Went(StrEnum):
    """How the wall clock went between two looks at it."""

    STEADY = "steady"
    BACK = "back"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Reading:
    """A look at both clocks: the wall's, aware, and the seconds of a monotonic one."""

    wall: datetime
    monotonic: float


def went(before: Reading, now: Reading) -> Went:
    """Tell whether the wall clock was set back by over a minute, or jumped forward by over three hours.

    A clock set back needs nothing done: slots are keyed by UTC, and ``schedule.owed`` waits until the clock has
    passed the last one again. After a jump forward posts are to be held: what is due by such a clock may be years
    early. A machine that slept over three hours looks the same to a monotonic clock that stops in its sleep, as
    Linux's does, and then posts are held too: we would rather ask than post by a wrong clock. A caller that can
    should read CLOCK_BOOTTIME, which goes on in sleep; then sleep is an absence like any other.
    """
    gained = now.wall - before.wall - timedelta(seconds=now.monotonic - before.monotonic)
    if gained > _FORWARD:
        return Went.FORWARD
    return Went.BACK if gained < _BACK else Went.STEADY
