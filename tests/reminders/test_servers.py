"""The scratch databases themselves: where no server runs, one is started, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import redis

from tests import servers
from tests.servers import NoServer, database_on, postgresql, redis_database


def test_a_redis_database_is_empty_and_nobody_elses_while_a_test_has_it(tmp_path: Path) -> None:
    try:
        with redis_database(tmp_path, "first:") as one, redis_database(tmp_path, "second:") as other:
            client = redis.Redis.from_url(one.url)
            assert client.dbsize() == 0
            assert one.url != other.url
            client.close()
    except NoServer as reason:
        pytest.skip(str(reason))


@pytest.mark.long
def test_where_no_server_answers_one_is_started_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_reached", lambda: None)
    try:
        with postgresql(tmp_path) as server, database_on(server, "probe") as url:
            plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(plain) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
    except NoServer as reason:
        pytest.skip(str(reason))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(plain, connect_timeout=2)


@pytest.mark.long
def test_where_no_redis_answers_one_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reach = servers._redis_at
    monkeypatch.setattr(servers, "_redis_at", lambda port: None if port == 6379 else reach(port))
    try:
        with servers.redis_database(tmp_path, "probe:") as found:
            assert not found.url.startswith("redis://127.0.0.1:6379")
    except NoServer as reason:
        pytest.skip(str(reason))
