"""So many sends per destination in any sixty seconds.

WeCom lets a robot post 20 messages a minute (document 91770) and blocks it for the rest of the minute beyond that
(45009); the budget here is 18, so that clocks that differ a little and a message sent by hand still fit in.
The moment is an argument: seconds of machine time since the epoch, the same clock in every process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Protocol

import redis

WINDOW = 60.0  # seconds
WECOM_BUDGET = 18  # of the 20 that WeCom allows


class RateLimiter(Protocol):
    """Asked before every send to a limited destination."""

    def wait(self, key: str, now: float) -> float:
        """Seconds until a send is allowed; 0 means go, and the send is counted.

        `key` must hold no secret: channels.secrets.destination_key makes one.
        """


def quarter(budget: int) -> int:
    """What one process takes of a shared budget when it cannot see the others."""
    return max(1, budget // 4)


class InProcessLimiter:
    """A sliding window in the memory of one process; safe among its threads."""

    def __init__(self, budget: int = WECOM_BUDGET, window: float = WINDOW, most_keys: int = 10_000) -> None:
        """`budget` sends in any `window` seconds for each of the `most_keys` keys used last."""
        self._budget, self._window, self._most_keys = budget, window, most_keys
        self._sends: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, now: float) -> float:
        """As RateLimiter.wait."""
        with self._lock:
            sends = self._window_of(key)
            # Time does not run backwards for a window: a clock set back must not let twice the budget through.
            now = max(now, sends[-1]) if sends else now
            while sends and sends[0] <= now - self._window:
                sends.popleft()
            if len(sends) >= self._budget:
                return sends[0] + self._window - now
            sends.append(now)
            return 0.0

    def _window_of(self, key: str) -> deque[float]:
        sends = self._sends.setdefault(key, deque())
        self._sends.move_to_end(key)
        if len(self._sends) > self._most_keys:
            self._sends.popitem(last=False)
        return sends


# One script, so that two processes never both take the last place. Scores are moments; a member needs a name of its
# own, or two sends of one moment would count as one: the counter beside the window gives it.
_SCRIPT = """
local newest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local now = tonumber(ARGV[1])
if newest[2] and tonumber(newest[2]) > now then now = tonumber(newest[2]) end
local window = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now - window))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return string.format('%.6f', tonumber(oldest[2]) + window - now)
end
redis.call('ZADD', KEYS[1], string.format('%.6f', now), redis.call('INCR', KEYS[2]))
redis.call('PEXPIRE', KEYS[1], math.ceil(window * 1000))
redis.call('PEXPIRE', KEYS[2], math.ceil(window * 1000))
return '0'
"""


class RedisLimiter:
    """The same window shared by every process through Redis; without Redis this process takes a quarter."""

    def __init__(
        self,
        client: redis.Redis,
        budget: int = WECOM_BUDGET,
        window: float = WINDOW,
        prefix: str = "cuiban:rate:",
        on_loss: Callable[[redis.RedisError], None] | None = None,
    ) -> None:
        """`client` must have a socket timeout; `on_loss` is told of every call that Redis did not answer."""
        self._script = client.register_script(_SCRIPT)
        self._budget, self._window, self._prefix, self._on_loss = budget, window, prefix, on_loss
        self._alone = InProcessLimiter(quarter(budget), window)

    def wait(self, key: str, now: float) -> float:
        """As RateLimiter.wait; what Redis does never raises here."""
        # The braces keep both keys on one node of a cluster.
        keys = [f"{self._prefix}{{{key}}}", f"{self._prefix}{{{key}}}:n"]
        try:
            return float(self._script(keys=keys, args=[f"{now:.6f}", self._window, self._budget]))
        except redis.RedisError as error:
            if self._on_loss is not None:
                self._on_loss(error)
            return self._alone.wait(key, now)
