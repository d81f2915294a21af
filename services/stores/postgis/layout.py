"""The tables that zicht has in a database: those of all releases in the schema `zicht`, and a schema for each release.

- `zicht.releases` has every release that is there, with its schema; `zicht.served` which one is served, in one row.
- `zicht.filters` has filters too long for a link to a next page, for whichever server is asked for that.
- `<schema>.<collection>`, by its address in the API, is a view over `rows_<n>`, with the columns of its fields,
  `heads_<n>`, the text of each feature up to its geometry, and `_shapes_<group>`: each distinct geometry once, as text
  in CRS84 and in the metres that it is made in, and as PostGIS has it. They are those of the embedded store, from which
  they are copied, so that both answer alike.
- `<schema>.collections` describes each collection in JSON, `<schema>.files` has the other files of the release.

A role that serves reads, as a member of `zicht_reader`; all that it may do besides is to keep a filter, by a function.
"""

from collections.abc import Iterator

from services.stores.postgis.functions import definitions

FORMAT = 1
"""The format of these tables: it goes up with a change that makes older readers wrong."""

READER = "zicht_reader"
"""The role, without login, of all who may read what is published."""

MOST_KEPT = 64 * 2**20
"""How many bytes of filters are kept."""

KEEP = f"""
CREATE OR REPLACE FUNCTION zicht.keep_filter(named text, held bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO zicht.filters VALUES (named, held, now()) ON CONFLICT (name) DO UPDATE SET kept = now();
    DELETE FROM zicht.filters WHERE name IN (
        SELECT name FROM (
            SELECT name, sum(length(content)) OVER (ORDER BY kept DESC, name) AS size FROM zicht.filters
        ) newest WHERE size > {MOST_KEPT}
    )
$$
"""  # noqa: S608  # a number of ours

COMMON = (
    "CREATE SCHEMA IF NOT EXISTS zicht",
    """CREATE TABLE IF NOT EXISTS zicht.releases (
        schema text PRIMARY KEY, release text NOT NULL, format int NOT NULL, written timestamptz NOT NULL DEFAULT now()
    )""",
    """CREATE TABLE IF NOT EXISTS zicht.served (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), schema text NOT NULL REFERENCES zicht.releases,
        confirmed text NOT NULL
    )""",
    """CREATE UNLOGGED TABLE IF NOT EXISTS zicht.filters (
        name text PRIMARY KEY, content bytea NOT NULL, kept timestamptz NOT NULL
    )""",
    KEEP,
    "REVOKE ALL ON FUNCTION zicht.keep_filter(text, bytea) FROM public",
)

GRANTS = (
    f"GRANT USAGE ON SCHEMA zicht TO {READER}",
    f"GRANT SELECT ON ALL TABLES IN SCHEMA zicht TO {READER}",
    f"GRANT EXECUTE ON FUNCTION zicht.keep_filter(text, bytea) TO {READER}",
)

ROLE_THERE = f"SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = '{READER}'"  # noqa: S608  # a name of ours
MAY_MAKE_ROLES = "SELECT rolcreaterole OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"


def common() -> Iterator[str]:
    """The statements that make what is there for all releases, where it is not there yet."""
    yield from COMMON
    yield from definitions()


def granted(schema: str) -> Iterator[str]:
    """The statements by which the reading role may read a release; the schema is quoted."""
    yield from GRANTS
    yield f"GRANT USAGE ON SCHEMA {schema} TO {READER}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER}"
