"""Real plans and expressions with their gold readings, where they are at hand (they stay outside the project)."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from schedules import normalise, scan

SHARED: Final = Path(__file__).resolve().parents[2].parent / "shared"
EXPRESSIONS: Final = SHARED / "expressions"
PLANS: Final = SHARED / "plans"
pytestmark = pytest.mark.skipif(not EXPRESSIONS.is_dir(), reason="the gold readings are kept outside the project")

Record = dict[str, Any]
# An event or date that the words do not hold, or that a record's own note calls one reading of two.
MOST_MISSED: Final = {"genre": 0, "real": 3}


def records(name: str) -> list[Record]:
    path = EXPRESSIONS / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def issued(record: Record) -> date | None:
    return date.fromisoformat(record["issued"]) if record.get("issued") else None


def comparable(phase: Record, gold: Record, note: str) -> Record:
    """The phase without what the gold leaves open: a rule it does not give, a clock time, an event it had to imply."""
    kept = {key: value for key, value in phase.items() if key != "time"}
    if gold.get("rrule") is None:
        kept.pop("rrule", None)
    if "impli" in note:
        kept.pop("event", None)
    return kept


def agrees(found: list[Record], gold: list[Record], note: str) -> bool:
    pairs = list(zip(found, gold, strict=False))
    return len(found) == len(gold) and all(comparable(f, g, note) == comparable(g, g, note) for f, g in pairs)


@pytest.mark.parametrize("name", ["genre", "real"])
def test_expressions_are_read_as_a_careful_reader_would(name: str) -> None:
    missed = []
    for record in records(name):
        phases = normalise(record["text"], year=record["year"], issued=issued(record)).phases
        if not agrees([phase.to_dict() for phase in phases], record["phases"], record["note"]):
            missed.append(record["text"])
    assert len(missed) <= MOST_MISSED[name], missed


def test_clauses_full_of_numbers_hold_no_deadline() -> None:
    assert [r["text"] for r in records("not-deadlines") if scan(r["text"], year=r["year"], issued=issued(r))] == []


PLAN_FILES: Final = sorted(PLANS.glob("*.gold.json"))


@pytest.mark.parametrize("path", PLAN_FILES, ids=lambda path: path.name)
def test_every_cell_of_a_plan_is_read(path: Path) -> None:
    gold = json.loads(path.read_text(encoding="utf-8"))
    for task in gold["tasks"]:
        if task.get("deadline_text"):
            phases = normalise(task["deadline_text"], year=gold["year"], issued=issued(gold)).phases
            assert agrees([phase.to_dict() for phase in phases], task["phases"], ""), task["deadline_text"]


@pytest.mark.parametrize("path", PLAN_FILES, ids=lambda path: path.name)
def test_every_dated_mention_of_a_plan_is_found(path: Path) -> None:
    gold = json.loads(path.read_text(encoding="utf-8"))
    prose = path.with_name(path.name.replace(".gold.json", ".txt")).read_text(encoding="utf-8")
    found = [phase.to_dict() for one in scan(prose, year=gold["year"], issued=issued(gold)) for phase in one.phases]
    wanted = [(m, p) for task in gold["tasks"] for m in task.get("mentions", []) for p in m["phases"]]
    for mention, phase in wanted:
        if phase["kind"] == "unscheduled":
            seen = normalise(mention["text"], year=gold["year"], issued=issued(gold)).phases
            assert [one.to_dict() for one in seen] == [phase]
        else:
            # The events of two of the mentions stand in another sentence of their task.
            assert any(agrees([one], [phase], "implied") for one in found), mention["text"]
