"""`cuiban …` as a person types it, in a directory of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reminders.cli.group import commands
from reminders.sample import sample_contacts, sample_plan

Run = Callable[..., Result]
YEAR = 2026


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`cuiban …` over a database of its own, with the local mailbox only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUIBAN_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "plan.txt").write_text(sample_plan(YEAR), encoding="utf-8")
    (tmp_path / "people.csv").write_text(sample_contacts(), encoding="utf-8")

    def call(*words: str) -> Result:
        return CliRunner().invoke(commands, list(words))

    return call


@pytest.fixture
def office(run: Run) -> Run:
    """The sample plan imported and activated on its day of issue."""
    assert run("contacts", "import", "people.csv").exit_code == 0
    assert run("import", "plan.txt").exit_code == 0
    done = run(
        "activate", "1", "--lead-office", "办公室", "--leading-group", "杜若谷", "--mentions", "take", "--release"
    )
    assert done.exit_code == 0, done.stderr
    return run
