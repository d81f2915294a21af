"""The sums: areas, measures, statistics and zoekgebieden. Values in, values out."""
