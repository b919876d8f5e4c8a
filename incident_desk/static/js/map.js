// @ts-check
// What the page does with its maps (the map itself is composed by geo/webmap.py, popups built there from text).
// Layers that fetch stand in window.incidentDeskLayers ({refreshOn: "evidence incident", refresh()}) and are asked again
// when the journal says so or the theme changes. <div data-map-pick="#f-coordinates"> around a map: a click there
// (event map:picked with longitude, latitude) fills that input; data-map-pick-datum names the select to set beside it,
// data-map-name the map's own variable. A pin stands where one clicked or where readable coordinates were typed; the
// event place:picked {longitude, latitude} on the document says that a place was clicked.

import { concerns } from "./journal_cursor.js";

/** @param {(refreshOn: string) => boolean} wanted */
function refreshLayers(wanted) {
  for (const layer of window.incidentDeskLayers ?? []) {
    if (layer.refresh && wanted(layer.refreshOn ?? "")) layer.refresh();
  }
}

/** @param {Element} place @param {{longitude: number, latitude: number}} at */
function pick(place, at) {
  const datum = document.querySelector(place.getAttribute("data-map-pick-datum") || "#no-datum");
  if (datum instanceof HTMLSelectElement || datum instanceof HTMLInputElement) datum.value = "cgcs2000";
  const input = document.querySelector(place.getAttribute("data-map-pick") || "#no-input");
  if (!(input instanceof HTMLInputElement)) return;
  input.value = `${at.longitude.toFixed(6)}, ${at.latitude.toFixed(6)}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  setPin(place, at, false);
  document.dispatchEvent(new CustomEvent("place:picked", { detail: at }));
}

/**
 * Puts the pin of *place* at a position, and brings it into view where asked.
 * @param {Element} place @param {{longitude: number, latitude: number}} at @param {boolean} show
 */
function setPin(place, at, show) {
  /** @type {import("leaflet").Map | undefined} */
  const map = /** @type {any} */ (window)[place.getAttribute("data-map-name") ?? ""];
  if (!map || typeof L === "undefined") return;
  const here = L.latLng(at.latitude, at.longitude);
  let pin = pins.get(place);
  if (pin) pin.setLatLng(here);
  else {
    const face = document.createElement("span");
    face.className = "marker marker--incident";
    face.textContent = "!";
    pin = L.marker(here, { interactive: false, keyboard: false, zIndexOffset: 1000, icon: L.divIcon({ className: "map-marker", html: face, iconSize: [28, 28] }) }).addTo(map);
    pins.set(place, pin);
  }
  if (show && !map.getBounds().pad(-0.1).contains(here)) map.setView(here, Math.max(map.getZoom(), 10), { animate: false });
}

/** @type {WeakMap<Element, any>} */
const pins = new WeakMap();

/** Two plain decimal numbers in the order in which they are written on the sheet. @param {string} text */
export function plainPosition(text) {
  const found = text.trim().match(/^(\d{2,3}(?:\.\d+)?)[°\s]*[,，\s]\s*(\d{1,2}(?:\.\d+)?)°?$/);
  if (!found) return null;
  const longitude = Number(found[1]);
  const latitude = Number(found[2]);
  return longitude >= 73 && longitude <= 136 && latitude >= 3 && latitude <= 54 ? { longitude, latitude } : null;
}

/** Shows what is typed in the input of *place*. @param {Element} place */
function followTyping(place) {
  const input = document.querySelector(place.getAttribute("data-map-pick") || "#no-input");
  if (!(input instanceof HTMLInputElement)) return;
  const follow = () => {
    const at = plainPosition(input.value);
    if (at) setPin(place, at, true);
  };
  input.addEventListener("change", follow);
  follow();
}

export function startMap() {
  for (const place of document.querySelectorAll("[data-map-pick][data-map-name]")) followTyping(place);
  let timer = 0;
  /** @type {Set<string>} */
  const kinds = new Set();
  document.addEventListener("desk:entries", (event) => {
    for (const entry of /** @type {CustomEvent} */ (event).detail.entries) kinds.add(entry.kind);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const known = [...kinds];
      kinds.clear();
      refreshLayers((refreshOn) => known.some((kind) => concerns(kind, refreshOn)));
    }, 300);
  });
  document.addEventListener("desk:theme", () => refreshLayers(() => true));
  document.addEventListener("map:picked", (event) => {
    const place = event.target instanceof Element ? event.target.closest("[data-map-pick]") : null;
    if (place) pick(place, /** @type {CustomEvent} */ (event).detail);
  });
}
