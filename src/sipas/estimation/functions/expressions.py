"""Functions of estimates written as text: ``a / b - 1``. Nothing but arithmetic can be said."""

from __future__ import annotations

import ast
import cmath
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sipas.errors import SipasError

Number = float | complex
LONGEST = 1000  # characters; a formula for people

_BINARY: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Number], Number]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_CALLS: dict[str, tuple[Callable[[float], float], Callable[[complex], complex]]] = {
    "log": (math.log, cmath.log),
    "exp": (math.exp, cmath.exp),
    "sqrt": (math.sqrt, cmath.sqrt),
}
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Expression:
    """A function of named estimates.

    Parameters
    ----------
    text : str
        As written.
    names : tuple of str
        Estimates it uses, in the order of first use.
    """

    text: str
    names: tuple[str, ...]
    _tree: ast.expr
    _quoted: Mapping[str, str]

    def __call__(self, values: Mapping[str, Number]) -> Number:
        """Work the function out.

        Parameters
        ----------
        values : mapping of str to float or complex
            Value of every estimate.

        Returns
        -------
        float or complex
            Its value; arithmetic that is not defined raises ``ArithmeticError`` or ``ValueError``.
        """
        return self._of(self._tree, values)

    def _of(self, node: ast.expr, values: Mapping[str, Number]) -> Number:
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                return _BINARY[type(op)](self._of(left, values), self._of(right, values))
            case ast.UnaryOp(op=op, operand=operand):
                return _UNARY[type(op)](self._of(operand, values))
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                value = self._of(argument, values)
                real, complex_ = _CALLS[name]
                return complex_(value) if isinstance(value, complex) else real(value)
            case ast.Name(id=name):
                return values[self._quoted.get(name, name)]
            case ast.Constant(value=int() | float() as constant):
                return float(constant)
        raise AssertionError(ast.dump(node))  # pragma: no cover - refused when parsed


def expression(text: str) -> Expression:
    """Read a function of estimates.

    Parameters
    ----------
    text : str
        Names of estimates, numbers, ``+ - * / **``, parentheses, ``log``, ``exp``, ``sqrt``. A name that is not an
        identifier stands between backquotes.

    Returns
    -------
    Expression
        Can be called with the values.

    Raises
    ------
    SipasError
        ``estimation.expression_not_allowed``, with the piece that is not.
    """
    if len(text) > LONGEST:
        raise SipasError("estimation.expression_not_allowed", text[:40], got=len(text), expected=LONGEST)
    named = {name: f"quoted_{i}_" for i, name in enumerate(dict.fromkeys(_QUOTED.findall(text)))}
    plain = _QUOTED.sub(lambda found: named[found.group(1)], text)
    quoted = {placeholder: name for name, placeholder in named.items()}
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
        names = list(dict.fromkeys(_names(tree)))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise SipasError("estimation.expression_not_allowed", text, got=type(problem).__name__) from None
    return Expression(text, tuple(quoted.get(name, name) for name in names), tree, quoted)


def _names(node: ast.expr) -> list[str]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _names(left) + _names(right)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _names(operand)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _CALLS:
            return _names(argument)
        case ast.Name(id=name):
            return [name]
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as value) if math.isfinite(_real(value)):
            return []
    raise SipasError("estimation.expression_not_allowed", ast.unparse(node), got=type(node).__name__)


def _real(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
