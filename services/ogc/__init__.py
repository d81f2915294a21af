"""The release as an OGC API, through pygeoapi."""
