"""Many at once on few threads: nobody waits for ever, and nothing is doubled."""

import asyncio

import anyio
import httpx2
from fastapi import FastAPI
from sqlmodel import func, select

from assess.models import Response, ServedItem, Sitting
from storage.database import Database
from tests.conftest import ADDRESS, World
from tests.pages import checked_page

CLICKS = 12
THREADS = 2


async def _begin(app: FastAPI, code: str) -> tuple[httpx2.AsyncClient, dict[str, str]]:
    """Walk a candidate to the first question, and return the browser and a filled form."""
    browser = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=ADDRESS, follow_redirects=True, timeout=60
    )
    await browser.post("/admissions", data={"code": code})
    await browser.post("/sitting/language", data={"language": "fr"})
    await browser.post("/sitting/welcome", data={"called": "Bo", "consent": "yes", "language": "fr"})
    page = checked_page((await browser.post("/sitting/sections/1")).text)
    return browser, page.fields("form[action$='/sitting/responses']") | {"skip": "yes"}


async def _click_at_once(app: FastAPI, world: World) -> list[int]:
    # Fewer threads than clicks that wait for the same row: a commit that needed one of them would never come.
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    people = [await _begin(app, code) for code in world.codes]
    sent = [
        browser.post(path, data=fields, follow_redirects=False)
        for browser, fields in people
        for path in ("/sitting/responses", "/sitting/pause")
        for _ in range(CLICKS)
    ]
    answers = await asyncio.wait_for(asyncio.gather(*sent), timeout=60)
    for browser, _ in people:
        await browser.aclose()
    return [answer.status_code for answer in answers]


def test_many_clicks_at_once_all_get_an_answer_and_count_once(app: FastAPI, database: Database, world: World) -> None:
    statuses = asyncio.run(_click_at_once(app, world))

    assert statuses == [303] * (2 * CLICKS * len(world.codes))
    with database.reading() as session:
        sittings = session.exec(select(func.count()).select_from(Sitting)).one()
        first = select(func.count()).select_from(Response).join(ServedItem).where(ServedItem.position == 1)
        assert (sittings, session.exec(first).one()) == (len(world.codes), len(world.codes))
