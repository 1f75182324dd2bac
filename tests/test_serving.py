"""The serving set alone, as the Dockerfile installs it: index on a changed folder, ask, check."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.local.server import Workspace
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BIN = ROOT / ".venv-serving" / "bin"
pytestmark = pytest.mark.skipif(not (BIN / "dispatchbox").is_file(), reason="no .venv-serving; run make test")


def run(place: Path, models: Path, *arguments: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "DISPATCHBOX_MODELS": str(models),
        "DISPATCHBOX_DATA": str(place / "data"),
        "DISPATCHBOX_BRIEFINGS": str(place / "briefings"),
    }
    command = [BIN / "dispatchbox", *arguments]
    done = subprocess.run(command, env=environment, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_served_is_the_serving_set_alone() -> None:
    heavy = "torch", "transformers", "sentence_transformers"
    script = f"import importlib.util as u; print([n for n in {heavy} if u.find_spec(n)])"
    assert subprocess.run([BIN / "python", "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_changed_folder_is_indexed_and_asked_with_models_read_only(
    briefings: Path, tmp_path: Path, models: Path
) -> None:
    (briefings / "a.md").write_text("---\ntitle: Port levy\npublished: 2026-01-05\n---\nThe levy is £12 a container.\n")
    assert json.loads(run(tmp_path, models, "index", "--json"))["added"] == 1
    (briefings / "b.md").write_text("---\ntitle: Eel trade\npublished: 2026-01-06\n---\nElver exports end on 3 May.\n")
    assert json.loads(run(tmp_path, models, "index", "--json"))["unchanged"] == 1
    found = json.loads(run(tmp_path, models, "ask", "How much is the port levy a container?", "--json"))
    assert (found["status"], found["highlight"]) == ("answered", "£12")
    assert "wrong" not in run(tmp_path, models, "check")
    assert not [path for path in models.rglob("*") if path.stat().st_mtime > (briefings / "a.md").stat().st_mtime]


def test_the_bot_runs_on_the_serving_set_alone(briefings: Path, tmp_path: Path, models: Path) -> None:
    (briefings / "a.md").write_text("---\ntitle: Port levy\npublished: 2026-01-05\n---\nThe levy is £12 a container.\n")
    run(tmp_path, models, "index")
    workspace = Workspace().start()
    environment = {"PATH": os.environ["PATH"], "DISPATCHBOX_MODELS": str(models), **workspace.environment()}
    command = [BIN / "dispatchbox", "run", "--data", tmp_path / "data"]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as bot:
        assert bot.stderr
        assert any(line == "dispatchbox: ready\n" for line in bot.stderr)
        bot.terminate()
        bot.communicate(timeout=15)
    workspace.stop()
    assert bot.returncode == 0


def test_the_dockerfile_copies_what_is_there_and_ends_as_nobody() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    last = lines[max(at for at, line in enumerate(lines) if line.startswith("FROM ")) :]
    users = [line for line in last if line.startswith("USER ")]
    assert users == ["USER dispatchbox"]
    assert not any("torch" in line or "[export]" in line for line in last)
    assert not (ROOT / "Dockerfile").stat().st_mode & stat.S_IXUSR
