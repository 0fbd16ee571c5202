"""The faults that are tried, one after the other, each while a morning's messages go out.

A trial breaks something in the middle of a batch, mends it, and waits until nothing is under way any more; what it
returns is how often it struck and what there was to see.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

import redis

from tests.fakes.smtp_server import DROP, Fault
from tests.fakes.wecom_server import WecomFault
from tests.faults.city import LEADERS, address
from tests.faults.ground import Ground, Struck, Trial
from tests.faults.installation import LEASE, WECOM_TIMEOUT, Installation
from tests.faults.storm import WORKERS, Kill, Storm, gone_on_after, taken_over_after

FROZEN = 30.0  # seconds
MOST_MORNINGS = 8  # in which what is scripted should strike
STARTING = 15.0  # seconds that processes need to come back on a busy machine; somebody has to be there to take over


def processes_killed(roles: Sequence[str]) -> Trial:
    """SIGKILL of worker, a worker's child, beat and web at random moments."""
    return lambda ground: kill(ground.town, ground.moments, roles)


def journals_out_of_reach(ground: Ground) -> Struck:
    """Workers as if each were on a machine of its own that is gone with it: nobody can read what they left."""
    town = ground.town
    town.elsewhere = True
    _restart(town)
    struck = kill(town, ground.moments, ["worker"] * 8)
    town.elsewhere = False
    _restart(town)
    return struck


def _restart(town: Installation) -> None:
    """Other workers in place of these, which have nothing in hand."""
    for name in WORKERS:
        town.kill(name)
    town.start(*WORKERS)


def kill(town: Installation, moments: random.Random, roles: Sequence[str]) -> Struck:
    """SIGKILL for each role in its turn, and everything sent afterwards."""
    kills = Storm(town, moments).rage(roles)
    town.settle()
    too_long = [span for span in taken_over_after(town, kills) if span > LEASE + STARTING]
    late = tuple(f"what a killed process held was taken over after {span:.1f} s" for span in too_long)
    answers = f"; {len(town.visitors.confirmed)} answers at the pages, none lost" if "web" in roles else ""
    return Struck(len(kills), f"{spans(town, kills)}{answers}", tuple(kills), late)


def spans(town: Installation, kills: Sequence[Kill]) -> str:
    """How soon what was held was taken over, and how soon the next message left."""
    taken, gone_on = taken_over_after(town, kills), gone_on_after(town, kills)
    parts = [f"{sum(kill.between for kill in kills)} between claim and outcome"]
    if taken:
        parts.append(f"taken over after {median(taken):.1f} s, at most {max(taken):.1f} s")
    if gone_on:
        parts.append(f"next message after {median(gone_on):.1f} s, at most {max(gone_on):.1f} s")
    return "; ".join(parts)


def everything_killed(ground: Ground) -> Struck:
    """A power cut: every process, PostgreSQL and Redis at once, and all of it back."""
    times = 3
    waits = []
    for _ in range(times):
        ground.mid_batch()
        for name in (*WORKERS, "beat", "web"):
            ground.town.kill(name)
        ground.postgresql.stop("immediate")
        ground.redis.kill()
        ground.redis.start()
        ground.postgresql.start()
        ground.town.start(*WORKERS, "beat", "web")
        waits.append(ground.first_after(time.time()))
    ground.town.settle()
    return Struck(times, f"next message at most {max(waits):.1f} s after the processes were started again")


def redis_flushed(ground: Ground) -> Struck:
    """FLUSHALL in the middle of a batch."""
    times = 5
    with redis.Redis.from_url(ground.redis.url) as client:
        for _ in range(times):
            ground.mid_batch()
            client.flushall()
    ground.town.settle()
    return Struck(times)


def redis_restarted(ground: Ground) -> Struck:
    """SIGKILL of a Redis without persistence, and a new one."""
    times = 3
    waits = []
    for _ in range(times):
        ground.mid_batch()
        ground.redis.kill()
        ground.redis.start()
        waits.append(ground.first_after(time.time()))
    ground.town.settle()
    return Struck(times, f"next message after at most {max(waits):.1f} s")


def redis_frozen(ground: Ground) -> Struck:
    """SIGSTOP for half a minute; `cuiban tick` does the round meanwhile, and a new morning comes with the thaw."""
    ground.mid_batch()
    ground.redis.freeze()
    began, before = time.time(), ground.town.sinks.count()
    ground.town.processes.command("tick")
    meanwhile = ground.town.sinks.count() - before
    time.sleep(max(0.0, began + FROZEN - time.time()))
    ground.town.next_morning()
    ground.redis.thaw()
    wait = ground.first_after(time.time())
    ground.town.settle()
    return Struck(
        1, f"{meanwhile} messages left meanwhile, by the job in hand and `cuiban tick`; {wait:.1f} s after it"
    )


