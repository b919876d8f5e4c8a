"""``incident-desk trace``: what a spill reaches, in which order, when and how strongly."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from time import perf_counter

import click

from incident_desk.cli import BadInput
from incident_desk.cli.instants import INSTANT
from incident_desk.cli.network import imported_network
from incident_desk.domain.china_time import short_minute
from incident_desk.domain.errors import DomainError
from incident_desk.geo.errors import UnknownNetwork
from incident_desk.geo.network import SHIPPED, load_network
from incident_desk.geo.receptors import ReceptorTable, load_receptors
from incident_desk.geo.tracing import WHY, Direction, Hit, SpillPoint, TraceOptions, TraceResult
from incident_desk.geo.tracing import trace as follow
from incident_desk.paths import rivers_dir


@click.command()
@click.option("--network", "network_name", metavar="FILE", help="A network file, or the name of an imported one.")
@click.option(
    "--receptors", "receptor_file", metavar="FILE", type=click.Path(path_type=Path), help="Points with id,kind,name."
)
@click.option("--lon", "longitude", type=float, required=True, help="Longitude in degrees.")
@click.option("--lat", "latitude", type=float, required=True, help="Latitude in degrees.")
@click.option(
    "--datum", type=click.Choice(["wgs84", "cgcs2000", "gcj02", "bd09"]), default="cgcs2000", show_default=True
)
@click.option("--river", help="The river's name; its reaches go first.")
@click.option("--reach", "reach_id", type=int, help="Take this reach among the candidates.")
@click.option("--t0", type=INSTANT, help="When it entered the water.")
@click.option("--mass-kg", type=float, help="Mass that entered the water.")
@click.option("--duration-h", type=float, default=0.0, show_default=True, help="How long it ran in.")
@click.option("--substance", help="Its name, carried into the answer.")
@click.option("--decay-per-day", type=float, default=0.0, show_default=True, help="First-order loss.")
@click.option("--discharge-m3s", type=float, help="Flow in the river at the spill now; beats the mean.")
@click.option("--limit-mg-l", type=float, help="Concentration that must not be exceeded.")
@click.option("--now", type=INSTANT, help="Say which receptors the front has passed.")
@click.option("--max-km", type=float, help="Follow the river no further.")
@click.option("--direction", type=click.Choice(["down", "up"]), default="down", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def trace(
    *,
    network_name: str | None,
    receptor_file: Path | None,
    longitude: float,
    latitude: float,
    datum: str,
    river: str | None,
    reach_id: int | None,
    as_json: bool,
    direction: str,
    t0: datetime | None,
    mass_kg: float | None,
    duration_h: float,
    substance: str | None,
    decay_per_day: float,
    discharge_m3s: float | None,
    limit_mg_l: float | None,
    now: datetime | None,
    max_km: float | None,
) -> None:
    """Follow a spill down the river: what it reaches, when, how strongly."""
    if t0 is not None and now is not None and t0 > now:
        raise BadInput(f"--t0 {t0.isoformat()} lies in the future (--now is {now.isoformat()}): check the date")
    options = TraceOptions(
        t0, mass_kg, duration_h, substance, decay_per_day, discharge_m3s, limit_mg_l, now, max_km, Direction(direction)
    )
    began = perf_counter()
    try:
        network = load_network(_network_path(network_name))
        if receptor_file is None and network.path != (rivers_dir() / SHIPPED).resolve():
            receptors = ReceptorTable.empty()  # the shipped receptors lie on the shipped network
        else:
            receptors = load_receptors(network, receptor_file)
        load_ms = (perf_counter() - began) * 1e3
        result = follow(network, receptors, SpillPoint(longitude, latitude, datum, river, reach_id), options)
    except DomainError as error:
        raise BadInput(str(error)) from error
    if receptors.unplaced:
        click.echo(f"not on any river, left out: {', '.join(receptors.unplaced)}", err=True)
    if as_json:
        click.echo(json.dumps(result.to_json(load_ms=load_ms), ensure_ascii=False))
    else:
        click.echo(_table(result))


def _network_path(name: str | None) -> Path | None:
    """A file by its path, else a network imported under this name, else the shipped one."""
    if name is None:
        return None
    if Path(name).is_file():
        return Path(name)
    found = imported_network(name)
    if found is None:
        raise UnknownNetwork(name=name)
    return found


def _table(result: TraceResult) -> str:
    at, network = result.snapped, result.network
    lines = [
        f"{at.river or 'unnamed river'}, reach {at.reach_id} at {at.measure_m:.0f} m, "
        f"{at.distance_m:.0f} m from the point"
        + (" - uncertain, compare the candidates" if result.needs_asking else ""),
        f"way {result.path_length_m / 1000:.1f} km, {len(result.path_ids)} reaches; network {network['name']}, "
        f"weakest source {network['weakest_source'] or 'not named'}",
        *(f"candidate: {c.river or 'unnamed'}, reach {c.reach_id}, {c.distance_m:.0f} m" for c in result.candidates),
        "",
        f"{'km':>8}  {'kind':<14}{'earliest':<13}{'likely':<13}{'latest':<13}{'mg/L':>10}{'95 %':>10}  name",
        *(_row(hit) for hit in result.hits),
    ]
    silent = {hit.why for hit in result.hits if hit.why}
    return "\n".join([*lines, *(WHY[code] for code in sorted(silent))])


def _row(hit: Hit) -> str:
    if hit.arrival is not None:
        band = (hit.arrival.earliest, hit.arrival.likely, hit.arrival.latest)
        when = [short_minute(moment) for moment in band]
    elif hit.arrival_h is not None:
        when = [f"+{hours:.1f} h" for hours in hit.arrival_h]
    else:
        when = ["-"] * 3
    peaks = [f"{value:.3g}" if value is not None else "-" for value in (hit.mg_l, hit.mg_l_p95)]
    mark = " !" if hit.exceeds else " ?" if hit.may_exceed else ""
    times = "".join(f"{moment:<13}" for moment in when)
    where = f"{hit.distance_m / 1000:>8.1f}  {hit.receptor.kind:<14}"
    return f"{where}{times}{peaks[0]:>10}{peaks[1]:>10}  {hit.receptor.name}{mark}"
