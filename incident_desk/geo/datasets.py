"""Line and point files as plain arrays: the one place that knows file formats, column names and frames.

Positions leave this module as longitude, latitude in degrees, CGCS2000 (EPSG:4490). Every file of an office
is read by geopandas, which loads only when such a file comes; the shipped GeoPackage alone is read with the
standard library's SQLite, because the desk must answer at once and geopandas alone takes longer to load.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sqlite3
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from incident_desk.geo.errors import NetworkUnreadable, ReceptorsUnreadable
from incident_desk.paths import rivers_dir

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]

_PARQUET = (".parquet", ".geoparquet")
LINE_SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", *_PARQUET)
_DEGREES = {"EPSG:4490", "EPSG:4326", "OGC:CRS84"}
"""Frames taken as they are: CGCS2000 and WGS 84 differ by less than a metre."""

REACH_ID = ("reach_id", "hyriv_id")
NEXT_DOWN = ("next_down",)
_NUMBERS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "length_m": (("length_m", 1.0), ("length_km", 1_000.0)),
    "upstream_area_km2": (("upstream_area_km2", 1.0), ("upland_skm", 1.0)),
    "mean_discharge_m3s": (("mean_discharge_m3s", 1.0), ("dis_av_cms", 1.0)),
    "slope": (("slope", 1.0),),
    "order": (("order", 1.0), ("ord_stra", 1.0)),
    "width_m": (("width_m", 1.0),),
    "is_reservoir": (("is_reservoir", 1.0),),
    "storage_m3": (("storage_m3", 1.0),),
}
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "river": ("river", "name_zh", "name"),
    "source": ("source",),
    "reservoir_code": ("reservoir_code",),
}


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer as it came: columns by lower-case name, geometries, and the frame's name."""

    columns: Mapping[str, NDArray[Any]]
    geometry: Objects
    frame: str | None


@dataclass(frozen=True, slots=True)
class LineTable:
    """River lines as the file has them, in its own order; unknown numbers are NaN, unknown texts empty."""

    path: Path
    sha256: str
    reach_id: Ints
    next_down: Ints
    numbers: Mapping[str, Floats]
    texts: Mapping[str, Objects]
    geometry: Objects
    """LineStrings, longitude and latitude; empty where the file had none."""
    parts: Ints
    """How many unconnected parts each line had in the file; 1 is sound."""


def read_lines(path: Path) -> LineTable:
    """River lines of a GeoPackage, GeoJSON, shapefile or GeoParquet.

    Needs ``reach_id, next_down`` (0 = outlet) or HydroRIVERS' ``HYRIV_ID, NEXT_DOWN, LENGTH_KM, DIS_AV_CMS,
    UPLAND_SKM``; every other column may be missing. A length that is missing or not positive is measured on
    the line, on the ellipsoid.

    Raises:
        NetworkUnreadable: no such file, no line file, a needed column missing, an unknown frame.
    """
    try:
        layer = _read_layer(path, prefer="reaches")
        ids, down = _column(layer, REACH_ID), _column(layer, NEXT_DOWN)
        if ids is None or down is None:
            raise ValueError("it needs the columns reach_id and next_down, or HYRIV_ID and NEXT_DOWN")
        geometry = _in_degrees(layer)
        lines, parts = _single_lines(geometry)
        numbers = {name: _number(layer, spellings) for name, spellings in _NUMBERS.items()}
        texts = {name: _text(layer, spellings) for name, spellings in _TEXTS.items()}
        numbers["length_m"] = _with_measured_length(numbers["length_m"], lines)
        return LineTable(
            path,
            file_sha256(path),
            _integers(ids, "reach_id"),
            _integers(down, "next_down"),
            numbers,
            texts,
            lines,
            parts,
        )
    except (OSError, ValueError, sqlite3.Error) as error:
        raise NetworkUnreadable(path=path.name, why=_one_line(error)) from error


def read_points(path: Path) -> list[dict[str, str]]:
    """Points of a CSV (``longitude, latitude``, UTF-8 or GB 18030) or of any format of :func:`read_lines`.

    Returns:
        One dictionary of texts per point, lower-case keys; ``longitude`` and ``latitude`` in degrees.

    Raises:
        ReceptorsUnreadable: no such file, no point file, ``id``, ``kind``, ``name`` or a position missing.
    """
    try:
        rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _point_rows(path)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise ReceptorsUnreadable(path=path.name, why=_one_line(error)) from error
    for needed in ("id", "kind", "name", "longitude", "latitude"):
        if rows and needed not in rows[0]:
            raise ReceptorsUnreadable(path=path.name, why=f"it needs the column {needed}")
    return rows


def file_sha256(path: Path) -> str:
    """SHA-256 of the file, for a shapefile of all its parts in the order of their names; 64 hex digits."""
    digest = hashlib.sha256()
    for part in dataset_files(path):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def dataset_files(path: Path) -> list[Path]:
    """The file itself, or every file of a shapefile, in the order of their names."""
    if path.suffix.lower() != ".shp":
        return [path]
    wanted = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    return sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() in wanted)


