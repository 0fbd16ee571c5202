"""Eighteen in any sixty seconds, for one process and for many."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import fakeredis
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.rate_limit import WECOM_BUDGET, InProcessLimiter, RateLimiter, RedisLimiter, quarter

NOW = 1_661_130_300.0


@pytest.fixture(params=["process", "redis"])
def limiter(request: pytest.FixtureRequest) -> RateLimiter:
    return InProcessLimiter() if request.param == "process" else RedisLimiter(fakeredis.FakeRedis())


def sends(limiter: RateLimiter, moments: list[float], key: str = "wecom:a") -> list[float]:
    """The moments at which a send was allowed."""
    return [moment for moment in moments if limiter.wait(key, moment) == 0]


def test_budget_is_given_at_once_and_then_a_minute_later(limiter: RateLimiter) -> None:
    assert len(sends(limiter, [NOW] * 30)) == WECOM_BUDGET
    assert limiter.wait("wecom:a", NOW + 59) == pytest.approx(1)
    assert len(sends(limiter, [NOW + 60] * 30)) == WECOM_BUDGET


def test_window_slides(limiter: RateLimiter) -> None:
    assert sends(limiter, [NOW + 30] * 9 + [NOW + 50] * 9) == [NOW + 30] * 9 + [NOW + 50] * 9
    assert limiter.wait("wecom:a", NOW + 60) == pytest.approx(30)
    assert len(sends(limiter, [NOW + 90] * 30)) == 9


def test_robots_do_not_share_a_budget(limiter: RateLimiter) -> None:
    sends(limiter, [NOW] * 30)
    assert limiter.wait("wecom:b", NOW) == 0


def test_clock_set_back_lets_nothing_more_through(limiter: RateLimiter) -> None:
    sends(limiter, [NOW] * 30)
    assert sends(limiter, [NOW - 3600] * 30) == []


def test_waiting_as_told_is_enough(limiter: RateLimiter) -> None:
    sends(limiter, [NOW + second for second in range(18)])
    wait = limiter.wait("wecom:a", NOW + 20)
    assert wait > 0
    assert limiter.wait("wecom:a", NOW + 20 + wait + 0.001) == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 20), max_size=120), st.integers(1, 20), st.sampled_from(["process", "redis"]))
def test_no_minute_ever_holds_more_than_the_budget(gaps: list[float], budget: int, kind: str) -> None:
    limiter: RateLimiter = InProcessLimiter(budget)
    if kind == "redis":
        limiter = RedisLimiter(fakeredis.FakeRedis(server=fakeredis.FakeServer()), budget)
    allowed = sends(limiter, [NOW + moment for moment in accumulate(gaps)])
    for moment in allowed:
        assert sum(moment <= other < moment + 59.999 for other in allowed) <= budget


def test_threads_together_stay_within_the_budget() -> None:
    limiter, allowed = InProcessLimiter(), []

    def work() -> None:
        allowed.extend(sends(limiter, [NOW] * 50))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == WECOM_BUDGET


def test_processes_share_through_redis() -> None:
    server = fakeredis.FakeServer()
    first, second = (RedisLimiter(fakeredis.FakeRedis(server=server)) for _ in range(2))
    assert len(sends(first, [NOW] * 10)) + len(sends(second, [NOW] * 30)) == WECOM_BUDGET


def test_without_redis_each_process_takes_a_quarter() -> None:
    server = fakeredis.FakeServer()
    lost: list[redis.RedisError] = []
    limiter = RedisLimiter(fakeredis.FakeRedis(server=server), on_loss=lost.append)
    server.connected = False
    assert len(sends(limiter, [NOW] * 30)) == quarter(WECOM_BUDGET) == 4
    assert len(lost) == 30


def test_keys_that_are_not_used_are_forgotten() -> None:
    limiter = InProcessLimiter(budget=1, most_keys=2)
    for key in "abc":
        limiter.wait(key, NOW)
    assert [limiter.wait(key, NOW) > 0 for key in "cb"] == [True, True]
    assert limiter.wait("a", NOW) == 0


def test_redis_keeps_no_window_for_ever() -> None:
    client = fakeredis.FakeRedis()
    sends(RedisLimiter(client), [NOW] * 3)
    keys = client.keys()
    assert len(keys) == 2
    assert all(0 < client.pttl(key) <= 60_000 for key in keys)


@pytest.fixture
def real_redis(tmp_path: Path) -> Iterator[redis.Redis]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port, socket_timeout=5, retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.1), 50))
    try:
        client.ping()
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(10)


def test_real_redis_counts_the_same(real_redis: redis.Redis) -> None:
    limiter = RedisLimiter(real_redis)
    assert len(sends(limiter, [NOW] * 30)) == WECOM_BUDGET
    assert limiter.wait("wecom:a", NOW + 59) == pytest.approx(1)
    assert len(sends(limiter, [NOW + 60] * 30)) == WECOM_BUDGET
