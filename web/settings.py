"""The settings, read once from the environment and checked before anything is served."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DEMO_SECRET = "demonstration-on-loopback-only-not-a-secret"  # noqa: S105 (it says so itself, and `serve` refuses it)
SECRET_LENGTH = 32


class SettingsError(Exception):
    """The environment does not hold what is needed; the message names each variable and what it wants."""


def _database(url: str) -> str:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        message = "sqlite:///path/to/file.db or postgresql://user:password@host/name"
        raise ValueError(message)
    return url


def _secret(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SECRET_LENGTH:
        message = f"at least {SECRET_LENGTH} signs that nobody can guess, such as `openssl rand -hex 32` prints"
        raise ValueError(message)
    return secret


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        message = "an address without path, such as https://paraat.example.org"
        raise ValueError(message)
    return f"{parts.scheme}://{parts.netloc}"


def _media_store(place: str) -> str:
    message = "a folder such as /srv/paraat/media, or the address of a store such as s3://bucket/folder"
    if "://" in place:
        from fsspec import get_filesystem_class  # type: ignore[import-untyped] # noqa: PLC0415 (a folder does without it)

        try:
            get_filesystem_class(urlsplit(place).scheme)
        except ValueError as fault:
            raise ValueError(message) from fault
        except ImportError as fault:
            # fsspec says itself which package is missing.
            raise ValueError(str(fault)) from fault
    return place


def _mail(url: str) -> str:
    if url and (urlsplit(url).scheme not in ("smtp", "smtps") or not urlsplit(url).hostname):
        message = "smtp://host:port or smtps://user:password@host:port"
        raise ValueError(message)
    return url


class Settings(BaseSettings):
    """What the person who runs Paraat decides; each is `PARAAT_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="PARAAT_", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_database)]
    """SQLite file or PostgreSQL server."""
    secret: Annotated[SecretStr, AfterValidator(_secret)]
    """Signs cookies and makes candidate codes: at least 32 signs, and kept, or every printed code is void."""
    address: Annotated[str, AfterValidator(_address)]
    """What people type: it stands on code sheets and in share links."""
    mail: Annotated[str, AfterValidator(_mail)] = ""
    """SMTP server; empty: no mail is sent, links are shown on the screen."""
    media_store: Annotated[str, AfterValidator(_media_store)] = ""
    """Folder for pictures and sound, or the address of a store that fsspec knows; empty: `media` beside an SQLite file."""
    demo: bool = False
    """True only for `paraat demo`."""
    forwarded_allow_ips: str = "127.0.0.1"
    """Proxies whose X-Forwarded-For is believed."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _keep_media_beside_the_database(self) -> "Settings":
        file = make_url(self.database_url).database or ""
        if not self.media_store:
            is_file = self.database_url.startswith("sqlite") and file not in ("", ":memory:")
            self.media_store = str((Path(file).parent if is_file else Path("var")) / "media")
        return self

    @model_validator(mode="after")
    def _refuse_demo_values(self) -> "Settings":
        if self.demo:
            if urlsplit(self.address).hostname not in ("127.0.0.1", "localhost", "::1"):
                message = "a demonstration is for this machine only: its address must be 127.0.0.1"
                raise ValueError(message)
            return self
        if self.secret.get_secret_value() == DEMO_SECRET:
            message = "PARAAT_SECRET is the demonstration's: make one of your own"
            raise ValueError(message)
        return self


def read_settings() -> Settings:
    """Return the settings of the environment; raises SettingsError with a sentence for each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(problem) for problem in error.errors())) from None


def _sentence(problem: ErrorDetails) -> str:
    name = "".join(f"PARAAT_{part}".upper() for part in problem["loc"][:1])
    if problem["type"] == "missing":
        return f"{name} is not set."
    return (
        f"{name}: {problem['msg'].removeprefix('Value error, ')}."
        if name
        else problem["msg"].removeprefix("Value error, ") + "."
    )
