# Reference values of R's spdep for columbus, sids2 and stl, three example sets that come with libpysal.
#
#   apt install r-cran-spdep r-cran-jsonlite
#   Rscript tests/golden/spdep.R $(python -c "import libpysal.examples as e; print(e.__path__[0])") tests/golden
#
# Writes spdep_columbus.json, spdep_sids2.json and spdep_stl.json: the inputs, so that nothing else is needed to compare, and what spdep
# makes of them. Weights: W adds up to 1 per area, B is 1 per neighbour, D is one over the distance.
suppressPackageStartupMessages({
  library(spdep)
  library(jsonlite)
})

arguments <- commandArgs(trailingOnly = TRUE)

test_of <- function(found) {
  list(statistic = found$estimate[[1]], expected = found$estimate[[2]], variance = found$estimate[[3]], p = found$p.value)
}

joins_of <- function(found) {
  same <- lapply(found[1:2], function(one) test_of(one))  # WW and BB, as FALSE sorts before TRUE
  list(ww = same[[1]], bb = same[[2]])
}

example <- function(set, at, map = set) {
  neighbors <- read.gal(file.path(arguments[1], set, paste0(set, ".gal")), override.id = TRUE)
  table <- sf::st_drop_geometry(sf::st_read(file.path(arguments[1], set, paste0(map, ".shp")), quiet = TRUE))
  list(neighbors = neighbors, table = table[match(attr(neighbors, "region.id"), as.character(table[[at]])), ])
}

local_of <- function(values, other, neighbors, coordinates) {
  equal <- nb2listw(neighbors, style = "W")
  binary <- nb2listw(neighbors, style = "B")
  distances <- nbdists(neighbors, coordinates)
  decay <- nb2listw(neighbors, glist = lapply(distances, function(one) 1 / one), style = "B")
  list(
    local_moran = as.numeric(localmoran(values, equal, mlvar = FALSE, conditional = FALSE)[, "Ii"]),
    local_moran_among = as.numeric(localmoran_bv(values, other, equal, nsim = 9)[, "Ibvi"]),
    gi = as.numeric(localG(values, binary)),
    gi_star = as.numeric(localG(values, nb2listw(include.self(neighbors), style = "B"))),
    gi_decay = as.numeric(localG(values, decay)),
    decay = decay$weights
  )
}

global_of <- function(values, flags, neighbors) {
  equal <- nb2listw(neighbors, style = "W")
  binary <- nb2listw(neighbors, style = "B")
  mixed <- joincount.multi(factor(flags), binary)["TRUE:FALSE", ]
  list(
    moran_randomisation = test_of(moran.test(values, equal, randomisation = TRUE)),
    moran_normality = test_of(moran.test(values, equal, randomisation = FALSE)),
    joins = joins_of(joincount.test(factor(flags), binary)),
    mixed = list(statistic = mixed[[1]], expected = mixed[[2]], variance = mixed[[3]])
  )
}

write <- function(set, found) {
  made <- list(made = paste("spdep", packageVersion("spdep"), "on", R.version.string), set = set)
  path <- file.path(arguments[2], paste0("spdep_", set, ".json"))
  writeLines(toJSON(c(made, found), digits = NA, auto_unbox = TRUE, pretty = FALSE), path)
}

columbus <- example("columbus", "POLYID")
values <- columbus$table$CRIME
flags <- values > 35
write("columbus", c(
  list(values = values, other = columbus$table$INC, flags = flags, neighbors = unclass(columbus$neighbors)[1:49]),
  local_of(values, columbus$table$INC, columbus$neighbors, as.matrix(columbus$table[, c("X", "Y")])),
  global_of(values, flags, columbus$neighbors)
))

rates_of <- function(set, events, exposure, rate, neighbors) {
  index <- EBImoran.mc(events, exposure, nb2listw(neighbors, style = "W"), nsim = 9)
  flags <- events / exposure > rate
  write(set, c(
    list(events = events, exposure = exposure, flags = flags, neighbors = unclass(neighbors)[seq_along(events)]),
    list(moran_of_rates = index$statistic[[1]]),
    global_of(events / exposure, flags, neighbors)
  ))
}

sids <- example("sids2", "FIPSNO")
rates_of("sids2", sids$table$SID74, sids$table$BIR74, 0.002, sids$neighbors)

stl <- example("stl", "POLY_ID_OG", "stl_hom")
rates_of("stl", stl$table$HC8893, stl$table$PO8893, 0.00005, stl$neighbors)
