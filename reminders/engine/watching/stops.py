"""What waits for a person by rule 11, as incidents: slots that are held, and a clock that leapt."""

from __future__ import annotations

from sqlalchemy import Connection, select

from reminders.engine.forecast.surprises import described
from reminders.engine.watching.alarms import CLOCK, HELD
from reminders.engine.watching.incident import Incident
from reminders.store import holds, pauses
from reminders.store.directory import Directory
from reminders.store.tables import plans


def stops(connection: Connection) -> tuple[list[Incident], set[str]]:
    """What is stopped now, and the keys of what was and goes on."""
    known = holds.of_slots(connection).values()
    found = [
        Incident(HELD + hold.slot, hold.machine_since, reason=described(hold), waiting=hold.found)
        for hold in known
        if not hold.released
    ]
    leap = pauses.by_clock(connection)
    if leap is not None:
        found.append(Incident(CLOCK, leap.since, reason=leap.reason))
    return found, {HELD + hold.slot for hold in known if hold.released} | ({CLOCK} if leap is None else set())


def is_stop(key: str) -> bool:
    """Whether an incident is a guard's doing, which the lead office is told as well."""
    return key == CLOCK or key.startswith(HELD)


def office_addresses(connection: Connection) -> list[str]:
    """Where the lead offices of the active plans read mail: their liaisons, or their heads."""
    query = select(plans.c.lead_office_id).where(plans.c.state == "active", plans.c.released_at.is_not(None))
    offices = {row.lead_office_id for row in connection.execute(query)}
    directory = Directory.load(connection, [], offices)
    told = [directory.of_unit(unit, "liaison") or directory.of_unit(unit, "head") for unit in sorted(offices)]
    return list(dict.fromkeys(person.email for people in told for person in people if person.email))
