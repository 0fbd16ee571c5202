"""Rule 8: at any time the lead office may bring an item before the leaders, to decide or to attend.

It goes into their next morning message and changes nothing in what is owed.
"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.engine.duties.changes import Batch
from reminders.exceptions import Refused
from reminders.obligations import Audience, Change, Draft, Obligation, fact
from reminders.planner import leaders_slot

ATTEND = "attend"
LEADERS = 2


def bring_before_leaders(batch: Batch, found: Sequence[Obligation], reason: str) -> list[Obligation]:
    """Put items into the leaders' next message; Refused where a plan has no leading group."""
    for obligation in found:
        plan = batch.directory.plans[obligation.plan_id]
        if not plan.leader_ids:
            raise Refused(f"方案 {plan.id} 没有指定领导小组，没有可以报送的人。")
        slot = leaders_slot(obligation.policy, batch.service.slots, batch.service.earliest())
        told = fact("obligation.shown", slot=str(slot), reason=reason)
        ahead = Batch(batch.service, batch.connection, batch.directory, slot)
        ahead.add(obligation, Change(obligation, (Draft(ATTEND, Audience.LEADERS, LEADERS),), (told,)))
        ahead.write()
    return list(found)
