"""The start page: what this is, for each of the three people."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from web.rendering import page

router = APIRouter()


@router.get("/", name="start.index")
def index(request: Request) -> HTMLResponse:
    """Show it."""
    return page(request, "start/index.html")
