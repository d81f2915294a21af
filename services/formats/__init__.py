"""How bytes become rows: text, workbooks, tables of PostGIS, maps; numbers and moments."""