def postgresql_restarted(ground: Ground) -> Struck:
    """Stopped in the middle of a batch, twice in order and twice as in a crash, and started again."""
    waits = []
    for mode in ("fast", "immediate") * 2:
        ground.mid_batch()
        ground.postgresql.stop(mode)
        ground.postgresql.start()
        waits.append(ground.first_after(time.time()))
    ground.town.settle()
    return Struck(len(waits), f"next message after at most {max(waits):.1f} s")


def mail(*faults: Fault) -> Trial:
    """The mail server answers otherwise for some messages of a morning."""
    return lambda ground: _scripted(ground, faults)


def mail_to_leaders(ground: Ground) -> Struck:
    """The mail server takes what goes to the leaders and hangs up without a word: nobody repeats it by himself."""
    bureaus = range(ground.town.city.bureaus)
    whom = [address("leader", bureau, number) for bureau in bureaus for number in range(LEADERS)]
    return _scripted(ground, [Fault("dot", DROP, recipient=recipient, times=1) for recipient in whom])


def wecom(*faults: WecomFault) -> Trial:
    """WeCom answers otherwise for some posts of a morning."""
    return lambda ground: _scripted(ground, (), faults)


def _scripted(ground: Ground, mails: Sequence[Fault], posts: Sequence[WecomFault] = ()) -> Struck:
    """Mornings go by until every scripted fault has struck."""
    sinks = ground.town.sinks
    sinks.mail.script(*mails)
    sinks.wecom.script(*posts)
    wanted = left = sinks.mail.unspent() + sinks.wecom.unspent()
    for _ in range(MOST_MORNINGS):
        ground.town.next_morning()
        ground.town.settle()
        left = sinks.mail.unspent() + sinks.wecom.unspent()
        if not left:
            break
    sinks.heal()
    return Struck(wanted - left)


def three_beats(ground: Ground) -> Struck:
    """Three beats wake the tick at once, for three mornings."""
    ground.town.start("beat-2", "beat-3")
    for _ in range(3):
        ground.mid_batch()
        ground.town.settle()
    for name in ("beat-2", "beat-3"):
        ground.town.kill(name)
    return Struck(3)


def time_set_back(ground: Ground) -> Struck:
    """Business time goes back an hour in the middle of a batch: inside the window, then out of it."""
    town = ground.town
    ground.mid_batch()
    town.at(timedelta(hours=1))
    ground.more(5)
    town.at(timedelta(minutes=1))
    town.settle()
    ground.mid_batch()
    town.at(timedelta(minutes=-30))
    time.sleep(2)  # the jobs in hand end
    before = town.sinks.count()
    time.sleep(2)
    left = town.sinks.count() - before
    assert left == 0, f"{left} messages left outside the window"
    town.at(timedelta(minutes=2))
    town.settle()
    return Struck(2, "nothing left while the window was shut")


TRIALS: dict[str, Trial] = {
    "SIGKILL of a worker whose journal is out of reach": journals_out_of_reach,
    "everything at once: processes, PostgreSQL, Redis": everything_killed,
    "Redis flushed": redis_flushed,
    "Redis restarted without persistence": redis_restarted,
    f"Redis frozen for {FROZEN:.0f} s": redis_frozen,
    "PostgreSQL restarted": postgresql_restarted,
    "SMTP answers 4xx": mail(
        Fault("rcpt", "450 4.2.1 Try again later", times=6),
        Fault("dot", "451 4.3.0 Try again later", times=6),
        Fault("mail", "421 4.7.0 Too busy", times=2),
    ),
    "SMTP answers 5xx": mail(
        Fault("rcpt", "550 5.1.1 No such user", times=3),
        Fault("dot", "554 5.6.0 Refused", times=2),
    ),
    "SMTP drops after the final dot": mail(Fault("dot", DROP, times=10)),
    "SMTP drops after the final dot, to leaders": mail_to_leaders,
    "WeCom answers 45009": wecom(WecomFault(errcode=45009, times=3)),
    "WeCom answers 93000": wecom(WecomFault(errcode=93000, times=3)),
    "WeCom answers -1": wecom(WecomFault(errcode=-1, times=4)),
    "WeCom does not answer": wecom(WecomFault(delay=WECOM_TIMEOUT * 2, times=3)),  # it took them, and is late
    "three beats at once": three_beats,
    "business time set back an hour": time_set_back,
}
