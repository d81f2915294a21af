"""Local statistics, and what is made of them. All by name stand in `geo.statistics.by_name`."""
