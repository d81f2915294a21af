"""The release as an OGC API: items from the store, the rest through pygeoapi."""
