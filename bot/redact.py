"""Log records → log records that give no secret away, tracebacks and other libraries' included."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import SecretStr

_SECRET = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?i:bearer )\S+|https://hooks\.slack\.com/\S+|ticket=[\w-]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class _Redacting(logging.Formatter):
    """Takes secrets out of a record's whole text, and keeps it on its own lines."""

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        text = _SECRET.sub("(secret)", self._inner.format(record))
        for secret in self._secrets:
            text = text.replace(secret, "(secret)")
        return _CONTROL.sub(" ", text).replace("\n", "\n  ")


def hush(logger: logging.Logger, secrets: Iterable[SecretStr | None]) -> None:
    """Make a logger's handlers give no secret away, and keep the SDK from logging what people write."""
    words = tuple(one.get_secret_value() for one in secrets if one and one.get_secret_value())
    for handler in logger.handlers:
        handler.setFormatter(_Redacting(handler.formatter or logging.Formatter(), words))
    for name in ("slack_bolt", "slack_sdk", "waitress"):
        logging.getLogger(name).setLevel(logging.WARNING)
