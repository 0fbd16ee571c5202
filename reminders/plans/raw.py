"""A task as it stands in the document: its texts put in order, nothing read out of them yet."""

from dataclasses import dataclass, field

from reminders.plans.plan import Warning  # noqa: A004 - the word of the design


@dataclass(slots=True)
class RawTask:
    """The texts of one task. Tables and prose both end here; deadlines, units and titles are read afterwards."""

    place: str
    number: str = ""
    section: str = ""
    title: str = ""
    requirement: str = ""
    measure: str = ""
    deadline: str | None = None  # None where there is no cell or it is blank
    unit: str = ""
    lead: str | None = None
    support: str | None = None
    person: str = ""
    warnings: list[Warning] = field(default_factory=list)
    prose: bool = False
