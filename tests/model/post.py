"""What is sent, held against the rules: to whom, how often, when, and of nothing that has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from channels.outcome import Verdict
from reminders.obligations import ENDED, Kind, State
from reminders.policy import LeadersRhythm
from reminders.slots import AM, Slot, week_of
from tests.model.watching import Watcher

_ITEMS = (
    "select i.id, i.obligation_id, i.version, i.step, i.level, i.contact_id, i.struck_at is not null, m.kind"
    " from items i join messages m on m.id = i.message_id where i.id > ? order by i.id"
)
_UNSAID = (
    "select i.id, i.obligation_id, i.step from items i join messages m on m.id = i.message_id"
    " where i.id <= ? and i.struck_at is null and m.rendered_at is null"
)
_TRIES = (
    "select a.id, a.verdict, a.number, a.delivery_id, d.message_id, m.kind, m.contact_id"
    " from attempts a join deliveries d on d.id = a.delivery_id join messages m on m.id = d.message_id"
    " where a.id > ? order by a.id"
)
_LIVING = (
    "select i.step, i.version, o.id, o.version, o.state, o.plan_id, o.unit_id"
    " from items i join obligations o on o.id = i.obligation_id where i.message_id = ? and i.struck_at is null"
)
_STOPPED = "select plan_id, unit_id from pauses where ended_at is null"
_LOST = (
    "select o.id from obligations o where o.state = 'queued' and not exists (select 1 from items i"
    " join messages m on m.id = i.message_id where i.obligation_id = o.id and i.version = o.version"
    " and i.level = o.level and i.struck_at is null and m.state in ('open', 'sealed', 'unknown'))"
)
_STUCK = (
    "select m.id from messages m where m.state = 'sealed' and not exists (select 1 from deliveries d"
    " where d.message_id = m.id and d.state in ('pending', 'retry', 'claimed'))"
)
_SENT = "select contact_id, slot, kind from messages where state in ('sealed', 'accepted', 'unknown', 'failed')"
_HANDED_OVER = (
    "select d.id, p.body as payload, d.state, m.contact_id from payloads p join deliveries d on d.id = p.delivery_id"
    " join messages m on m.id = d.message_id"
)
# By their nature these come again, or at a person's act.
AGAIN = ("review", "undelivered", "objection", "extension", "undecided", "held", "start", "attend")


class Item(NamedTuple):
    """A step of an obligation for somebody."""

    id: int
    obligation_id: int
    version: int
    step: str
    level: int
    contact_id: int
    struck: bool
    kind: str


class Try(NamedTuple):
    """One hand-over that came to an outcome."""

    id: int
    verdict: str
    number: int
    delivery_id: int
    message_id: int
    kind: str
    contact_id: int


class Living(NamedTuple):
    """An item of a message that was not struck, with its obligation as it stands now."""

    step: str
    version: int
    obligation_id: int
    current: int
    state: str
    plan_id: int
    unit_id: int


@dataclass
class PostRoom:
    """What was seen so far of the messages of one history."""

    watcher: Watcher
    roles: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    said: Counter[tuple[int, int, str, int]] = field(default_factory=Counter)
    tried: dict[int, list[str]] = field(default_factory=dict)
    repeats: Counter[int] = field(default_factory=Counter)  # deliveries that a person sent out once more
    last_item: int = 0
    last_try: int = 0
    tried_anything: bool = False  # since the look before

    def look(self) -> None:
        """Check every item and every try that is new, and that what was taken back is struck."""
        if self.watcher.silenced:
            unsaid = self.watcher.reader.rows(_UNSAID, self.last_item)
            left = [found for found in unsaid if found[1] in self.watcher.silenced]
            assert not left, f"taken back, and not struck: {left}"
        for found in self.watcher.reader.rows(_ITEMS, self.last_item):
            self.last_item = found[0]
            self._item(Item(*found))
        tries = self.watcher.reader.rows(_TRIES, self.last_try)
        self.tried_anything = bool(tries)
        for found in tries:
            self.last_try = found[0]
            self._try(Try(*found))

    def at_rest(self, slot: Slot | None) -> None:
        """After a round: what was due was taken, and what somebody waits for is on its way."""
        reader = self.watcher.reader
        lost = reader.rows(_LOST)
        assert not lost, f"queued, and no message on its way: {[self.watcher.rows[row[0]] for row in lost]}"
        stuck = reader.rows(_STUCK)
        assert not stuck, f"sealed, and no delivery on its way: {stuck}"
        stopped = reader.rows(_STOPPED)
        if slot is None or (None, None) in stopped:
            return
        plans, units = {plan_id for plan_id, _ in stopped}, {unit_id for _, unit_id in stopped}
        for row in self.watcher.rows.values():
            due = row.next_slot is not None and row.next_slot <= str(slot)
            assert not due or row.plan_id in plans or row.unit_id in units, f"due and not taken: {row}"

    def once_more(self, delivery_id: int) -> None:
        """A person says that it did not arrive: it may be handed over again."""
        self.repeats[delivery_id] += 1

    def in_measure(self) -> None:
        """At the end: nobody was told oftener than the policy says."""
        known = self.watcher.policies.values()  # a plan that got other figures was allowed what any of them allows
        daily = any(policy.leaders is LeadersRhythm.DAILY for policy in known)
        limits = [policy.workgroup_per_week for policy in known]
        leaders: Counter[tuple[int, date]] = Counter()
        group: Counter[tuple[int, date]] = Counter()
        for contact_id, text, kind in self.watcher.reader.rows(_SENT):
            slot = Slot.parse(text)
            if self._role(contact_id)[0] == "leader" and kind != "answer":
                assert slot.half == AM, f"leaders in the afternoon: {kind} {slot}"
                leaders[contact_id, slot.day if daily else week_of(slot.day)] += 1
            if kind == "workgroup":
                group[contact_id, week_of(slot.day)] += 1
        often = [key for key, count in leaders.items() if count > 1]
        assert not often, f"leaders were told too often: {often}"
        most = max((limit for limit in limits if limit is not None), default=0)
        assert None in limits or max(group.values(), default=0) <= most, f"the group was told too often: {group}"

    def arrived(self, taken: Mapping[bytes, int]) -> None:
        """At the end: what stands as sent arrived, nothing more than twice, and at leaders nothing more than once."""
        for delivery_id, payload, state, contact_id in self.watcher.reader.rows(_HANDED_OVER):
            most = (1 if self._role(contact_id)[0] == "leader" else 2) + self.repeats[delivery_id]
            times = taken.get(bytes(payload), 0)
            assert times >= (state == "sent"), f"sent, and never arrived: {payload!r}"
            assert times <= most, f"arrived {times} times: {payload!r}"

    def _item(self, item: Item) -> None:
        row = self.watcher.rows[item.obligation_id]
        assert not self.watcher.held, f"before the first send was released: {item}"
        assert not self.watcher.closed, f"of a closed plan: {item}"
        role, unit_id = self._role(item.contact_id)
        if not item.struck:
            objected = row.kind is Kind.SIGNATURE and item.step == "objection"
            assert objected or not row.standing.ended, f"{item.step} for what has ended: {row}"
            assert item.version == row.standing.version, f"{item.step} of an older version: {row}"
        if role == "leader":
            assert item.level == 2, f"leaders are told at level 2 alone: {item}"
        if role == "group":
            assert item.level == 0, f"a group is told nothing of levels: {item}"
            assert item.step != "undelivered", "未送达 never goes to a group"
            assert unit_id is not None or not item.step.startswith("T+"), "the work group hears nothing of delays"
        if item.kind == "office":
            assert unit_id != row.unit_id or role == "head", f"somebody is told about himself: {item}"
        if item.step not in AGAIN:
            key = (row.id, item.version, item.step, item.contact_id)
            self.said[key] += 1
            assert self.said[key] <= 1 + self.watcher.anew.get(row.id, 0), f"said once too often: {item}, {row}"

    def _try(self, one: Try) -> None:
        now = self.watcher.service.now()
        role = self._role(one.contact_id)[0]
        slot = self.watcher.service.slots.open_slot(now)
        assert one.kind == "answer" or slot is not None, f"sent outside the window at {now}: {one}"
        morning = slot is not None and slot.half == AM
        assert role != "leader" or one.kind == "answer" or morning, f"a leader was written to at {now}: {one}"
        before = self.tried.setdefault(one.delivery_id, [])
        assert Verdict.ACCEPTED.value not in before, f"sent again after it was accepted: {one}"
        doubts = before.count(Verdict.IN_DOUBT.value)
        allowed = (0 if role == "leader" else 1) + self.repeats[one.delivery_id]
        assert doubts <= allowed, f"repeated too often: {one}"
        before.append(one.verdict)
        if one.kind != "answer":
            self._of_what(one)

    def _of_what(self, one: Try) -> None:
        """What is handed over speaks of nothing that has ended, or that somebody stopped."""
        stopped = self.watcher.reader.rows(_STOPPED)
        assert (None, None) not in stopped, f"sent in a pause: {one}"
        living = [Living(*found) for found in self.watcher.reader.rows(_LIVING, one.message_id)]
        for item in living:
            assert item.plan_id not in {plan_id for plan_id, _ in stopped}, f"{item} left while its plan was paused"
            assert item.unit_id not in {unit_id for _, unit_id in stopped}, f"{item} left while its unit was paused"
        if one.number > 1 or self.repeats[one.delivery_id]:
            return  # its words were made before, and never change
        ended = [i for i in living if State(i.state) in ENDED and i.step != "objection" and i.version == i.current]
        assert not ended, f"handed over after their end: {ended}"
        assert one.kind == "digest" or any(i.version == i.current for i in living), f"a message of nothing: {one}"

    def _role(self, contact_id: int) -> tuple[str, int | None]:
        if contact_id not in self.roles:
            rows = self.watcher.reader.rows("select id, role, unit_id from contacts")
            self.roles = {number: (role, unit_id) for number, role, unit_id in rows}
        return self.roles[contact_id]
