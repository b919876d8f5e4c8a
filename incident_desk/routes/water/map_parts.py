"""The maps of our pages: which layers, from which of our addresses, in which words; composed where one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial

from flask import url_for
from flask_babel import gettext

from incident_desk.geo.layers import Box
from incident_desk.geo.webmap import MapLayer, MapParts, compose_map
from incident_desk.routes.code_words import code_label
from incident_desk.routes.context import select_locale
from incident_desk.routes.guard import current_actor
from incident_desk.routes.headers import allow_style_attributes, csp_nonce
from incident_desk.services.water import map_layers

kind_word = partial(code_label, list_name="receptor_kind")
"""The name of a kind of place in the language of the screen."""


class PickMap:
    """The small map on which a place is clicked; nothing is composed until a template asks for a part of it."""

    @cached_property
    def _parts(self) -> MapParts:
        box = map_layers.office_box(current_actor().office)
        return _compose([*_ground(), _places("intakes", show=False)], element_id="pick", box=box)

    @property
    def html(self) -> str:
        """The map's element."""
        return self._parts.html

    @property
    def script(self) -> str:
        """The script part, with this page's nonce."""
        return self._parts.script

    @property
    def head_assets(self) -> tuple[tuple[str, str], ...]:
        """What the page must link: kind and path below the static folder."""
        return self._parts.head_assets


def desk_map() -> MapParts:
    """Every open case on the rivers of the province."""
    return _compose(
        [
            *_ground(),
            *(_places(group, show=group == "intakes") for group in map_layers.KIND_GROUPS),
            _layer(
                "incidents",
                gettext("Open cases"),
                url_for("map.incidents"),
                refresh_on="incident.opened incident.closed grade trace.run",
            ),
        ],
        element_id="desk",
    )


def case_map(case_no: str, element_id: str = "case") -> MapParts:
    """One case: the way of the water, what it reaches and when, photographs as they come."""
    layers = [
        *_ground(),
        *(_places(group, show=False) for group in map_layers.KIND_GROUPS),
        _layer(
            "beyond",
            gettext("Farther down"),
            url_for("map.trace", case_no=case_no, part="beyond"),
            refresh_on="trace.run",
        ),
        _layer(
            "trace",
            gettext("Way of the water"),
            url_for("map.trace", case_no=case_no),
            refresh_on="trace.run",
            fit=True,
        ),
    ]
    if current_actor().may("evidence.read"):
        layers.append(
            _layer(
                "evidence",
                gettext("Photographs"),
                url_for("evidence.geojson", case_no=case_no),
                refresh_on="evidence.received",
            )
        )
    return _compose(layers, element_id=element_id)


def trace_words() -> Mapping[str, str]:
    """Names of the rows in the popups of a trace."""
    return {
        "distance": gettext("Distance"),
        "earliest": gettext("Earliest"),
        "likely": gettext("Likely"),
        "latest": gettext("Latest"),
        "peak": gettext("Peak"),
        "most": gettext("Peak, high estimate"),
        "spill": gettext("Place of the incident"),
        "way": gettext("Way of the water"),
    }


def _ground() -> list[MapLayer]:
    """Outlines where set-up has built them, and the rivers."""
    drawn = [_layer("rivers", gettext("Rivers"), url_for("map.rivers"), by_view=True)]
    if map_layers.boundaries_file().is_file():
        drawn.insert(0, _layer("boundaries", gettext("Prefectures"), url_for("map.boundaries")))
    return drawn


def _places(group: str, *, show: bool) -> MapLayer:
    names = {
        "intakes": gettext("Water intakes"),
        "sections": gettext("Sections and gauging stations"),
        "structures": gettext("Dams, power stations, sluices"),
        "borders": gettext("Borders on rivers"),
    }
    return _layer(group, names[group], url_for("map.receptors", group=group), show=show)


def _layer(
    id_: str,
    name: str,
    url: str,
    *,
    refresh_on: str = "",
    by_view: bool = False,
    fit: bool = False,
    show: bool = True,
) -> MapLayer:
    return MapLayer(id_, name, url=url, refresh_on=refresh_on, by_view=by_view, fit=fit, show=show)


def _compose(layers: list[MapLayer], *, element_id: str, box: Box = map_layers.HUBEI) -> MapParts:
    allow_style_attributes()
    return compose_map(layers, nonce=csp_nonce(), element_id=element_id, language=select_locale(), box=box)
