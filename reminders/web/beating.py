"""A pulse while the application serves: from its own loop, so that one that hangs has none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

log = logging.getLogger("cuiban.web")


def beating(pulse: Callable[[], None], seconds: float) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """The lifespan in which `pulse` is called at once and then every so many seconds."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_beat(pulse, seconds))
        try:
            yield
        finally:
            task.cancel()

    return lifespan


async def _beat(pulse: Callable[[], None], seconds: float) -> None:
    while True:
        try:
            await run_in_threadpool(pulse)
        except Exception as error:  # a database that does not answer now is asked again
            log.warning("the page could not show that it serves: %s", type(error).__name__)
        await asyncio.sleep(seconds)
