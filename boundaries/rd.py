"""RD New, the system of the Netherlands: what comes from CBS, and all that is counted in it, is in this."""

type Box = tuple[float, float, float, float]

RD_NEW = 28992
"""EPSG code of RD New, the Dutch national grid, in metres."""

RD_BOUNDS: Box = (-10_000.0, 300_000.0, 280_000.0, 650_000.0)
"""West, south, east and north of the Netherlands and its sea, in metres of RD New: where coordinates must lie."""
