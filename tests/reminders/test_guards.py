"""Rule 11: a slot that surprises and a clock that leaps wait for a person, who sees why and lets go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.mailbox import MailboxChannel
from reminders.answers import Choice
from reminders.clock import Witness
from reminders.contacts import Contact
from reminders.engine.forecast import surprises
from reminders.engine.forecast.foreseeing import foresee_ahead, forget
from reminders.engine.standstill.pausing import pause, resume, would_send
from reminders.engine.watching.stops import stops
from reminders.exceptions import NotFound, Refused
from reminders.obligations import Kind
from reminders.slots import Slot
from reminders.store import foreseen, holds
from reminders.store.database import Database
from reminders.store.replaying import differences
from reminders.store.tables import obligations as table
from tests.office import EVERYBODY, NEVER, Story, StoryClock, _moment, at_once, person, task

MANY = tuple(f"{n}号泵站" for n in range(1, 13))
CLERKS = tuple(person(unit, "liaison", f"{unit}值班员", f"pump{n}@water.example") for n, unit in enumerate(MANY))
STANDING = task("1", "贯穿全年", *MANY)


class SteadyStoryClock(StoryClock):
    """A clock nobody moves on purpose: a leap is what its witness did not see."""

    def __init__(self, moment: str) -> None:
        super().__init__(_moment(moment))
        self.name = "boot:one"
        self.unseen = timedelta(0)

    def witness(self) -> Witness | None:
        return Witness(self.name, (self.machine() - self.unseen).timestamp()) if self.name else None

    def leap(self, by: timedelta) -> None:
        """Somebody sets the clock."""
        self.moment += by
        self.unseen += by


class Guarded(Story):
    """A story whose clock is taken at its word."""

    clock: SteadyStoryClock

    def __init__(self, database: Database, missed: int = NEVER) -> None:
        super().__init__(database, outage_after_missed=missed)
        self.clock = SteadyStoryClock("2022-08-22 08:00")
        self.service = replace(self.service, clock=self.clock)

    def begin(self, *people: Contact) -> None:
        """A dozen units owe a signature and a standing task; those who are given are on record."""
        self.activate(STANDING, on="2022-08-22 08:00", people=(*EVERYBODY, *people))

    def rounds(self, first: str, last: str) -> None:
        """A tick in each slot, and what a tick is followed by."""
        moment, end = _moment(first), _moment(last)
        while moment <= end:
            self.clock.moment = moment
            self.round()
            foresee_ahead(self.service)
            moment += timedelta(hours=5)

    def held(self) -> list[str]:
        with self.service.database.read() as connection:
            return [f"{hold.slot} {hold.foreseen} {hold.found}" for hold in holds.active(connection)]

    def hurry(self, slot: str, step: str = "sign") -> None:
        """What no person did: everything that waits for a step is suddenly due."""
        with self.service.database.write() as connection:
            connection.execute(table.update().where(table.c.next_step == step).values(next_slot=slot))


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    """In memory: a server's own clock would see every story leap."""
    told = Guarded(Database.in_memory())
    yield told
    with told.service.database.read() as connection:
        assert list(differences(connection)) == []


@pytest.fixture
def surprised(guarded: Guarded) -> Guarded:
    """A dozen reminders that nobody foresaw, the morning after the signatures were asked for."""
    guarded.begin(*CLERKS)
    guarded.rounds("2022-08-22 09:00", "2022-08-22 17:00")
    guarded.hurry("2022-08-23/am", "remind")
    return guarded


def test_what_a_release_brings_is_foreseen_and_leaves(guarded: Guarded) -> None:
    guarded.begin(*CLERKS)
    guarded.at("2022-08-22 09:00").round()
    assert len(guarded.sent("2022-08-22/am")) == 12
    assert guarded.held() == []


def test_a_slot_with_twelve_messages_that_nobody_foresaw_is_held(surprised: Guarded) -> None:
    surprised.at("2022-08-23 09:00").round()
    assert surprised.sent("2022-08-23/am") == []
    assert surprised.held() == ["2022-08-23/am 0 12"]
    assert surprised.events("slot.held") == [{"slot": "2022-08-23/am", "foreseen": 0, "found": 12}]


def test_released_by_one_command_it_leaves_once(surprised: Guarded) -> None:
    surprised.at("2022-08-23 09:00").round()
    (line,) = surprises.lines_of(surprised.service)
    assert "预计 0 件，实际 12 件" in line
    assert "通知 12 件" in line
    assert "12 件从下一轮起发出" in surprises.release(surprised.service, "2022-08-23/am", by="何文")
    surprised.at("2022-08-23 09:20").round()
    surprised.at("2022-08-23 09:40").round()
    assert len(surprised.sent("2022-08-23/am")) == 12
    assert surprised.events("slot.released") == [{"slot": "2022-08-23/am", "messages": 12, "by": "何文"}]
    with pytest.raises(Refused, match="已经放行过"):
        surprises.release(surprised.service, "2022-08-23/am", by="何文")


