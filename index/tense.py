"""What a sentence says of a time in it: that something is to happen then, or has happened; pure.

The verb that governs a time is the nearest before it in its clause, else the nearest after it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Tense(StrEnum):
    """How the governing verb stands to its time.

    AHEAD: it is to happen. ASKED: it was promised, asked for or fixed, then or for then. BEHIND: it has
    happened. LAPSED: it was to happen. WISHED: somebody wants it, or it could be. UNSURE: it is or was to
    happen, as in "the report due in May". NONE: no verb tells.
    """

    AHEAD = "ahead"
    ASKED = "asked"
    BEHIND = "behind"
    LAPSED = "lapsed"
    WISHED = "wished"
    UNSURE = "unsure"
    NONE = "none"


_ADVERB = r"(?:\s+(?:\w+ly|also|already|now|still|not|never|yet|since|first|only|all|both|once|then|himself|herself))*"
# What follows "will" or "is due" belongs to it: "will now be published", "due to be laid".
_REST = rf"(?:{_ADVERB}(?:\s+to)?(?:{_ADVERB}\s+be)?{_ADVERB}\s+(?!{{stop}})[a-z]+)?".replace(
    "{stop}", r"(?:to|on|in|by|from|before|after|until|at|next|this|later|around|within|for|the|a|an)\b"
)
_PLANNED = r"(?:due|expected|scheduled|timetabled|slated|pencilled|listed|planned|intended|booked|earmarked|meant|supposed|set\s+(?:to|for|down)|likely|about\s+to|poised|to)\b"
_ASKED = r"(?:ask|promis|pledg|request|requir|oblig|invit|order|instruct|direct|commission|committ|deferr|agree|decid|propos|announc|vow|undertak|fix|slipp|mov|push|shift|postpon|delay|extend|defer|bring)(?:e?d)|told|given|gave|chosen|undertaken|brought\s+forward|put\s+(?:back|off)"
_WHEN = r"(?:to|in|on|by|before|next|this|later|around|about|within|from|for|until|at|during|early|mid|late|not|no|only|as)\b"
_SCHEDULED = (
    r"opens|closes|begins?|starts|ends|expires?|takes?\s+(?:effect|place|over|up)|comes?\s+(?:on|into|up\s+for|before|off)|enters?\s+into|meets?|resumes?|reconvenes?"
    r"|runs?\s+(?:until|to|from|for|out)|falls?\s+(?:on|due)|go(?:es)?\s+(?:to|before|live|into|up|down)|(?:end|close|open|rise|reopen)\s+(?=(?:on|from|at|in|by|next)\b)|lapses?|ceases?|appl(?:y|ies)|faces?|arrives?|convenes?|kicks?\s+off|concludes?|publishes"
    r"|(?:votes|debates|sits|reports)\s+(?:on|next|again|by|within|later|back)|(?:parliament|house|commons|lords|bill|committee|court|mps|peers|talks)\s+(?:now\s+|then\s+|next\s+)?(?:returns?|reports|hears|considers?|debates?|votes?|sits?)|rises?\s+(?:for|on)|returns?\s+on|hosts|holds|stands?\s+down"
    r"|moves\s+to|points?\s+(?:now\s+)?(?=to\b)|keeps?|extends|brings|commits?|looms|closing(?!\s+da)|opening|beginning|starting|ending|expiring|finishing|running|lasting|concluding|resuming|nominating|facing"
    r"|follows?\s+(?=(?:on|in|by|later|next|within)\b)|(?:joins?|transfers?)\s+(?=(?:(?:the|a)\s+\w+\s+)?(?:on|in|from|by|later|next|within)\b)|(?:requires?|obliges?|binds|instructs)(?=\s[^.;:]*\sto\s)|gives?\b(?=[^.;:]*\b(?:until|to\s+[a-z]+\b[^.;:]*\bby)\b)|(?:new|revised|fresh|later|earlier|start|starting|opening)\s+(?:date|deadline)\s+of|taking\s+(?:effect|place|over)|coming\s+(?:into|up)|entering\s+into|in\s+(?:force|place)|target\s+(?:date|of)"
)
_WISHED = (
    r"wants?|wanted|hopes?|hoped|urge[sd]?|demand(?:s|ed)?|call(?:s|ed)?\s+(?:for|on)|recommended|suggests?|suggested|asks|recommends|pressed\s+for|argues?"
    r"|(?:could|might)(?:\s+(?:be|still|yet|also|not))*(?:\s+(?:put\s+(?:off|back)|\w+(?:ed|en)\b))?"
)
_IRREGULAR = (
    r"fell|rose|grew|said|told|met|made|took|gave|went|came|began|held|left|lost|won|kept|saw|became|brought|found|sent|spoke|wrote|broke|stood|got|did"
    r"|drew|shut|built|bought|caught|chose|fought|felt|heard|laid|paid|ran|sought|sold|spent|thought|withdrew|struck|swore|overtook|led|drove|threw|sat|understood|ended|put"
    r"|broken|begun|withdrawn"
)
_NOT_PAST = r"(?!need|indeed|speed|proceed|exceed|succeed|feed|seed|hundred|united|limited|breed|un\w+ed)"
# "the related package": what follows an article is no verb.
_NOT_ADJECTIVE = "".join(rf"(?<!\b{word}\s)" for word in "the a an its their his her any this of new more no".split())
_VERB = re.compile(
    r"\b(?:"
    rf"(?P<lapsed>(?:once|originally|initially|previously)\s+(?:{_PLANNED}|{_ASKED})|had\s+been{_ADVERB}\s+(?:{_ASKED})|(?:was|were|had\s+been|had){_ADVERB}\s+(?:{_PLANNED}|hoping|aiming|hoped|forecast|projected|working|both\b|the\b|an?\b){_REST}|would{_ADVERB}\s+have|(?:should|could|might|may|must){_ADVERB}\s+have)"
    rf"|(?P<ahead>(?:has|have)(?:\s+been)?\s+(?:slipped|moved|pushed\s+back|put\s+(?:off|back)|postponed|delayed|deferred|extended|brought\s+forward)(?=\s+(?:to|until)\b)|(?:(?:will|shall|would|should|must|cannot|can|(?-i:may)|needs?){_REST}|(?:has|have)\s+(?:until|to\b|(?:\w+\s+)?(?:days|weeks|months)\s+to)|(?:has|have)\s+(?=(?:the|a|an|its|their|his|her|mps|peers)\b))"
    rf"|(?:is|are|remains?){_ADVERB}\s+{_PLANNED}{_REST}|(?:is|are|remains?|stays?){_ADVERB}\s+(?:open|closed|in\s+force|available|suspended|frozen|on\s+(?:hold|track|course))|(?:plans?|aims?|intends?|expects?|pledges?|promises|proposes|proposing|seeks|prepares|preparing|expecting|(?:intention|aim|plan|deadline)\s+is)\b|{_SCHEDULED})"
    rf"|(?P<asked>(?:was|were|(?:has|have)(?:{_ADVERB}\s+been)?){_ADVERB}\s+(?:{_ASKED})|{_ASKED}|fixing|setting|promising|(?:has|have){_ADVERB}\s+(?:set|said|published|laid|confirmed|given|made|\w+ed))"
    rf"|(?P<unsure>(?:due|expected|scheduled|timetabled|slated|pencilled(?:\s+in)?|planned|intended|booked|earmarked|meant|set)(?:\s+to{_REST}|\s+(?={_WHEN}))|(?:to{_ADVERB}\s+)?be\s+[a-z]+|upcoming|forthcoming|listed\s+(?=(?:for|from|on|to)\b)|(?:deadline|closing\s+date|closing\s+day)\b)"
    rf"|(?P<wished>{_WISHED})"
    rf"|(?P<behind>was|were|had|has|have|having|been|since|did|to\s+have\s+\w+(?:ed|en)|{_IRREGULAR}|(?<!\bto\s)follows?(?=\s+(?:the|an?|his|her|its|their|last|from)\b)|{_NOT_ADJECTIVE}{_NOT_PAST}(?-i:[a-z]{{2,}}ed))"
    r")\b",
    re.IGNORECASE,
)
_EDGE = re.compile(
    r"[;:()–—“”\"]|\bthat\b|,\s+(?:(?:for|on|of|in|by|to|with|after|under)\s+)?(?:which|whom|whose|who|where|when|while|whereas|although|though|but|because|after|as|so|if|unless)\b|\b(?:but|while|whereas|although|though|unless)\b|,\s+(?=(?:will|is|are|has|have|was|were|would|must|may)\b)",
    re.IGNORECASE,
)


def verbs(sentence: str) -> list[tuple[int, int, Tense]]:
    """Find the verbs, and other words, that tell a tense: (start, end, tense), in order."""
    return [(one.start(), one.end(), Tense(str(one.lastgroup))) for one in _VERB.finditer(sentence)]


def edges(sentence: str) -> list[int]:
    """Find where clauses begin and end."""
    return [0, *(one.start() for one in _EDGE.finditer(sentence)), len(sentence)]


def tense(start: int, end: int, found: Sequence[tuple[int, int, Tense]], cuts: Sequence[int]) -> tuple[Tense, bool]:
    """Tell what governs the words from start to end, and whether it stands before them.

    ``found`` are the ``verbs`` and ``cuts`` the ``edges`` of their sentence.
    """
    opens = max(cut for cut in cuts if cut <= start)
    closes = min(cut for cut in cuts if cut >= end)
    before = [kind for first, last, kind in found if opens <= first < (end if kind is Tense.AHEAD else start)]
    after = [kind for first, last, kind in found if end <= first and last <= closes]
    return (before[-1], True) if before else (after[0], False) if after else (Tense.NONE, False)
