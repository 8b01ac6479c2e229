"""The map of the web application, taken from its code: tables, actions, states, work, who may what, addresses."""

from __future__ import annotations

import ast
import os
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from django.urls import URLPattern, URLResolver

APPS = ("portal", "results", "capture", "fieldwork", "rounds", "jobs", "accounts", "units", "audit", "shared")
SOURCE = Path("src/sipas_web")
# Who moves a round from a state to the next; ``check_moves`` holds this against ``rounds.states.NEXT``.
MOVES = {
    ("set_up", "drawn"): ("the job of the draw", "rounds.draw_hold"),
    ("set_up", "abandoned"): ("`rounds.actions.set_up.abandon`", "rounds.round_change"),
    ("drawn", "drawn"): ("the job of a draw held again", "rounds.draw_hold"),
    ("drawn", "set_up"): ("`rounds.actions.set_up.set_sample_aside`", "rounds.draw_hold"),
    ("drawn", "in_field"): ("the job that issues the cases", "fieldwork.case_issue"),
    ("drawn", "abandoned"): ("`rounds.actions.set_up.abandon`", "rounds.round_change"),
    ("in_field", "frozen"): (
        "`results.actions.freeze`; `results.actions.withdraw_correction`, which goes on to published at once",
        "results.round_freeze",  # ``withdraw_correction`` needs ``results.result_publish``
    ),
    ("in_field", "abandoned"): (
        "`rounds.actions.set_up.abandon`, unless a version was published",
        "rounds.round_change",
    ),
    ("frozen", "frozen"): ("`results.actions.estimate_again`", "results.round_freeze"),
    ("frozen", "in_field"): ("`results.actions.send_back`", "results.result_approve"),
    ("frozen", "published"): ("the job of the publication", "results.result_publish"),
    ("published", "frozen"): (
        "`results.actions.estimate_again`; `results.actions.correct_from_field`, which goes on to in_field at once",
        "results.result_publish",  # ``estimate_again`` needs ``results.round_freeze`` as well
    ),
}


def web_map(head: str) -> Iterator[str]:
    """Give the page."""
    _start_django()
    yield f"{head}\n# The web application: its map\n\nApps from top to bottom; a lower one knows none above it.\n"
    yield from _apps()
    yield from _moves()
    yield from _work()
    yield from _permissions()
    yield from _addresses()


def _start_django() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "SIPAS_FOLDER": folder,
            "DATABASE_URL": "sqlite:///:memory:",
            "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings",
        }
        import django
        from django.utils import translation

        django.setup()
        translation.activate("en")


def _apps() -> Iterator[str]:
    from django.apps import apps

    yield "\n## Tables and actions\n"
    for name in APPS:
        tables = sorted(m.__name__ for m in apps.get_app_config(name).get_models())
        if not tables and not _actions(name):
            continue
        yield f"\n### {name}\n\n"
        for table in tables:
            model = apps.get_model(name, table)
            yield f"- **{table}**: {_first_line(model.__doc__)}\n"
        yield "\n| action | does |\n|---|---|\n" if _actions(name) else ""
        yield from (f"| `{module}.{action}` | {does} |\n" for module, action, does in _actions(name))


def _actions(name: str) -> list[tuple[str, str, str]]:
    """Functions of ``actions`` that take keywords only and say who acts."""
    found = []
    for path in sorted([*SOURCE.glob(f"{name}/actions.py"), *SOURCE.glob(f"{name}/actions/*.py")]):
        module = "actions" if path.name in {"actions.py", "__init__.py"} else f"actions.{path.stem}"
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and _is_action(node):
                found.append((module, node.name, _first_line(ast.get_docstring(node))))
    return found


def _is_action(node: ast.FunctionDef) -> bool:
    keywords = {argument.arg for argument in node.args.kwonlyargs}
    return "by" in keywords and not node.args.args and not node.name.startswith("_")


def _moves() -> Iterator[str]:
    from sipas_web.rounds.states import NEXT

    allowed = {(str(before), str(after)) for before, following in NEXT.items() for after in following}
    if allowed != set(MOVES):
        raise SystemExit(f"scripts/web_reference.py: MOVES differs from rounds.states.NEXT: {allowed ^ set(MOVES)}")
    yield "\n## States of a round\n\n| from | to | moved by | needs |\n|---|---|---|---|\n"
    for (before, after), (by, permission) in MOVES.items():
        yield f"| {before} | {after} | {by} | `{permission}` |\n"
    yield "\nA correction (published and back) needs `results.result_publish` at both ends.\n"


def _work() -> Iterator[str]:
    from sipas_web.jobs import registry

    yield "\n## Work that takes long\n\n| kind | does |\n|---|---|\n"
    for kind in registry.kinds():
        yield f"| `{kind}` | {_first_line(registry.handler_of(kind).__doc__)} |\n"


def _permissions() -> Iterator[str]:
    from sipas_web.accounts.actions.roles import shipped
    from sipas_web.accounts.permissions import every_permission

    yield "\n## Permissions and the shipped roles that hold them\n"
    yield "\nA role is held over an area, from a day to a day.\n\n"
    yield "| permission | meaning | roles |\n|---|---|---|\n"
    for code, meaning in every_permission().items():
        roles = [role["code"] for role in shipped() if code in role["permissions"]]
        yield f"| `{code}` | {meaning} | {', '.join(roles) or 'none'} |\n"
    strict = ", ".join(role["code"] for role in shipped() if role.get("second_factor"))
    handed = ", ".join(role["code"] for role in shipped() if role.get("delegate"))
    yield f"\nSecond factor required: {strict}. May be delegated: {handed}.\n"


def _addresses() -> Iterator[str]:
    from sipas_web.shared.access import access_of

    yield "\n## Addresses\n\n| address | name | open to |\n|---|---|---|\n"
    patterns = import_module("sipas_web.config.urls").urlpatterns
    for address, pattern in _walk("/", patterns):
        access = access_of(pattern.callback)
        if access is not None:
            who = f"`{access.permission}`" if access.permission else access.who.replace("_", " ")
            yield f"| `{address}` | {pattern.name} | {who} |\n"
    yield "\nLogin, second factor and passwords: django-allauth, below `/tai-khoan/`.\n"


def _walk(before: str, patterns: Sequence[URLPattern | URLResolver]) -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(before + str(entry.pattern), entry.url_patterns)
        else:
            yield before + str(entry.pattern), entry


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0].replace("|", "\\|")
