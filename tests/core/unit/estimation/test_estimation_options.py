"""Options misspelt in Python are refused, as they are in files: another word would give other numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sipas.errors import SipasError
from sipas.estimation import CalibratedWeight, Design, ReplicateDesign, Replication, Stage

TWO = ("r1", "r2")


@pytest.mark.parametrize(
    ("make", "parameter", "got"),
    [
        (lambda: Design(lonely="centred"), "lonely", "centred"),
        (lambda: Design(psu="p", rate="r", pps="Brewer"), "pps", "Brewer"),
        (lambda: Design(psu="p", rate="r", pps="overton", variance="yg"), "variance", "yg"),
        (lambda: Design(lonely=None), "lonely", None),
        (lambda: Design(lonely=3), "lonely", 3),
        (lambda: Replication(kind="jkn"), "kind", "jkn"),
        (lambda: Replication(kind="JKn", centre="mse"), "centre", "mse"),
        (lambda: Replication(kind="JKn", divisor="r"), "divisor", "r"),
        (lambda: Replication(kind="BRR", small="Split"), "small", "Split"),
        (lambda: ReplicateDesign(columns=TWO, kind="brr"), "kind", "brr"),
        (lambda: ReplicateDesign(columns=TWO, kind="BRR", centre="mse"), "centre", "mse"),
        (lambda: CalibratedWeight(base="d", margins=("sex",), residuals="Base"), "residuals", "Base"),
    ],
)
def test_a_misspelt_option_is_refused_with_the_words_there_are(
    make: Callable[[], object], parameter: str, got: object
) -> None:
    """The code, the parameter, the words, what was given."""
    with pytest.raises(SipasError) as refused:
        make()
    assert (refused.value.code, refused.value.parameter) == ("estimation.option_unknown", parameter)
    assert refused.value.got == got
    assert isinstance(refused.value.expected, list)
    assert len(refused.value.expected) > 1


@pytest.mark.parametrize(
    ("make", "parameter"),
    [
        (lambda: Design(weight=5), "weight"),
        (lambda: Design(nested="yes"), "nested"),
        (lambda: Design(psu="p", later=("q",)), "later"),
        (lambda: Stage(ids=1), "ids"),
        (lambda: Replication(kind="bootstrap", replicates=9.5, seed=1), "replicates"),
        (lambda: ReplicateDesign(columns=(1, 2), kind="BRR"), "columns"),
        (lambda: CalibratedWeight(base="d", margins=(1,)), "margins"),
    ],
)
def test_a_value_of_another_type_is_refused(make: Callable[[], object], parameter: str) -> None:
    """Before it becomes a column nobody meant."""
    with pytest.raises(SipasError) as refused:
        make()
    assert (refused.value.code, refused.value.parameter) == ("estimation.option_not_valid", parameter)


def test_numbers_of_numpy_and_lists_pass() -> None:
    """They mean the same."""
    assert Replication(kind="bootstrap", replicates=np.int64(9), seed=np.int64(1)).replicates == 9
    made = ReplicateDesign(columns=["r1", "r2"], kind="JKn", rscales=tuple(np.array([1.0, 2.0])))
    assert made.scale_used() == 1
    assert CalibratedWeight(base="d", margins=["sex", ("sex", "age")]).columns() == ("d", "sex", "age")
