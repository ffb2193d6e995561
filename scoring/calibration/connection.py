"""Whether all items hang together: the connected parts of the graph of persons and items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scoring.calibration.data import ResponseData
from scoring.calibration.plan import CalibrationPlan

SLICE = 250_000
MOST_MARKED = 4_000
"""Up to so many items a mark for every pair (16 MB) is faster than a list of those met."""


def unlinked_sets(data: ResponseData, plan: CalibrationPlan) -> tuple[tuple[str, ...], ...]:
    """Return the sets of items that no person and no anchor links, the largest first; one set when all hang together.

    All anchors are on one scale and so link each other, and items that share parameters are one. An item that is free by group is
    another item in each group, and is named with it. With `equivalent_groups` all that a group saw is linked.
    """
    nodes = _Nodes(data, plan)
    if nodes.is_met_whole():
        return (tuple(nodes.name(int(node)) for node in np.unique(nodes.alias)),)
    label = np.arange(nodes.count)
    label = _joined(label, nodes.links())
    anchors = np.array([place for place, item in enumerate(data.items) if item in plan.anchors], dtype=np.int64)
    if len(anchors):
        label = _joined(label, np.stack([np.full(len(anchors), anchors[0]), anchors], axis=1))
    used = nodes.used()
    sets: dict[int, list[str]] = {}
    for node in np.flatnonzero(used):
        sets.setdefault(int(label[node]), []).append(nodes.name(int(node)))
    return tuple(tuple(names) for names in sorted(sets.values(), key=len, reverse=True))


class _Nodes:
    """Number the items, and those that are free by group once for each group."""

    def __init__(self, data: ResponseData, plan: CalibrationPlan) -> None:
        self.data, self.plan = data, plan
        self.groups = len(data.groups) if plan.by_group else 1
        index = {label: place for place, label in enumerate(data.items)}
        self.free = np.array(sorted(index[label] for label in plan.free_by_group if label in index), dtype=np.int64)
        self.items = len(data.items)
        self.count = self.items + len(self.free) * self.groups
        self.alias = np.arange(self.items)
        for item, other in plan.shared.items():
            if item in index and other in index:
                self.alias[index[item]] = index[other]
        self.among_free = np.full(self.items, -1, dtype=np.int64)
        self.among_free[self.free] = np.arange(len(self.free))

    def name(self, node: int) -> str:
        """Return the label of a node."""
        if node < self.items:
            return self.data.items[node]
        group, place = divmod(node - self.items, len(self.free))
        return f"{self.data.items[self.free[place]]} ({self.data.groups[group]})"

    def of(self, first: int, last: int) -> npt.NDArray[np.int64]:
        """Return the node of each response from first to last."""
        node = self.alias[self.data.item[first:last]]
        if len(self.free):
            place = self.among_free[node]
            person = np.searchsorted(self.data.offsets, np.arange(first, last), side="right") - 1
            group = self.data.group[person] if self.groups > 1 else np.zeros(len(node), dtype=np.int64)
            node = np.where(place >= 0, self.items + group.astype(np.int64) * len(self.free) + place, node)
        return node

    def is_met_whole(self) -> bool:
        """Tell whether somebody answered every item, so that there is nothing to look for."""
        return self.items > 0 and not len(self.free) and int(np.diff(self.data.offsets).max(initial=0)) == self.items

    def used(self) -> npt.NDArray[np.bool_]:
        """Tell which nodes have responses."""
        used = np.zeros(self.count, dtype=bool)
        for first in range(0, len(self.data.item), SLICE):
            used[self.of(first, min(first + SLICE, len(self.data.item)))] = True
        return used

    def links(self) -> npt.NDArray[np.int64]:
        """Return the different pairs of nodes that one person answered one after the other, shape (pair, 2)."""
        found = np.zeros(0, dtype=np.int64)
        marks = np.zeros(self.count**2 if self.count <= MOST_MARKED else 0, dtype=bool)
        for first in range(0, len(self.data.item), SLICE):
            last = min(first + SLICE + 1, len(self.data.item))
            node = self.of(first, last)
            inside = np.ones(len(node), dtype=bool)
            starts = self.data.offsets[np.searchsorted(self.data.offsets, first) :]
            starts = starts[starts < last]
            inside[starts - first] = False
            pairs = node[:-1] * self.count + node[1:]
            if len(marks):
                marks[pairs[inside[1:]]] = True
            else:
                found = np.union1d(found, pairs[inside[1:]])
        if len(marks):
            found = np.flatnonzero(marks)
        pairs = np.stack(np.divmod(found, self.count), axis=1) if len(found) else np.zeros((0, 2), dtype=np.int64)
        if self.plan.equivalent_groups:
            pairs = np.concatenate([pairs, self._within_groups()])
        return pairs

    def _within_groups(self) -> npt.NDArray[np.int64]:
        pairs = []
        first_of: dict[int, int] = {}
        for person in np.flatnonzero(np.diff(self.data.offsets) > 0):
            node = int(self.of(int(self.data.offsets[person]), int(self.data.offsets[person]) + 1)[0])
            head = first_of.setdefault(int(self.data.group[person]) if self.groups > 1 else 0, node)
            pairs.append((head, node))
        return np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)


def _joined(label: npt.NDArray[np.int64], links: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return labels so that linked nodes have the same: the lowest spreads until nothing changes."""
    label = label.copy()
    # A node stands for its old label, so that what was joined before stays joined.
    one, other = label[links[:, 0]], label[links[:, 1]]
    root = np.arange(len(label))
    while len(links):
        lowest = np.minimum(root[one], root[other])
        before = root.copy()
        np.minimum.at(root, one, lowest)
        np.minimum.at(root, other, lowest)
        root = root[root]
        if np.array_equal(root, before):
            break
    return root[label]
