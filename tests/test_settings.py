"""The environment becomes settings; what cannot be used is said in one line that names the variable and never shows its value."""

from pathlib import Path

import pytest

from graph.settings import PROJECT, Settings, SettingsError, read_settings

URL = "postgresql://somebody:hunter2@127.0.0.1:1/graph"


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    settings = read_settings()
    assert (settings.host, settings.port, settings.is_embedded) == ("127.0.0.1", 8000, True)
    assert settings.data_dir == PROJECT / ".data" or settings.data_dir.is_relative_to("/var/lib/partner-graph")
    assert settings.cursor_secret == "", "a secret has no default"


def test_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PORT": "0", "DATA_DIR": "here", "ALLOWED_HOSTS": "a.example, b.example,", "INTROSPECTION": "no"}.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert (settings.port, settings.data_dir, settings.introspection) == (0, Path.cwd() / "here", False)
    assert settings.allowed_hosts == {"a.example", "b.example"}


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": URL, "MIGRATION_URL": URL, "CURSOR_SECRET": "k" * 32}.items():
        monkeypatch.setenv(name, value)
    shown = repr(read_settings())
    assert "hunter2" not in shown
    assert "kkk" not in shown


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "hunter2"}, ["PORT"]),
        ({"PORT": "65536"}, ["PORT", "65535"]),
        ({"POOL_SIZE": "0"}, ["POOL_SIZE"]),
        ({"DATABASE_URL": URL}, ["without MIGRATION_URL", "both"]),
        ({"MIGRATION_URL": URL}, ["without DATABASE_URL", "both"]),
        ({"CURSOR_SECRET": "hunter2"}, ["CURSOR_SECRET", "32 characters"]),
    ],
)
def test_what_cannot_be_used(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: list[str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    message = str(refused.value)
    assert all(word in message for word in words), message
    assert "hunter2" not in message
    assert "\n" not in message
