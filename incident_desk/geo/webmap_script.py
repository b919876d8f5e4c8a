"""What a map does in the browser, and the sheet it is printed on; folium's own script calls ``deskMap``."""

from __future__ import annotations

DESK_JS = """
var deskMap = window.deskMap || (function () {
  "use strict";
  function text(parent, tag, className, said) {
    var element = document.createElement(tag);
    if (className) { element.className = className; }
    element.textContent = said === null || said === undefined ? "" : String(said);
    parent.append(element);
    return element;
  }
  function ours(address) {
    try { return new URL(address, location.href).origin === location.origin && location.protocol !== "file:"; }
    catch (error) { return false; }
  }
  function popup(said) {
    var box = document.createElement("div");
    if (said.photo && ours(said.photo)) {
      var image = document.createElement("img");
      image.className = "popup__photo"; image.src = said.photo; image.alt = said.title || "";
      box.append(image);
    }
    if (said.title) { text(box, "div", "popup__title", said.title); }
    var rows = document.createElement("dl");
    rows.className = "popup__rows";
    (said.rows || []).forEach(function (row) { text(rows, "dt", "", row[0]); text(rows, "dd", "", row[1]); });
    if (rows.childElementCount) { box.append(rows); }
    if (said.link && ours(said.link)) { text(box, "a", "", said.link_text || said.link).href = said.link; }
    return box;
  }
  function plain(kind) { return String(kind || "other").toLowerCase().replace(/[^a-z0-9_-]/g, ""); }
  function colour(map, name, otherwise) {
    return getComputedStyle(map.getContainer()).getPropertyValue(name).trim() || otherwise;
  }
  function style(map, properties) {
    var kind = plain(properties.kind), order = Math.min(Math.max(Number(properties.order) || 1, 1), 7);
    var drawn = { className: "map-line map-line--" + kind, color: colour(map, "--ink-3", "#56616a"), weight: 1,
      opacity: 1, fill: false };
    if (kind === "river") {
      drawn.className += " map-line--order-" + order;
      drawn.color = colour(map, "--river", "#1f6292");
      drawn.weight = 0.6 + 0.45 * order; drawn.opacity = order > 3 ? 1 : 0.7;
    } else if (kind === "plume") {
      drawn.color = colour(map, "--plume", "#a3107f"); drawn.weight = 4.5; drawn.opacity = 0.9;
    } else if (kind === "prefecture" || kind === "province") {
      drawn.weight = kind === "province" ? 2 : 1.2;
    } else { drawn.dashArray = "4 4"; }
    return drawn;
  }
  function marker(properties, at) {
    var kind = plain(properties.kind), face = document.createElement("span");
    face.className = "marker marker--" + kind + (properties.exceeds ? " marker--exceeds" : "");
    face.textContent = properties.mark || "·";
    var side = kind === "incident" ? 28 : 22;
    return L.marker(at, { keyboard: true, title: properties.title || "", riseOnHover: true,
      zIndexOffset: kind === "incident" ? 1000 : kind === "photo" ? 500 : 0,
      icon: L.divIcon({ className: "map-marker", html: face, iconSize: [side, side] }) });
  }
  var ranks = { incident: 0, photo: 1, intake: 2, dam: 4, hydro_dam: 4, section: 6, sluice: 6, reservoir: 8,
    border: 10 };
  function rank(properties, level) {
    var own = ranks[plain(properties.kind)];
    return (own === undefined ? 12 : own) - (properties.label ? 1 : 0) - level / 100;
  }
  function thin(map) {
    // Where marks would cover each other the more important one stays; the others come back when zoomed in.
    var taken = [];
    function free(box) {
      return taken.every(function (other) {
        return box[2] <= other[0] || box[0] >= other[2] || box[3] <= other[1] || box[1] >= other[3];
      });
    }
    var shown = map.deskPoints.filter(function (point) { return point.marker.getElement(); });
    shown.sort(function (a, b) { return a.rank - b.rank; });
    shown.forEach(function (point) {
      var at = map.latLngToLayerPoint(point.marker.getLatLng()), box = [at.x - 10, at.y - 10, at.x + 10, at.y + 10];
      var stays = free(box), tip = point.marker.getTooltip(), label = tip && tip.getElement();
      point.marker.getElement().style.display = stays ? "" : "none";
      if (stays) { taken.push(box); }
      if (!label) { return; }
      label.style.display = "";
      box = [at.x + 11, at.y - 12, at.x + 20 + label.offsetWidth, at.y + 12];
      stays = stays && free(box);
      label.style.display = stays ? "" : "none";
      if (stays) { taken.push(box); }
    });
  }
  function stack(map) {
    // What was drawn again must not cover the layers above it.
    map.deskGroups.forEach(function (group) { if (map.hasLayer(group)) { group.bringToFront(); } });
  }
  function thinSoon(map) {
    if (!map.deskThin) { map.deskThin = requestAnimationFrame(function () { map.deskThin = 0; thin(map); }); }
  }
  function each(feature, layer) {
    var said = feature.properties || {};
    if (said.title || (said.rows && said.rows.length)) { layer.bindPopup(function () { return popup(said); }); }
    if (said.label) {
      layer.bindTooltip(text(document.createElement("div"), "span", "", said.label),
        { permanent: true, direction: "right", offset: [12, 0], className: "map-label" });
    }
  }
  function prepare(map, said) {
    map.deskWords = said.words;
    map.deskPoints = [];
    map.deskGroups = [];
    map.on("overlayadd", function () { stack(map); });
    map.on("zoomend layeradd layerremove", function () { thinSoon(map); });
    map.attributionControl.setPrefix(false).addAttribution(said.attribution);
    L.control.zoom({ zoomInTitle: said.words["in"], zoomOutTitle: said.words.out }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.fitBounds(said.bounds, { animate: false });
    var box = map.getContainer();
    map.on("click", function (event) {
      var at = event.latlng.wrap();
      box.dispatchEvent(new CustomEvent("map:picked", { bubbles: true, detail: {
        longitude: Number(at.lng.toFixed(6)), latitude: Number(at.lat.toFixed(6)) } }));
    });
    if (window.ResizeObserver) { new ResizeObserver(function () { map.invalidateSize(); }).observe(box); }
  }
  function layer(map, said) {
    var group = L.featureGroup(), asked = 0, fitted = false, points = [];
    map.deskGroups[said.level] = group;
    function draw(data) {
      map.deskPoints = map.deskPoints.filter(function (point) { return points.indexOf(point) < 0; });
      points = [];
      var fresh = L.geoJSON(data, {
        style: function (feature) { return style(map, feature.properties || {}); },
        pointToLayer: function (feature, at) {
          var properties = feature.properties || {}, made = marker(properties, at);
          points.push({ marker: made, rank: rank(properties, said.level) });
          return made;
        }, onEachFeature: each });
      map.deskPoints = map.deskPoints.concat(points);
      group.clearLayers().addLayer(fresh);
      stack(map);
      if (said.fit && !fitted && fresh.getLayers().length) {
        // room on the right, where the arrival times stand beside their marks
        var right = Math.min(150, map.getSize().x / 4);
        fitted = true; map.fitBounds(fresh.getBounds(), { animate: false, maxZoom: 12,
          paddingTopLeft: [24, 24], paddingBottomRight: [right, 24] });
      }
      map.getContainer().dispatchEvent(new CustomEvent("map:drawn", { bubbles: true, detail: { id: said.id } }));
    }
    function refresh() {
      if (!said.url) { return; }
      var turn = ++asked, address = new URL(said.url, location.href);
      if (said.byView) {
        address.searchParams.set("bbox", map.getBounds().pad(0.2).toBBoxString());
        address.searchParams.set("zoom", String(map.getZoom()));
      }
      fetch(address, { credentials: "same-origin", headers: { Accept: "application/geo+json, application/json" } })
        .then(function (answer) { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
        .then(function (data) { if (turn === asked) { failed(false); draw(data); } })
        .catch(function () { if (turn === asked) { failed(true); } });
    }
    var warning = null;
    function failed(now) {
      if (warning) { map.attributionControl.removeAttribution(warning); warning = null; }
      if (now) {
        var escaped = document.createElement("span");
        escaped.textContent = map.deskWords.failed + said.name;
        warning = escaped.innerHTML; map.attributionControl.addAttribution(warning);
      }
    }
    if (said.data) { draw(said.data); } else { refresh(); }
    if (said.url) {
      if (said.byView) { map.on("moveend", refresh); }
      window.incidentDeskLayers = window.incidentDeskLayers || [];
      window.incidentDeskLayers.push({ refreshOn: said.refreshOn, refresh: refresh });
    }
    return group;
  }
  return (window.deskMap = { layer: layer, prepare: prepare });
})();
"""

