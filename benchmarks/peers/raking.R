# Raking to five margins in R survey. Arguments: folder, rows, way (rake or calibrate), margins with their levels.
# The design is built before. Below 1 the epsilon of rake is a share of the sum of the weights; 1e-13 meets 1e-10 per margin.
suppressMessages(library(survey))
a <- commandArgs(TRUE); folder <- a[1]; n <- as.integer(a[2]); way <- a[3]; margins <- a[-(1:3)]
d <- data.frame(weight = readBin(file.path(folder, "weight"), "double", n))
for (v in margins) d[[v]] <- factor(readBin(file.path(folder, v), "integer", n))
D <- svydesign(ids = ~1, weights = ~weight, data = d)
totals <- lapply(margins, function(v) {
  t <- data.frame(levels(d[[v]]), readBin(file.path(folder, paste0(v, ".totals")), "double", nlevels(d[[v]])))
  t[[1]] <- factor(t[[1]], levels = levels(d[[v]])); setNames(t, c(v, "Freq"))
})
invisible(gc())
if (way == "rake") {
  formulas <- lapply(margins, function(v) as.formula(paste0("~", v)))
  t <- system.time(r <- rake(D, formulas, totals, control = list(maxit = 500, epsilon = 1e-13)))[["elapsed"]]
} else {
  formula <- as.formula(paste0("~", paste(margins, collapse = "+")))
  known <- c("(Intercept)" = sum(totals[[1]]$Freq))
  for (i in seq_along(margins)) {
    t <- totals[[i]][-1, ]; known <- c(known, setNames(t$Freq, paste0(margins[i], t[[1]])))
  }
  t <- system.time(r <- calibrate(D, formula, known, calfun = "raking", epsilon = 1e-10, maxit = 100))[["elapsed"]]
}
cat(t, "\n")
writeBin(as.double(weights(r)), file.path(folder, paste0("r-", way)))
