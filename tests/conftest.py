"""What several tests need."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from index.models import DEFAULT, ensure

ROOT = Path(__file__).parent.parent
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the real model's export, made once.

    TEST_MODELS names a folder to keep it in between runs; it is checked against its sums as ever.
    """
    kept = os.environ.get("TEST_MODELS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("models")
    ensure(folder, DEFAULT, "float32")
    return folder


@pytest.fixture
def briefings(tmp_path: Path) -> Path:
    """An empty folder for briefings."""
    folder = tmp_path / "briefings"
    folder.mkdir()
    return folder
