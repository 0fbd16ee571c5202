"""A recording SMTP server with scripted faults, in a thread of its own.

    with SmtpServer() as server:
        server.script(Fault("rcpt", "550 5.1.1 No such user", recipient="gone@example.gov.cn"))
        … send to server.host, server.port …
        server.records

As a process: python -m tests.fakes.smtp_server --port 2525 --log mails.jsonl --fault '{"at": "dot", "answer": ""}'
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import contextlib
import json
import re
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from tests.fakes.records import Mail, Records

STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot")
DROP = ""  # as an answer: close the connection without a word
_LINE = 512 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, where, for whom and how often."""

    at: str  # one of STAGES; "body": after DATA was allowed, before the final dot is read; "dot": after it
    answer: str | None = None  # the line sent instead of the good one; DROP closes; None only delays
    recipient: str = ""  # only for this envelope recipient; "" for everybody
    after: int = 0  # how many matching chances go by first
    times: int | None = None  # how often it strikes; None for ever
    delay: float = 0.0  # seconds to wait before answering

    def __post_init__(self) -> None:
        if self.at not in STAGES:
            raise ValueError(f"a fault strikes at one of {', '.join(STAGES)}, not at {self.at!r}")


class SmtpServer:
    """Speaks SMTP on a port of its own; `records` are the mails that came to their final dot."""

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        port: int = 0,
        log: Path | None = None,
        user: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        extensions: tuple[str, ...] = ("PIPELINING", "SIZE 10485760"),
        latency: float = 0.0,
    ) -> None:
        """`latency`: seconds that every answer is under way; with `user` set, MAIL waits for a login."""
        self.port = port
        self._mails: Records[Mail] = Records(log)
        self._user, self._password = user, password
        self._tls, self._starttls = tls, starttls
        self._extensions, self._latency = extensions, latency
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-smtp", daemon=True)
        self.connections = 0
        self.commands: list[str] = []  # every command line, credentials left out

    @property
    def records(self) -> list[Mail]:
        return self._mails.all()

    @property
    def mails(self) -> Records[Mail]:
        """The records as something to wait for."""
        return self._mails

    def script(self, *faults: Fault) -> None:
        """Add faults; the first that matches strikes."""
        with self._lock:
            self._faults.extend(faults)

    def unspent(self) -> int:
        """How often the scripted faults may still strike; those without a number of times do not count."""
        with self._lock:
            return sum(fault.times or 0 for fault in self._faults)

    def heal(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def strike(self, at: str, recipient: str = "") -> Fault | None:
        """The fault that strikes now, counted down; the session's question."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.at != at or (fault.recipient and fault.recipient != recipient) or fault.times == 0:
                    continue
                if fault.after > 0:
                    self._faults[index] = replace(fault, after=fault.after - 1)
                    continue
                if fault.times is not None:
                    self._faults[index] = replace(fault, times=fault.times - 1)
                return fault
        return None

    def __enter__(self) -> SmtpServer:
        self._thread.start()
        assert self._started.wait(10), "the fake SMTP server did not start"
        assert self.port, "the fake SMTP server could not take its port"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port and every connection."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def drop_connections(self) -> None:
        """Close every open connection, as a server does with idle ones; the port stays open."""
        self._loop.call_soon_threadsafe(self._close_sessions)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        try:
            server = await asyncio.start_server(self._session, self.host, self.port, ssl=self._tls, limit=_LINE)
            self.port = server.sockets[0].getsockname()[1]
        except OSError:
            self.port = 0
            raise
        finally:
            self._started.set()
        await self._stopping.wait()
        server.close()
        self._close_sessions()
        await asyncio.sleep(0)

    def _close_sessions(self) -> None:
        for writer in self._writers:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await _Session(self, reader, writer).talk()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError, _DroppedError):
            pass
        finally:
            if self._latency:
                await asyncio.sleep(self._latency)  # what was said is still on the wire
            self._writers.discard(writer)
            writer.close()


class _DroppedError(Exception):
    """The script closes the connection here."""


class _Session:
    """One connection."""

    def __init__(self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._signed_in = not server._user
        self._encrypted = server._tls is not None
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._unsaid = bytearray()

    async def talk(self) -> None:
        try:
            await self._talk()
        finally:
            self._flush()

    async def _talk(self) -> None:
        await self._answer("connect", "220 fake.example.gov.cn ESMTP")
        while line := await self._reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            verb = text.split(" ")[0].upper()
            self._server.commands.append("AUTH …" if verb == "AUTH" else text)
            if verb == "QUIT":
                await self._say("221 2.0.0 Bye")
                return
            handler = getattr(self, f"_on_{verb.lower()}", None)
            if handler is None:
                await self._say("502 5.5.2 Command not recognized")
            else:
                await handler(text)

    async def _on_ehlo(self, _line: str) -> None:
        offers = list(self._server._extensions)
        if self._server._starttls is not None and not self._encrypted:
            offers.append("STARTTLS")
        if self._server._user:
            offers.append("AUTH PLAIN LOGIN")
        lines = ["fake.example.gov.cn", *offers]
        await self._answer("ehlo", "\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines))

    async def _on_helo(self, _line: str) -> None:
        await self._answer("ehlo", "250 fake.example.gov.cn")

    async def _on_starttls(self, _line: str) -> None:
        if self._server._starttls is None:
            await self._say("502 5.5.1 Not offered")
            return
        await self._say("220 2.0.0 Go ahead")
        self._flush()
        await self._writer.start_tls(self._server._starttls)
        self._encrypted = True

    async def _on_auth(self, line: str) -> None:
        _, mechanism, *initial = line.split(" ")
        if mechanism.upper() == "PLAIN":
            given = initial[0] if initial else await self._challenge("")
            _, user, password = (_decoded(given) + "\0\0").split("\0")[:3]
        else:
            user = _decoded(initial[0] if initial else await self._challenge("VXNlcm5hbWU6"))
            password = _decoded(await self._challenge("UGFzc3dvcmQ6"))
        self._signed_in = (user, password) == (self._server._user, self._server._password)
        good = "235 2.7.0 Authentication successful" if self._signed_in else "535 5.7.8 Authentication failed"
        await self._answer("auth", good)

    async def _on_mail(self, line: str) -> None:
        if not self._signed_in:
            await self._say("530 5.7.0 Authentication required")
            return
        fault = self._server.strike("mail")
        if await self._answered(fault, "250 2.1.0 Ok"):
            self._sender, self._recipients = _angled(line), []

    async def _on_rcpt(self, line: str) -> None:
        if self._sender is None:
            await self._say("503 5.5.1 MAIL first")
            return
        recipient = _angled(line)
        fault = self._server.strike("rcpt", recipient)
        if await self._answered(fault, "250 2.1.5 Ok"):
            self._recipients.append(recipient)

    async def _on_data(self, _line: str) -> None:
        if not self._recipients:
            await self._say("503 5.5.1 RCPT first")
            return
        recipient = self._recipients[-1]
        if not await self._answered(self._server.strike("data", recipient), "354 End with a dot"):
            return
        await self._answered(self._server.strike("body", recipient), None)
        raw = await self._body()
        fault = self._server.strike("dot", recipient)
        answer = "250 2.0.0 Queued" if fault is None or fault.answer is None else fault.answer
        sender = self._sender or ""
        self._server.mails.add(Mail(sender, tuple(self._recipients), raw, answer, time.time()))
        self._sender, self._recipients = None, []
        await self._answered(fault, "250 2.0.0 Queued")

    async def _on_rset(self, _line: str) -> None:
        self._sender, self._recipients = None, []
        await self._say("250 2.0.0 Ok")

    async def _on_noop(self, _line: str) -> None:
        await self._say("250 2.0.0 Ok")

    async def _body(self) -> bytes:
        lines = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line:
                raise _DroppedError
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def _challenge(self, words: str) -> str:
        await self._say(f"334 {words}")
        return (await self._reader.readline()).decode("ascii", "replace").strip()

    async def _answer(self, stage: str, good: str) -> None:
        await self._answered(self._server.strike(stage), good)

    async def _answered(self, fault: Fault | None, good: str | None) -> bool:
        """Say what is due; whether it was the good answer."""
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is None or fault.answer is None:
            if good is not None:
                await self._say(good)
            return True
        if fault.answer == DROP:
            raise _DroppedError
        await self._say(fault.answer)
        if fault.answer.startswith("421"):
            raise _DroppedError
        return False

    async def _say(self, line: str) -> None:
        data = line.encode("utf-8") + b"\r\n"
        if self._server._latency:
            # A long wire, not a slow server: what was asked together is answered together, one latency later.
            asyncio.get_running_loop().call_later(self._server._latency, self._writer.write, data)
        else:
            # As servers do (RFC 2920 §3.2): what was asked together is answered together, once nothing more is there.
            if not self._unsaid:
                asyncio.get_running_loop().call_soon(self._flush)
            self._unsaid += data

    def _flush(self) -> None:
        self._writer.write(bytes(self._unsaid))
        self._unsaid.clear()


def _angled(line: str) -> str:
    found = re.search(r"<([^>]*)>", line)
    return found[1] if found else ""


def _decoded(text: str) -> str:
    with contextlib.suppress(binascii.Error, UnicodeDecodeError):
        return base64.b64decode(text, validate=True).decode("utf-8")
    return ""


def _faults(texts: list[str]) -> Iterator[Fault]:
    for text in texts:
        yield Fault(**json.loads(text))


def main() -> int:
    parser = argparse.ArgumentParser(description="A recording SMTP server with scripted faults.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument(
        "--fault", action="append", default=[], help='JSON, e.g. {"at": "rcpt", "answer": "450 4.2.1 x"}'
    )
    given = parser.parse_args()
    extensions = ("SIZE 10485760",) if given.no_pipelining else ("PIPELINING", "SIZE 10485760")
    server = SmtpServer(
        port=given.port,
        log=given.log,
        user=given.user,
        password=given.password,
        latency=given.latency,
        extensions=extensions,
    )
    server.script(*_faults(given.fault))
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    # The caller may end us as soon as it has read the port: even while we print it.
    with server, contextlib.suppress(KeyboardInterrupt):
        print(server.port, flush=True)  # the caller may have asked for any free port
        signal.pause()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
