"""Maps composed by folium, without a tile, a foreign host, or markup made from data.

The live page takes folium's html and script parts only, the script with the page's CSP nonce; Leaflet's own files are
served by us, and layers come from our own addresses. The page for archive and print carries everything in itself.
Element ids are given, so the same input gives the same bytes. folium itself stands in ``webmap_figure``, which only
this module loads, when a first map is asked for.
"""

from __future__ import annotations

import html as html_text
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incident_desk.geo.layers import Box, Feature, bounds
from incident_desk.geo.webmap_script import DESK_JS, PAGE, PAGE_CSS

HUBEI_BOX: Box = (108.36, 29.03, 116.13, 33.28)
ATTRIBUTION = "内部使用，边界仅供参考"
HEAD_ASSETS = (("css", "vendor/leaflet/leaflet.css"), ("js", "vendor/leaflet/leaflet.js"))
"""What the page must link before the script part, below the static folder."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh_Hans": {"in": "放大", "out": "缩小", "failed": "未载入：", "attribution": ATTRIBUTION},
    "en": {
        "in": "Zoom in",
        "out": "Zoom out",
        "failed": "Not loaded: ",
        "attribution": "Internal use; borders for reference only",
    },
}


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One layer: GeoJSON fetched from an address of ours, or carried along.

    ``properties`` of a feature: ``kind`` (style and marker class), ``title``, ``rows`` ``[[name, value]]``, ``mark``,
    ``label``, ``photo`` and ``link`` (addresses of ours), ``link_text``, ``order`` of a river. All is set as text.
    """

    id: str
    """ASCII letters, digits and _; part of the element's stable name."""
    name: str
    """What the layer switch calls it."""
    url: str | None = None
    data: Feature | None = None
    refresh_on: str = ""
    """Kinds of journal entries after which the layer is fetched again, space between."""
    by_view: bool = False
    """Ask again after moving, with ``bbox`` and ``zoom`` in the query."""
    fit: bool = False
    """Show all of this layer first."""
    show: bool = True


@dataclass(frozen=True, slots=True)
class MapParts:
    """What a page of ours puts into its body, and what it must link."""

    html: str
    script: str
    head_assets: tuple[tuple[str, str], ...]


def compose_map(
    layers: Sequence[MapLayer],
    *,
    nonce: str,
    element_id: str = "main",
    language: str = "zh_Hans",
    box: Box = HUBEI_BOX,
) -> MapParts:
    """The parts of a live map: folium's html and script, nothing of its header.

    Args:
        layers: lowest first.
        nonce: the page's CSP nonce.
        element_id: ASCII letters, digits and _; the element is ``map_<element_id>``.
        language: ``zh_Hans`` or ``en``, for the buttons.
        box: what to show first, unless a layer asks to be shown whole.
    """
    html, script = _html_and_script(layers, element_id, language, box)
    opening = f'<script nonce="{html_text.escape(nonce, quote=True)}">'
    return MapParts(html, f"{opening}\n{DESK_JS}{script}</script>", HEAD_ASSETS)


def self_contained_page(
    layers: Sequence[MapLayer],
    *,
    title: str,
    leaflet_js: str,
    leaflet_css: str,
    note: str = "",
    element_id: str = "sheet",
    language: str = "zh_Hans",
    box: Box = HUBEI_BOX,
) -> str:
    """One HTML file for archive or print that asks no host: Leaflet, styles and all data are inside.

    Raises:
        ValueError: a layer has no data, only an address.
    """
    if any(layer.data is None for layer in layers):
        raise ValueError("a self-contained page needs the data of every layer")
    html, script = _html_and_script(layers, element_id, language, box)
    return PAGE.format(
        language="zh-Hans" if language == "zh_Hans" else html_text.escape(language),
        title=html_text.escape(title),
        note=html_text.escape(note),
        policy="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:",
        css=_without_foreign(leaflet_css).replace("</", "<\\/") + PAGE_CSS,
        html=html,
        leaflet=leaflet_js.replace("</script", "<\\/script").replace("//# sourceMappingURL=", "// "),
        script=DESK_JS + script,
    )


def _html_and_script(layers: Sequence[MapLayer], element_id: str, language: str, box: Box) -> tuple[str, str]:
    from incident_desk.geo import webmap_figure  # noqa: PLC0415 - a second of loading that only maps need

    own = (bounds(layer.data) for layer in reversed(layers) if layer.fit and layer.data is not None)
    west, south, east, north = next(own, None) or box
    words = _WORDS.get(language, _WORDS["en"])
    desk = {"attribution": words["attribution"], "words": dict(words), "bounds": [[south, west], [north, east]]}
    drawn = [webmap_figure.FetchedLayer(_said(layer, level), show=layer.show) for level, layer in enumerate(layers)]
    return webmap_figure.html_and_script(element_id, desk, drawn, centre=((south + north) / 2.0, (west + east) / 2.0))


def _said(layer: MapLayer, level: int) -> dict[str, Any]:
    """What the browser is told of a layer."""
    return {
        "id": layer.id,
        "name": layer.name,
        "url": layer.url,
        "data": layer.data,
        "refreshOn": layer.refresh_on,
        "byView": layer.by_view,
        "fit": layer.fit,
        "level": level,
    }


def _without_foreign(css: str) -> str:
    """Leaflet's style sheet without the images it names: a page that asks nobody cannot fetch them."""
    kept = [line for line in css.splitlines() if "url(images/" not in line]
    return "\n".join(kept)
