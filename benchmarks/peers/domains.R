# Means of 22 items in 63 provinces with errors, and the pooled index, in R survey. Arguments: folder, rows, items, way.
# Ways: items = svyby with svymean, one item at a time, na.rm (the textbook call where answers are missing);
# together = all items in one svyby (complete data only: na.rm drops rows with any answer missing);
# totals = all items in one svyby through svytotal of y and m and the delta method (the fastest way found where
# answers are missing). One time each for the design and the estimates; the data are prepared before.
suppressMessages(library(survey))
options(survey.multicore = FALSE)
arguments <- commandArgs(TRUE)
folder <- arguments[1]; n <- as.integer(arguments[2]); k <- as.integer(arguments[3]); way <- arguments[4]
key <- function(name) readBin(file.path(folder, name), "integer", n)
d <- data.frame(province = key("province"), stratum = key("stratum"), psu = key("psu"),
                w = readBin(file.path(folder, "w"), "double", n), y = 0, m = 0)
for (i in 1:k) {
  q <- key(paste0("q", i)); q[q < 0] <- NA; s <- as.numeric(q)
  answered <- as.numeric(!is.na(s)); zero <- ifelse(is.na(s), 0, s)
  if (way == "totals") { d[[paste0("y", i)]] <- zero; d[[paste0("m", i)]] <- answered } else d[[paste0("y", i)]] <- s
  d$y <- d$y + zero; d$m <- d$m + answered
}
invisible(gc())
seconds <- function() proc.time()[["elapsed"]]
t0 <- seconds()
D <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = d)
t1 <- seconds()
ys <- paste0("y", 1:k)
of <- function(names) as.formula(paste0("~", paste(names, collapse = "+")))
ratios_of_totals <- function(formula, design, ...) {
  total <- svytotal(formula, design); v <- vcov(total); t <- coef(total)
  y <- 1:k; m <- k + y; r <- t[y] / t[m]
  se <- sqrt((diag(v)[y] - 2 * r * v[cbind(y, m)] + r^2 * diag(v)[m])) / t[m]
  structure(c(r, se), class = NULL)
}
if (way == "items") {
  b <- lapply(ys, function(v) svyby(of(v), ~province, D, svymean, na.rm = TRUE))
  out <- c(unlist(lapply(b, coef)), unlist(lapply(b, SE)))
} else if (way == "together") {
  b <- svyby(of(ys), ~province, D, svymean); out <- c(coef(b), as.matrix(SE(b)))
} else {
  b <- svyby(of(c(ys, paste0("m", 1:k))), ~province, D, ratios_of_totals, keep.var = FALSE)
  found <- as.matrix(b[, -1]); out <- c(found[, 1:k], found[, k + 1:k])
}
r <- svyratio(~y, ~m, D)
out <- c(out, coef(r), SE(r))
t2 <- seconds()
writeBin(as.double(c(t1 - t0, t2 - t1, out)), file.path(folder, "result"))
