"""What somebody wrote → whether it is a question, a greeting, or a follow-up to be read with the one before; pure."""

from __future__ import annotations

import re

_LONGEST = 8  # words: a longer follow-up stands on its own
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_EMOJI = re.compile(r":[a-z0-9_+'-]{1,50}:")
_INTERROGATIVE = frozenset(
    """who whom whose what when where why which how did does do is are was were will would has have had can could
    should may might whats hows wheres whens any""".split()
)
_OPENERS = frozenset("and or but so also then what how".split())
_ABOUT = re.compile(r"^(?:and |so |but )?(?:what|how) about\b", re.IGNORECASE)
_POINTING = frozenset(
    "it its they them their he him his she her this that these those there then one ones same former latter".split()
)
_MEASURES = frozenset("much many long often far soon".split())
_TIMES = frozenset(
    """in on by for since before after during until from the a an last next this year month week quarter january
    february march april may june july august september october november december spring summer autumn winter""".split()
)
_COURTESY = frozenset(
    """hi hello hey hiya morning afternoon evening good day greetings thanks thank you cheers ta many very much so
    great perfect brilliant lovely ok okay all there team bot please help""".split()
)
_VERB = r"(?:is|are|was|were|did|does|do|will|would|has|have|had|can|could|should)"
# The words that ask, at the head of a question: another's take their place.
_HEAD = re.compile(
    r"^(?:and |so |but )?(?:how (?:much|many|long|often|far|soon)|who|whom|whose|what|when|where|which|why|how)\b"
    rf"(?:\s+{_VERB}\b)?\s*",
    re.IGNORECASE,
)
# The same with what is counted or chosen from ("which article did"), up to the verb that another can take over.
_VERBED = re.compile(
    r"^(?:how (?:much|many|long|often|far|soon)|who|whom|what|when|where|which|why|how)\b"
    rf"(?P<noun>(?:\s+[\w’'-]+){{0,3}}?)\s+(?P<verb>{_VERB})\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?:the|a|an|any|its|their|our|this|that|these|those|[A-Z£€$\d])")
# A second thing asked at a question's end: ", and when".
_TAIL = re.compile(
    r",?\s+and\s+(?:when|where|who|why|how(?:\s+(?:much|many|long))?|what|which)(?:\s+\w+)?$", re.IGNORECASE
)
_JOINER = re.compile(r"^(?:and|so|but|or|also)\s+", re.IGNORECASE)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(_EMOJI.sub(" ", text))]


def greets(text: str) -> bool:
    """Tell a greeting, thanks, or nothing at all from a question."""
    return "?" not in text and all(word in _COURTESY for word in _words(text)) and not text.strip().startswith("£")


def asks(text: str) -> bool:
    """Tell a question from a remark."""
    words = _words(text)
    return bool(words) and (text.rstrip().endswith("?") or words[0] in _INTERROGATIVE or bool(_ABOUT.match(text)))


def joined(before: str, text: str) -> str | None:
    """Read a short follow-up together with the question before it; None where it stands on its own.

    "and in 2025?" continues the question; "who signed it?" asks something else of the same subject.
    """
    words = _words(text)
    if not before.strip() or not words or len(words) > _LONGEST:
        return None
    small = _TIMES | _OPENERS | _INTERROGATIVE | _MEASURES
    content = [word for word in words if word not in small and not word.isdigit()]
    points = any(word in _POINTING for word in words)
    if not (points or not content or words[0] in {"and", "or", "but", "also"} or _ABOUT.match(text)):
        return None
    head = before.strip().rstrip("?!. ")
    asked = text.strip().rstrip("?!. ")
    if not _HEAD.match(asked) or _ABOUT.match(asked):
        return f"{head}, {asked[:1].lower()}{asked[1:]}?"
    subject, asked = _TAIL.sub("", head), _JOINER.sub("", asked)
    asked = asked[:1].upper() + asked[1:]
    statement = None if content else _stated(subject)
    if statement:
        return f"{asked} {statement}?"
    rest = _HEAD.sub("", subject)
    return f"{asked} ({rest})?" if rest else None


def _stated(question: str) -> str | None:
    """Give a question from its verb on, its subject in place: "did Euroclear pay", "were the polls put off"."""
    found = _VERBED.match(question)
    if not found:
        return None
    verb, noun, rest = found["verb"], found["noun"].strip(), found["rest"]
    if verb.lower() in {"did", "does", "do"} or _SUBJECT.match(rest):
        return f"{verb} {rest}"
    return f"{verb} {noun} {rest}" if noun else None
