"""What was found by meaning, by words and by phrases → one order; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.rerank import weighed
from index.words import share, stems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from index.store import Entry
    from index.types import Hit, Question

    Ranking = Sequence[tuple[int, float]]  # passages and their scores, best first

# Scores are added up rather than ranks, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
# Retrieval", ACM TOIS 2023: by ranks the one passage with a rare name falls behind all that is middling by both. The
# shares are round, and matter little between half and twice as much; index/training/README.md has what was tried.
_WORDS = 0.3  # of words' and phrases' BM25, next to the best of words alone; beside likeness in meaning
_BRIEFING = 0.5  # of the best passage of the same briefing
_AS_MUCH = 0.9  # of the question, by weight, next to the passage that holds most


def fuse(
    ways: Mapping[str, Ranking], likeness: Mapping[int, float], owner: Mapping[int, Entry]
) -> list[tuple[int, float]]:
    """Order what was found by "meaning", "words" and "phrases"; of equals the newest briefing comes first.

    A passage scores its likeness to the question, its words and phrases next to the best words, and a share of its
    briefing's best passage.
    """
    words, phrases = dict(ways["words"]), dict(ways["phrases"])
    most = max(words.values(), default=0.0) or 1.0
    own = {
        i: likeness.get(i, 0.0) + _WORDS * (words.get(i, 0.0) + phrases.get(i, 0.0)) / most
        for found in ways.values()
        for i, _ in found
    }
    best: dict[str, float] = {}
    for i, score in own.items():
        best[owner[i].id] = max(best.get(owner[i].id, score), score)
    scores = {i: score + _BRIEFING * best[owner[i].id] for i, score in own.items()}
    return sorted(scores.items(), key=lambda pair: (-pair[1], -age_key(owner[pair[0]].published), pair[0]))


def newest_first(question: Question, hits: list[Hit]) -> list[Hit]:
    """Put the newest first of the briefings on the subject, by title and topics; then of those that mention it.

    Of the rest, too, the newest comes first; of one briefing's passages the best, or its opening where nothing else is
    asked.
    """
    wanted, _ = weighed(question)

    def tier(hit: Hit) -> tuple[bool, bool]:
        about = f"{hit.briefing.title}\n{' '.join(hit.briefing.topics)}"
        return held(about) < _AS_MUCH, held(f"{about}\n{hit.passage.text}") < most * _AS_MUCH

    def held(text: str) -> float:
        return share(wanted, set(stems(text)))

    def opens(hit: Hit) -> bool:
        return not question.asks and hit.passage.start == hit.briefing.paragraphs[0].start

    def told(hit: Hit) -> Hit:
        return replace(hit, news=opens(hit) and bool(wanted) and not tier(hit)[0])

    most = max((held(f"{hit.briefing.title}\n{hit.passage.text}") for hit in hits), default=0.0)
    single = list({(hit.briefing.id, hit.passage.start): hit for hit in reversed(hits)}.values())
    single.sort(key=lambda hit: (*tier(hit), -age_key(hit.briefing.published), not opens(hit), -hit.score))
    return [told(hit) for hit in single]


def age_key(published: date | None) -> int:
    """Give what orders briefings by age, the undated before all others."""
    return published.toordinal() if published else 0
