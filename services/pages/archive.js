"use strict";
// Parts of files by range requests, and the tiles of a PMTiles archive (version 3) of vector tiles (version 2).
// https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md, https://github.com/mapbox/vector-tile-spec

const WIDTH = 4096; // of a tile, in its own steps
const HEAD = 16384; // bytes within which the header and the first directory of an archive are
const MOST_TILES = 64; // whose features are kept: a screen has 6 to 12
const whole = new Map(); // file: all of it, from a server that answers no range

async function bytesOf(file, at, length) {
  if (!whole.has(file)) {
    const answer = await fetch(file, {headers: {Range: `bytes=${at}-${at + length - 1}`}});
    if (answer.status === 206) return answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
    whole.set(file, await answer.arrayBuffer());
  }
  return whole.get(file).slice(at, at + length);
}

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Bytes { // protocol buffers: numbers of seven bits a byte, and fields
  constructor(bytes) { this.bytes = bytes; this.at = 0; }

  get more() { return this.at < this.bytes.length; }

  number() {
    let value = 0, factor = 1, byte;
    do {
      byte = this.bytes[this.at++];
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    return value;
  }

  numbers(count) { return Array.from({length: count}, () => this.number()); }

  rest() {
    const read = [];
    while (this.more) read.push(this.number());
    return read;
  }

  field(visit) { // its number and its content: Bytes, or a number
    const key = this.number();
    if ((key & 7) === 0) return visit(key >> 3, this.number());
    const length = {1: 8, 5: 4}[key & 7] ?? this.number();
    this.at += length;
    return visit(key >> 3, new Bytes(this.bytes.subarray(this.at - length, this.at)));
  }

  text() { return new TextDecoder().decode(this.bytes); }
}

function directory(bytes) {
  const read = new Bytes(bytes);
  const count = read.number();
  let id = 0;
  const ids = read.numbers(count).map((step) => (id += step));
  const [runs, lengths, offsets] = [read.numbers(count), read.numbers(count), read.numbers(count)];
  offsets.forEach((one, place) => {
    offsets[place] = one || !place ? one - 1 : offsets[place - 1] + lengths[place - 1];
  });
  return {ids, runs, lengths, offsets};
}

function tileNumber(zoom, x, y) { // along the Hilbert curve, after all tiles of lower zooms
  let number = (4 ** zoom - 1) / 3;
  for (let side = 2 ** (zoom - 1); side >= 1; side /= 2) {
    const [right, below] = [x & side ? 1 : 0, y & side ? 1 : 0];
    number += side * side * ((3 * right) ^ below);
    if (!below) [x, y] = right ? [side - 1 - y, side - 1 - x] : [y, x];
    x &= side - 1;
    y &= side - 1;
  }
  return number;
}

class Archive {
  constructor(file) { this.file = file; this.tiles = new Map(); }

  async head() {
    const buffer = await bytesOf(this.file, 0, HEAD);
    const view = new DataView(buffer);
    const [root, rootLength, , , leaves, , content] = Array.from({length: 7}, (_, place) =>
      Number(view.getBigUint64(8 + 8 * place, true)));
    const [least, most] = [view.getUint8(100), view.getUint8(101)];
    return {leaves, content, least, most, root: directory(await unpacked(buffer.slice(root, root + rootLength)))};
  }

  open() { // once, and again where it failed
    this.opened ??= this.head().catch((fault) => { this.opened = null; throw fault; });
    return this.opened;
  }

  async find(number, entries) {
    const {leaves, content} = await this.open();
    const after = entries.ids.findIndex((id) => id > number);
    const place = (after < 0 ? entries.ids.length : after) - 1;
    if (place < 0) return null;
    const [run, offset, length] = [entries.runs[place], entries.offsets[place], entries.lengths[place]];
    if (!run) return this.find(number, directory(await unpacked(await bytesOf(this.file, leaves + offset, length))));
    return number < entries.ids[place] + run ? unpacked(await bytesOf(this.file, content + offset, length)) : null;
  }

  tile(zoom, x, y, key) { // its features, asked for once while it is among the last
    const number = tileNumber(zoom, x, y);
    if (!this.tiles.has(number)) {
      const read = this.read(number, key);
      read.catch(() => this.tiles.delete(number));
      this.tiles.set(number, read);
      if (this.tiles.size > MOST_TILES) this.tiles.delete(this.tiles.keys().next().value);
    }
    return this.tiles.get(number);
  }

  async read(number, key) {
    const {root} = await this.open();
    const bytes = await this.find(number, root);
    return bytes ? featuresOf(bytes, key) : [];
  }
}

function featuresOf(bytes, key) { // of each its property `key` and its outline
  const found = [];
  const tile = new Bytes(bytes);
  while (tile.more) tile.field((number, layer) => { if (number === 3) found.push(...featuresOfLayer(layer, key)); });
  return found;
}

function featuresOfLayer(layer, key) {
  const [features, keys, values] = [[], [], []];
  while (layer.more) {
    layer.field((number, content) => {
      if (number === 2) features.push(content);
      if (number === 3) keys.push(content.text());
      if (number === 4) values.push(content);
    });
  }
  const wanted = keys.indexOf(key);
  return features.map((feature) => {
    let tags = [], outline;
    while (feature.more) {
      feature.field((number, content) => {
        if (number === 2) tags = content.rest();
        if (number === 4) outline = pathOf(content);
      });
    }
    const place = tags.findIndex((one, at) => at % 2 === 0 && one === wanted);
    return {value: textOf(values[tags[place + 1]]), ...outline};
  });
}

function textOf(value) {
  let text = "";
  const read = new Bytes(value.bytes);
  while (read.more) read.field((number, content) => { if (number === 1) text = content.text(); });
  return text;
}

function pathOf(read) { // and the box around it
  const path = new Path2D();
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const step = () => { const number = read.number(); return number % 2 ? -(number + 1) / 2 : number / 2; };
  let x = 0, y = 0;
  while (read.more) {
    const command = read.number();
    for (let times = command >> 3; times > 0; times--) {
      if ((command & 7) === 7) { path.closePath(); continue; }
      x += step();
      y += step();
      if ((command & 7) === 1) path.moveTo(x, y); else path.lineTo(x, y);
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    }
  }
  return {path, box};
}
