"""The release as an OGC API: items from the store, and what is said of them; JSON-LD through pygeoapi."""
