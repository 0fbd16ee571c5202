"""constraints.txt pins every library that pyproject.toml and what it brings need, to versions that agree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.markers import default_environment as machine_of_today
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reminders.documenting import ROOT

LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
PINNED: dict[str, str] = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in LINES}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [Requirement(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]
HERE: dict[str, str] = {name: str(value) for name, value in machine_of_today().items()}
OLDEST = {**HERE, "python_version": "3.11", "python_full_version": "3.11.0"}


def applies(requirement: Requirement, extras: frozenset[str], environment: dict[str, str]) -> bool:
    """Whether a requirement counts, with these extras, on a machine like that."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in extras or {""})


def needed(environment: dict[str, str]) -> Iterator[tuple[str, Requirement]]:
    """Everything the project needs, and everything that needs in turn, by the metadata of what is installed."""
    waiting = [("cuiban", one) for one in ASKED if applies(one, frozenset(), environment)]
    seen = set()
    while waiting:
        asker, wanted = waiting.pop()
        yield asker, wanted
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            further = [Requirement(text) for text in requires(wanted.name) or ()]
        except PackageNotFoundError:  # needed on an older Python only: not here, but pinned
            continue
        waiting += [(wanted.name, one) for one in further if applies(one, key[1], environment)]


def test_constraints_are_versions_and_nothing_else() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)] == []


def test_nothing_is_pinned_twice() -> None:
    assert len(PINNED) == len(LINES)


def test_everything_the_project_needs_is_pinned_here_and_on_the_oldest_python() -> None:
    wanted = {(asker, one.name) for machine in (HERE, OLDEST) for asker, one in needed(machine)}
    assert [f"{asker} needs {name}" for asker, name in wanted if canonicalize_name(name) not in PINNED] == []


def test_every_pin_satisfies_everyone_who_asks_for_it() -> None:
    asked = [(asker, one, PINNED[canonicalize_name(one.name)]) for asker, one in needed(OLDEST)]
    assert [f"{asker}: {one} but {pin}" for asker, one, pin in asked if not one.specifier.contains(pin)] == []


def test_no_silent_downgrade_of_celery() -> None:
    # pip falls back to celery 5.6 without a word where another library brings a newer dateutil.
    assert tuple(map(int, version("celery").split(".")[:2])) >= (5, 7)
    assert version("python-dateutil") == PINNED["python-dateutil"] == "2.9.0.post0"


def test_the_engines_of_the_service_are_the_pinned_ones() -> None:
    for name in ("celery", "kombu", "redis", "sqlalchemy", "starlette", "psycopg"):
        assert version(name) == PINNED[name]
