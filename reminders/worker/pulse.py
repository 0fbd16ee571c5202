"""`python -m reminders.worker.pulse`: whether the last tick is fresh; exit status 0 or 1, one sentence where it is not.

A health check for worker and beat alike: beat that does not wake and a worker that does not work both leave the last
tick to age. Asking the worker itself (`celery inspect ping`) costs seconds of CPU and says nothing about beat.
"""

from __future__ import annotations

import sys

from reminders.engine.assembly import assemble
from reminders.engine.watching.health import OK, standing
from reminders.exceptions import CuibanError
from reminders.settings import load_settings


def main() -> int:
    """0 where the last tick is fresh."""
    try:
        found = standing(assemble(load_settings()))
    except CuibanError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if found.last_tick == OK:
        return 0
    sys.stderr.write(f"{found.details['last_tick']}。\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
