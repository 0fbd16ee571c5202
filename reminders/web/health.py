"""`GET /healthz`: whether the process serves and the database answers, and how the other parts stand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from reminders.web.backend import Backend, Health, Light


def healthz(backend: Backend) -> Callable[[Request], Awaitable[JSONResponse]]:
    """The endpoint for one backend."""

    async def endpoint(request: Request) -> JSONResponse:
        try:
            health = await run_in_threadpool(backend.health)
        except Exception:  # whatever keeps the database from answering, the answer is the same
            health = Health(Light.DOWN, Light.DOWN, Light.DOWN, Light.DOWN, {"database": "数据库没有应答。"})
        return JSONResponse(_named(health), status_code=_status(health, strict="strict" in request.query_params))

    return endpoint


def _named(health: Health) -> dict[str, object]:
    lights = {
        "database": health.database,
        "broker": health.broker,
        "last_tick": health.last_tick,
        "oldest_unsent": health.oldest_unsent,
    }
    return {**{name: light.value for name, light in lights.items()}, "details": health.details}


def _status(health: Health, *, strict: bool) -> int:
    lights = (health.database, health.broker, health.last_tick, health.oldest_unsent)
    well = all(light is Light.OK for light in lights) if strict else health.database is not Light.DOWN
    return 200 if well else 503