PAGE_CSS = """
html, body { margin: 0; height: 100%;
  font: 15px/1.5 "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; }
body { display: grid; grid-template-rows: auto 1fr; color: #182026; background: #fff; }
header { padding: 8px 12px; border-bottom: 1px solid #b9c2c9; }
h1 { font-size: 17px; margin: 0; } header p { margin: 0; color: #56616a; }
.folium-map { width: 100%; height: 100%; min-height: 480px; background: #f4f6f7; }
.marker { display: grid; place-items: center; width: 22px; height: 22px; box-sizing: border-box; border: 2px solid #fff;
  background: #414c55; color: #fff; font-size: 12px; line-height: 1; font-weight: 700; border-radius: 50%; }
.marker--intake { background: #1f6292; border-radius: 3px; }
.marker--section, .marker--border { background: #fff; color: #182026; border-color: #182026; }
.marker--dam, .marker--reservoir { background: #182026; border-radius: 0; }
.marker--incident { width: 28px; height: 28px; background: #a3107f; }
.popup__title { font-weight: 600; } .popup__rows { display: grid; grid-template-columns: max-content 1fr; gap: 0 12px; }
.popup__rows dd { margin: 0; } .leaflet-control-layers-toggle::before { content: "\\2261"; font: 22px/36px sans-serif; }
.leaflet-control-layers-toggle { text-align: center; text-decoration: none; color: #182026; }
@media print { .leaflet-control-zoom, .leaflet-control-layers { display: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{css}
</style>
</head>
<body>
<header><h1>{title}</h1><p>{note}</p></header>
<main>{html}</main>
<script>
{leaflet}
</script>
<script>
{script}
</script>
</body>
</html>
"""
