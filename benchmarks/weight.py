"""Bytes and requests that a person's phone pays for: a cold start page, the next question, the passport of a company; as sent, gzipped."""

import asyncio
import re
import tempfile
from pathlib import Path

from benchmarks.answers import SECRET, form_of, prepare, served
from benchmarks.http import Visitor

PORT = 8765
ASSET = re.compile(r"(?:href|src)=\"(/static/[^\"]+)\"")


async def measure(code: str) -> list[tuple[str, int, int]]:
    """Return for each page its name, its bytes with what it brings along, and the number of requests."""
    phone = Visitor("127.0.0.1", PORT)
    start = await phone.get("/")
    assets = list(dict.fromkeys(ASSET.findall(start.body)))
    cold = start.bytes + sum([(await phone.get(path)).bytes for path in assets])
    await phone.post_and_follow("/admissions", {"code": code})
    page = await phone.post_and_follow("/sitting/language", {"language": "fr"})
    welcome = (form_of(page.body, "/sitting/welcome") or {}) | {"called": "Weight", "consent": "yes"}
    await phone.post_and_follow("/sitting/welcome", welcome)
    page = await phone.post_and_follow("/sitting/sections/1", {})
    questions = []
    while fields := form_of(page.body, "/sitting/responses"):
        page = await phone.post_and_follow("/sitting/responses", fields)
        questions.append(page.bytes)
    await phone.post_and_follow("/sitting/submission", {})
    passport = await phone.get("/passport")
    await phone.close()
    return [
        ("cold start page with all it needs", cold, 1 + len(assets)),
        ("next question, median", sorted(questions)[len(questions) // 2], 1),
        ("passport of one part", passport.bytes, 1),
    ]


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'weight.db'}"
        code = prepare(url, 1)[0]
        settings = {"PARAAT_DATABASE_URL": url, "PARAAT_SECRET": SECRET, "PARAAT_ADDRESS": f"http://127.0.0.1:{PORT}"}
        with served(["-m", "web.cli", "serve", "--port", str(PORT)], PORT, settings):
            rows = asyncio.run(measure(code))
    print("| page | kB | requests |")
    print("|---|---|---|")
    for name, size, requests in rows:
        print(f"| {name} | {size / 1000:.1f} | {requests} |")


if __name__ == "__main__":
    main()
