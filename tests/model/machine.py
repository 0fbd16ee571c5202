"""The state machine: which acts there are, and what may be said with each. Hypothesis tells histories by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.model.core import LAST
from tests.model.world import World

WHICH = st.integers(0, 999)
LATER = st.integers(0, 4)  # after most acts some time goes by: twice its share of the year at most
Open = Callable[[int, bool], World]  # a beginning's number, and whether digests are waited for
After = Callable[[World], None]


def act(**choices: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule after which the year goes on."""
    return rule(later=LATER, **choices)


class Histories(RuleBasedStateMachine):
    """An office in the middle of its year, and everything that may happen to it."""

    opened: ClassVar[Open]
    after: ClassVar[After]
    beginnings: ClassVar[int] = 16
    a_year_in: ClassVar[int] = 40  # acts in which the year goes by, so that they meet all of it
    world: World
    pace: timedelta

    @initialize(number=WHICH, digests=st.sampled_from([False, False, False, True]))
    def an_office_begins(self, number: int, digests: bool) -> None:
        self.world = type(self).opened(number % self.beginnings, digests)
        self.pace = (LAST - self.world.service.now()) / self.a_year_in / 2

    def _do(self, act: str, /, later: int, **choices: Any) -> None:
        self.world.do(act, **choices)
        if days := round(later * self.pace / timedelta(days=1)):
            self.world.do("time_passes", days=days)

    # time

    @rule(days=st.integers(1, 30))
    def days_pass(self, days: int) -> None:
        self.world.do("time_passes", days=days)

    @rule()
    def the_next_slot_opens(self) -> None:
        self.world.do("next_slot")

    @rule(hours=st.integers(1, 70))
    def hours_pass(self, hours: int) -> None:
        self.world.do("hours_pass", hours=hours)

    @rule(days=st.integers(1, 7))
    def nothing_ticks(self, days: int) -> None:
        self.world.do("we_are_away", days=days)

    @rule(days=st.integers(2, 12))
    def the_clock_leaps(self, days: int) -> None:
        self.world.do("the_clock_leaps", days=days)

    @rule(days=st.integers(1, 7))
    def the_page_is_away(self, days: int) -> None:
        self.world.do("the_page_is_away", days=days)

    # units

    @act(which=WHICH, choice=st.integers(0, 3), many=st.integers(1, 4), who=st.integers(0, 3), days=st.integers(0, 40))
    def somebody_answers(self, **choices: Any) -> None:
        self._do("a_unit_answers", **choices)

    @act(which=WHICH, choice=st.integers(0, 3), who=st.integers(0, 3), days=st.integers(0, 40))
    def a_unit_answers_everything(self, **choices: Any) -> None:
        self._do("a_unit_answers", many=99, **choices)

    @act(which=WHICH, disputed=st.booleans())
    def an_answer_is_taken_back(self, **choices: Any) -> None:
        self._do("an_answer_is_taken_back", **choices)

    # the lead office

    @act(act=st.integers(0, 9), which=WHICH, days=st.integers(0, 60), unit=st.integers(0, 4), by=st.integers(0, 1))
    def the_lead_office_decides(self, **choices: Any) -> None:
        self._do("the_lead_office_decides", **choices)

    @act(which=WHICH, days=st.integers(0, 60), by=st.integers(0, 1), fitting=st.integers(0, 9))
    def the_lead_office_does_what_is_asked(self, **choices: Any) -> None:
        self._do("the_lead_office_does_what_is_asked", **choices)

    @act(which=WHICH, days=st.integers(-30, 30), how=st.sampled_from(["report", "correct", "withdraw"]), to=WHICH)
    def an_event_is_reported(self, **choices: Any) -> None:
        self._do("an_event_is_reported", **choices)

    @act(which=WHICH, how=st.sampled_from(["day", "unit", "gone", "new"]), deadline=WHICH, unit=st.integers(0, 3))
    def the_plan_is_revised(self, **choices: Any) -> None:
        self._do("the_plan_is_revised", **choices)

    @act(preset=st.integers(0, 1))
    def other_figures_are_applied(self, **choices: Any) -> None:
        self._do("other_figures_are_applied", **choices)

    @act(scope=st.integers(0, 3))
    def sending_is_paused(self, **choices: Any) -> None:
        self._do("sending_is_paused", **choices)

    @act(scope=st.integers(0, 3))
    def sending_is_resumed(self, **choices: Any) -> None:
        self._do("sending_is_resumed", **choices)

    @act()
    def the_digest_is_asked_for(self, **choices: Any) -> None:
        self._do("the_digest_is_asked_for", **choices)

    @act()
    def the_ledger_is_sealed(self, **choices: Any) -> None:
        self._do("the_ledger_is_sealed", **choices)

    @rule()
    def the_first_send_is_released(self) -> None:
        self.world.do("the_first_send_is_released")

    @act(ahead=st.integers(1, 40))
    def the_calendar_is_republished(self, **choices: Any) -> None:
        self._do("the_calendar_is_republished", **choices)

    @act()
    def the_plan_is_closed(self, **choices: Any) -> None:
        self._do("the_plan_is_closed", **choices)

    # the far end, and we ourselves

    @act(which=WHICH, arrived=st.booleans())
    def a_doubt_is_settled(self, **choices: Any) -> None:
        self._do("a_doubt_is_settled", **choices)

    @act(who=st.integers(0, 9), verdict=st.integers(0, 5), times=st.integers(1, 12))
    def the_far_end_fails(self, **choices: Any) -> None:
        self._do("the_far_end_fails", **choices)

    @act(who=st.integers(0, 9))
    def a_contact_is_mended(self, **choices: Any) -> None:
        self._do("a_contact_is_mended", **choices)

    @act(rounds=st.integers(1, 4))
    def the_workers_sleep(self, **choices: Any) -> None:
        self._do("the_workers_sleep", **choices)

    @act()
    def a_sender_dies(self, **choices: Any) -> None:
        self._do("the_sender_dies", **choices)

    def teardown(self) -> None:
        """The rest of the year, and what is only known at its end; then what really happened, line by line."""
        if not hasattr(self, "world"):
            return
        try:
            type(self).after(self.world)
        finally:
            note("\n".join(self.world.told))
