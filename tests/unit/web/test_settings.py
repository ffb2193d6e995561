"""Settings: what the environment must hold, and the sentence for each thing that is wrong."""

import os

import pytest

from web.settings import DEMO_SECRET, Settings, SettingsError, read_settings

GOOD = {
    "PARAAT_DATABASE_URL": "sqlite:///var/real.db",
    "PARAAT_SECRET": "0123456789abcdef0123456789abcdef",
    "PARAAT_ADDRESS": "https://paraat.example.org",
}
DATABASES = "sqlite:///path/to/file.db or postgresql://user:password@host/name"
ADDRESSES = "an address without path, such as https://paraat.example.org"
SECRETS = "at least 32 signs that nobody can guess, such as `openssl rand -hex 32` prints"
STORES = "a folder such as /srv/paraat/media, or the address of a store such as s3://bucket/folder"
MAILS = "smtp://host:port or smtps://user:password@host:port"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("PARAAT_")]:
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_settings_have_defaults_for_all_but_three() -> None:
    settings = read_settings()

    assert settings.model_dump(exclude={"secret"}) == {
        "database_url": "sqlite:///var/real.db",
        "address": "https://paraat.example.org",
        "mail": "",
        "media_store": "var/media",
        "demo": False,
        "forwarded_allow_ips": "127.0.0.1",
        "log_level": "info",
    }
    assert settings.secret.get_secret_value() == GOOD["PARAAT_SECRET"]


@pytest.mark.parametrize(
    ("database", "store", "place"),
    [
        ("sqlite:////srv/paraat/paraat.db", "", "/srv/paraat/media"),
        ("sqlite://", "", "var/media"),
        ("postgresql://user:password@host/name", "", "var/media"),
        ("sqlite:////srv/paraat/paraat.db", "/mnt/media", "/mnt/media"),
        ("sqlite:////srv/paraat/paraat.db", "memory://media", "memory://media"),
    ],
)
def test_media_lie_beside_the_database_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, database: str, store: str, place: str
) -> None:
    monkeypatch.setenv("PARAAT_DATABASE_URL", database)
    monkeypatch.setenv("PARAAT_MEDIA_STORE", store)

    assert read_settings().media_store == place


def test_settings_name_every_missing_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name)

    with pytest.raises(SettingsError) as refusal:
        read_settings()

    assert str(refusal.value).splitlines() == [f"{name} is not set." for name in GOOD]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PARAAT_DATABASE_URL", "", f"PARAAT_DATABASE_URL: {DATABASES}."),
        ("PARAAT_DATABASE_URL", "no url", f"PARAAT_DATABASE_URL: {DATABASES}."),
        ("PARAAT_DATABASE_URL", "mysql://localhost/x", f"PARAAT_DATABASE_URL: {DATABASES}."),
        ("PARAAT_ADDRESS", "paraat.example.org", f"PARAAT_ADDRESS: {ADDRESSES}."),
        ("PARAAT_ADDRESS", "ftp://paraat.example.org", f"PARAAT_ADDRESS: {ADDRESSES}."),
        ("PARAAT_ADDRESS", "https://paraat.example.org/app", f"PARAAT_ADDRESS: {ADDRESSES}."),
        ("PARAAT_MAIL", "localhost:25", f"PARAAT_MAIL: {MAILS}."),
        ("PARAAT_MEDIA_STORE", "nothing://bucket", f"PARAAT_MEDIA_STORE: {STORES}."),
        ("PARAAT_SECRET", "short", f"PARAAT_SECRET: {SECRETS}."),
        ("PARAAT_SECRET", "x" * 31, f"PARAAT_SECRET: {SECRETS}."),
        ("PARAAT_SECRET", DEMO_SECRET, "PARAAT_SECRET is the demonstration's: make one of your own."),
        ("PARAAT_LOG_LEVEL", "loud", "PARAAT_LOG_LEVEL: Input should be 'debug', 'info', 'warning' or 'error'."),
    ],
)
def test_settings_refuse_a_wrong_value_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refusal:
        read_settings()

    assert str(refusal.value) == sentence


def test_settings_refusal_tells_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_SECRET", "hush-hush")
    monkeypatch.setenv("PARAAT_DATABASE_URL", "mysql://user:hush-hush@localhost/x")

    with pytest.raises(SettingsError) as refusal:
        read_settings()

    assert "hush-hush" not in f"{refusal.value!r}{refusal.value.__cause__!r}"


def test_settings_representation_tells_no_secret() -> None:
    settings = read_settings()

    assert GOOD["PARAAT_SECRET"] not in repr(settings)


@pytest.mark.parametrize("typed", ["https://paraat.example.org/", "https://paraat.example.org"])
def test_address_is_kept_without_slash(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setenv("PARAAT_ADDRESS", typed)

    settings = read_settings()

    assert settings.address == "https://paraat.example.org"


def test_demonstration_may_have_the_demo_secret_on_loopback_only() -> None:
    here = Settings(database_url="sqlite://", secret=DEMO_SECRET, address="http://127.0.0.1:8000", demo=True)

    with pytest.raises(ValueError, match=r"its address must be 127\.0\.0\.1"):
        Settings(database_url="sqlite://", secret=DEMO_SECRET, address="https://paraat.example.org", demo=True)

    assert here.demo
