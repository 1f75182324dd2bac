"""What the README says stands: every setting, every command, every option of theirs."""

from __future__ import annotations

import argparse
import re

import pytest

from bot.cli import grammar
from bot.settings import Settings, SettingsError, load
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PARSERS = next(a for a in grammar()._actions if isinstance(a, argparse._SubParsersAction)).choices


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_stands_in_the_readme_with_its_default(name: str) -> None:
    variable = Settings.model_fields[name].validation_alias or f"DISPATCHBOX_{name.upper()}"
    row = re.search(rf"^\| `{variable}` \| (.+?) \|", README, re.MULTILINE)
    assert row, f"{variable} has no row of its own"
    default = Settings.model_fields[name].default
    if isinstance(default, (str, int, float)) and not isinstance(default, bool):
        assert str(default) in row[1]


@pytest.mark.parametrize("name", sorted(PARSERS))
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert re.search(rf"`dispatchbox {name}\b", README)


def test_every_option_stands_in_the_readme() -> None:
    options = {o for parser in PARSERS.values() for action in parser._actions for o in action.option_strings}
    assert {option for option in options - {"-h", "--help"} if option not in README} == set()


def test_every_room_is_told_of_nowhere_else_than_it_is() -> None:
    named = set(re.findall(r"`((?:index|bot|tests|briefings)/[\w/.-]+)`", README))
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("THRESHOLD", "2"),
        ("TIMEZONE", "Mars/Base"),
        ("TIMEZONE", "America"),
        ("TODAY", "soon"),
        ("PRECISION", "int4"),
        ("PORT", "x"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(f"DISPATCHBOX_{variable}", value)
    with pytest.raises(SettingsError, match=rf"DISPATCHBOX_{variable}.*{value}.*correct it"):
        load()


def test_the_environment_comes_before_dotenv_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dispatchbox.toml").write_text('data = "c"\nmodel = "c"\nadmins = ["U1", "U2"]\nbriefings = "c"\n')
    (tmp_path / ".env").write_text("DISPATCHBOX_DATA=b\nDISPATCHBOX_MODEL=b\n")
    monkeypatch.setenv("DISPATCHBOX_DATA", "a")
    found = load()
    assert (str(found.data), found.model, str(found.briefings), found.admins) == ("a", "b", "c", ("U1", "U2"))
