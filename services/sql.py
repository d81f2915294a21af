"""Values and names in SQL, apart from the tables that are written: what serves only reads."""

type Value = str | int | float | bytes


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
