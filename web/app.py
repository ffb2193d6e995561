"""The app: settings, database, layers, pages. `create_app` is the composition root."""

import asyncio
import gc
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import web.pages
from storage.database import Database
from storage.media import MediaStore
from web import errors
from web.rendering import HERE, remember_paths
from web.security import Shield
from web.settings import Settings
from web.tokens import Signer

THREADS = 6
"""How many requests work at once; more would only make two cores and one writer change hands more often."""

BUSIEST = ("web.pages.questions",)


class BuiltFiles(StaticFiles):
    """Static files whose names change with their content may be kept for ever."""

    def file_response(self, *args, **kwargs):  # type: ignore[no-untyped-def] # noqa: ANN002, ANN003, ANN201 (Starlette's own signature)
        """Say so to the browser."""
        response = super().file_response(*args, **kwargs)
        scope: Scope = args[2] if len(args) > 2 else kwargs["scope"]  # noqa: PLR2004 (path, stat, scope)
        kept = "/build/" in scope["path"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "public, max-age=3600"
        return response


def create_app(settings: Settings) -> FastAPI:
    """Return the app for these settings; opens the database lazily and closes it at shutdown."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        # All that is loaded by now stays. Looking through it again and again for what can go would keep a request waiting for
        # a tenth of a second each time.
        gc.collect()
        gc.freeze()
        yield
        app.state.database.close()

    app = FastAPI(title="Paraat", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.settings = settings
    app.state.signer = Signer(settings.secret.get_secret_value())
    app.state.database = Database(settings.database_url)
    app.state.media = MediaStore(settings.media_store)
    app.state.writer_queue = asyncio.Lock() if app.state.database.is_sqlite else None
    # Routes are tried in turn: first where most requests go.
    for module in sorted(page_modules(), key=lambda module: module.__name__ not in BUSIEST):
        app.include_router(module.router)
    remember_paths(app)
    app.mount("/static", BuiltFiles(directory=HERE / "static"), name="static")
    errors.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=3)
    app.add_middleware(Shield, refuse=errors.error_page, https=urlsplit(settings.address).scheme == "https")
    return app


def page_modules() -> list[ModuleType]:
    """Return the modules of `web.pages`, each with its `router`."""
    names = sorted(info.name for info in pkgutil.iter_modules(web.pages.__path__))
    return [importlib.import_module(f"web.pages.{name}") for name in names]
