"""Vectors → groups of like meaning; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.types import Vectors

ALIKE = 0.7  # cosine from which two questions are taken to ask the same


def grouped(vectors: Vectors) -> list[list[int]]:
    """Group n unit vectors of shape (n, dimension): rows in each group, the largest group first.

    A row joins the first group whose first member is alike, so no group drifts from what it began with.
    """
    groups: list[list[int]] = []
    for row in range(len(vectors)):
        like = next((group for group in groups if float(vectors[group[0]] @ vectors[row]) >= ALIKE), None)
        if like is None:
            groups.append([row])
        else:
            like.append(row)
    return sorted(groups, key=lambda group: (-len(group), group[0]))
