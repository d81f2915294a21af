"""Records: points and objects of the municipality's own, as one TOML declares them."""

from layers.indicators import Declared, Text


class Records(Declared):
    """Where records are and what is counted of them."""

    path: Text
