"""How the parts of the service stand: database, broker, last tick, oldest unsent message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from sqlalchemy import Connection

from reminders.engine.service import Service
from reminders.store import liveness, marks, outbox

OK, LATE, DOWN = "ok", "late", "down"
TICKS_LATE, TICKS_DOWN = 4, 40
UNSENT_LATE = timedelta(minutes=15)
UNSENT_DOWN = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Standing:
    """Each part as ok, late or down, with a sentence where it is not ok."""

    database: str
    broker: str
    last_tick: str
    oldest_unsent: str
    details: dict[str, str]


def standing(service: Service) -> Standing:
    """Ask every part; DatabaseUnreachable where the store does not answer."""
    with service.database.read() as connection:
        last_tick, tick_words = _last_tick(service, connection)
        unsent, unsent_words = _oldest_unsent(service, connection)
        figures = _figures(service, connection)
    broker, broker_words = _broker(service)
    words = {"broker": broker_words, "last_tick": tick_words, "oldest_unsent": unsent_words}
    said = {key: text for key, text in words.items() if text}
    return Standing(OK, broker, last_tick, unsent, {**said, **figures})


def _figures(service: Service, connection: Connection) -> dict[str, str]:
    """For a monitor to draw: seconds since the last tick, seconds the oldest message waits, deliveries by lane."""
    last, oldest, depths = (
        marks.mark(connection, "tick"),
        outbox.oldest_waiting(connection),
        liveness.depths(connection),
    )
    ages = {
        "tick_age_seconds": service.machine_now() - last.machine_at if last is not None else None,
        "queue_age_seconds": service.now() - oldest if oldest is not None else None,
    }
    known = {name: str(max(int(age.total_seconds()), 0)) for name, age in ages.items() if age is not None}
    waiting = {"queue_urgent": depths.get(outbox.URGENT, 0), "queue_usual": depths.get(outbox.USUAL, 0)}
    return {**known, **{name: str(count) for name, count in waiting.items()}}


def _last_tick(service: Service, connection: Connection) -> tuple[str, str]:
    found = marks.mark(connection, "tick")
    if found is None:
        return DOWN, "还没有过心跳"
    age = service.machine_now() - found.machine_at
    every = timedelta(seconds=service.settings.tick_seconds)
    # A beat that is a little busy is no news; one minute is the least that counts as late.
    if age > max(TICKS_DOWN * every, timedelta(minutes=10)):
        return DOWN, f"最近一次心跳在{_ago(age)}前"
    if age > max(TICKS_LATE * every, timedelta(minutes=1)):
        return LATE, f"最近一次心跳在{_ago(age)}前"
    return OK, ""


def _oldest_unsent(service: Service, connection: Connection) -> tuple[str, str]:
    oldest: datetime | None = outbox.oldest_waiting(connection)
    if oldest is None or service.slots.open_slot(service.now()) is None:
        return OK, ""
    age = service.now() - oldest
    if age > UNSENT_DOWN:
        return DOWN, f"最早一条未发出的通知已等待{_ago(age)}"
    return (LATE, f"最早一条未发出的通知已等待{_ago(age)}") if age > UNSENT_LATE else (OK, "")


def _broker(service: Service) -> tuple[str, str]:
    address = service.settings.redis_url.get_secret_value()
    if not address:
        return OK, ""
    try:
        client = redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2)
        client.ping()
        client.close()
    except (redis.RedisError, OSError, ValueError):
        return DOWN, "连不上 Redis；通知不会丢失，可临时由 cron 每分钟执行 cuiban tick"
    return OK, ""


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return f"{minutes // 60}小时{minutes % 60}分钟" if minutes >= 60 else f"{minutes}分钟"
