"""LMG and Johnson's weights against base R 4.2.2 on ``datasets::swiss``; relative tolerance 1e-10.

relaimpo is not to be had here: R² of ``lm`` over all 120 orders of the five predictors, and Johnson's construction from
the eigenvectors of their correlations. R script::

    x <- swiss; nm <- names(x)[-1]
    r2 <- function(s) if(length(s)==0) 0 else summary(lm(reformulate(nm[s],"Fertility"),x))$r.squared
    perms <- function(v) if(length(v)<=1) list(v) else
      do.call(c, lapply(seq_along(v), function(i) lapply(perms(v[-i]), function(q) c(v[i],q))))
    P <- perms(1:5); l <- setNames(numeric(5),nm)
    for(o in P) for(k in 1:5) l[o[k]] <- l[o[k]] + r2(o[seq_len(k)]) - r2(o[seq_len(k-1)])
    print(l/length(P), digits=15); print(r2(1:5), digits=15); print(cor(x[,c(2:6,1)]), digits=16)
    R <- cor(x); e <- eigen(R[-1,-1]); L <- e$vectors%*%diag(sqrt(e$values))%*%t(e$vectors)
    b <- solve(L, R[-1,1]); print(drop(L^2%*%b^2), digits=15)
"""

import numpy as np
import pytest

from sipas.estimation.relative_importance import johnson, lmg

# upper triangle, row by row: Agriculture, Examination, Education, Catholic, Infant.Mortality, Fertility
CORRELATIONS = (
    -0.6865422086171366,
    -0.6395225189483201,
    0.4010950530487398,
    -0.0608586084165816,
    0.3530791836199747,
    0.698415296288483,
    -0.5727418060641666,
    -0.1140215964820336,
    -0.6458827064572875,
    -0.1538589170909148,
    -0.09932184582134566,
    -0.6637888570350691,
    0.1754959075966229,
    0.4636847006517939,
    0.4165560314349827,
)
R_SQUARED = 0.706735001592726
LMG = (0.0570912207680911, 0.1711730289002344, 0.2601346786243840, 0.1055701503734936, 0.1127659229265220)
JOHNSON = (0.0484168958119007, 0.1547082498061600, 0.2719641046459991, 0.1146800299475615, 0.1169657213811046)


def swiss() -> np.ndarray:
    whole = np.eye(6)
    whole[np.triu_indices(6, 1)] = CORRELATIONS
    return whole + whole.T - np.eye(6)


def test_average_over_orders() -> None:
    found = lmg(swiss())
    assert found.parts[0].tolist() == pytest.approx(LMG, rel=1e-10)
    assert found.r_squared[0] == pytest.approx(R_SQUARED, rel=1e-10)


def test_johnson() -> None:
    found = johnson(swiss())
    assert found.parts[0].tolist() == pytest.approx(JOHNSON, rel=1e-10)
    assert found.r_squared[0] == pytest.approx(R_SQUARED, rel=1e-10)
