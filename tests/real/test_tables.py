"""Tables as offices and CBS deliver them: what is a number to pandas is the same number here, to the last bit."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layers.declarations.records import Format
from layers.method import numbers
from services.formats.reader import table

pytestmark = pytest.mark.real

ENGLISH = [
    "kerncijfers/nl_buurt_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz",
    "kerncijfers/provincie_utrecht_buurt_kwb_leefbaarometer_energie.csv.gz",
    "kerncijfers/nl_buurt_83765NED_2017_subset_incl_crime_per_1000.csv.gz",
    "postcode/cbs_pc4_2020_v1.csv.gz",
]
SEMICOLONS = ["kerncijfers/amsterdam_kwb_2024_renamed.csv.gz"]


@pytest.mark.parametrize(("path", "delimiter"), [(one, ",") for one in ENGLISH] + [(one, ";") for one in SEMICOLONS])
def test_every_column_of_numbers_is_read_as_pandas_reads_it(real: Path, path: str, delimiter: str):
    theirs, ours = pd.read_csv(real / path, sep=delimiter, low_memory=False), table(real / path, Format())
    columns = theirs.select_dtypes("number").columns
    assert len(columns) > 5
    for name in columns:
        np.testing.assert_array_equal(numbers.column(ours[name], None, name), theirs[name].astype(float), name)
