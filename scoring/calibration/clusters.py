"""The same map over chunks on a Dask cluster: for more responses than one machine should carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from distributed import Client

from scoring.calibration.chunks import Chunk

A = TypeVar("A")
R = TypeVar("R")


class DaskMapper:
    """Map over the workers of a Dask cluster; `client` is a connected `distributed.Client`.

    The chunks travel to the workers once, when first asked for; after that only tables go out and statistics come back. The
    results are taken in the order of the chunks, whichever worker ends first, so the sum is the one that threads make.
    The workers need this package installed.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._chunks: Sequence[Chunk] | None = None
        self._scattered: list[Any] = []

    def __call__(self, function: Callable[[A, Chunk], R], shared: A, chunks: Sequence[Chunk]) -> Iterable[R]:
        """Return function(shared, chunk) of each chunk, in order."""
        if self._chunks is not chunks:
            self._scattered = self._client.scatter(list(chunks), hash=False)  # type: ignore[no-untyped-call]
            self._chunks = chunks
        tables = self._client.scatter(shared, broadcast=True, hash=False)  # type: ignore[no-untyped-call]
        futures = [self._client.submit(function, tables, chunk, pure=False) for chunk in self._scattered]
        results: list[R] = self._client.gather(futures)  # type: ignore[no-untyped-call]
        return results


@contextmanager
def dask_mapper(address: str) -> Iterator[DaskMapper]:
    """Give a mapper over the cluster whose scheduler has this address, and part from it at the end."""
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        yield DaskMapper(client)
