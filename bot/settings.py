"""What the deployment decides: environment (``DISPATCHBOX_…``), ``.env``, ``dispatchbox.toml``, defaults."""

from __future__ import annotations

import os
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.answer import THRESHOLD
from index.errors import DispatchBoxError
from index.models import DEFAULT

_PREFIX = "DISPATCHBOX_"
_CONFIG = "DISPATCHBOX_CONFIG"


class SettingsError(DispatchBoxError):
    """A setting cannot be read."""


class Settings(BaseSettings):
    """Every setting, each with a default that works. The environment comes first."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore")

    briefings: Path = Field(Path("briefings"), description="the folder of briefings")
    watch: bool = Field(default=True, description="index what changes in the folder of briefings while it runs")
    data: Path = Field(Path("var"), description="the folder of the database and the index; the one place written to")
    models: Path | None = Field(None, description="the folder of exported models; by default <data>/models")
    model: str = Field(DEFAULT, description="the encoder: a packaged model's name, or a folder of safetensors")
    precision: Literal["float32", "int8"] = Field("float32", description="of the exported encoder")
    threshold: float = Field(THRESHOLD, ge=0, le=1, description="the confidence below which nothing is answered")
    timezone: ZoneInfo = Field(ZoneInfo("Europe/London"), description="the local time of dates")
    today: date | None = Field(None, description="today's date, for trying and testing; by default the clock's")
    admins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="user ids that may change a channel's settings"
    )
    team_channel: str | None = Field(None, description="the id of the team's channel")
    host: str = Field("127.0.0.1", description="the address that HTTP mode listens on")
    port: int | None = Field(None, ge=0, le=65535, description="the port of HTTP mode; by default Socket Mode")
    public_url: str = Field("", description="where HTTP mode is reached from outside, for calendar addresses")
    reminder_time: time = Field(time(8, 30), description="the local time of reminders")
    follow_up_threshold: float = Field(
        0.4, ge=0, le=1, description="the score above which a new briefing is said to report on an item"
    )
    post_days: int = Field(7, ge=0, description="days after its publication that a briefing still is news to post")
    subscriptions: Path | None = Field(None, description="a file of subscriptions, besides those made in Slack")
    guests: bool = Field(default=False, description="answer guests and people of other organisations too")
    quota: int = Field(60, ge=0, description="questions in a minute from one person; 0 for no bound")
    bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN", description="the bot's token, xoxb-")
    app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN", description="Socket Mode's, xapp-")
    signing_secret: SecretStr | None = Field(
        None, validation_alias="SLACK_SIGNING_SECRET", description="HTTP mode's, to know Slack by"
    )
    api_url: str = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL", description="where Slack's Web API is"
    )
    retention_days: int = Field(30, ge=1, description="days until a question's text is erased")

    @field_validator("admins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Read a list from the environment as words between commas."""
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @field_validator("timezone", mode="before")
    @classmethod
    def _zone(cls, value: object) -> object:
        try:
            return ZoneInfo(value) if isinstance(value, str) else value
        except (KeyError, ValueError, OSError) as error:  # a folder of zones is none
            message = "no such time zone; write one such as Europe/London"
            raise ValueError(message) from error

    @property
    def models_folder(self) -> Path:
        """Where exported models lie."""
        return self.models or self.data / "models"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Put the settings file after the environment."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls, config_file())


def config_file() -> Path:
    """Name the settings file, which need not exist."""
    return Path(os.environ.get(_CONFIG, "dispatchbox.toml"))


def load(**given: Any) -> Settings:
    """Read the settings; ``given`` come before the environment. Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"{_PREFIX}{_name(one['loc'])}={one.get('input')!r}: {one['msg']}" for one in error.errors())
        message = f"{wrong}; correct it in the environment, .env or {config_file()}"
        raise SettingsError(message) from error
    except (OSError, ValueError) as error:
        message = f"{config_file()}: {error}; correct the file"
        raise SettingsError(message) from error


def _name(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place).upper()
