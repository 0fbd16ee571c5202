"""A mail server that takes everything and keeps nothing, in a process of its own: what is measured is who sends to it.

What was said together is answered together, as RFC 2920 asks of a server; `--latency`: seconds an answer is under way.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ANSWERS = {
    b"MAIL": b"250 2.1.0 Ok\r\n",
    b"RCPT": b"250 2.1.5 Ok\r\n",
    b"DATA": b"354 End with a dot\r\n",
    b"RSET": b"250 2.0.0 Ok\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}
END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, pipelining: bool, latency: float) -> None:
        offers = b"250-PIPELINING\r\n" if pipelining else b""
        self._greeting = b"250-sink.example.gov.cn\r\n" + offers + b"250 SIZE 10485760\r\n"
        self._latency = latency
        self._unread = b""
        self._in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(b"220 sink.example.gov.cn ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        answers = []
        while answer := self._next():
            answers.append(answer)
        if answers:
            self._say(b"".join(answers))

    def _next(self) -> bytes:
        """The answer to the next whole thing that was said; empty where there is none."""
        _, end, rest = self._unread.partition(END if self._in_message else b"\r\n")
        if not end:
            return b""
        word, self._unread = self._unread[:4].upper(), rest
        if self._in_message:
            self._in_message = False
            return b"250 2.0.0 Queued\r\n"
        self._in_message = word == b"DATA"
        return self._greeting if word in (b"EHLO", b"HELO") else ANSWERS.get(word, b"502 5.5.2 No\r\n")

    def _say(self, answer: bytes) -> None:
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, answer)
        else:
            self._transport.write(answer)


@contextlib.contextmanager
def sink(*options: str) -> Iterator[int]:
    """Its port."""
    command = [sys.executable, "-m", "benchmarks._sink", *options]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def _serve(pipelining: bool, latency: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Session(pipelining, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until the end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--latency", type=float, default=0.0)
    given = parser.parse_args()
    asyncio.run(_serve(not given.no_pipelining, given.latency))


if __name__ == "__main__":
    main()
