"""What is measured in every row, and the weighted sums ("terms") that carry it.

A term is one additive column of the moments. Several measures share terms: the five shares of a question have
one sum of the weights of those who answered.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Codes = tuple[int, ...]


class Term(msgspec.Struct, frozen=True):
    """One additive sum.

    Parameters
    ----------
    name : str
        Column of the moments: ``n(q1)``, ``w(q1)``, ``w(q1 in 4;5)``, ``wx(age)``, ``wxx(age)``.
    answered : tuple of str
        Columns that make the row count.
    every : bool
        Whether all of them must be answered, or any.
    codes : tuple of int, optional
        Values of the one column that count; missing: all.
    power : tuple of str
        Columns whose values multiply the weight.
    counts : bool
        Whether rows with positive weight are counted instead of weights added.
    """

    name: str
    answered: tuple[str, ...]
    every: bool = True
    codes: Codes | None = None
    power: tuple[str, ...] = ()
    counts: bool = False


def counted(columns: tuple[str, ...], *, every: bool = False) -> Term:
    """Count the rows of positive weight that answered.

    Parameters
    ----------
    columns : tuple of str
        Answer columns.
    every : bool
        All of them, or at least one.

    Returns
    -------
    Term
        ``n(a|b)`` or ``n(a&b)``.
    """
    return Term(f"n({('&' if every else '|').join(columns)})", columns, every=every, counts=True)


def weighed(column: str, codes: Codes | None = None) -> Term:
    """Add the weights of those who answered, or answered with one of the codes.

    Parameters
    ----------
    column : str
        Answer column.
    codes : tuple of int, optional
        Values that count.

    Returns
    -------
    Term
        ``w(a)`` or ``w(a in 4;5)``.
    """
    if codes is None:
        return Term(f"w({column})", (column,))
    listed = ";".join(str(code) for code in codes)
    return Term(f"w({column} in {listed})", (column,), codes=codes)


class Share(msgspec.Struct, frozen=True, tag=True):
    """The weighted share of a set of codes among those who answered.

    Parameters
    ----------
    name : str
        Name of the measure, unique among the measures collapsed together.
    column : str
        Column of whole numbers; missing is not answered.
    codes : tuple of int
        Values that count.
    category : int, optional
        The code, where the share of one category is meant: the estimate is then called ``share``, otherwise
        ``top_box``.
    """

    name: str
    column: str
    codes: Codes
    category: int | None = None

    def terms(self) -> tuple[Term, ...]:
        """Give the sums the measure needs.

        Returns
        -------
        tuple of Term
            Answers, their weight, the weight of those that count.
        """
        return counted((self.column,)), weighed(self.column), weighed(self.column, self.codes)


class Mean(msgspec.Struct, frozen=True, tag=True):
    """The weighted mean (or total) of a number among those who answered.

    Parameters
    ----------
    name : str
        Name of the measure.
    column : str
        Column of finite numbers; missing is not answered.
    """

    name: str
    column: str

    def terms(self) -> tuple[Term, ...]:
        """Give the sums the measure needs.

        Returns
        -------
        tuple of Term
            Answers, their weight, the weighted sum, the weighted sum of squares.
        """
        one = (self.column,)
        return (
            counted(one),
            weighed(self.column),
            Term(f"wx({self.column})", one, power=one),
            Term(f"wxx({self.column})", one, power=one * 2),
        )


class Pooled(msgspec.Struct, frozen=True, tag=True):
    """Satisfied answers over all answers, pooled over several columns.

    Parameters
    ----------
    name : str
        Name of the measure.
    items : tuple of (str, tuple of int)
        Columns, each with the codes that count.
    """

    name: str
    items: tuple[tuple[str, Codes], ...]

    def terms(self) -> tuple[Term, ...]:
        """Give the sums the measure needs.

        Returns
        -------
        tuple of Term
            Respondents with at least one answer, then per column the weight of the answered and of those that
            count.
        """
        columns = tuple(column for column, _ in self.items)
        return (
            counted(columns),
            *(weighed(column) for column in columns),
            *(weighed(column, codes) for column, codes in self.items),
        )


class Ratio(msgspec.Struct, frozen=True, tag=True):
    """The ratio of two weighted totals, over rows that have both.

    Parameters
    ----------
    name : str
        Name of the measure.
    numerator, denominator : str
        Columns of finite numbers.
    """

    name: str
    numerator: str
    denominator: str

    def terms(self) -> tuple[Term, ...]:
        """Give the sums the measure needs.

        Returns
        -------
        tuple of Term
            Rows with both, weighted sum of the denominator, weighted sum of the numerator; for design effects their
            weight, and the weighted sums of the squares of the numerator and the denominator and of their product.
        """
        both = (self.numerator, self.denominator)
        below, above = both[1], both[0]
        return (
            counted(both, every=True),
            Term(f"wx({below} where {above})", both, power=(below,)),
            Term(f"wx({above} where {below})", both, power=(above,)),
            Term(f"w({above}&{below})", both),
            Term(f"wxx({above} where {below})", both, power=(above, above)),
            Term(f"wxx({below} where {above})", both, power=(below, below)),
            Term(f"wxy({above}&{below})", both, power=both),
        )


class Responded(msgspec.Struct, frozen=True, tag=True):
    """How many rows answered at least one of several columns.

    Parameters
    ----------
    name : str
        Name of the measure.
    columns : tuple of str
        Answer columns.
    """

    name: str
    columns: tuple[str, ...]

    def terms(self) -> tuple[Term, ...]:
        """Give the sum the measure needs.

        Returns
        -------
        tuple of Term
            The unweighted count.
        """
        return (counted(self.columns),)


Measure: TypeAlias = Share | Mean | Pooled | Ratio | Responded


def terms_of(measures: tuple[Measure, ...]) -> tuple[Term, ...]:
    """Give every term the measures need, each once.

    Parameters
    ----------
    measures : tuple of Measure
        In any order.

    Returns
    -------
    tuple of Term
        In the order of first use.
    """
    found: dict[str, Term] = {}
    for measure in measures:
        for term in measure.terms():
            found.setdefault(term.name, term)
    return tuple(found.values())
