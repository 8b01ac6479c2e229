# Means of items with 1,000 given bootstrap factors in R survey. Arguments: folder, rows, items, replicates, units,
# provinces to estimate (of 63), whether R shall also make replicates of its own (yes or no).
# Factors are the same as ours (per primary unit), divisor R, centre at the mean of the replicates.
suppressMessages(library(survey))
a <- commandArgs(TRUE)
folder <- a[1]; n <- as.integer(a[2]); k <- as.integer(a[3]); R <- as.integer(a[4]); units <- as.integer(a[5])
few <- as.integer(a[6])
key <- function(name) readBin(file.path(folder, name), "integer", n)
d <- data.frame(province = key("province"), stratum = key("stratum"), psu = key("psu"),
                w = readBin(file.path(folder, "w"), "double", n))
ys <- paste0("y", 1:k)
for (i in 1:k) d[[ys[i]]] <- as.numeric(key(paste0("q", i)))
factors <- matrix(readBin(file.path(folder, "factors"), "double", units * R), units, R)
invisible(gc())
seconds <- function() proc.time()[["elapsed"]]
t0 <- seconds(); made <- NA
if (a[7] == "yes") {
  D <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = d)
  own <- as.svrepdesign(D, type = "subbootstrap", replicates = R); made <- seconds() - t0
  rm(own); invisible(gc())
}
t0 <- seconds()
weights <- list(weights = factors, index = d$psu + 1L); class(weights) <- "repweights_compressed"
B <- svrepdesign(data = d, weights = ~w, repweights = weights, type = "bootstrap", combined.weights = FALSE,
                 scale = 1 / R, rscales = rep(1, R), mse = FALSE)
t1 <- seconds()
f <- as.formula(paste0("~", paste(ys, collapse = "+")))
whole <- svymean(f, B)
t2 <- seconds()
by <- svyby(f, ~province, if (few < 63) subset(B, province < few) else B, svymean)
t3 <- seconds()
out <- c(coef(whole), sqrt(diag(as.matrix(vcov(whole)))), coef(by), as.matrix(SE(by)))
writeBin(as.double(c(made, t1 - t0, t2 - t1, t3 - t2, out)), file.path(folder, "result"))
