"""Settings, their page and their example say the same, and a secret can stand in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders import documenting
from reminders.documenting import ROOT, example_file, settings_page, variable
from reminders.exceptions import SettingsRejected
from reminders.settings import SECRETS, Settings, load_settings

NAMES = sorted(Settings.model_fields)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a .env, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(variable(name), raising=False)
        monkeypatch.delenv(f"{variable(name)}_FILE", raising=False)
    return tmp_path


@pytest.mark.parametrize(("place", "text"), list(documenting.pages()), ids=lambda part: part[:16])
def test_the_committed_page_is_what_the_settings_say(place: str, text: str) -> None:
    assert (ROOT / place).read_text(encoding="utf-8") == text, "run python -m reminders.documenting"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_has_a_sentence_and_stands_on_both_pages(name: str) -> None:
    assert (Settings.model_fields[name].description or "").endswith("."), f"{name} has no sentence"
    assert f"`{variable(name)}`" in settings_page()
    assert f"\n#{variable(name)}=" in example_file()


def test_every_secret_is_documented_with_its_file() -> None:
    for name in SECRETS:
        assert f"`{variable(name)}_FILE`" in settings_page()
        assert f"#{variable(name)}_FILE=" in example_file()


def test_the_example_with_every_mark_removed_starts_with_the_defaults(elsewhere: Path) -> None:
    lines = [line.removeprefix("#") for line in example_file().splitlines() if line.startswith("#CUIBAN_")]
    (elsewhere / ".env").write_text("\n".join(lines), encoding="utf-8")
    read = load_settings()
    assert read == Settings.model_construct(**{n: f.default for n, f in Settings.model_fields.items()})


def test_a_secret_is_read_from_the_file_that_dot_env_names(elsewhere: Path) -> None:
    (elsewhere / "password").write_text("open sesame\n", encoding="utf-8")
    (elsewhere / ".env").write_text("CUIBAN_SMTP_PASSWORD_FILE=password\n", encoding="utf-8")
    assert load_settings().smtp_password.get_secret_value() == "open sesame"


def test_the_environment_wins_over_dot_env(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "older").write_text("older", encoding="utf-8")
    (elsewhere / "newer").write_text("newer", encoding="utf-8")
    (elsewhere / ".env").write_text("CUIBAN_SMTP_PASSWORD_FILE=older\n", encoding="utf-8")
    monkeypatch.setenv("CUIBAN_SMTP_PASSWORD_FILE", "newer")
    assert load_settings().smtp_password.get_secret_value() == "newer"


def test_a_secret_file_that_is_missing_is_named_in_the_refusal(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("CUIBAN_REDIS_URL_FILE=nowhere\n", encoding="utf-8")
    with pytest.raises(SettingsRejected, match=r"CUIBAN_REDIS_URL_FILE.*nowhere"):
        load_settings()
