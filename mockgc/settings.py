"""What an emulator is started with. Frozen; read from the environment where a name is given."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mockgc.clock import FIRST_YEAR, LAST_YEAR

_TOKEN_CHARACTERS_MIN = 8


def _file_or_url(value: Any) -> Any:
    """A file, or a PostgreSQL URL, which may hold a password and is never shown."""
    if not isinstance(value, str):
        return value
    scheme, mark, _ = value.partition("://")
    if not value:
        raise ValueError("data is a file or a URL that begins with postgresql://; leave it out to keep state in memory")
    if not mark:
        return Path(value)
    if scheme not in ("postgresql", "postgres"):
        raise ValueError(f"data is a file or a URL that begins with postgresql://, not with {scheme[:20]}://")
    return SecretStr(value)


def _within_the_calendar(moment: datetime) -> datetime:
    """In UTC; a day off either end, whatever the offset, so that UTC is within too."""
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(f"freeze {moment.isoformat()} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


def _sendable(token: SecretStr) -> SecretStr:
    """A token that a header can carry, whatever the client; it is not shown."""
    value = token.get_secret_value()
    if len(value) < _TOKEN_CHARACTERS_MIN or not all("!" <= character <= "~" for character in value):
        raise ValueError(
            f"a token has {_TOKEN_CHARACTERS_MIN} or more characters: ASCII letters, digits, signs, no space"
        )
    return token


class Settings(BaseSettings):
    """
    Settings of one emulator.

    Each field may come from the environment as `MOCKGC_` and its name in capitals. Credentials are never shown.
    """

    model_config = SettingsConfigDict(env_prefix="MOCKGC_", frozen=True, extra="forbid", hide_input_in_errors=True)

    seed: int | None = Field(default=None, description="Ids, secrets and tokens derive from it; random when not given.")
    freeze: Annotated[AwareDatetime, AfterValidator(_within_the_calendar)] | None = Field(
        default=None, description="The instant at which the emulator's clock stands still."
    )
    data: Annotated[Path | SecretStr | None, BeforeValidator(_file_or_url)] = Field(
        default=None,
        description="What keeps all state: an SQLite file, or a `postgresql://…` URL; in memory when not given.",
    )
    strict: bool = Field(
        default=False, description="Refuse operations without behaviour (501), and unknown fields (400)."
    )
    quotas: bool = Field(default=True, description="Whether the published request quotas hold.")
    conduct: str | None = Field(
        default=None, description="A profile of faults, quotas and switches: a bundled name or a YAML file."
    )
    client_id: str | None = Field(default=None, min_length=1, description="Id of the first client; else made up.")
    client_secret: SecretStr | None = Field(default=None, description="Its secret; else made up and printed once.")
    admin_token: Annotated[SecretStr, AfterValidator(_sendable)] | None = Field(
        default=None, description="Asked of the control API and console as bearer token."
    )
    local_only: bool = Field(
        default=False, description="Refuse a Host that is not this machine in the control API; `mockgc serve` sets it."
    )
    notifications_port: int | None = Field(
        default=None, ge=0, le=65535, description="Where `mockgc serve` takes WebSockets; 0 or none takes a free port."
    )
    notifications_host: str = Field(
        default="127.0.0.1", description="The address of that port; `mockgc serve` sets it to its own."
    )
    journal_entries_max: int = Field(
        default=10_000, ge=1, description="Requests kept per organisation; older ones are dropped."
    )

    @model_validator(mode="after")
    def _credentials_come_as_a_pair(self) -> Settings:
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("MOCKGC_CLIENT_ID and MOCKGC_CLIENT_SECRET go together: set both or neither")
        return self
