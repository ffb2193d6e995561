"""How a function runs over the chunks: here in threads. `clusters` has the same on Dask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import cpu_count
from typing import Protocol, TypeVar

from scoring.calibration.chunks import Chunk

A = TypeVar("A")
R = TypeVar("R")


class Mapper(Protocol):
    """Run a function over chunks, and give the results in the order of the chunks."""

    def __call__(self, function: Callable[[A, Chunk], R], shared: A, chunks: Sequence[Chunk]) -> Iterable[R]:
        """Return function(shared, chunk) of each chunk; `chunks` is the same sequence in every call of one fit."""


class ThreadMapper:
    """Map over as many threads as there are cores: the work lies in NumPy and Numba, which let each other run."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or cpu_count()

    def __call__(self, function: Callable[[A, Chunk], R], shared: A, chunks: Sequence[Chunk]) -> Iterable[R]:
        """Return function(shared, chunk) of each chunk, in order."""
        if self.threads == 1 or len(chunks) == 1:
            return [function(shared, chunk) for chunk in chunks]
        with ThreadPoolExecutor(min(self.threads, len(chunks))) as pool:
            return list(pool.map(lambda chunk: function(shared, chunk), chunks))