# --- formats ---------------------------------------------------------------------------------------


def _read_layer(path: Path, *, prefer: str) -> RawLayer:
    if not path.is_file():
        raise ValueError("there is no such file")
    suffix = path.suffix.lower()
    if suffix not in LINE_SUFFIXES:
        raise ValueError(f"“{suffix or path.name}” is none of {', '.join(LINE_SUFFIXES)}")
    if suffix == ".gpkg" and path.resolve().parent == rivers_dir().resolve():
        return _read_shipped(path, prefer)
    return _read_with_geopandas(path, prefer)


def _read_shipped(path: Path, prefer: str) -> RawLayer:
    """Source of the blob layout: OGC 12-128r18 (GeoPackage 1.3), clause 2.1.3."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True)
    try:
        layers = connection.execute(
            "SELECT c.table_name, c.column_name, s.organization, s.organization_coordsys_id "
            "FROM gpkg_geometry_columns c LEFT JOIN gpkg_spatial_ref_sys s USING (srs_id) "
            "ORDER BY c.table_name <> ?, c.rowid",
            (prefer,),
        ).fetchall()
        if not layers:
            raise ValueError("the GeoPackage has no feature layer")
        table, geometry, organization, code = layers[0]
        quoted = str(table).replace('"', '""')
        cursor = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a table of this file, quoted
        names = [str(item[0]).lower() for item in cursor.description]
        rows = cursor.fetchall()
    finally:
        connection.close()
    columns = dict(zip(names, (_objects(values) for values in zip(*rows, strict=True)), strict=False)) if rows else {}
    blobs = columns.pop(str(geometry).lower(), np.empty(0, dtype=object))
    frame = f"{str(organization).upper()}:{code}" if organization and int(code) > 0 else None
    return RawLayer(columns, shapely.from_wkb(np.array([_wkb_of(b) for b in blobs], dtype=object)), frame)


def _wkb_of(blob: bytes | None) -> bytes | None:
    if blob is None:
        return None
    if blob[:2] != b"GP":
        raise ValueError("a geometry is no GeoPackage geometry")
    envelope = (0, 32, 48, 48, 64)[(blob[3] >> 1) & 0b111]
    return blob[8 + envelope :]


def _read_with_geopandas(path: Path, prefer: str) -> RawLayer:
    """Any line or point file; of a GeoPackage with several layers the one called *prefer*, else its first."""
    import geopandas  # noqa: PLC0415 - a second of loading that the shipped network does not need
    from pyarrow import ArrowException  # noqa: PLC0415 - what geopandas lets through
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415 - what geopandas lets through

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stray byte in a text or a missing .prj is no reason to stop
            if path.suffix.lower() in _PARQUET:
                frame = geopandas.read_parquet(path)
            else:
                frame = geopandas.read_file(path, layer=_layer_of(path, prefer))
    except (DataSourceError, DataLayerError, ArrowException, RuntimeError) as error:
        raise ValueError(_one_line(error).partition("; It might help")[0]) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise ValueError("it holds no geometry")
    own = frame.geometry.name
    columns = {str(name).lower(): _plain_array(frame[name]) for name in frame.columns if name != own}
    return RawLayer(columns, _objects(frame.geometry.to_numpy()), _frame_of(frame.crs))


def _layer_of(path: Path, prefer: str) -> str:
    import geopandas  # noqa: PLC0415 - as above

    layers = geopandas.list_layers(path)
    names = [str(name) for name, kind in zip(layers["name"], layers["geometry_type"], strict=True) if kind is not None]
    if not names:
        raise ValueError("it holds no geometry")
    return prefer if prefer in names else names[0]


def _plain_array(column: Any) -> NDArray[Any]:
    """The column as a plain array; in an array of objects None is what is missing."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return np.asarray(column.to_numpy())
    return _objects(column.to_numpy(dtype=object, na_value=None))


def _frame_of(crs: Any) -> str | None:
    """A name that PROJ knows for the frame; None when the file has none, or says that it is undefined."""
    if crs is None or crs.name.lower().startswith("undefined"):
        return None
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.to_wkt())


