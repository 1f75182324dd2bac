"""What every listener works with: search for an audience, the people, the ledger, the settings."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot import phrases, topics
from bot.types import Surface
from index import report
from index.ask import ask
from index.question import read as read_question
from index.types import Audience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.directory import Directory
    from bot.ledger import Ledger
    from bot.settings import Settings
    from bot.types import Inbound
    from index.search import Searcher
    from index.store import Stored
    from index.types import Briefing, Reader, Vectors

EXAMPLES = 4
_VECTORS = 5_000  # texts whose vectors are kept, some 8 MB
_TRIED = 12  # briefings, newest first, among which examples are looked for


@dataclass(slots=True)
class Desk:
    """The one place where a listener asks. ``now`` gives the instant, in UTC."""

    searcher: Searcher
    reader: Reader
    directory: Directory
    ledger: Ledger
    settings: Settings
    now: Callable[[], datetime]
    started: float
    monotonic: Callable[[], float]
    _examples: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    _vectors: dict[str, Vectors] = field(default_factory=dict)
    _speaks: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def today(self) -> date:
        """Give the day it is, locally."""
        return self.settings.today or self.now().astimezone(self.settings.timezone).date()

    def instant(self) -> datetime:
        """Give the instant that decides what is under embargo."""
        if self.settings.today:
            return datetime.combine(self.settings.today, time(), self.settings.timezone)
        return self.now()

    def open_to_all(self) -> Audience:
        """Give the audience that sees what the whole workspace may see."""
        return Audience(self.instant())

    def somebody(self) -> Audience:
        """Give the audience that sees what anybody at all may see now."""
        return Audience(self.instant(), self.searcher.channels())

    def channel(self, channel: str) -> Audience:
        """Give the audience of everybody in a channel."""
        return Audience(self.instant(), frozenset([channel]))

    def person(self, user: str) -> Audience:
        """Give the audience of one person: what is open, and what their channels may see."""
        inside = [one for one in self.searcher.channels() if self.directory.member(user, one)]
        return Audience(self.instant(), frozenset(inside))

    def ask(self, text: str, audience: Audience, read_as: str | None) -> dict[str, Any]:
        """Answer, in the shape of ``ask --json``, with what was restricted and how the question was read."""
        found = ask(read_as or text, self.searcher, self.reader, audience, self.today(), self.settings.threshold)
        return {**report.answer(found), "question": text, "restricted": list(found.restricted), "read_as": read_as}

    def shown_to(self, to: str, briefing: Briefing) -> bool:
        """Tell whether a person, or everybody in a channel, may see a briefing."""
        if briefing.channels is None:
            return True
        if to.startswith(("U", "W")):
            return any(self.directory.member(to, channel) for channel in briefing.channels)
        return to in briefing.channels

    def rows(self, audience: Audience, words: str = "") -> list[dict[str, Any]]:
        """List briefings: the newest first, or those that hold the words, best first."""
        found = self.searcher.entries(audience)
        names = [entry.id for entry in sorted(found, key=lambda one: (one.published or date.min, one.id), reverse=True)]
        if words:
            names = self.searcher.rankings(read_question(words, self.today()), audience)["words"]
        briefings = self.searcher.briefings(names, audience)
        return [
            {"id": name, "title": briefings[name].title, "published": briefings[name].published,
             "source": briefings[name].source}
            for name in names if name in briefings
        ]  # fmt: skip

    def briefing(self, name: str, audience: Audience) -> Briefing | None:
        """Read one briefing that this audience may see."""
        return self.searcher.briefings([name], audience).get(name)

    def version(self) -> str:
        """Name what may be seen now and what of it was looked at: another name while there is something to look at.

        Of one index embargoes only lift, so that the number of briefings tells which they are.
        """
        facts, seen = self.searcher.facts(), len(self.searcher.entries(self.somebody()))
        return f"{facts.get('revision')}:{facts.get('indexed_at')}:{seen}:{self.ledger.looked()}"

    def passages(self, briefing: Briefing) -> list[Stored]:
        """Read a briefing's passages with their vectors, in order."""
        return self.searcher.passages(briefing.id)

    def vector(self, text: str) -> Vectors:
        """Encode a text: float32 of shape (dimension,), of unit length; kept, for the same items come again."""
        if text not in self._vectors:
            if len(self._vectors) >= _VECTORS:
                self._vectors.clear()
            self._vectors[text] = self.searcher.vector(text)
        return self._vectors[text]

    def topics(self, audience: Audience) -> frozenset[str]:
        """Name the topics of the briefings that an audience may see."""
        names = [entry.id for entry in self.searcher.entries(audience)]
        return frozenset(one for found in self.searcher.briefings(names, audience).values() for one in found.topics)

    def speaks(self, topic: str, briefing: Briefing) -> bool:
        """Tell whether a briefing names a topic, or speaks of it by meaning; kept, as vectors are."""
        if topic.lower() in {one.lower() for one in briefing.topics}:
            return True
        key = (topic, briefing.id, briefing.digest)
        if key not in self._speaks:
            if len(self._speaks) >= _VECTORS:
                self._speaks.clear()
            found = topics.on_topic(topic, self.vector(topic), briefing, self.passages(briefing))
            self._speaks[key] = found is not None and found.score >= topics.THRESHOLD
        return self._speaks[key]

    def examples(self, audience: Audience) -> tuple[str, ...]:
        """Give questions that the newest briefings answer, tried before they are offered."""
        seen = tuple(entry.id for entry in self.searcher.entries(audience))
        key = (self.searcher.facts().get("revision", ""), seen)
        if key not in self._examples:
            self._examples = {key: tuple(islice(self._tried(audience), EXAMPLES))}
        return self._examples[key]

    def _tried(self, audience: Audience) -> Iterator[str]:
        """Ask about a subject of each of the newest briefings, none twice; give what is answered from that subject."""
        asked: set[str] = set()
        for row in self.rows(audience)[:_TRIED]:
            briefing = self.briefing(row["id"], audience)
            subject = next((one for one in (briefing.topics if briefing else ()) if one not in asked), None)
            if briefing is None or subject is None:
                continue
            asked.add(subject)
            question = phrases.example(_written(subject, briefing))
            cited = self.ask(question, audience, None)["citations"]
            source = cited and self.briefing(cited[0]["briefing"], audience)
            if source and subject in source.topics:
                yield question

    def off(self, channel: str) -> bool:
        """Tell whether the bot is switched off, here or everywhere."""
        return any(self.ledger.setting(one, "off") for one in ("*", channel))

    def zone(self, user: str) -> ZoneInfo:
        """Give a person's time zone by Slack's word, the settings' where it has none, or for nobody."""
        name = self.directory.zone(user) if user else ""
        try:
            return ZoneInfo(name) if name else self.settings.timezone
        except (ZoneInfoNotFoundError, ValueError):
            return self.settings.timezone

    def admin(self, user: str) -> bool:
        """Tell whether a person may change settings: named in the settings file, or a workspace admin."""
        person = self.directory.person(user)
        return user in self.settings.admins or bool(person and person.admin)


def _written(subject: str, briefing: Briefing) -> str:
    """Write a topic as the briefing writes it: "eu" as "EU", "ukraine" as "Ukraine"."""
    found = Counter(re.findall(rf"\b{re.escape(subject)}\b", briefing.body, re.IGNORECASE))
    return found.most_common(1)[0][0] if found else subject


def key_of(inbound: Inbound) -> str:
    """Name what comes of an inbound: the same each time it is worked on, and telling nothing of it."""
    return hashlib.sha256("\n".join(inbound.keys).encode()).hexdigest()[:24]


def private(inbound: Inbound) -> bool:
    """Tell whether only the asker sees the reply."""
    return inbound.surface not in {Surface.MENTION, Surface.THREAD} and not inbound.channel.startswith("D")
