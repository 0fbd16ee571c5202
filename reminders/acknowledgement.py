"""Signed links, the page's nonce, and what makes an answer suspect.

A link is a random id, signed; everything else about it stands in a row found by the hash of that id. Forgeries are
turned away before any query. Machines open links, and some press buttons: an answer counts at once only when the page
it came from was made by us, some seconds ago, and the message has lain with its reader for a while. Anything else is
recorded and asked again with a two-digit number that a person reads off the page.

All moments are arguments. Nonces and receipts count in machine time, the message's acceptance in business time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadSignature, Signer

_LINK, _NONCE, _NUMBER, _RECEIPT = "cuiban.link", "cuiban.nonce", "cuiban.number", "cuiban.receipt"
_SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """How young is too young; every figure is a setting."""

    page_age: timedelta = timedelta(seconds=3)  # machine time between making the page and its POST
    after_acceptance: timedelta = timedelta(seconds=60)  # business time after the first channel took the message
    withdraw: timedelta = timedelta(minutes=10)  # machine time in which the giver may take an answer back


class Suspicion(StrEnum):
    """Why an answer does not count at once."""

    NO_NONCE = "no_nonce"
    TOO_YOUNG = "too_young"
    JUST_ACCEPTED = "just_accepted"


SUSPICIONS = {
    Suspicion.NO_NONCE: "这次提交不是从本页发出的",
    Suspicion.TOO_YOUNG: "页面打开不到几秒就提交了",
    Suspicion.JUST_ACCEPTED: "通知刚刚送达就提交了",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer counts now; if not, why."""

    suspicion: Suspicion | None = None

    @property
    def ok(self) -> bool:
        """True where the answer counts."""
        return self.suspicion is None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the giver's own page knows: which answers are his, and when he gave them."""

    obligations: tuple[int, ...]
    given_at: datetime


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """The keys that sign links and nonces, oldest first: the newest signs, all verify, so that they rotate.

    An old key stays in the list as long as the longest-lived link that it signed.
    """

    keys: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys or any(len(key) < _SHORTEST_KEY for key in self.keys):
            raise ValueError(f"签名密钥至少要有一个，每个不少于{_SHORTEST_KEY}个字符；请检查密钥设置。")

    def token(self, link_id: str) -> str:
        """The last part of /a/<token> for a random link id (22 characters give a token of 66)."""
        return self._signer(_LINK).sign(link_id).decode()

    def link_id(self, token: str) -> str | None:
        """The link id inside a token; None for anything we did not sign."""
        return self._unsign(_LINK, token)

    def nonce(self, link_id: str, made_at: datetime) -> str:
        """The signed moment at which a page was made, bound to its link."""
        return self._signer(_NONCE).sign(f"{_milliseconds(made_at)}-{_bound(link_id)}").decode()

    def made_at(self, nonce: str, link_id: str) -> datetime | None:
        """When the page of this nonce was made; None for a forged nonce or that of another link."""
        value = self._unsign(_NONCE, nonce)
        if value is None:
            return None
        moment, _, bound = value.partition("-")
        return _moment(moment) if bound == _bound(link_id) else None

    def number(self, nonce: str) -> str:
        """The two digits a person reads off the page of this nonce: 10 to 99."""
        signature = self._signer(_NUMBER).get_signature(nonce)
        return str(10 + int.from_bytes(hashlib.sha256(signature).digest()[:4], "big") % 90)

    def receipt(self, link_id: str, receipt: Receipt) -> str:
        """A signed receipt for the giver's page, with which he may take his answers back."""
        ids = ".".join(str(number) for number in receipt.obligations)
        return self._signer(_RECEIPT).sign(f"{_milliseconds(receipt.given_at)}-{_bound(link_id)}-{ids}").decode()

    def read_receipt(self, receipt: str, link_id: str) -> Receipt | None:
        """What a receipt says; None for a forged one or that of another link."""
        value = self._unsign(_RECEIPT, receipt)
        if value is None:
            return None
        moment, bound, ids = value.split("-")
        if bound != _bound(link_id):
            return None
        return Receipt(tuple(int(number) for number in ids.split(".") if number), _moment(moment))

    def _signer(self, salt: str) -> Signer:
        return Signer(list(self.keys), salt=salt, sep="~", key_derivation="hmac", digest_method=hashlib.sha256)

    def _unsign(self, salt: str, signed: str) -> str | None:
        try:
            return self._signer(salt).unsign(signed).decode()
        except (BadSignature, UnicodeError):
            return None


def link_hash(link_id: str) -> str:
    """What the store keeps in place of a link id: 64 hexadecimal digits."""
    return hashlib.sha256(link_id.encode()).hexdigest()


def judge(
    made_at: datetime | None, *, now: datetime, accepted_at: datetime | None, business_now: datetime, limits: Limits
) -> Verdict:
    """Does an answer count? `made_at` and `now` are machine time, `accepted_at` and `business_now` business time.

    A message without a known acceptance (its outcome is in doubt) is not held against the person who has its link.
    """
    if made_at is None or made_at > now + limits.page_age:
        return Verdict(Suspicion.NO_NONCE)
    if now - made_at < limits.page_age:
        return Verdict(Suspicion.TOO_YOUNG)
    if accepted_at is not None and business_now - accepted_at < limits.after_acceptance:
        return Verdict(Suspicion.JUST_ACCEPTED)
    return Verdict()


def may_withdraw(receipt: Receipt, *, now: datetime, limits: Limits) -> bool:
    """Whether the giver may still take back what the receipt names."""
    return timedelta(0) <= now - receipt.given_at <= limits.withdraw


def _bound(link_id: str) -> str:
    """What ties a nonce or a receipt to one link without repeating it."""
    return link_hash(link_id)[:16]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
