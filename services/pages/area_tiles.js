"use strict";
// Areas that are read tile by tile, and their figures when they are needed: whole columns of classes, which the map is
// coloured by, and the rest in blocks of neighbouring areas when one of them is opened.

const PIXELS = 512; // that a tile is drawn wide
const figures = (at, length) =>
  bytesOf(content.figures.file, at, length).then(unpacked).then((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
const asked = new Map(); // what was asked for: once

function once(key, ask) {
  if (!asked.has(key)) asked.set(key, ask().catch((fault) => { asked.delete(key); throw fault; }));
  return asked.get(key);
}

async function loadColumns(numbers) { // several may lie in one part
  const parts = new Map(numbers.flatMap((number) => (content.figures.whole[number] ? [content.figures.whole[number]] : [])));
  await Promise.all([...parts].map((place) => once(`columns ${place[0]}`, async () => {
    Object.assign(content.columns, await figures(...place));
  })));
}

async function loadArea(area) { // the block that it is in: for each column of the choice a figure for each area
  const {at, lengths} = shown.picture.blocks;
  const block = Math.floor(area / content.figures.block);
  const start = lengths.slice(0, block).reduce((sum, one) => sum + one, at);
  const {pictures} = content;
  await Promise.all([loadColumns([shown.picture.why]), once(`block ${pictures.indexOf(shown.picture)} ${block}`, async () => {
    const parts = await figures(start, lengths[block]);
    for (const [number, values] of Object.entries(parts)) fill(number, values, block * content.figures.block);
  })]);
}

function fill(number, values, start) { // texts as in a column that stands in the page: labels, and an index to them
  const isText = content.figures.texts.includes(Number(number));
  content.columns[number] ??= isText ? {labels: [], index: []} : [];
  const one = content.columns[number];
  values.forEach((value, place) => {
    if (!isText) one[start + place] = value;
    else one.index[start + place] = value === null ? -1 : one.labels.push(value) - 1;
  });
}

const AreaTiles = L.GridLayer.extend({
  createTile({x, y, z}, done) {
    const canvas = L.DomUtil.create("canvas", "leaflet-tile");
    const sharp = window.devicePixelRatio || 1;
    canvas.width = canvas.height = PIXELS * sharp;
    canvas.load = this.load(x, y, z - 1).then((loaded) => { canvas.loaded = loaded; this.draw(canvas); });
    canvas.load.then(() => done(null, canvas), (fault) => { drawFault(fault); done(fault, canvas); });
    return canvas;
  },

  async load(x, y, zoom) { // of what is closer than the archive has, a part of the tile that it lies in
    const archive = this.options.archive();
    const {most} = await archive.open();
    const closer = Math.max(0, zoom - most);
    const [column, row] = [x >> closer, y >> closer];
    const features = await archive.tile(zoom - closer, column, row, "gebiedscode");
    const scale = 2 ** closer;
    return {features, scale, left: (x - column * scale) * WIDTH, top: (y - row * scale) * WIDTH};
  },

  draw(canvas) {
    const context = canvas.getContext("2d");
    const {features, scale, left, top} = canvas.loaded;
    const size = canvas.width / WIDTH;
    const {colour, borders, flagged, marks} = this.options.style;
    context.resetTransform();
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(size * scale, 0, 0, size * scale, -left * size, -top * size);
    const wide = (pixels) => (pixels * WIDTH) / PIXELS / scale;
    const thick = (pixels) => { context.lineWidth = wide(pixels); };
    const inTile = ({box}) => box[2] * scale >= left && box[0] * scale <= left + WIDTH && box[3] * scale >= top && box[1] * scale <= top + WIDTH;
    const drawn = features.filter(inTile).map(({value, path}) => [this.options.number(value), path]);
    if (colour) {
      context.globalAlpha = 0.75;
      for (const [area, path] of drawn) { context.fillStyle = colour(area); context.fill(path); }
    }
    context.globalAlpha = 0.7;
    context.strokeStyle = "#fff";
    thick(0.6);
    if (colour && borders) for (const [, path] of drawn) context.stroke(path);
    context.globalAlpha = 1;
    context.strokeStyle = DARK;
    thick(1.2);
    for (const [area, path] of drawn) if (flagged.has(area)) context.stroke(path);
    thick(3);
    for (const [name, {color, dash}] of Object.entries(MARKS)) {
      context.fillStyle = context.strokeStyle = color;
      context.setLineDash(dash.map(wide));
      for (const [area, path] of drawn) {
        if (!marks[name].has(area)) continue;
        context.globalAlpha = 0.15;
        context.fill(path);
        context.globalAlpha = 1;
        context.stroke(path);
      }
    }
    context.setLineDash([]);
  },

  redrawn() { // what is drawn now, in another style
    for (const {el} of Object.values(this._tiles)) if (el.loaded) this.draw(el);
  },

  areaAt(latlng) { // the area there, if its tile has come
    const zoom = this._tileZoom;
    if (zoom === undefined || !this._map) return null;
    const place = this._map.project(latlng, zoom).divideBy(PIXELS);
    const tile = this._tiles[this._tileCoordsToKey({x: Math.floor(place.x), y: Math.floor(place.y), z: zoom})]?.el;
    if (!tile?.loaded) return null;
    const {features, scale, left, top} = tile.loaded;
    const [x, y] = [place.x, place.y].map((at, axis) => ((at % 1) * WIDTH + [left, top][axis]) / scale);
    const context = tile.getContext("2d");
    context.save();
    context.resetTransform();
    const hit = features.find(({box, path}) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3] && context.isPointInPath(path, x, y));
    context.restore();
    return hit ? this.options.number(hit.value) : null;
  },
});

function areasOn(map, _layers, open) {
  const numbers = {}; // level: the number of each area by its code
  const archives = {};
  const style = {colour: null, borders: false, flagged: new Set(), marks: Object.fromEntries(Object.keys(MARKS).map((name) => [name, new Set()]))};
  const tooltip = L.tooltip({sticky: true});
  const archive = () => (archives[shown.chosen.niveau] ??= new Archive(level().tiles));
  const number = (code) => (numbers[shown.chosen.niveau] ??= new Map(level().codes.map((one, at) => [one, at]))).get(code);
  const tiles = new AreaTiles({tileSize: PIXELS, pane: "overlayPane", archive, number, style, keepBuffer: 1});
  let drawnLevel;

  function redraw() {
    if (drawnLevel === shown.chosen.niveau && map.hasLayer(tiles)) return tiles.redrawn();
    tiles.remove();
    drawnLevel = shown.chosen.niveau;
    return tiles.addTo(map);
  }

  function areaUnder({latlng, originalEvent}) { // none where something else lies on top
    const covered = originalEvent.target.closest?.(".leaflet-control, .leaflet-popup, .leaflet-interactive");
    return style.colour && !covered ? tiles.areaAt(latlng) : null;
  }

  function hover(event) {
    const area = areaUnder(event);
    map.getContainer().style.cursor = area === null ? "" : "pointer";
    if (area === null) return tooltip.remove();
    return tooltip.setLatLng(event.latlng).setContent(areaLine(area)).addTo(map);
  }

  map.on("mousemove", hover).on("mouseout zoomstart", () => tooltip.remove());
  map.on("click", (event) => {
    const area = areaUnder(event);
    if (area !== null) open(event.latlng, area);
  });
  return {
    paint: (colour, borders) => { Object.assign(style, {colour, borders}); redraw(); },
    clear: () => { style.colour = null; redraw(); },
    outline: (areas) => { style.flagged = new Set(areas); redraw(); },
    mark: (name, areas) => {
      if (!areas.length && !style.marks[name].size) return;
      style.marks[name] = new Set(areas);
      redraw();
    },
    centre: () => undefined,
    load: loadColumns,
    ready: loadArea,
  };
}
