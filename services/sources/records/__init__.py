"""A municipality's own records: placed and counted; no row is stored."""
