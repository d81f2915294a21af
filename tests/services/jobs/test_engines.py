"""An engine is asked for by its address."""

import pytest

from geo.errors import UnknownNameError
from services.engines.local import Local
from services.engines.spark import Spark
from services.jobs.engines import engine


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("local", Local(1)), ("local:4", Local(4)), ("spark://host:7077", Spark("spark://host:7077")),
        ("spark:local[2]", Spark("local[2]")), ("spark:local[*]", Spark("local[*]")),
        ("spark://een:7077,twee:7077", Spark("spark://een:7077,twee:7077")),
    ],
)  # fmt: skip
def test_an_address_is_an_engine(address, made):
    assert engine(address) == made


@pytest.mark.parametrize(
    "address",
    [
        "",
        "dask",
        "local:0",
        "local:x",
        "local:-1",
        "spark",
        "spark:",
        "spark://",
        "spark://host",
        "spark://host:x",
        "spark:local[x]",
        "spark:local[0]",
        "spark:local[]",
        "spark:yarn",
    ],
)
def test_another_is_refused_with_those_that_there_are(address):
    with pytest.raises(UnknownNameError, match=r"local.*spark"):
        engine(address)
