"""The message shortcut: that message's text becomes the question, answered to the one who asked."""

from __future__ import annotations

from bot.listeners.questions import asked

SHORTCUTS = {"ask_briefings": asked}
