"""The smallest honest quiz: one durable insert, a redirect, a small page. What our own acts are compared with."""

import os
from datetime import UTC, datetime
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table

from storage.database import Database

database = Database(os.environ["YARDSTICK_URL"])
metadata = MetaData()
answers = Table(
    "answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("option", String),
    Column("at", DateTime(timezone=True)),
)
metadata.create_all(database.engine)
app = FastAPI(openapi_url=None)
PAGE = (
    "<!doctype html><title>Question</title><form method=post action=/answers>"
    + "<label><input type=radio name=option value=a> a</label>" * 4
    + "<button>Next</button></form>"
)


@app.post("/answers")
def answer(option: Annotated[str, Form()]) -> RedirectResponse:
    """Keep an answer."""
    with database.transaction() as session:
        session.execute(answers.insert().values(option=option, at=datetime.now(UTC)))
    return RedirectResponse("/", status_code=303)


@app.get("/")
def question() -> HTMLResponse:
    """Show a question."""
    return HTMLResponse(PAGE)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=8766, log_level="error", access_log=False)
