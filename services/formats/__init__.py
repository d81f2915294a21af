"""How bytes become rows: text, workbooks, tables of PostGIS, boundary files; numbers and moments."""
