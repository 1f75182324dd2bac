"""``index`` killed at every door: the old index answers or the new one, nothing else."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import ROOT
from tests.index.test_index import ask, index, write

if TYPE_CHECKING:
    from pathlib import Path

# Runs one build and kills itself, as kill -9 would, before or after the n-th door it goes through.
KILLED = """
import os, pathlib, signal, sqlite3, sys
from tests.index.test_index import index

left = int(sys.argv[3])

def door(call):
    def through(*given, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        found = call(*given, **named)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    return through

class Connection(sqlite3.Connection):
    def execute(self, sql, *given):
        call = super().execute
        return (door(call) if sql.split()[0].upper() in {"COMMIT", "DELETE"} else call)(sql, *given)

connect = sqlite3.connect
sqlite3.connect = lambda *given, **named: connect(*given, factory=Connection, **named)
os.fsync = door(os.fsync)
pathlib.Path.rename = door(pathlib.Path.rename)
pathlib.Path.replace = door(pathlib.Path.replace)
index(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
"""


def test_killed_at_any_door_the_index_answers_as_before_or_as_after(briefings: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    write(briefings, "steel", "Tariffs on steel stay at 10 per cent.")
    write(briefings, "fares", "Rail fares rise in March.")
    index(briefings, data)
    before = ask(data, "steel tariffs")
    write(briefings, "steel", "Tariffs on steel go to 25 per cent.")
    index(briefings, tmp_path / "other")
    after = ask(tmp_path / "other", "steel tariffs")
    assert before != after
    seen = []
    for point in range(1, 100):
        write(briefings, "steel", "Tariffs on steel stay at 10 per cent.")
        index(briefings, data)
        write(briefings, "steel", "Tariffs on steel go to 25 per cent.")
        command = [sys.executable, "-c", KILLED, str(briefings), str(data), str(point)]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        found = ask(data, "steel tariffs")
        assert found in (before, after)
        seen.append(found == after)
        index(briefings, data)
        assert ask(data, "steel tariffs") == after
        if done.returncode == 0:
            break
    assert len(seen) > 20
    assert done.returncode == 0
    assert seen == sorted(seen)  # once the change is visible it stays
