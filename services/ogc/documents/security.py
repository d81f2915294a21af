"""What of an OpenAPI document needs a key, as it is said to who sent one. To others nothing of it is declared, as
nothing of it is there.
"""

from collections.abc import Collection, Mapping

from services.ogc.documents.components import Tree, problem, ref
from services.ogc.keys import HEADER

SCHEME = "ApiKey"
TEXT = f"The key in {HEADER} is not known here"


def keyed(document: Tree, ids: Collection[str]) -> Tree:
    """The document with what is said of keys: the paths of these collections need one, on others it shows more."""
    scheme = {"type": "apiKey", "in": "header", "name": HEADER, "description": "Of who keeps the keys of this service."}
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        needed = ids and set(operation["tags"]) <= set(ids)
        operation["security"] = [{SCHEME: []}] if needed else [{SCHEME: []}, {}]
        operation["responses"]["401"] = ref("responses", "401")
    shared: Mapping[str, Tree] = document["components"]
    responses = {**shared["responses"], "401": problem(TEXT)}
    return {**document, "components": {**shared, "responses": responses, "securitySchemes": {SCHEME: scheme}}}