def test_a_slot_that_is_not_held_cannot_be_released(guarded: Guarded) -> None:
    with pytest.raises(NotFound, match="没有被扣住"):
        surprises.release(guarded.service, "2022-08-23/am", by="何文")


def test_who_answers_while_a_slot_is_held_gets_nothing_when_it_is_released(surprised: Guarded) -> None:
    surprised.at("2022-08-23 09:00").round()
    assert surprised.answer(Kind.SIGNATURE, Choice.SIGN, CLERKS[0]).accepted
    surprises.release(surprised.service, "2022-08-23/am", by="何文")
    surprised.at("2022-08-23 09:20").round()
    assert len(surprised.sent("2022-08-23/am")) == 11


def test_leaders_and_the_office_wait_with_the_slot_and_the_next_slot_is_judged_by_itself(surprised: Guarded) -> None:
    surprised.at("2022-08-23 09:00").round()
    surprised.rounds("2022-08-23 09:10", "2022-08-24 17:00")
    assert surprised.held() == ["2022-08-23/am 0 12"]
    assert surprised.sent("2022-08-24/am") == surprised.sent("2022-08-23/am") == []


@pytest.mark.parametrize(
    ("found", "expected", "surprise"), [(10, 0, False), (11, 0, True), (24, 12, False), (25, 12, True), (12, 5, True)]
)
def test_more_than_twice_and_more_than_ten_is_a_surprise(found: int, expected: int, surprise: bool) -> None:
    assert surprises.surprising(found, expected) is surprise


def test_ten_messages_that_nobody_foresaw_surprise_nobody(guarded: Guarded) -> None:
    guarded.activate(task("1", "贯穿全年", *MANY[:10]), on="2022-08-22 08:00", people=(*EVERYBODY, *CLERKS))
    guarded.rounds("2022-08-22 09:00", "2022-08-22 17:00")
    guarded.hurry("2022-08-23/am", "remind")
    guarded.at("2022-08-23 09:00").round()
    assert (len(guarded.sent("2022-08-23/am")), guarded.held()) == (10, [])


def test_the_whole_ladder_of_twelve_silent_units_surprises_nobody(guarded: Guarded) -> None:
    """A rehearsal with silent answers foresees what silence brings: reminders, reports, digests and leaders."""
    guarded.activate(task("1", "9月2日前", *MANY), on="2022-08-22 08:00", people=(*EVERYBODY, *CLERKS))
    slot = Slot.parse("2022-08-22/am")
    while slot <= Slot.parse("2022-09-13/am"):
        guarded.clock.moment = guarded.service.slots.opens_at(slot)
        guarded.round()
        foresee_ahead(guarded.service)
        slot = guarded.service.slots.after(slot)
    assert guarded.events("slot.held") == []
    assert len(guarded.sent()) > 60


def test_contacts_mended_all_at_once_are_a_surprise(guarded: Guarded) -> None:
    """A dozen units that nobody could reach are reached at once: a person looks at it first."""
    guarded.begin()
    guarded.rounds("2022-08-22 09:00", "2022-08-22 17:00")
    guarded.at("2022-08-23 08:30").mend(*CLERKS)
    guarded.at("2022-08-23 09:00").round()
    assert guarded.held() == ["2022-08-23/am 0 12"]


def test_foresight_costs_nothing_where_it_stands(guarded: Guarded) -> None:
    guarded.begin(*CLERKS)
    assert (foresee_ahead(guarded.service), foresee_ahead(guarded.service)) == (4, 0)
    with guarded.service.database.read() as connection:
        assert foreseen.read(connection) == {
            "2022-08-22/am": 12,
            "2022-08-22/pm": 0,
            "2022-08-23/am": 0,
            "2022-08-23/pm": 0,
        }


def test_what_somebody_foresees_already_is_left_to_him_until_it_is_asked_for_anew(guarded: Guarded) -> None:
    guarded.begin(*CLERKS)
    database, now = guarded.service.database, guarded.clock.moment
    with database.write() as connection:
        assert foreseen.begin(database, connection, "2022-08-22/am 2022-08-23/pm", now, now)
    assert foresee_ahead(guarded.service) == 0
    with database.write() as connection:
        forget(guarded.service, connection)
        foreseen.keep(database, connection, {Slot.parse("2022-08-22/am"): 0}, now, now, "2022-08-22/am 2022-08-23/pm")
        assert foreseen.read(connection) == {}  # what was decided meanwhile is not in it
    assert foresee_ahead(guarded.service) == 4