def _csv_rows(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    spellings = {"lon": "longitude", "lat": "latitude"}
    rows = []
    for row in reader:
        named = {str(key).strip().lower(): (value or "").strip() for key, value in row.items() if key is not None}
        rows.append({spellings.get(key, key): value for key, value in named.items()})
    return rows


def _point_rows(path: Path) -> list[dict[str, str]]:
    layer = _read_layer(path, prefer="receptors")
    points = _in_degrees(layer)
    if len(points) and not np.all(shapely.get_type_id(points) == shapely.GeometryType.POINT):
        raise ValueError("it holds geometries that are no points")
    rows = []
    for at, (longitude, latitude) in enumerate(shapely.get_coordinates(points)):
        row = {name: _plain(values[at]) for name, values in layer.columns.items()}
        rows.append(row | {"longitude": repr(float(longitude)), "latitude": repr(float(latitude))})
    return rows


# --- columns and geometry --------------------------------------------------------------------------


def _column(layer: RawLayer, spellings: tuple[str, ...]) -> NDArray[Any] | None:
    """The column under one of its names; a shapefile cuts names to ten characters."""
    for name in spellings:
        for spelling in (name, name[:10]):
            if spelling in layer.columns:
                return layer.columns[spelling]
    return None


def _number(layer: RawLayer, spellings: tuple[tuple[str, float], ...]) -> Floats:
    for name, factor in spellings:
        values = _column(layer, (name,))
        if values is not None:
            return np.array([_float(value) for value in values], dtype=np.float64) * factor
    return np.full(len(layer.geometry), np.nan)


def _text(layer: RawLayer, spellings: tuple[str, ...]) -> Objects:
    values = _column(layer, spellings)
    if values is None:
        return _objects([""] * len(layer.geometry))
    return _objects([_plain(value) for value in values])


def _integers(values: NDArray[Any], name: str) -> Ints:
    """Whole numbers; what is empty or negative means 0, the outlet."""
    numbers = np.array([_float(value) for value in values], dtype=np.float64)
    known = np.where(np.isnan(numbers) | (numbers < 0), 0.0, numbers)
    if np.any(known != np.floor(known)) or any(
        isinstance(v, str) and v.strip() and np.isnan(_float(v)) for v in values
    ):
        raise ValueError(f"{name} must hold whole numbers")
    return known.astype(np.int64)


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def _plain(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).strip()


def _objects(values: Any) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def _in_degrees(layer: RawLayer) -> Objects:
    geometry = shapely.force_2d(layer.geometry)
    if layer.frame is not None and layer.frame.upper() not in _DEGREES:
        from pyproj import Transformer  # noqa: PLC0415 - only for a frame that is not ours
        from pyproj.exceptions import CRSError  # noqa: PLC0415 - as above

        try:
            to_degrees = Transformer.from_crs(layer.frame, "EPSG:4490", always_xy=True)
        except CRSError as error:
            raise ValueError(_one_line(error)) from error
        geometry = shapely.transform(geometry, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])))
    coordinates = shapely.get_coordinates(geometry)
    if coordinates.size and not (
        np.isfinite(coordinates).all() and np.abs(coordinates).max(axis=0).tolist() <= [360.0, 90.0]
    ):
        raise ValueError("its coordinates are not degrees and the file does not name their frame")
    return _objects(geometry)


def _single_lines(geometry: Objects) -> tuple[Objects, Ints]:
    kinds = shapely.get_type_id(geometry)
    lines = (kinds == shapely.GeometryType.LINESTRING) | (kinds == shapely.GeometryType.MULTILINESTRING)
    if not np.all(lines | (kinds == shapely.GeometryType.MISSING)):
        raise ValueError("it holds geometries that are no lines")
    singles, parts = geometry.copy(), np.ones(len(geometry), dtype=np.int64)
    singles[kinds == shapely.GeometryType.MISSING] = shapely.LineString()
    for at in np.flatnonzero(kinds == shapely.GeometryType.MULTILINESTRING):
        merged = shapely.line_merge(geometry[at], directed=True)
        parts[at] = max(shapely.get_num_geometries(merged), 1)
        singles[at] = shapely.LineString(shapely.get_coordinates(merged))
    return singles, parts


def _with_measured_length(given: Floats, lines: Objects) -> Floats:
    unknown = ~(given > 0.0)
    if not unknown.any():
        return given
    measured = given.copy()
    measured[unknown] = [line_length_m(line) for line in lines[unknown]]
    return measured


def line_length_m(line: shapely.LineString) -> float:
    """Length of a lon/lat line on the GRS 80 ellipsoid, metres.

    Each leg is measured with the radii of curvature at its middle (error below 1e-5 for legs under 50 km,
    checked against PROJ's geodesic).
    """
    xy = np.radians(shapely.get_coordinates(line))
    if len(xy) < 2:
        return 0.0
    middle = (xy[1:, 1] + xy[:-1, 1]) / 2.0
    east, north = metres_per_radian(middle)
    legs = np.diff(xy, axis=0)
    return float(np.hypot(legs[:, 0] * east, legs[:, 1] * north).sum())


def metres_per_radian(latitude_rad: Floats) -> tuple[Floats, Floats]:
    """Metres per radian of longitude and of latitude on GRS 80 at these latitudes.

    Source: prime-vertical radius N = a / sqrt(1 - e2 sin2), meridian radius M = N (1 - e2) / (1 - e2 sin2);
    a = 6378137 m, 1/f = 298.257222101 (GRS 80, the ellipsoid of CGCS2000).
    """
    flattening = 1.0 / 298.257222101
    e2 = flattening * (2.0 - flattening)
    narrowed = 1.0 - e2 * np.sin(latitude_rad) ** 2
    prime = 6_378_137.0 / np.sqrt(narrowed)
    return prime * np.cos(latitude_rad), prime * (1.0 - e2) / narrowed


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
