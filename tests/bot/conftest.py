"""A world for each test, on one index."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from index.build import build
from index.encode import OnnxEncoder
from index.models import DEFAULT, folder_of
from index.parse import read_folder
from index.search import Searcher
from tests.bot.world import World, write
from tests.conftest import LONDON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def encoder(models: Path) -> OnnxEncoder:
    return OnnxEncoder.open(folder_of(models, DEFAULT, "float32"))


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Path:
    """The data folder of an index of the world's briefings."""
    place = tmp_path_factory.mktemp("papers")
    write(place / "briefings")
    build(place, partial(read_folder, place / "briefings", LONDON), encoder, datetime.now(UTC))
    return place


@pytest.fixture
def make(papers: Path, encoder: OnnxEncoder, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds, and ends them."""
    made: list[World] = []

    def new(**settings: Any) -> World:
        searcher = settings.pop("searcher", None) or Searcher.open(papers, encoder, lambda _: None)
        made.append(World(tmp_path / f"data{len(made)}", searcher, **settings))
        return made[-1]

    yield new
    for world in made:
        world.close()


@pytest.fixture(params=["socket", "http"])
def world(request: pytest.FixtureRequest, make: Callable[..., World]) -> World:
    return make(http=request.param == "http")
