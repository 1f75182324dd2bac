"""The words of this floor: frozen values, and the ports that others fill.

Offsets are code points into ``Briefing.body``, start inclusive, end exclusive. Dates are local to the
briefing's publication; instants are UTC. Vectors are float32 rows of unit length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Exact(StrEnum):
    """How exactly words name a time: one day, a stretch with real edges, or a convention of ours."""

    DAY = "day"
    RANGE = "range"
    VAGUE = "vague"


class Kind(StrEnum):
    """The kind of answer that a question asks for, or that a span of text is."""

    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    DURATION = "duration"
    NUMBER = "number"
    NAME = "name"
    PLACE = "place"
    INSTRUMENT = "instrument"


class Status(StrEnum):
    """How an answer came out."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"


class Form(StrEnum):
    """How an answer's citations stand to each other.

    ``passage``: the first answers, the rest are near it. ``parts``: the question asks for several things, and
    the first citations answer them together. ``changed``: the first is the newest value, the second an earlier one.
    ``list``: each is an item of what was asked for.
    """

    PASSAGE = "passage"
    PARTS = "parts"
    CHANGED = "changed"
    LIST = "list"

    def together(self, cited: int) -> int:
        """Tell how many of so many citations, the first ones, are the answer; the rest stand near it."""
        return {Form.LIST: cited, Form.PARTS: 2, Form.CHANGED: 2}.get(self, 1)


@dataclass(frozen=True, slots=True)
class DateRange:
    """A stretch of days, both ends inclusive, as the words in ``words`` name it."""

    earliest: date
    latest: date
    words: str
    exact: Exact

    def __post_init__(self) -> None:
        """Refuse a range that runs backwards."""
        if self.earliest > self.latest:
            message = f"earliest {self.earliest} is after latest {self.latest} in {self.words!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The n-th paragraph (from 1) of a body, and the heading it stands under ('' for none)."""

    n: int
    start: int
    end: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Briefing:
    """A briefing as read from its file. ``path`` is relative to the briefings folder.

    Nobody may see it before ``embargo``: the instant given, or that of publication where it is later.
    ``channels`` is None for a briefing open to the whole workspace. ``digest`` is the sha256 of the
    bytes it was read from; ``extra`` keeps the front matter's unknown keys, as text.
    """

    id: str
    title: str
    body: str
    path: str
    paragraphs: tuple[Paragraph, ...]
    published: date | None = None
    publication: str | None = None
    topics: tuple[str, ...] = ()
    url: str | None = None
    sources: tuple[str, ...] = ()
    embargo: datetime | None = None
    channels: tuple[str, ...] | None = None
    extra: tuple[tuple[str, str], ...] = ()
    digest: str = ""

    @property
    def source(self) -> str:
        """Where to check a citation: the address, else the path within the briefings folder."""
        return self.url or self.path


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, by offsets into the briefing's body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Some 80 to 120 words of one briefing: ``text == body[start:end]``; ``digest`` is its sha256."""

    briefing: str
    start: int
    end: int
    first_paragraph: int
    last_paragraph: int
    heading: str
    text: str
    sentences: tuple[Sentence, ...]
    digest: str

    def __str__(self) -> str:
        """Print the place as a compiler would."""
        return f"{self.briefing}:¶{self.first_paragraph}"


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to watch: the item in short, the sentence it stands in, and when it is due."""

    briefing: str
    paragraph: int
    start: int
    end: int
    quote: str
    item: str
    due: DateRange | None
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read: what to search for, the kinds of answer asked for, and any restriction.

    ``terms`` are the words worth searching, folded, in order; ``names`` the stems of those that a
    passage should hold to answer (names, years, figures, references); ``phrases`` the words that
    must stand together ("article 122"). Each of ``asks`` is one thing asked for, as the kinds of
    answer that would do. ``weights`` goes with ``terms``: the rarer among what is searched, the
    heavier; empty, all alike, until then. ``period`` restricts by date of publication; ``latest``
    asks for the newest first.
    """

    text: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    phrases: tuple[str, ...]
    asks: tuple[tuple[Kind, ...], ...]
    weights: tuple[float, ...] = ()
    period: DateRange | None = None
    latest: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Who asks, and when: the channels whose briefings they may see besides the open ones.

    ``only`` narrows it to some briefings, where they are named.
    """

    now: datetime
    channels: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. ``score`` orders hits, ``cosine`` compares question and passage (-1 to 1).

    ``words`` is its score by words as a share of the best passage's (0 to 1); ``sentence_cosines``
    compares the question with each of the passage's sentences (-1 to 1). ``news`` is said of the opening
    of a briefing on the subject whose latest is asked for.
    """

    passage: Passage
    briefing: Briefing
    score: float
    cosine: float
    words: float
    sentence_cosines: tuple[float, ...]
    news: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """What a reader found in one hit: the sentences to quote and, within them, the words that answer.

    Offsets are into the body. ``score`` is in log-odds: higher is likelier to answer. ``margin`` is by how
    much the words beat "no answer" in the reader's eyes; ``sentence`` the number of the passage's sentence,
    from 0, that holds them.
    """

    start: int
    end: int
    score: float
    highlight: tuple[int, int] | None = None
    margin: float = 0.0
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where to check it: ``body[start:end] == quote``."""

    briefing: str
    title: str
    published: date | None
    paragraph: int
    start: int
    end: int
    quote: str
    source: str

    def __str__(self) -> str:
        """Print the place as a compiler would."""
        return f"{self.briefing}:¶{self.paragraph}"


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looked through: how much, and from the first to the last date of publication."""

    briefings: int
    passages: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the briefings say, or that they do not. It has no words but its citations'.

    ``confidence`` is from 0 to 1. ``restricted`` says in words how the question narrowed the search. ``marks``
    are the words that answer within each citation's quote, the highlight first, None where none stand out; ``more``
    counts the items of a list that are not shown.
    """

    question: str
    status: Status
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    highlight: str | None
    confidence: float
    searched: Searched
    took_ms: float
    restricted: tuple[str, ...] = field(default=())
    form: Form = Form.PASSAGE
    marks: tuple[str | None, ...] = ()
    more: int = 0

    @property
    def quote(self) -> str | None:
        """The headline: the first citation's quote."""
        return self.citations[0].quote if self.citations else None


class Encoder(Protocol):
    """Text to vectors."""

    @property
    def digest(self) -> str:
        """The sha256 that tells this encoder's vectors from every other's."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode n texts: float32 of shape (n, dimension), each row of unit length."""


class Reader(Protocol):
    """A question and the passages found to the spans that answer it."""

    def read(self, question: Question, hits: Sequence[Hit]) -> tuple[tuple[Span, ...], ...]:
        """Read each hit: its likeliest spans, best first, none where it holds nothing; one tuple for each hit."""
