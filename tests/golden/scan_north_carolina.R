# County seats of North Carolina in miles, as N. Cressie (1991) lists them, for tests/geo/statistics/test_scan.py.
# From the data set nc.sids of the R package spData (CC0). Run with:
#   Rscript scan_north_carolina.R > scan_north_carolina.csv
suppressMessages(library(spData))
data(nc.sids)
write.csv(data.frame(county = rownames(nc.sids), east = nc.sids$east, north = nc.sids$north), quote = FALSE, row.names = FALSE)
