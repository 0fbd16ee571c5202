"""The image and compose start what exists, with settings that exist, and keep secrets out of the environment."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.celery import celery as celery_commands
from click.testing import CliRunner

from reminders.cli.group import COMMANDS
from reminders.clock import SystemClock
from reminders.documenting import ROOT, variable
from reminders.settings import SECRETS, Settings
from reminders.store.database import Database
from reminders.store.marks import set_mark
from reminders.store.migrating import migrate
from reminders.worker import pulse

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat", "watchdog")
SETTINGS = {variable(name) for name in Settings.model_fields} | {f"{variable(name)}_FILE" for name in SECRETS}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["Dockerfile", "docker-compose.yml"])
def test_every_variable_of_ours_is_a_setting(place: str) -> None:
    named = set(re.findall(r"CUIBAN_[A-Z_]+", (ROOT / place).read_text(encoding="utf-8")))
    assert named
    assert named <= SETTINGS


@pytest.mark.parametrize("name", OURS)
def test_each_of_the_five_commands_exists(name: str) -> None:
    program, *words = SERVICES[name]["command"]
    if program == "cuiban":
        assert words[0] in COMMANDS
    else:
        assert (program, words[:2]) == ("celery", ["-A", "reminders.worker"])
        assert CliRunner().invoke(celery_commands, ["-A", "reminders.worker", words[2], "--help"]).exit_code == 0


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_celery_knows_every_option_that_is_given_to_it(name: str) -> None:
    words = SERVICES[name]["command"]
    known = CliRunner().invoke(celery_commands, ["-A", "reminders.worker", name, "--help"]).output
    assert all(word.partition("=")[0] in known for word in words if word.startswith("--"))


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ("migrate", "mailpit")])
def test_every_service_that_stays_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_tables_stand(name: str) -> None:
    waits = {other: wait["condition"] for other, wait in SERVICES[name]["depends_on"].items()}
    assert waits == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }


def test_the_watchdog_needs_no_broker() -> None:
    assert "redis" not in SERVICES["watchdog"]["depends_on"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nothing_and_gain_nothing(name: str) -> None:
    assert SERVICES[name]["read_only"]
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert re.search(r"^USER 10001", DOCKERFILE, re.MULTILINE)


def test_secrets_come_from_files_alone() -> None:
    given = set(SERVICES["web"]["environment"]) | set(SERVICES["postgres"]["environment"])
    assert not given & {variable(name) for name in SECRETS if name != "redis_url"}
    assert "POSTGRES_PASSWORD" not in given
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())


def test_a_container_is_given_longer_to_stop_than_a_job_in_hand_needs() -> None:
    from reminders.worker.celery import app

    seconds = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert seconds > app.conf.worker_soft_shutdown_timeout + Settings.model_fields["smtp_timeout"].default


def test_redis_keeps_what_it_has_and_evicts_nothing() -> None:
    words = SERVICES["redis"]["command"]
    assert words[words.index("--appendonly") + 1] == "yes"
    assert words[words.index("--maxmemory-policy") + 1] == "noeviction"


def test_mail_is_caught_only_where_the_dev_profile_is_asked_for() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["mailpit"]


def test_the_wheel_holds_every_file_the_packages_read() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    kept = {Path(pattern).suffix or pattern for pattern in patterns["package-data"]["*"]}
    found = {path for path in (ROOT / "reminders").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert not [str(path) for path in found if path.suffix != ".py" and not {path.suffix, path.name} & kept]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with its tables, and settings that point at it."""
    address = f"sqlite:///{tmp_path / 'one.sqlite3'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUIBAN_DATABASE_URL", address)
    monkeypatch.setenv("CUIBAN_DATA_DIR", str(tmp_path))
    database = Database.connect(address)
    migrate(database)
    return database


def test_the_pulse_is_missing_before_the_first_tick(installed: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert pulse.main() == 1
    assert "还没有过心跳" in capsys.readouterr().err
    installed.close()


def test_the_pulse_is_there_after_a_tick(installed: Database) -> None:
    clock = SystemClock()
    with installed.write() as connection:
        set_mark(installed, connection, "tick", clock.business(), clock.machine())
    assert pulse.main() == 0
    installed.close()
