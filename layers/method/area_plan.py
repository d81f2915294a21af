"""The nodes of areas: of every level, who borders whom, and of postcodes. Nothing is read to plan them."""

from dataclasses import dataclass, replace

from boundaries.vintages import Vintage
from boundaries.vintages import vintage as vintage_of
from geo import neighbors as neighbors_
from geo.areas import AreaFrame, AreaLevel
from geo.errors import UnknownNameError
from geo.messages import message
from geo.neighbors import Neighbors
from layers.declarations.sources import SourceDeclaration
from layers.method import places
from layers.method.places import Boundaries, StudyArea
from layers.method.plan import Node
from layers.method.read_nodes import value_node
from layers.method.reading import Reader

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE, *(one for one in AreaLevel if one.resolution))
"""The levels that can be built."""


@dataclass(frozen=True, slots=True)
class AreaPlan:
    """The areas of a vintage."""

    reader: Reader
    vintage: Vintage

    def boundaries_node(self) -> Node[Boundaries]:
        """The finest areas there are, and what is known of them."""
        return value_node(self.reader.boundaries(self.vintage), "areas")

    def areas_node(self, level: AreaLevel) -> Node[AreaFrame]:
        """The areas of a level. Raises UnknownNameError for one that cannot be built."""
        if level not in LEVELS:
            raise UnknownNameError(message("level"), level, LEVELS)
        boundaries = self.boundaries_node()
        if level is AreaLevel.BUURT:
            return Node("areas", (level,), places.buurten, (boundaries,))
        return Node("areas", (level,), places.areas_of, (boundaries,), {"level": level}, stored=True)

    def neighbors_node(self, level: AreaLevel) -> Node[Neighbors]:
        """Who borders whom at a level."""
        if level.resolution is not None:
            return Node("neighbors", (level,), neighbors_.ring, (self.areas_node(level),), stored=True)
        boundaries = self.boundaries_node()
        of_finest = Node("neighbors", ("finest",), places.borders, (boundaries,), stored=True)
        if level is AreaLevel.BUURT:
            return of_finest
        return Node(
            "neighbors", (level,), places.merged_borders, (of_finest, boundaries), {"level": level}, stored=True
        )

    def study_node(self, level: AreaLevel) -> Node[StudyArea]:
        """The areas of a level and who borders whom."""
        inputs = (self.boundaries_node(), self.areas_node(level), self.neighbors_node(level))
        return Node("study", (level,), places.study_area, inputs, {"gemeenten": self.vintage.gemeenten})

    def finest_node(self) -> Node[AreaFrame]:
        """The finest areas there are."""
        return Node("areas", ("finest",), places.finest, (self.boundaries_node(),))

    def postcodes_node(self, source: SourceDeclaration) -> Node[Boundaries]:
        """The postcodes that a source has figures of."""
        of = replace(vintage_of(source.codes_of or source.vintage), finest=AreaLevel.PC4)
        return value_node(self.reader.boundaries(of), "areas")
