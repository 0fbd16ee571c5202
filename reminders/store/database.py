"""One database behind one address: SQLite (WAL) or PostgreSQL, the same code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVarTuple

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from reminders.exceptions import DatabaseUnreachable
from reminders.store.bulk import insert_in_bulk
from reminders.store.tables import metadata

MANY = 10  # rows from which on the driver's own way for many pays

Insert = postgresql.Insert | sqlite.Insert
Columns = TypeVarTuple("Columns")


class Database:
    """Connections to one database, and the few words in which the two kinds differ."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_postgresql = engine.dialect.name == "postgresql"

    @classmethod
    def connect(cls, address: str) -> Database:
        """Open `address`, an SQLAlchemy URL; DatabaseUnreachable with one sentence where it is none or unknown."""
        try:
            url = make_url(address)
        except ArgumentError:
            raise DatabaseUnreachable.unreadable() from None
        if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
            url = url.set(drivername="postgresql+psycopg")
        try:
            return cls(_sqlite(url) if url.get_backend_name() == "sqlite" else _server(url))
        except (NoSuchModuleError, ModuleNotFoundError):
            raise DatabaseUnreachable.unknown_kind(url.get_backend_name()) from None

    @classmethod
    def in_memory(cls) -> Database:
        """A scratch database that lives as long as this value: for rehearsal and tests."""
        database = cls(_sqlite(make_url("sqlite://")))
        metadata.create_all(database.engine)
        return database

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it takes the write lock at once.

        A deferred transaction that reads first gets SQLITE_BUSY whatever the timeout.
        """
        with self._connection() as connection, connection.begin():
            if not self.is_postgresql:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._connection() as connection, connection.begin():
            if not self.is_postgresql:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            if error.connection_invalidated or _is_connect_failure(error):
                raise DatabaseUnreachable.no_answer(self.described()) from error
            raise

    def insert(self, table: Table) -> Insert:
        """An INSERT that knows ON CONFLICT, in the dialect of this database."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    def locking(self, query: Select[*Columns], **how: Any) -> Select[*Columns]:
        """A query whose rows are held until the transaction ends; on SQLite a writing transaction holds everything."""
        return query.with_for_update(**how) if self.is_postgresql else query

    def answers(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.read() as connection:
                connection.execute(text("select 1"))
        except (DatabaseUnreachable, DBAPIError):
            return False
        return True

    def described(self) -> str:
        """The address without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def insert_many(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert plain rows that name the same columns, in one go however many they are; nothing for an empty list."""
    if len(rows) >= MANY:
        insert_in_bulk(connection, table, rows)
    elif rows:
        connection.execute(table.insert(), list(rows))


def _server(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args={"connect_timeout": 5})


def _sqlite(url: URL) -> Engine:
    memory = url.database in (None, "", ":memory:")
    if not memory:
        _make_room(Path(str(url.database)))
    arguments: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, **arguments)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # pysqlite's own transaction handling is switched off: BEGIN IMMEDIATE is said by Database.write.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        if not memory:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine


def _make_room(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreachable.no_room(path, error) from None


def _is_connect_failure(error: DBAPIError) -> bool:
    name = type(error.orig).__name__
    return name == "OperationalError" and ("connect" in str(error.orig).lower() or "unable to open" in str(error.orig))
