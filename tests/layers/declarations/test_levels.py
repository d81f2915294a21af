"""At which levels a theme can be built."""

import pytest

from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.declarations.catalog import load
from layers.declarations.levels import check_level

SHIPPED = load()


def test_what_is_relative_to_the_gemeente_is_not_built_per_gemeente():
    theme = SHIPPED.theme("vastgoed")
    sources = SHIPPED.sources_of(theme)
    check_level(theme, sources, AreaLevel.WIJK)
    with pytest.raises(SourceError, match=r"theme 'vastgoed': woz_verandering is relative to .* level buurt or wijk"):
        check_level(theme, sources, AreaLevel.GEMEENTE)
