"""A browser for load: keeps its connection and its cookies, follows a redirect, measures nothing itself.

Hand-written on asyncio streams, because a general HTTP client would use more of the two cores than the server that it loads.
"""

import asyncio
import gzip
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    location: str
    body: str
    bytes: int
    """The size of the body as it was sent."""


@dataclass(slots=True)
class Visitor:
    """One person's browser."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> Answer:
        """Fetch a page."""
        return await self._ask("GET", path, b"")

    async def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return await self._ask("POST", path, urlencode(fields).encode())

    async def post_and_follow(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form and fetch the pages that it leads to."""
        answer = await self.post(path, fields)
        while answer.status == 303:
            parts = urlsplit(answer.location)
            answer = await self.get(parts.path + (f"?{parts.query}" if parts.query else ""))
        return answer

    async def close(self) -> None:
        """Hang up."""
        if self.writer:
            self.writer.close()

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept-Language: fr\r\nAccept-Encoding: gzip\r\n"
            f"Cookie: {cookies}\r\n"
        )
        if method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        self.writer.write(head.encode() + b"\r\n" + body)
        status_line, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
            headers[name.lower()] = value
        if headers.get("transfer-encoding") == "chunked":
            data = await self._chunks()
        else:
            data = await self.reader.readexactly(int(headers.get("content-length", "0")))
        sent = len(data)
        if headers.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        return Answer(int(status_line.split(" ")[1]), headers.get("location", ""), data.decode(errors="replace"), sent)

    async def _chunks(self) -> bytes:
        assert self.reader is not None
        parts = []
        while size := int(await self.reader.readline(), 16):
            parts.append(await self.reader.readexactly(size))
            await self.reader.readline()
        await self.reader.readline()
        return b"".join(parts)
