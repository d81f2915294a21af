"""Archives of tiles as libraries read them that did not write them: pmtiles and mapbox-vector-tile."""

import gzip
from collections import defaultdict

import mapbox_vector_tile
from pmtiles.reader import MemorySource, Reader, all_tiles


def decoded(path):
    """The features of each layer of each tile, by zoom, column and row."""
    return {
        at: {name: layer["features"] for name, layer in mapbox_vector_tile.decode(gzip.decompress(tile)).items()}
        for at, tile in all_tiles(MemorySource(path.read_bytes()))
        if tile and gzip.decompress(tile)
    }


def by_zoom(path, layer):
    """The properties of the features of a layer, by zoom."""
    zooms = defaultdict(list)
    for (zoom, _, _), layers in decoded(path).items():
        zooms[zoom] += [one["properties"] for one in layers[layer]]
    return zooms


def about(path):
    """What an archive says of itself, and its header."""
    reader = Reader(MemorySource(path.read_bytes()))
    return reader.metadata(), reader.header()
