"use strict";
// The released map in the browser: areas, painted anew for each choice and measure, zoekgebieden and what is said of them.
// How areas are drawn and where their figures come from is in the script before this one: `areasOn`.

const onPhone = matchMedia("(max-width: 760px)").matches;
const DARK = "#14213d";
const MARKS = { // areas that collections about several themes name, or a second search, and how they are drawn on top
  stacked: {color: "#00695c", dash: [6, 3]},
  amid: {color: "#7b1fa2", dash: [2, 4]},
  second: {color: "#0277bd", dash: [10, 4]},
};
const BORDERS_FROM_ZOOM = 11; // further out, the borders of 14,566 buurten would hide their colours
const PANES = {flagged: 410, zones: 420, ranks: 620}; // what stands above what; Leaflet's own are 400 and 600
const ROOM = onPhone ? {left: 8, top: 60, right: 8} : {left: 60, top: 20, right: 320}; // what controls cover

function polygon(shape, options) {
  return L.polygon(L.GeoJSON.coordsToLatLngs(shape.coordinates, shape.type === "Polygon" ? 1 : 2), options);
}

const pointOf = (shape) => L.GeoJSON.coordsToLatLng(shape.coordinates);

function showRelease(map) {
  const zones = L.layerGroup();
  const flagged = L.layerGroup();
  const marks = Object.fromEntries(Object.keys(MARKS).map((name) => [name, L.layerGroup()]));
  let outlines = new Map(); // zoekgebied: its casing, outline and label, in order of rank
  let layersControl, opener, bordersPainted;

  for (const [name, above] of Object.entries(PANES)) map.createPane(name).style.zIndex = above;
  map.getPane("flagged").style.pointerEvents = "none";
  const areas = areasOn(map, {flagged, marks}, openArea);
  const zoneRenderer = L.svg({pane: "zones"}); // not a canvas: clicks beside an outline must reach the areas below

  function openArea(at, area) {
    areas.ready(area).then(() => openPopup(at, areaPopup(area))).catch(drawFault);
  }

  const bordersShown = () => map.getZoom() >= BORDERS_FROM_ZOOM;

  function paint() {
    bordersPainted = bordersShown();
    drawLegend(map.hasLayer(zones), marked());
    if (measure() === NONE) return areas.clear();
    const {colours, missing} = measure().legend;
    const classes = column(measure().classes);
    return areas.paint((area) => colours[classes[area]] ?? missing[0], bordersPainted);
  }

  function drawFlagged() {
    const shownOnes = shown.picture && map.hasLayer(flagged) ? column(shown.picture.flagged) : [];
    areas.outline(shownOnes.flatMap((isFlagged, area) => (isFlagged ? [area] : [])));
  }

  const marked = () => Object.keys(marks).filter((name) => map.hasLayer(marks[name]) && markedAreas(name).length);

  function drawMarks() {
    for (const name of Object.keys(marks)) areas.mark(name, map.hasLayer(marks[name]) ? markedAreas(name) : []);
  }

  function drawZones() {
    zones.clearLayers();
    outlines = new Map(zoekgebieden().map((zone) => [zone, drawnZone(zone)]));
    for (const layers of outlines.values()) layers.forEach((layer) => zones.addLayer(layer));
    fitToZoom();
  }

  function drawnZone(zone) {
    const shared = {renderer: zoneRenderer, pane: "zones", lineJoin: "round"};
    const casing = polygon(zone.shape, {...shared, color: "#fff", opacity: 0.85, fill: false, interactive: false});
    const outline = polygon(zone.shape, {...shared, color: DARK, fillColor: DARK, fillOpacity: 0.04, className: "zone"});
    const icon = L.divIcon({className: "rank", html: String(zone.rank), iconSize: [zone.rank > 99 ? 34 : 26, 26]});
    const label = L.marker(pointOf(zone.label), {icon, pane: "ranks", keyboard: false}); // the list serves the keyboard
    for (const layer of [outline, label]) {
      layer.bindTooltip(() => zoneLine(zone)).on("click", (event) => openZone(zone, event.latlng));
    }
    return [casing, outline, label];
  }

  function fitToZoom() { // seen from afar, thick lines and many numbers would hide what they point at
    const weight = Math.min(3.5, Math.max(1.2, (map.getZoom() - 5) * 0.6));
    const taken = [];
    for (const [casing, outline, label] of outlines.values()) {
      casing.setStyle({weight: 2 * weight});
      outline.setStyle({weight});
      const at = map.latLngToLayerPoint(label.getLatLng());
      const free = taken.every((other) => other.distanceTo(at) >= 28); // the stronger zoekgebied keeps its number
      if (free) taken.push(at);
      label.getElement()?.classList.toggle("hidden", !free);
    }
  }

  function openPopup(at, body) {
    const maxHeight = Math.round(map.getSize().y * 0.6);
    const room = {autoPanPaddingTopLeft: [ROOM.left, ROOM.top], autoPanPaddingBottomRight: [ROOM.right, 10]};
    L.popup({maxWidth: 340, maxHeight, ...room}).setLatLng(at).setContent(body).openOn(map);
  }

  function openZone(zone, at) {
    openPopup(at, zonePopup(zone, (area) => openArea(areas.centre(area) ?? at, area)));
  }

  function zoomTo(zone, pressed) {
    if (onPhone) refold(true);
    const above = Math.round(map.getSize().y * 0.5); // the pop-up stands there
    const room = {paddingTopLeft: [ROOM.left, above], paddingBottomRight: [ROOM.right, 30]};
    map.fitBounds(outlines.get(zone)[1].getBounds(), {maxZoom: 13, animate: false, ...room});
    openZone(zone, pointOf(zone.label));
    opener = pressed;
    map.getPane("popupPane").querySelector(".popup").focus({preventScroll: true});
  }

  function drawLayersControl() {
    layersControl?.remove();
    const bases = {};
    for (const one of measures()) {
      const base = L.layerGroup();
      base.measureName = one.name;
      const title = asMarkup(one.title);
      const short = asMarkup(say("deviation from {average}", {average: one.average}));
      bases[one.of ? `<span class="deviation" title="${title}">${short}</span>` : title] = base;
      if (one === measure()) base.addTo(map);
    }
    const overlays = {[say("Zoekgebieden")]: zones};
    if (shown.picture) overlays[say("Flagged {areas}, outlined", {areas: areasNamed(2)})] = flagged;
    const [several, amid, second] = ["stacked", "amid", "second"].map((name) => markedAreas(name).length);
    if (several) overlays[say("On the map of several themes: {areas}", {areas: counted(several)})] = marks.stacked;
    if (amid) overlays[say("High amid another theme: {areas}", {areas: counted(amid)})] = marks.amid;
    if (second) overlays[say("Found by the second search only: {areas}", {areas: counted(second)})] = marks.second;
    layersControl = L.control.layers(bases, overlays, {collapsed: onPhone, sortLayers: false}).addTo(map);
    const list = layersControl.getContainer();
    list.querySelector(".leaflet-control-layers-base").before(make("p", {}, say("Colour the areas by")));
    list.querySelector(".leaflet-control-layers-overlays").before(make("p", {}, say("Draw on top")));
    list.querySelector(".leaflet-control-layers-toggle").replaceChildren(say("Layers"));
    list.querySelector(".leaflet-control-layers-toggle").title = say("Choose what the map shows");
  }

  function draw() {
    map.closePopup();
    choose();
    drawFacts();
    drawLayersControl();
    drawZones();
    drawList(zoomTo);
    drawTable();
    return drawFigures();
  }

  async function drawFigures() { // a later choice may be made while the columns of this one are on their way
    const {picture} = shown;
    const [colouring] = [measure()];
    await areas.load([colouring.classes, picture?.flagged, picture?.unjudged, picture?.why]);
    if (picture !== shown.picture || colouring !== measure()) return;
    paint();
    drawFlagged();
    drawMarks();
    drawUnjudged();
  }

  function addLegend() {
    const legend = L.control({position: "bottomright"});
    legend.onAdd = () => {
      const box = make("details", {id: "legend", class: "legend"});
      box.open = !onPhone;
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    legend.addTo(map);
  }

  function refold(folded) {
    fold(folded);
    map.invalidateSize({pan: false});
  }

  function listen() {
    map.on("baselayerchange", (event) => { shown.measureName = event.layer.measureName; drawFigures().catch(drawFault); });
    map.on("overlayadd overlayremove", (event) => {
      if (event.layer === flagged) drawFlagged();
      else if (event.layer === zones) fitToZoom();
      else drawMarks();
      drawLegend(map.hasLayer(zones), marked());
    });
    map.on("zoomend", () => { fitToZoom(); if (bordersShown() !== bordersPainted) paint(); });
    map.on("popupclose", () => { opener?.focus({preventScroll: true}); opener = null; });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
    new ResizeObserver(() => map.invalidateSize()).observe(map.getContainer());
    byId("filter").addEventListener("input", () => drawList(zoomTo));
    byId("visited").addEventListener("change", () => { map.closePopup(); drawFacts(); drawZones(); drawList(zoomTo); drawTable(); });
    byId("unfold").onclick = () => refold(!document.querySelector(".panel").classList.contains("folded"));
  }

  refold(onPhone);
  map.fitBounds(content.extent, {paddingTopLeft: [20, 20], paddingBottomRight: [ROOM.right, 20], animate: false});
  map.attributionControl.setPrefix(false);
  for (const one of content.attributions) map.attributionControl.addAttribution(asMarkup(one));
  if (!onPhone) L.control.zoom({zoomInTitle: say("Zoom in"), zoomOutTitle: say("Zoom out")}).addTo(map);
  L.control.scale({imperial: false}).addTo(map);
  addLegend();
  zones.addTo(map);
  listen();
  drawChoices(() => draw().catch(drawFault));
  drawOrders(() => drawList(zoomTo));
  draw().catch(drawFault);
  drawConfirmed();
}
