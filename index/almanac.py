"""The days that have names: feasts, bank holidays, recesses; pure.

Easter is reckoned by dateutil. What no rule gives stands in ``almanac.toml``, which names its sources.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from dateutil.easter import easter

_FIXED = {"christmas": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26), "new year": (1, 1)}
_FIXED["new year's eve"] = (12, 31)
_EASTER = {"good friday": -2, "easter": 0, "easter monday": 1}  # days from Easter Sunday
_ALSO = {"may day": "early may", "whitsun": "spring", "late may": "spring", "august": "summer"}


@dataclass(frozen=True, slots=True)
class Recess:
    """Days on which the Commons does not sit, both inclusive. Not ``sure``: provisional or our estimate."""

    name: str
    first: date
    last: date
    sure: bool


def feast(name: str, year: int) -> date:
    """Give the day of Christmas, Easter and the days about them. Raises KeyError for a name it does not know."""
    if name in _EASTER:
        return easter(year) + timedelta(days=_EASTER[name])
    return date(year, *_FIXED[name])


def bank_holidays(name: str | None = None) -> tuple[date, ...]:
    """Give the bank holidays of England and Wales in order, all or those of one name; 2025 to 2028."""
    kept: dict[str, list[date]] = _kept()["bank_holidays"]
    if name is None:
        return tuple(sorted(day for days in kept.values() for day in days))
    return tuple(kept.get(_ALSO.get(name, name), ()))


@cache
def working(day: date) -> bool:
    """Tell a working day in England; bank holidays are known for the years that the almanac has."""
    return day.weekday() < 5 and day not in bank_holidays()  # noqa: PLR2004 - Monday to Friday


@cache
def recesses() -> tuple[Recess, ...]:
    """Give the recesses of the Commons in order, summer 2025 to summer 2027."""
    day = timedelta(days=1)
    return tuple(
        Recess(one["name"], one["rises"] + day, one["returns"] - day, one["sure"]) for one in _kept()["recesses"]
    )


@cache
def _kept() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
