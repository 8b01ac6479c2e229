"""Public functions of the library that take something must say what: numpydoc Parameters, Returns."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

EDGE = ("cli",)  # commands are documented by their help


def takes_something(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(a.arg not in {"self", "cls"} for a in arguments)


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    for node in body:
        is_overload = isinstance(node, ast.FunctionDef) and "overload" in map(ast.unparse, node.decorator_list)
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not is_overload:
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body)


def faults(path: Path) -> Iterator[str]:
    for function in public(ast.parse(path.read_text(encoding="utf-8")).body):
        text = ast.get_docstring(function) or ""
        nothing = isinstance(function.returns, ast.Constant) and function.returns.value is None
        gives = not nothing and not any(
            getattr(d, "id", "") in {"property", "cached_property"} for d in function.decorator_list
        )
        lacks = [
            section
            for section, needed in (("Parameters", takes_something(function)), ("Returns", gives))
            if needed and section not in text and "Yields" not in text
        ]
        if lacks:
            yield f"{path}:{function.lineno}: {function.name} lacks {', '.join(lacks)}"


def main() -> int:
    rooms = (p for p in sorted(Path("src/sipas").rglob("*.py")) if p.parts[2] not in EDGE)
    found = [fault for path in rooms for fault in faults(path)]
    print("\n".join(found) or "docstrings: every public function says what it takes and gives")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
