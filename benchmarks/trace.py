"""Downstream and upstream traces in a large synthetic network: ours and networkx on the same questions, in one run.

One JSON line per claim: ``{"name","ours","peer","ratio","unit","n"}``. ``python benchmarks/trace.py [REACHES]``.
The network is a Scheidegger network (every cell of a grid drains down-left or down-right at random), whose main stems
grow as those of real basins do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import networkx as nx
import numpy as np
import shapely

from incident_desk.geo.datasets import LineTable
from incident_desk.geo.network import RiverNetwork, build_network
from incident_desk.geo.receptors import Receptor, ReceptorTable
from incident_desk.geo.tracing import SpillPoint, TraceOptions, trace

QUESTIONS = 50
RECEPTORS = 20_000


def scheidegger(reaches: int) -> LineTable:
    """A table of about this many reaches; ids are shuffled so that no order helps."""
    random = np.random.default_rng(20_261_122)
    width = int(np.sqrt(reaches / 4.0))
    depth = reaches // width
    row, column = np.divmod(np.arange(width * depth), width)
    to = np.clip(column + random.integers(0, 2, width * depth), 0, width - 1)
    below = np.where(row + 1 < depth, (row + 1) * width + to, -1)
    ids = random.permutation(width * depth) + 1
    start = np.column_stack([108.0 + 0.01 * column, 34.0 - 0.01 * row])
    end = np.where(below[:, None] >= 0, start[below], start - np.array([0.0, 0.01]))
    n, drained = len(ids), np.full(len(ids), 2.5)
    for upper in range(depth - 1):
        here = slice(upper * width, (upper + 1) * width)
        np.add.at(drained, below[here], drained[here])
    numbers = {name: np.full(n, np.nan) for name in ("slope", "order", "width_m", "is_reservoir", "storage_m3")}
    numbers |= {
        "length_m": np.full(n, 1_100.0),
        "upstream_area_km2": drained,
        "mean_discharge_m3s": 0.015 * drained,
    }
    blank = np.full(n, "", dtype=object)
    return LineTable(
        Path("synthetic"), "0" * 64, ids, np.where(below >= 0, ids[below], 0), numbers,
        {"river": blank, "source": blank, "reservoir_code": blank},
        np.asarray(shapely.linestrings(np.stack([start, end], axis=1))), np.ones(n, dtype=np.int64),
    )  # fmt: skip


def milliseconds(work: Callable[[Any], object], questions: list[Any]) -> float:
    """Median time of one question, after one to warm up."""
    work(questions[0])
    times = []
    for question in questions:
        began = perf_counter()
        work(question)
        times.append((perf_counter() - began) * 1e3)
    return median(times)


def claim(name: str, ours: float, peer: float | None, unit: str, n: int) -> None:
    """Print one line."""
    ratio = None if peer is None else round(peer / ours, 1)
    given = {"name": name, "ours": round(ours, 5), "peer": None if peer is None else round(peer, 5)}
    print(json.dumps(given | {"ratio": ratio, "unit": unit, "n": n}))


def receptors_on(network: RiverNetwork) -> ReceptorTable:
    """Twenty thousand receptors, anywhere."""
    random = np.random.default_rng(1)
    index = random.integers(0, len(network), RECEPTORS)
    rows = tuple(Receptor(str(k), "intake", str(k), None, 0.0, 0.0, {}) for k in range(RECEPTORS))
    return ReceptorTable(rows, index, random.uniform(0.0, 1_100.0, RECEPTORS))


def main(reaches: int) -> None:
    """All claims on one network."""
    table = scheidegger(reaches)
    began = perf_counter()
    network = build_network(table, name="synthetic")
    ours_s = perf_counter() - began
    began = perf_counter()
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(network)))
    graph.add_edges_from((i, d) for i, d in enumerate(network.down.tolist()) if d >= 0)
    claim("network_build", ours_s, perf_counter() - began, "s", len(network))
    springs = np.flatnonzero(network.subtree == 1)
    far = springs[np.argsort(-network.outlet_distance_m[springs], kind="stable")][:QUESTIONS].tolist()
    claim(
        "trace_downstream",
        milliseconds(network.path_down, far),
        milliseconds(lambda i: nx.descendants(graph, i), far),
        "ms",
        len(network),
    )
    large = np.argsort(-network.subtree, kind="stable")[:QUESTIONS].tolist()
    claim(
        "trace_upstream",
        milliseconds(network.upstream, large),
        milliseconds(lambda i: nx.ancestors(graph, i), large),
        "ms",
        len(network),
    )
    places = receptors_on(network)
    options = TraceOptions(mass_kg=1_000.0)
    spills = [SpillPoint(*network.geometry[i].coords[0]) for i in far]
    claim("whole_answer", milliseconds(lambda s: trace(network, places, s, options), spills), None, "ms", len(network))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
