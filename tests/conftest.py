"""What every test may ask for: a scratch database of either kind, and a Redis of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy.engine import URL

from reminders.store.database import Database
from reminders.store.migrating import migrate
from reminders.store.replaying import differences
from tests.office import Story
from tests.servers import NoServer, RedisDatabase, database_on, postgresql, redis_database


@pytest.fixture(scope="session")
def in_ram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where the machine has one: these tests promise nothing about a power cut."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield tmp_path_factory.mktemp("databases")
        return
    with tempfile.TemporaryDirectory(prefix="cuiban-tests-", dir=shared) as folder:
        yield Path(folder)


# `make test` tries the same examples everywhere, so that a machine that builds a submission never meets one of its
# own; `make test-long` looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile("search" if os.environ.get("CUIBAN_TEST_SEARCH") else "same")


@pytest.fixture(scope="session")
def sqlite_template(in_ram: Path) -> Path:
    """A migrated, empty SQLite file; copying it costs less than migrating anew."""
    path = in_ram / "empty.sqlite3"
    database = Database.connect(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(postgresql(tmp_path_factory.mktemp("servers")))
        except NoServer as reason:
            pytest.skip(f"no PostgreSQL: {reason}")
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL) -> Iterator[str]:
    """The name of a migrated, empty database on the server."""
    name = f"cuiban_template_{os.getpid()}"
    with database_on(postgresql_server, name) as url:
        database = Database.connect(url.render_as_string(hide_password=False))
        migrate(database)
        database.close()
        yield name


@pytest.fixture
def sqlite_url(sqlite_template: Path, in_ram: Path) -> Iterator[str]:
    """A SQLite file of the test's own."""
    folder = in_ram / os.urandom(4).hex()
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "cuiban.sqlite3")
    yield f"sqlite:///{folder / 'cuiban.sqlite3'}"
    shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(postgresql_server: URL, postgresql_template: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own, dropped afterwards."""
    name = f"cuiban_test_{os.getpid()}_{os.urandom(4).hex()}"
    with database_on(postgresql_server, name, postgresql_template) as url:
        quick = url.update_query_dict({"options": "-csynchronous_commit=off"})
        yield quick.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Once each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database; the test runs over SQLite and over PostgreSQL."""
    opened = Database.connect(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    opened = Database.connect(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def busy_story(database: Database) -> Iterator[Story]:
    """The same few people and one plan, over either database each time: for what several do at once."""
    told = Story(database)
    yield told
    _ledger_tells_all_of(told)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    """The same over SQLite; over PostgreSQL too in a long run."""
    opened = Database.connect(str(request.getfixturevalue(f"{request.param}_url")))
    told = Story(opened)
    yield told
    _ledger_tells_all_of(told)
    opened.close()


def _ledger_tells_all_of(told: Story) -> None:
    """Whatever a story did: its events, replayed, are the state of every obligation."""
    with told.service.database.read() as connection:
        assert list(differences(connection)) == []


@pytest.fixture
def short_story() -> Story:
    """The same in memory, for promises in which the database plays no part."""
    return Story(Database.in_memory())


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisDatabase]:
    with contextlib.ExitStack() as stack:
        try:
            folder = tmp_path_factory.mktemp("redis")
            found = stack.enter_context(redis_database(folder, f"cuiban-test-{os.getpid()}:"))
        except NoServer as reason:
            pytest.skip(f"no Redis: {reason}")
        yield found
