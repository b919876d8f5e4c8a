"""A map as folium makes it: its element and its script. The only importer of folium, loaded by ``webmap`` alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import folium
from folium.map import Layer
from folium.template import Template
from jinja2.utils import htmlsafe_json_dumps

MAX_ZOOM = 15
MIN_ZOOM = 6


class FetchedLayer(Layer):
    """A folium layer that the browser fills: by ``fetch`` from our server, or from data it carries."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = deskMap.layer({{ this._parent.get_name() }}, {{ this.said }});
        {% endmacro %}
        """
    )

    def __init__(self, said: Mapping[str, Any], *, show: bool) -> None:
        super().__init__(name=said["name"], overlay=True, control=True, show=show)
        self.id = str(said["id"])
        self.said = _inert_json(said)


class _Desk(folium.MacroElement):
    """Attribution, zoom buttons in the screen's language, and the click that picks a position."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        deskMap.prepare({{ this._parent.get_name() }}, {{ this.said }});
        {% endmacro %}
        """
    )

    def __init__(self, said: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca
        self.said = _inert_json(said)


_OPENS_TEMPLATE = re.compile(r"\{(?=[{%#])")


def _inert_json(value: object) -> str:
    """*value* as JSON inside a script, without a brace that opens a template's expression, tag or comment.

    folium renders what an element has rendered once more as a template of its own: a word such as ``{{ 7 * 7 }}`` in
    somebody's data would be worked out on the server. In JSON these pairs stand in texts only.
    """
    return _OPENS_TEMPLATE.sub(r"\\u007b", str(htmlsafe_json_dumps(value)))


def html_and_script(
    element_id: str, desk: Mapping[str, Any], layers: Sequence[FetchedLayer], *, centre: tuple[float, float]
) -> tuple[str, str]:
    """The html and script parts of a map without tiles, nothing of its header; for the same input the same.

    Args:
        element_id: ASCII letters, digits and _; part of every element's stable name.
        desk: what ``deskMap.prepare`` is told.
        layers: lowest first.
        centre: latitude and longitude, degrees.
    """
    drawn = folium.Map(location=list(centre), tiles=None, zoom_start=7, zoom_control=False)
    # Without tiles folium forgets the limits, and Leaflet would zoom a single point to infinity.
    drawn.options |= {"maxZoom": MAX_ZOOM, "minZoom": MIN_ZOOM}
    _name(drawn, "map", element_id)
    drawn.add_child(_name(_Desk(desk), "desk", element_id), name="desk")
    for layer in layers:
        drawn.add_child(_name(layer, "layer", f"{element_id}_{layer.id}"), name=layer.id)
    drawn.add_child(_name(folium.LayerControl(collapsed=True), "switch", element_id), name="switch")
    figure = drawn.get_root()
    assert isinstance(figure, folium.Figure)
    figure.render()
    return figure.html.render(), figure.script.render()


def _name(element: Any, name: str, element_id: str) -> Any:
    """Give *element* the name it has in the page, in place of the random one that folium draws."""
    element._name, element._id = name, element_id
    return element
