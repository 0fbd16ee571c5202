"""A slot that would send far more than was foreseen waits until a person releases it (rule 11).

Its messages are sealed, so that nothing more comes into them, but get no delivery: nothing of the slot leaves, no wait
begins, and what a person's own act brings goes on. Released, each is worded as things stand then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from reminders.engine.sending.posting import post
from reminders.engine.service import Service
from reminders.engine.views.naming import KINDS
from reminders.exceptions import NotFound, Refused
from reminders.messages import MessageKind
from reminders.store import events, foreseen, holds, pauses
from reminders.store.holds import Hold

ALWAYS_FINE = 10  # so many messages surprise nobody
TIMES = 2


def surprising(found: int, expected: int) -> bool:
    """More than twice what was foreseen, and more than ten."""
    return found > max(TIMES * expected, ALWAYS_FINE)


def let_go(service: Service, connection: Connection, sealed: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Of messages that were sealed just now, those that may leave.

    A slot that was released once is not judged again, nor is one of which nothing was foreseen.
    """
    if not sealed or not service.guarded():
        return list(sealed)
    now, machine_now = service.now(), service.machine_now()
    more = Counter(row.slot for row in sealed)
    expected, total = foreseen.count_sealed(service.database, connection, more, now, machine_now)
    known = holds.of_slots(connection)
    for slot in more:
        if slot in known or slot not in expected or not surprising(total[slot], expected[slot]):
            continue
        if holds.begin(service.database, connection, slot, expected[slot], total[slot], now, machine_now):
            body = {"slot": slot, "foreseen": expected[slot], "found": total[slot]}
            happened = events.Event("slot.held", body=body)
            events.append(connection, [happened], at=now, recorded_at=machine_now)
    held = {hold.slot for hold in holds.active(connection)}
    return [row for row in sealed if row.slot not in held]


def lines_of(service: Service) -> list[str]:
    """What is held, why, and how it is released: a line a slot, and what it would send."""
    with service.database.read() as connection:
        said = []
        for hold in holds.active(connection):
            kinds = Counter(MessageKind(row.kind) for row in holds.kept_back(connection, hold.slot))
            parts = "，".join(f"{KINDS[kind]} {count} 件" for kind, count in kinds.items())
            said.append(f"{described(hold)}：{parts or '已没有要发的'}。发出用 cuiban release {hold.slot} --by 姓名。")
        return said


def described(hold: Hold) -> str:
    """时段 2022-09-30/am 预计 12 件，实际 30 件，已扣住."""
    return f"时段 {hold.slot} 预计 {hold.foreseen} 件，实际 {hold.found} 件，已扣住"


def release(service: Service, slot: str, *, by: str) -> str:
    """Let a held slot go; what of it is still wanted leaves with the next round inside the send window."""
    now, machine_now = service.now(), service.machine_now()
    with service.database.write() as connection:
        hold = holds.of_slots(connection).get(slot)
        if hold is None:
            raise NotFound(f"时段「{slot}」没有被扣住；被扣住的见 cuiban release。")
        if hold.released or not holds.end(connection, hold, machine_now):
            raise Refused(f"时段 {slot} 已经放行过了。")
        kept = holds.kept_back(connection, slot)
        post(service, connection, kept)
        body = {"slot": slot, "messages": len(kept), "by": by}
        events.append(connection, [events.Event("slot.released", body=body)], at=now, recorded_at=machine_now)
        paused = pauses.active(connection).everything
    wait = "；现在是暂停发送，恢复（cuiban resume）后才发出" if paused else ""
    return f"时段 {slot} 已放行：{len(kept)} 件从下一轮起发出{wait}。"
