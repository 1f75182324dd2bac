"""YAML front matter → plain fields; alone imports yaml.

Front matter is outside text: strings, lists and maps are built from it and nothing else, every scalar
as it is written ("no" is a word, 1.20 keeps its nought), without aliases, anchors or tags.
"""

from __future__ import annotations

import re

import yaml

from index.errors import BriefingError

_MAX_FRONT = 64 * 1024  # characters of front matter
_MAX_DEPTH = 4  # lists and maps within one another
_FENCE = re.compile(r"(?:---|\.\.\.)[ \t]*$")


def read_front(text: str, file: str) -> tuple[dict[str, object] | None, int]:
    """Read the YAML front matter: its fields, and where the body begins; None where there is none."""
    lines = text.split("\n", 1)[0]
    if lines.rstrip() != "---":
        return None, 0
    at = len(lines) + 1
    begin = at
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if _FENCE.match(text[at:end]):
            return _yaml(text[begin:at], file), min(end + 1, len(text))
        at = end + 1
    raise BriefingError(file, 1, "the front matter has no closing '---'; add one before the text")


def _yaml(text: str, file: str) -> dict[str, object]:
    """Parse front matter: plain maps, lists and strings only, every scalar kept as it is written."""
    if len(text) > _MAX_FRONT:
        raise BriefingError(file, 1, f"front matter longer than {_MAX_FRONT:,} characters; shorten it")
    try:
        _refuse_tricks(text, file)
        fields = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a BaseLoader: strings, lists and maps
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        problem = error.problem or "cannot be read"
        raise BriefingError(file, line, f"YAML does not parse: {problem}; quote values that hold ':' or '#'") from error
    except yaml.YAMLError as error:
        raise BriefingError(file, 1, "YAML does not parse; keep to 'key: value' lines") from error
    if fields in (None, ""):
        return {}
    if not isinstance(fields, dict) or not all(isinstance(key, str) for key in fields):
        raise BriefingError(file, 2, "YAML does not parse as 'key: value' lines; write them so")
    return fields


def _refuse_tricks(text: str, file: str) -> None:
    """Refuse aliases, anchors, tags and deep nesting before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        line = event.start_mark.line + 2 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BriefingError(file, line, "YAML aliases and anchors are not read; write the value out")
        if tag := getattr(event, "tag", None):
            raise BriefingError(file, line, f"YAML tag {tag!r} is not read; write a plain value")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise BriefingError(file, line, "YAML nested too deep; keep to 'key: value' lines and simple lists")


class _StrictLoader(yaml.BaseLoader):
    """PyYAML's BaseLoader, which builds strings, lists and maps only, refusing a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[object] = set()
        for key, _ in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                raise yaml.constructor.ConstructorError(None, None, "a key that is no word", key.start_mark)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {name!r} given twice", key.start_mark)
            seen.add(name)
        return dict(super().construct_mapping(node, deep=deep))
