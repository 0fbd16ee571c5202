"""An invented office's plan and contacts for the year that is asked for: what the demo runs on.

Every name, number and address is made up; `.example` addresses never lead anywhere (RFC 2606).
"""

from datetime import date, timedelta
from importlib.resources import files

from schedules import china


def issue_day(year: int) -> date:
    """The day the sample plan is issued: the first Monday of March that is worked."""
    calendar = china()
    day = date(year, 3, 1)
    while day.weekday() != 0 or not calendar.is_workday(day):
        day += timedelta(days=1)
    return day


def sample_plan(year: int) -> str:
    """The sample plan of a year, a text file with a tab-separated table."""
    issued = issue_day(year)
    text = (files(__name__) / "plan.txt").read_text(encoding="utf-8")
    return text.replace("{year}", str(year)).replace("{issued}", f"{issued.year}年{issued.month}月{issued.day}日")


def sample_contacts() -> str:
    """The contacts of the sample's eight units and its two leaders, as csv with a heading."""
    return (files(__name__) / "contacts.csv").read_text(encoding="utf-8")
