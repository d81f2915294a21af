"""Dasymetric: by what count figures are interpolated to areas whose borders are others."""

from layers.declarations.indicators import Declared, Id


class Dasymetric(Declared):
    """A column of a source by which figures are divided, in proportion to what lies in each piece of ground.

    In a theme it divides figures per buurt over hexagons: `source` has a section [squares], and `column` is one of its
    columns there. In a source per postcode it divides its figures over buurten: `column` may also be a count or stock
    per buurt of any open source, such as inhabitants or homes.
    """

    source: Id
    column: Id
