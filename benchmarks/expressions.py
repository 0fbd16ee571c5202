"""Expressions: time for each against its floor, growth with length, hostile texts, working days, import.

The floor is one compiled pattern, matched and turned into a date in a named tuple: what a program would do that knew
only 「2022年12月底前」. No result is kept from one reading to the next. Where the gold expressions are not at hand, the
corpus of the tests stands in for them.
"""

import json
import re
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks import _jionlp
from schedules import china, normalise, scan
from tests.schedules.corpus import FORMS, ISSUED, YEAR
from tests.schedules.sayings import SAYINGS
from tests.schedules.spellings import render

EXPRESSIONS: Final = Path(__file__).resolve().parents[1].parent / "shared" / "expressions"
MOST_TIMES_FLOOR: Final = 9.0
MOST_PER_CHARACTER: Final = 2.0
MOST_GROWTH: Final = 3.0
MOST_IMPORT: Final = 3.0
Case = tuple[str, int, date | None]

FloorDate = namedtuple("FloorDate", "start due")
_FLOOR: Final = re.compile(r"(?:(\d{4})年)?(\d{1,2})月底前")
_LENGTHS: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def floor_reading(text: str, year: int) -> Any:
    """The least that a reading can cost in Python."""
    match = _FLOOR.match(text)
    assert match is not None
    named, month = match.groups()
    number = int(month)
    return FloorDate(None, date(int(named) if named else year, number, _LENGTHS[number]))


def cases(name: str) -> list[Case]:
    """The gold expressions of a file, or the corpus."""
    path = EXPRESSIONS / f"{name}.jsonl"
    if not path.is_file():
        texts = [render(spelling, form.example) for form in FORMS for spelling in form.spellings]
        texts += [text for _, _, sayings in SAYINGS for text in sayings]
        return [(text, YEAR, ISSUED) for text in texts]
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(r["text"], r["year"], date.fromisoformat(r["issued"]) if r.get("issued") else None) for r in records]


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The least time that one of `rounds` calls took."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def read_all(given: list[Case]) -> None:
    """Every case once."""
    for text, year, issued in given:
        normalise(text, year=year, issued=issued)


def readings() -> bool:
    """Time for each expression, and for each character."""
    genre, real = cases("genre"), cases("real")
    read_all(genre + real)
    floor = genre_time = real_time = float("inf")
    for _ in range(5):  # floor and readings in turn, so that both meet the same machine
        floor = min(floor, seconds(lambda: [floor_reading("2022年12月底前完成", 2022) for _ in range(1000)], 5) / 1000)
        genre_time = min(genre_time, seconds(lambda: read_all(genre), 10) / len(genre))
        real_time = min(real_time, seconds(lambda: read_all(real), 5) / len(real))
    genre_length, real_length = (sum(len(text) for text, _, _ in given) / len(given) for given in (genre, real))
    times, per_character = genre_time / floor, (real_time / real_length) / (genre_time / genre_length)
    print(f"floor                     {floor * 1e6:8.2f} µs")
    print(f"genre ({len(genre)} expressions)   {genre_time * 1e6:8.2f} µs each, {times:.1f} times the floor")
    real_each = f"{real_time * 1e6:8.2f} µs each"
    print(f"real ({len(real)} expressions)    {real_each}, {per_character:.2f} times genre per character")
    print(_jionlp.compare([text for text, _, _ in genre], genre_time))
    return times <= MOST_TIMES_FLOOR and per_character <= MOST_PER_CHARACTER


HOSTILE: Final = {
    "每": "每",
    "digits": "1234567890",
    "Chinese digits": "一二三四五六七八九十",
    "nested brackets": "（《〔[",
    "open titles": "《",
    "months": "8月",
    "dashes": "8月-",
    "lists": "1、",
    "periods": "后3个工作日内",
    "years": "2022年",
    "blanks": "8 月 ",
    "附件": "附件：",
    "关于": "关于",
    "按": "按",
    "commas": "，后",
    "counts": "至少1次",
}


def growth() -> bool:
    """The time per character of 10,000 characters against that of 1,000, for texts made to hurt."""
    good = True
    for name, unit in HOSTILE.items():
        for work in (normalise, scan):
            some = seconds(partial(work, (unit * 1_000)[:1_000], year=2022, issued=ISSUED), 9) / 1_000
            many = seconds(partial(work, (unit * 10_000)[:10_000], year=2022, issued=ISSUED), 5) / 10_000
            good = good and many <= some * MOST_GROWTH
            shown = f"{many * 1e6:8.2f} µs a character of 10,000"
            print(f"{work.__name__:10}{name:18}{shown}, {many / some:.2f} times that of 1,000")
    return good


def working_days() -> None:
    """Counting 20 working days: a bisection in a table, however many days."""
    calendar, day = china(), date(2026, 2, 10)
    calendar.add_workdays(day, 20)
    taken = seconds(lambda: [calendar.add_workdays(day, 20) for _ in range(1000)], 5) / 1000
    print(f"20 working days           {taken * 1e6:8.2f} µs")


def import_time(statement: str) -> float:
    """The least of seven fresh processes, in milliseconds."""
    code = f"import time; begin = time.perf_counter(); {statement}; print(time.perf_counter() - begin)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(7)]
    return min(float(run.stdout) for run in runs) * 1e3


def imports() -> bool:
    """What the package costs before anything is read, beside dateutil's recurrence rules."""
    peer, ours = import_time("import dateutil.rrule"), import_time("import schedules")
    reading = import_time("from schedules import normalise; normalise('8月底前', year=2022)")
    print(f"import dateutil.rrule     {peer:8.1f} ms")
    print(f"import schedules          {ours:8.1f} ms, {ours / peer:.1f} times; with the first reading {reading:.1f} ms")
    return ours <= peer * MOST_IMPORT


def main() -> int:
    """0 where every bound holds."""
    good = [readings(), growth(), imports()]
    working_days()
    print("all bounds hold" if all(good) else "a bound does not hold")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
