"""A question to an application in this process."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


def answer(application: ASGIApp, path: str, **request: Any) -> httpx.Response:
    """What an application in this process answers; `client` in the request is who asks."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(application, client=request.pop("client", ("127.0.0.1", 50_000)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as client:
            return await client.get(path, **request)

    return asyncio.run(asked())
