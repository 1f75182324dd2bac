"""A file of next steps found by reading → how many of them are found, and how well; pure but for the file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from index.errors import DispatchBoxError
from index.steps import steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from index.types import Briefing, NextStep

_HALF = 0.5  # of a gold quote's characters, at least, that a step must hold to match it

Due = tuple[date, date] | None


class GoldError(DispatchBoxError):
    """The file of gold steps cannot be opened."""


@dataclass(frozen=True, slots=True)
class Gold:
    """The steps that reading finds in a briefing: for each the words, and when it is due."""

    line: int
    briefing: str
    steps: tuple[tuple[str, Due], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Steps counted: in the gold, found, matched, and matched with the right date."""

    gold: int
    found: int
    matched: int
    dated: int

    @property
    def scores(self) -> dict[str, float | int | None]:
        """Give precision, recall and the share of right dates, 0 to 1, with the counts they stand on."""
        return {
            "precision": _share(self.matched, self.found),
            "recall": _share(self.matched, self.gold),
            "dates": _share(self.dated, self.matched),
            "n_gold": self.gold,
            "n_found": self.found,
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def read_gold(file: Path) -> tuple[list[Gold], list[str]]:
    """Read lines ``{briefing, steps: [{quote, due}]}``, and say which cannot be read. Raises GoldError."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise GoldError(f"{file}: {error.strerror or error}; name a readable file of steps") from error
    gold, unread = [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                gold.append(_gold(line, number))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
                unread.append(f"{file}:{number}: {reason}; write {{briefing, steps: [{{quote, due}}]}}")
    return gold, unread


def _gold(line: bytes, number: int) -> Gold:
    row = json.loads(line.decode("utf-8"))
    if not isinstance(row["briefing"], str) or not isinstance(row["steps"], list):
        raise TypeError("briefing is no text, or steps no list")
    return Gold(number, row["briefing"], tuple((_quote(one["quote"]), _due(one.get("due"))) for one in row["steps"]))


def _quote(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"quote {value!r} is no text")
    return value


def _due(value: Mapping[str, str] | None) -> Due:
    return (date.fromisoformat(value["earliest"]), date.fromisoformat(value["latest"])) if value is not None else None


def tally(gold: Iterable[Gold], briefings: Mapping[str, Briefing]) -> tuple[Tally, list[str]]:
    """Compare what is found in each briefing with its gold; say which lines cannot be compared."""
    total, unread = Tally(0, 0, 0, 0), []
    for one in gold:
        briefing = briefings.get(one.briefing)
        places = [_place(briefing.body, quote) for quote, _ in one.steps] if briefing else []
        if briefing is None:
            unread.append(f"line {one.line}: no briefing {one.briefing!r}; index it first")
        elif None in places:
            unread.append(
                f"line {one.line}: {one.steps[places.index(None)][0][:60]!r} is not in {one.briefing}; quote it"
            )
        else:
            found = steps(briefing)
            wanted = [(*place, due) for place, (_, due) in zip(places, one.steps, strict=True) if place]
            matched, dated = _matched(found, wanted)
            total = Tally(
                total.gold + len(wanted), total.found + len(found), total.matched + matched, total.dated + dated
            )
    return total, unread


def _place(body: str, quote: str) -> tuple[int, int] | None:
    """Find a quote, whatever white space it was copied with."""
    match = re.search(r"\s+".join(map(re.escape, quote.split())), body)
    return match.span() if match else None


def _matched(found: Sequence[NextStep], wanted: Sequence[tuple[int, int, Due]]) -> tuple[int, int]:
    """Pair steps with gold steps, first those whose dates agree: (pairs, pairs with the right date).

    A pair that agrees is never undone for another, but its step may go to a gold step of the same date.
    """
    near = [[n for n, (start, end, _) in enumerate(wanted) if _overlaps(one, start, end)] for one in found]
    agreeing = [[n for n in choices if wanted[n][2] == _ends(one)] for one, choices in zip(found, near, strict=True)]
    taken: dict[int, int] = {}
    for at in range(len(found)):
        _assign(at, agreeing, taken, set())
    for at in set(range(len(found))) - set(taken.values()):
        _assign(at, near, taken, set())
    return len(taken), sum(wanted[n][2] == _ends(found[at]) for n, at in taken.items())


def _assign(at: int, choices: Sequence[Sequence[int]], taken: dict[int, int], tried: set[int]) -> bool:
    """Find a step its gold step, moving others along where they have another choice (Kuhn's algorithm)."""
    free = [n for n in choices[at] if n not in taken]
    for n in free or choices[at]:
        if n not in tried:
            tried.add(n)
            if n not in taken or _assign(taken[n], choices, taken, tried):
                taken[n] = at
                return True
    return False


def _overlaps(one: NextStep, start: int, end: int) -> bool:
    return min(one.end, end) - max(one.start, start) >= _HALF * (end - start)


def _ends(one: NextStep) -> Due:
    return (one.due.earliest, one.due.latest) if one.due else None