def test_resuming_first_shows_what_would_leave_and_what_was_shown_is_no_surprise(guarded: Guarded) -> None:
    guarded.begin(*CLERKS)
    guarded.rounds("2022-08-22 08:15", "2022-08-22 08:45")
    pause(guarded.service, plan_id=None, unit=None, reason="核对名单", by="何文")
    guarded.rounds("2022-08-22 09:00", "2022-08-23 08:45")
    shown = would_send(guarded.at("2022-08-23 09:30").service, plan_id=None, unit=None)
    assert shown[:2] == ["暂停原因：核对名单（何文）。", "恢复后在时段 2022-08-23/am 写出 12 件："]
    assert "  1号泵站/liaison 1号泵站值班员　2022-08-23/am　通知　签收" in shown
    resume(guarded.service, plan_id=None, unit=None)
    guarded.at("2022-08-23 09:45").round()
    assert (len(guarded.sent("2022-08-23/am")), guarded.held()) == (12, [])


@pytest.mark.parametrize("days", [3, -3, 400])
def test_a_clock_that_leapt_stops_everything_until_a_person_looked(guarded: Guarded, days: int) -> None:
    guarded.begin(*CLERKS)
    guarded.rounds("2022-08-22 08:15", "2022-08-22 08:45")
    guarded.clock.leap(timedelta(days=days, minutes=20))
    guarded.round()
    guarded.clock.moment += timedelta(minutes=20)
    guarded.round()
    assert guarded.sent() == []
    assert [body["hours"] for body in guarded.events("clock.leapt")] == [days * 24]
    assert guarded.events("outage.given-back") == []
    guarded.clock.leap(timedelta(days=-days))
    guarded.round()
    assert len(guarded.events("clock.leapt")) == 1
    resume(guarded.service, plan_id=None, unit=None)
    guarded.clock.moment += timedelta(minutes=10)
    guarded.round()
    assert len(guarded.sent("2022-08-22/am")) == 12


def test_a_service_that_was_away_for_three_days_is_an_outage_and_no_leap() -> None:
    guarded = Guarded(Database.in_memory(), missed=10)
    guarded.begin(*CLERKS)
    guarded.at("2022-08-22 16:50").round()
    foresee_ahead(guarded.service)
    guarded.at("2022-08-25 16:58").round()
    assert guarded.events("clock.leapt") == []
    assert [body["workdays"] for body in guarded.events("outage.given-back")] == [3]
    assert guarded.held() == []


def test_a_machine_that_started_anew_knows_no_leap_of_days_but_one_of_months(guarded: Guarded) -> None:
    guarded.begin(*CLERKS)
    guarded.at("2022-08-22 09:00").round()
    guarded.clock.name = ""
    guarded.at("2022-08-25 16:58").round()
    assert guarded.events("clock.leapt") == []
    guarded.at("2022-10-25 10:00").round()
    assert len(guarded.events("clock.leapt")) == 1


def test_the_database_servers_clock_is_a_witness_where_there_is_one(database: Database) -> None:
    story = Guarded(database)
    story.clock.name = ""
    for moment in ("2022-08-22 09:00", "2022-08-22 09:05", "2022-08-25 09:05"):
        story.at(moment).tick()
    assert len(story.events("clock.leapt")) == database.is_postgresql


def test_a_slot_is_held_and_released_over_either_database(database: Database) -> None:
    story = Guarded(database)
    story.activate(task("1", "贯穿全年", *MANY[:11]), on="2022-08-22 08:00", people=(*EVERYBODY, *CLERKS))
    assert foresee_ahead(story.service) == 4
    with database.write() as connection:
        now, slot = story.clock.moment, Slot.parse("2022-08-22/am")
        foreseen.forget(database, connection, slot, now, now)
        assert foreseen.begin(database, connection, "one", now, now)
        foreseen.keep(database, connection, {slot: 5}, now, now, "one")
    at_once(story.at("2022-08-22 09:00").tick, 3)
    assert (story.round(), story.held()) == (0, ["2022-08-22/am 5 11"])
    surprises.release(story.service, "2022-08-22/am", by="何文")
    assert story.round() == 11


def test_where_business_time_is_moved_on_purpose_nothing_is_held(short_story: Story) -> None:
    short_story.activate(task("1", "贯穿全年"))
    short_story.at("2022-08-22 09:00").round()
    short_story.at("2023-08-22 09:00").round()
    assert short_story.events("clock.leapt") == short_story.events("slot.held") == []


def test_a_guard_is_an_incident_until_a_person_let_go(surprised: Guarded) -> None:
    surprised.at("2022-08-23 09:00").round()
    surprised.clock.leap(timedelta(days=5))
    surprised.round()
    with surprised.service.database.read() as connection:
        found, _ = stops(connection)
    assert [incident.key for incident in found] == ["held:2022-08-23/am", "clock"]
    surprises.release(surprised.service, "2022-08-23/am", by="何文")
    resume(surprised.service, plan_id=None, unit=None)
    with surprised.service.database.read() as connection:
        assert stops(connection) == ([], {"held:2022-08-23/am", "clock"})


def test_a_mailbox_alone_is_guarded_as_well(guarded: Guarded) -> None:
    assert isinstance(guarded.service.channels["mailbox"], MailboxChannel)
    assert guarded.service.guarded()
