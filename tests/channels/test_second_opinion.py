"""Our mail to a mail server that somebody else wrote."""

from __future__ import annotations

import socket
import warnings
from typing import Any

import pytest

from channels.outcome import Verdict
from channels.smtp import SmtpChannel
from channels.smtp_settings import Security, SmtpSettings
from tests.channels.letters import letter

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own, at import
    controller = pytest.importorskip("aiosmtpd.controller")


class Keeper:
    """aiosmtpd's handler: keeps what it is given, and knows one address that is gone."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("gone@"):
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 Taken"


def test_another_server_receives_every_byte_and_refuses_as_it_likes() -> None:
    keeper = Keeper()
    with socket.socket() as free:  # the controller does not tell which port it was given, so it is told one
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = controller.Controller(keeper, hostname="127.0.0.1", port=port)
    server.start()
    try:
        sender = SmtpChannel(SmtpSettings("127.0.0.1", port, "zwgk@example.gov.cn", Security.NONE))
        addresses = ("a@example.gov.cn", "gone@example.gov.cn", "b@example.gov.cn")
        (mails,) = zip(*(sender.render(letter(address=address)) for address in addresses), strict=True)
        verdicts = [sender.send(mail).verdict for mail in mails]
        sender.close()
    finally:
        server.stop()
    assert verdicts == [Verdict.ACCEPTED, Verdict.DEAD_RECIPIENT, Verdict.ACCEPTED]
    assert [envelope.original_content for envelope in keeper.envelopes] == [mails[0].body, mails[2].body]
