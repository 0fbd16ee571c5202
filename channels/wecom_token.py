"""The access token of a WeCom application: fetched once, kept, and fetched again only when WeCom says it is spent.

`GET /cgi-bin/gettoken?corpid=&corpsecret=` (document 91039): valid for about 7200 s, may end early, must be cached, and
fetching too often is blocked. No clock is needed: a spent token is answered with 40014, 42001 or 41001.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from typing import Protocol

import redis

from channels.outcome import Outcome, Verdict
from channels.posting import JsonClient
from channels.wecom_errors import judge_errcode

_PATH = "/cgi-bin/gettoken"


class TokenStore(Protocol):
    """Where the token lies. One shared by all processes spares WeCom a fetch for each of them."""

    def load(self) -> str:
        """The token, or "" where there is none."""

    def save(self, token: str, valid_for: timedelta) -> None:
        """Keep the token, at most as long as it is valid."""


class TokenInMemory:
    """The token of one process."""

    def __init__(self) -> None:
        """Empty."""
        self._token = ""

    def load(self) -> str:
        """As TokenStore.load."""
        return self._token

    def save(self, token: str, valid_for: timedelta) -> None:
        """As TokenStore.save; WeCom tells when it has ended."""
        self._token = token


class TokenInRedis:
    """The token of all processes, so that none makes another's invalid; without Redis, of this one."""

    def __init__(self, client: redis.Redis, corpid: str, agentid: int) -> None:
        """`client` must have a socket timeout."""
        self._client, self._name = client, f"cuiban:wecom-token:{corpid}:{agentid}"
        self._alone = TokenInMemory()

    def load(self) -> str:
        """As TokenStore.load."""
        try:
            found = self._client.get(self._name)
        except redis.RedisError:
            return self._alone.load()
        return found.decode("ascii", "replace") if isinstance(found, bytes) else str(found or "")

    def save(self, token: str, valid_for: timedelta) -> None:
        """As TokenStore.save; it leaves Redis no later than its validity."""
        self._alone.save(token, valid_for)
        with contextlib.suppress(redis.RedisError):
            self._client.set(self._name, token, ex=max(1, int(valid_for.total_seconds())))


class Token:
    """A valid token for whoever asks; however many threads find it spent at once, one of them fetches."""

    def __init__(self, client: JsonClient, corpid: str, secret: str, store: TokenStore) -> None:
        """Nothing is fetched until the first use."""
        self._client, self._store = client, store
        self._query = {"corpid": corpid, "corpsecret": secret}
        self._lock = threading.Lock()

    def get(self, spent: str = "") -> str | Outcome:
        """A token other than the `spent` one; an Outcome where there is none to be had."""
        with self._lock:
            token = self._store.load()
            return token if token and token != spent else self._fetch()

    def _fetch(self) -> str | Outcome:
        answer = self._client.get(_PATH, self._query)
        if isinstance(answer, Outcome):
            return _not_in_doubt(answer)
        token, errcode = answer.get("access_token"), answer.get("errcode", 0)
        if errcode == 0 and isinstance(token, str) and token:
            seconds = answer.get("expires_in")
            self._store.save(token, timedelta(seconds=seconds if isinstance(seconds, int) else 7200))
            return token
        if not isinstance(errcode, int) or errcode == 0:
            return Outcome(Verdict.RETRY_LATER, "no-token", "企业微信没有给出访问凭证。")
        return judge_errcode(errcode, str(answer.get("errmsg", "")), (self._query["corpsecret"],))


def _not_in_doubt(outcome: Outcome) -> Outcome:
    # No message was on its way yet, so nothing can have been delivered.
    if outcome.verdict is not Verdict.IN_DOUBT:
        return outcome
    return Outcome(Verdict.RETRY_LATER, outcome.code, "企业微信没有给出访问凭证，消息还没有交出。")
