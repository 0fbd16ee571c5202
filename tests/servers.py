"""Databases and brokers for the tests: reached where they run already, started in a private folder where they do not.

Nothing here touches what it did not make: a test gets a PostgreSQL database of its own name, or a numbered Redis
database that was empty and is emptied key by key.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from sqlalchemy import make_url
from sqlalchemy.engine import URL

STARTS_WITHIN = 20.0  # seconds
REDIS_DATABASES = range(15, 7, -1)  # low numbers are left to whoever works with the server


class NoServer(Exception):
    """No server can be reached, and none can be started; the message says why."""


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[URL]:
    """A server on which databases may be made: the one named, the one at the usual place, or one of our own."""
    with contextlib.ExitStack() as stack:
        yield _reached() or stack.enter_context(_own_postgresql(folder))


@contextlib.contextmanager
def database_on(server: URL, name: str, template: str = "template0") -> Iterator[URL]:
    """A database of its own on a server, dropped afterwards whoever is still connected."""
    with _administer(server) as connection:
        connection.execute(f'create database "{name}" template "{template}" encoding \'UTF8\''.encode())
    try:
        yield server.set(database=name)
    finally:
        with _administer(server) as connection:
            connection.execute(f'drop database "{name}" with (force)'.encode())


@dataclass(frozen=True)
class RedisDatabase:
    """A numbered database that nobody else uses, and the prefix for keys of this run."""

    url: str
    prefix: str


@contextlib.contextmanager
def redis_database(folder: Path, prefix: str) -> Iterator[RedisDatabase]:
    """An empty numbered database on a running Redis, or on one of our own."""
    with contextlib.ExitStack() as stack:
        address = _redis_at(6379) or stack.enter_context(_own_redis(folder))
        number = _empty_number(address)
        url = f"{address}/{number}"
        stack.callback(_give_up, address, number)
        stack.callback(_delete_keys, url)
        yield RedisDatabase(url, prefix)


def why_not_ours() -> str:
    """Why no PostgreSQL and Redis of our own can be started here; empty where they can."""
    try:
        _binary("initdb")
        _account()
    except NoServer as reason:
        return str(reason)
    return "" if shutil.which("redis-server") else "no redis-server to start"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _reached() -> URL | None:
    """The first server that lets us in."""
    given = os.environ.get("CUIBAN_TEST_POSTGRES_URL")
    local = [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in ("postgres", getpass.getuser())]
    for address in [given] if given else local:
        url = make_url(address)
        with contextlib.suppress(psycopg.Error), _administer(url):
            return url
    if given:
        raise NoServer("CUIBAN_TEST_POSTGRES_URL names a server that does not let us in")
    return None


@contextlib.contextmanager
def _administer(server: URL) -> Iterator[psycopg.Connection]:
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, connect_timeout=3) as connection:
        yield connection


@contextlib.contextmanager
def _own_postgresql(folder: Path) -> Iterator[URL]:
    """A private server, which nobody but these tests knows of."""
    with OwnPostgresql(folder) as server:
        yield server.url


class OwnPostgresql:
    """A private server in a folder and on a port of its own, which a test may stop, crash and start again.

    It does without fsync: what was committed survives its own crash, though not the machine's.
    """

    def __init__(self, folder: Path) -> None:
        """Make its data folder. Raises NoServer."""
        self._folder, self._data, self.port = folder, folder / "postgresql", free_port()
        self._as_other = _other_user(folder)
        self._pg_ctl = [*self._as_other, _binary("pg_ctl"), "-D", str(self._data)]
        made = ["-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        _run([*self._as_other, _binary("initdb"), *made])
        self.url = make_url(f"postgresql://postgres@127.0.0.1:{self.port}/postgres")

    def start(self) -> None:
        """Start it, and come back when it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        _run([*self._pg_ctl, "-o", options, "-l", str(self._folder / "postgresql.log"), "-w", "start"])

    def stop(self, mode: str = "immediate") -> None:
        """End it: `fast` breaks off what is under way and writes everything, `immediate` is a crash."""
        _run([*self._pg_ctl, "-m", mode, "-w", "stop"])

    def __enter__(self) -> OwnPostgresql:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _other_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the words that make another user run it, and the folder given to him."""
    account = _account()
    if account is None:
        return []
    os.chown(folder, account.pw_uid, account.pw_gid)
    for parent in folder.parents:  # folders for tests are made for their owner alone
        if parent.stat().st_uid == 0 and str(parent).startswith(("/tmp/", "/dev/shm/")):
            parent.chmod(parent.stat().st_mode | 0o011)
    return ["runuser", "-u", "postgres", "--"]


def _account() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL in place of root; None where we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise NoServer("PostgreSQL does not run as root, and there is no user postgres") from None


def _binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    path = str(found[0]) if found else shutil.which(name)
    if path is None:
        raise NoServer(f"no PostgreSQL at 127.0.0.1:5432, and no {name} to start one")
    return path


def _run(command: list[str]) -> None:
    try:
        # Output into a file: the server inherits a pipe, which then never ends.
        subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoServer(f"{' '.join(command[:6])} failed ({type(error).__name__})") from None


def _redis_at(port: int) -> str | None:
    try:
        with contextlib.closing(redis.Redis(port=port, socket_timeout=2, socket_connect_timeout=2)) as client:
            client.ping()
    except redis.RedisError:
        return None
    return f"redis://127.0.0.1:{port}"


@contextlib.contextmanager
def _own_redis(folder: Path) -> Iterator[str]:
    with OwnRedis(folder) as server:
        yield server.url


class OwnRedis:
    """A private Redis without persistence on a port of its own, which a test may kill, freeze and start again."""

    def __init__(self, folder: Path) -> None:
        """Raises NoServer where there is no redis-server."""
        binary = shutil.which("redis-server")
        if binary is None:
            raise NoServer("no Redis at 127.0.0.1:6379, and no redis-server to start one")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        kept = ("--save", "", "--appendonly", "no", "--dir", str(folder))
        self._command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", *kept]

    def start(self) -> None:
        """Start it, and come back when it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        _awaited(self.port)

    def kill(self) -> None:
        """SIGKILL: everything it held is gone."""
        self._process.kill()
        self._process.wait(STARTS_WITHIN)

    def freeze(self) -> None:
        """Connections stay open and nothing answers any more, until it thaws."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on where it was frozen."""
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> OwnRedis:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thaw()
        self.kill()


def _awaited(port: int) -> str:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        address = _redis_at(port)
        if address is not None:
            return address
        time.sleep(0.05)
    raise NoServer("the redis-server that was started does not answer")


def _empty_number(address: str) -> int:
    """An empty numbered database, claimed for an hour so that no other run takes it meanwhile.

    The claim stands in database 0, because a test may empty its own.
    """
    with contextlib.closing(redis.Redis.from_url(f"{address}/0")) as register:
        for number in REDIS_DATABASES:
            with contextlib.closing(redis.Redis.from_url(f"{address}/{number}")) as client:
                if not client.dbsize() and register.set(_claim(number), os.getpid(), nx=True, ex=3600):
                    return number
    raise NoServer("every numbered Redis database from 8 to 15 holds something or is in use")


def _claim(number: int) -> str:
    return f"cuiban-test-claims:{number}"


def _give_up(address: str, number: int) -> None:
    with contextlib.suppress(redis.RedisError), contextlib.closing(redis.Redis.from_url(f"{address}/0")) as register:
        register.delete(_claim(number))


def _delete_keys(url: str) -> None:
    with contextlib.suppress(redis.RedisError), contextlib.closing(redis.Redis.from_url(url)) as client:
        for key in client.scan_iter():
            client.delete(key)
