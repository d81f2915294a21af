"""An area that is high amid several themes says so once, in one text that can be read."""

import pandas as pd

from services.pages.explained_areas import associated_areas
from tests.services.made_release import made_association, made_release


def test_pairs_of_one_area_are_said_in_one_text_with_one_warning():
    collection = made_association(made_release(), ("een", "twee"), ("een", "drie"), ("twee", "een"))
    codes = {"buurt": pd.Index([collection.table["gebiedscode"].iloc[0]])}
    (area,) = associated_areas([collection], {"een": "Zicht op een", "twee": "Zicht op twee"}, codes)["buurt"]
    assert area["area"] == 0
    assert area["why"] == (
        "Hier is de score van 'Zicht op een' hoog, en in de gebieden eromheen die van 'Zicht op twee', 'drie'. "
        "Hier is de score van 'Zicht op twee' hoog, en in de gebieden eromheen die van 'Zicht op een'. "
        "Dat zegt niet dat het een tot het ander leidt."
    )
