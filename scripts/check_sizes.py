"""Hold functions to 50 lines without docstring and files to 400; name every exception with its reason."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_FUNCTION = 50
MOST_FILE = 400
# path -> reason
EXCEPTIONS: dict[str, str] = {}


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    has_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    start = (first.end_lineno or 0) + 1 if has_doc else function.body[0].lineno
    return (function.end_lineno or 0) - start + 1


def faults(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MOST_FILE and path.as_posix() not in EXCEPTIONS:
        yield f"{path}: {lines} lines, at most {MOST_FILE}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and body_lines(node) > MOST_FUNCTION:
            yield f"{path}:{node.lineno}: {node.name} has {body_lines(node)} lines, at most {MOST_FUNCTION}"


def main() -> int:
    found = [
        f
        for root in ("src", "scripts", "benchmarks", "tests")
        for p in sorted(Path(root).rglob("*.py"))
        for f in faults(p)
    ]
    print("\n".join(found) or "sizes: all within limits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
