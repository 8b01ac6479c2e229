"""22 items × 63 provinces with errors, and the pooled index: ours from Parquet against R survey in memory.

Run: ``python benchmarks/estimate.py [rows:share of answers missing ...]`` (default 40000:0 40000:0.05 1000000:0).
R's building of the design is stated apart and not in the ratio; ours includes reading the file. On complete data R
takes all items in one ``svyby``; with missing answers it must go item by item, since ``na.rm`` would drop whole rows.
The numbers of both are compared before any time is printed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from sipas.estimation import Design, Measure, Pooled, Request, Share, collapse, estimate

PROVINCES, STRATA_EACH, ITEMS = 63, 6, 22
PSUS_EACH = {40_000: 4, 1_000_000: 12}
RUNS = 5
TOLERANCE = 1e-8
R_SCRIPT = """
suppressMessages(library(survey)); args <- commandArgs(TRUE)
folder <- args[1]; n <- as.integer(args[2]); k <- as.integer(args[3])
column <- function(name) readBin(file.path(folder, name), "double", n)
d <- data.frame(province=column("province"), stratum=column("stratum"), psu=column("psu"), w=column("w"))
d$y <- 0; d$m <- 0
for (i in 1:k) {
  q <- column(paste0("q", i)); q[is.nan(q)] <- NA; s <- as.numeric(q >= 4); d[[paste0("y", i)]] <- s
  d$y <- d$y + ifelse(is.na(s), 0, s); d$m <- d$m + !is.na(s)
}
t0 <- proc.time()[3]; D <- svydesign(id=~psu, strata=~stratum, weights=~w, data=d, nest=TRUE); t1 <- proc.time()[3]
all <- paste0("y", 1:k); one <- function(f) svyby(f, ~province, D, svymean, na.rm=TRUE)
if (anyNA(d)) { b <- lapply(all, function(v) one(as.formula(paste0("~", v)))); out <- unlist(lapply(b, coef))
  se <- unlist(lapply(b, SE)) } else { b <- one(as.formula(paste0("~", paste(all, collapse="+")))); out <- coef(b)
  se <- as.matrix(SE(b)) }
r <- svyratio(~y, ~m, D); out <- c(out, se, coef(r), SE(r)); t2 <- proc.time()[3]
writeBin(as.double(c(t1 - t0, t2 - t1, out)), file.path(folder, "result"))
"""


def rows(count: int, missing: float) -> pl.DataFrame:
    random = np.random.default_rng(count)
    province = random.integers(0, PROVINCES, count)
    stratum = province * STRATA_EACH + random.integers(0, STRATA_EACH, count)
    each = PSUS_EACH.get(count, 12)
    psu = stratum * each + random.integers(0, each, count)
    level = 0.7 + 0.003 * province + random.normal(0, 0.03, int(psu.max()) + 1)[psu]
    table = {"province": province, "stratum": stratum, "psu": psu, "w": random.uniform(1, 3, count)}
    for i in range(1, ITEMS + 1):
        answer = np.where(random.random(count) < level, 4, 2) + random.integers(0, 2, count)
        table[f"q{i}"] = np.where(random.random(count) < missing, 0, answer)
    items = [pl.col(f"q{i}").cast(pl.Int16).replace(0, None) for i in range(1, ITEMS + 1)]
    return pl.DataFrame(table).with_columns(*items)


def ours(path: Path) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    items = tuple((f"q{i}", (4, 5)) for i in range(1, ITEMS + 1))
    measures: tuple[Measure, ...] = tuple(Share(name, name, codes) for name, codes in items)
    moments = collapse(
        path, Design(weight="w", strata="stratum", psu="psu"), (*measures, Pooled("index", items)), (("province",),)
    )
    requests = tuple(Request(name, "top_box") for name, _ in items)
    by_province = estimate(moments, requests, domain_kinds=("province",))
    by_province = by_province.with_columns(pl.col("domain").cast(pl.Int64)).sort("domain", maintain_order=True)
    columns = [by_province.filter(pl.col("variable") == name) for name, _ in items]
    found = [value for column in ("estimate", "se") for one in columns for value in one[column]]
    index = estimate(moments, (Request("index", "ratio"),), domain_kinds=("all",))
    return np.array([*found, index["estimate"][0], index["se"][0]])


def with_r(data: pl.DataFrame, folder: Path) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    for name in data.columns:
        data[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().tofile(folder / name)
    (folder / "survey.R").write_text(R_SCRIPT)
    arguments = ["Rscript", str(folder / "survey.R"), str(folder), str(data.height), str(ITEMS)]
    subprocess.run(arguments, check=True, capture_output=True)
    return np.fromfile(folder / "result")


def compare(count: int, missing: float, folder: Path) -> str:
    data = rows(count, missing)
    path = folder / "rows.parquet"
    data.write_parquet(path)
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        mine = ours(path)
        times.append(time.perf_counter() - start)
    theirs = with_r(data, folder)
    worst = float(np.max(np.abs(mine / theirs[2:] - 1)))
    if worst > TOLERANCE:
        raise SystemExit(f"the numbers disagree: relative {worst:.1e}")
    ratio = theirs[1] / median(times)
    seconds = f"{median(times):.3f} | {theirs[1]:.2f} | {theirs[0]:.2f}"
    return f"| {count:,} | {missing:.0%} | {seconds} | {ratio:.0f}× | {worst:.0e} |"


def main() -> None:
    tasks = [word.split(":") for word in sys.argv[1:] or ("40000:0", "40000:0.05", "1000000:0")]
    print("| rows | missing | ours, from Parquet (s) | R survey (s) | its design (s) | ratio | relative difference |")
    print("|---|---|---|---|---|---|---|")
    for count, missing in tasks:
        with tempfile.TemporaryDirectory() as folder:
            print(compare(int(count), float(missing), Path(folder)), flush=True)


if __name__ == "__main__":
    main()
