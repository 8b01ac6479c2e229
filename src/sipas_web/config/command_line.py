"""``sipas-web``: serve the application and look after it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sipas_web.config import environment
from sipas_web.config.complaints import NOT_MADE, told
from sipas_web.config.environment import SettingError

if TYPE_CHECKING:
    from sipas_web.accounts.demonstration import Login

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ứng dụng SIPAS trên máy chủ. Cài đặt qua biến môi trường: xem docs/reference/web-settings.md.",
)
audit = typer.Typer(no_args_is_help=True)
app.add_typer(audit, name="audit", help="Nhật ký: kiểm tra và xuất.")

# Requests answered at the same time, over all processes: answers that come together share a transaction, and each may
# hold a connection to the database. Granian warns of so many at its start; the database bounds them, not the cores.
THREADS = 32

Port = Annotated[int, typer.Option(help="Cổng.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="Địa chỉ lắng nghe; mặc định chỉ máy này.")]


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Số tiến trình.", min=1)] = 1,
    demonstration: Annotated[bool, typer.Option(help="Chế độ mô phỏng: tài khoản mẫu cho từng vai trò.")] = False,
    worker: Annotated[bool, typer.Option(help="Chạy kèm tiến trình làm việc nền (sipas-web worker).")] = True,
    rounds: Annotated[bool, typer.Option(help="Trong chế độ mô phỏng: chuẩn bị các đợt mẫu.")] = True,
) -> None:
    """Chạy máy chủ và tiến trình làm việc nền; tự cập nhật cơ sở dữ liệu trước khi chạy."""
    if demonstration:
        os.environ["SIPAS_DEMONSTRATION"] = "1"
    with _django():
        _refuse_taken(host, port)
        _bring_up_to_date()
        _collect()
        if demonstration:
            _prepare_demonstration(with_rounds=rounds, base_url=f"http://localhost:{port}")
    console.print(f"SIPAS: http://{'localhost' if host == '127.0.0.1' else host}:{port}/")
    import multiprocessing

    from granian import Granian
    from granian.constants import Interfaces

    # Polars, used while the register was loaded, waits for ever in a process that was forked afterwards.
    multiprocessing.set_start_method("spawn", force=True)

    from sipas_web.config.processes import workers_beside

    os.environ["SIPAS_SERVER_PROCESS"] = str(os.getpid())

    with workers_beside(worker):
        Granian(
            "sipas_web.config.wsgi:application",
            address=host,
            port=port,
            workers=workers,
            interface=Interfaces.WSGI,
            blocking_threads=max(4, THREADS // workers),
            respawn_failed_workers=True,
        ).serve()


@app.command("worker")
def work(
    processes: Annotated[
        int, typer.Option(help="Số tiến trình: số việc được làm cùng lúc; tiến trình thứ hai chỉ làm việc ngắn.", min=1)
    ] = 1,
) -> None:
    """Làm các việc chạy nền (nhập dữ liệu, bốc mẫu, ước lượng, báo cáo) đến khi được lệnh dừng."""
    with _django():
        from sipas_web.config.processes import Workers

        Workers(processes).run()


@app.command()
def migrate() -> None:
    """Cập nhật cơ sở dữ liệu, danh mục đơn vị hành chính và các vai trò có sẵn."""
    with _django():
        _bring_up_to_date()
    console.print("✓")


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Option(prompt="Tên đăng nhập", help="Chữ thường không dấu, số, . _ -")],
    full_name: Annotated[str, typer.Option(prompt="Họ và tên", help="Họ và tên.")],
    password: Annotated[
        str, typer.Option(prompt="Mật khẩu", confirmation_prompt=True, hide_input=True, help="Ít nhất 12 ký tự.")
    ],
    email: Annotated[str, typer.Option(help="Thư điện tử.")] = "",
) -> None:
    """Tạo người quản trị tài khoản đầu tiên, trên phạm vi cả nước."""
    with _django():
        from django.db import transaction

        from sipas_web.accounts import actions, queries
        from sipas_web.audit.actors import command_line
        from sipas_web.units import queries as units

        by = command_line()
        role = queries.role("administrator")
        if role is None:
            raise SettingError(NOT_MADE)
        with transaction.atomic():  # an account without its role would keep the name and open nothing
            person = actions.create_person(
                username=username, full_name=full_name, email=email, password=password, by=by
            )
            actions.appoint(person=person, role=role, unit=units.root(), since=units.today(), by=by)
    console.print(f"✓ {username}")


@app.command()
def check(
    running: Annotated[
        bool, typer.Option("--running", help="Đang phục vụ: tiến trình làm việc nền phải chạy.")
    ] = False,
) -> None:
    """Kiểm tra cài đặt, thư mục, dung lượng đĩa, đồng hồ; trước khi đưa vào sử dụng và khi đang phục vụ."""
    with _django():
        import io

        from django.core.management import call_command

        from sipas_web.config import health, snapshot

        call_command("check", deploy=True, fail_level="WARNING", databases=["default"], stdout=io.StringIO())
        if snapshot.unapplied():
            raise SettingError(NOT_MADE)
        faults = health.faults(running=running)
    for fault in faults:
        errors.print(f"[bold red]✗[/] {fault}", soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    console.print("✓")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Tệp sao lưu sẽ ghi (.zip); có thông tin cá nhân, hãy cất giữ an toàn.")],
    wait: Annotated[float, typer.Option(help="Số giây chờ các đợt đang được xử lý.", min=0)] = 600,
) -> None:
    """Sao lưu cơ sở dữ liệu, các đợt, kết quả đã công bố và tệp đã nộp, kể cả khi máy chủ đang chạy."""
    with _django():
        from sipas_web.config.backup import back_up

        made = back_up(file, wait)

        from sipas_web.privacy import keys

        of_contacts = keys.path()
    console.print(f"✓ {file}: {made.rows} dòng, {made.files} tệp, SHA-256 {made.sha256}", soft_wrap=True)
    console.print(f"  không có khóa của kho thông tin liên hệ; hãy cất riêng tệp {of_contacts}", soft_wrap=True)


@app.command("rotate-contact-keys")
def rotate_contact_keys() -> None:
    """Đổi khóa của kho thông tin liên hệ: tạo khóa mới, niêm phong lại toàn bộ, hủy khóa không còn dùng."""
    with _django():
        from sipas_web.audit.actors import command_line
        from sipas_web.privacy import actions, keys, tasks

        by, count = command_line(), 0
        key = actions.make_key(by=by)
        while part := tasks.seal_part(by):
            count += part
        spent = actions.remove_spent_keys(by=by)
    console.print(f"✓ khóa mới {key.name} ({keys.path()}), {count} mục đã niêm phong lại", soft_wrap=True)
    console.print("  hãy chép lại tệp khóa vào nơi cất giữ riêng: bản cũ chưa có khóa mới", soft_wrap=True)
    if not spent:
        console.print("  khóa cũ được hủy trong lần chạy việc định kỳ sau một giờ nữa", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Tệp sao lưu.")],
    force: Annotated[bool, typer.Option("--force", help="Cất dữ liệu đang có sang một bên rồi phục hồi.")] = False,
) -> None:
    """Phục hồi từ bản sao lưu vào nơi chưa có dữ liệu; SQLite và PostgreSQL dùng chung một dạng tệp."""
    with _django():
        if not file.is_file():
            raise SettingError(f"{file}: không có tệp này · no such file")
        from sipas_web.audit.actors import command_line
        from sipas_web.config import health
        from sipas_web.config.archive import Reader
        from sipas_web.config.backup import bring_back
        from sipas_web.jobs import actions

        made = bring_back(file, force=force, bring_up_to_date=_bring_up_to_date)
        actions.note_restore(by=command_line(), made=Reader(file).manifest["made"], sha256=made.sha256)
        missing = health.contact_keys()
    console.print(f"✓ {made.rows} dòng, {made.files} tệp, SHA-256 {made.sha256}", soft_wrap=True)
    if made.aside:
        console.print(f"  dữ liệu cũ: {made.aside}", soft_wrap=True)
    for fault in missing:
        errors.print(f"[bold yellow]![/] {fault}", soft_wrap=True)


@audit.command("verify")
def audit_verify(
    head: Annotated[str | None, typer.Option(help="SỐ:MÃ in trên một văn bản, phải có trong chuỗi.")] = None,
) -> None:
    """Kiểm tra chuỗi nhật ký từ bản ghi đầu tiên."""
    with _django():
        from sipas_web.audit import queries

        verdict = queries.verified()
        faults = [f"{f.sequence}: {f.kind}" for f in verdict.faults]
        faults += [f"trigger: {name}" for name in sorted(queries.missing_triggers())]
        if head is not None and not queries.has_head(head):
            faults.append(f"head: {head}")
    for fault in faults:
        errors.print(f"[bold red]✗[/] {fault}")
    if faults:
        raise typer.Exit(1)
    console.print(f"✓ {verdict.count} bản ghi, mã cuối {verdict.count}:{verdict.head}", soft_wrap=True)


@audit.command("export")
def audit_export(file: Annotated[Path, typer.Argument(help="Tệp JSON lines sẽ ghi.")]) -> None:
    """Xuất toàn bộ nhật ký; kiểm tra được bằng verify_export.py mà không cần phần mềm này."""
    with _django():
        from sipas_web.audit import actions, export
        from sipas_web.audit.actors import command_line

        upto, head = actions.export(by=command_line())
        with file.open("x", encoding="utf-8") as out:
            try:
                out.writelines(export.jsonl(upto))
                out.flush()
            except BaseException:
                file.unlink()
                raise
    console.print(f"✓ {file} {upto}:{head}", soft_wrap=True)


@contextmanager
def _django() -> Iterator[None]:
    """Start Django; what an operator can mend becomes one line and exit status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sipas_web.config.settings")
    from django.core.exceptions import ImproperlyConfigured, ValidationError
    from django.core.management.base import CommandError, SystemCheckError
    from django.db.utils import DatabaseError

    try:
        environment.make_folder()
        import django

        django.setup()
        yield
    except ValidationError as error:
        _stop(" ".join(error.messages))
    except (SettingError, CommandError, SystemCheckError, ImproperlyConfigured, DatabaseError, OSError) as error:
        _stop(told(error))


def _refuse_taken(host: str, port: int) -> None:
    """Say at once that a port is taken: preparing a demonstration takes minutes."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            told = f"Không mở được cổng {port} ({error.strerror}). Hãy chọn cổng khác: --port · choose another port"
            raise SettingError(told) from error


def _stop(text: str) -> None:
    errors.print(f"[bold red]✗[/] {text}", soft_wrap=True, markup=True)
    raise typer.Exit(1)


def _bring_up_to_date() -> None:
    from django.core.management import call_command

    from sipas_web.accounts import actions as accounts
    from sipas_web.audit.actors import command_line
    from sipas_web.units import actions as units
    from sipas_web.units import queries, register

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    by = command_line()
    provinces = environment.listed("SIPAS_PROVINCES", "") or None
    if unknown := set(provinces or ()) - register.province_codes():
        wrong = ", ".join(sorted(unknown))
        raise SettingError(f"SIPAS_PROVINCES: không có mã tỉnh {wrong} (mã có hai chữ số, như 08) · no such province")
    if queries.register_is_behind(register.fingerprint(provinces)):
        units.load_register(by=by, provinces=provinces)
    if accounts.roles_are_behind():
        accounts.load_roles(by=by)


def _collect() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def _prepare_demonstration(*, with_rounds: bool, base_url: str) -> None:
    from sipas_web.accounts import demonstration
    from sipas_web.audit.actors import command_line
    from sipas_web.config import demonstration_after
    from sipas_web.config.demonstration import make_rounds

    logins = demonstration.make_accounts(by=command_line())
    if with_rounds:
        make_rounds(lambda title: console.print(f"  … {title} (mô phỏng)"), base_url)
        demonstration_after.make()
    _show_logins(logins, demonstration.PASSWORD)


def _show_logins(logins: list[Login], password: str) -> None:
    for login in logins:
        console.print(f"  {login.username:<15} {login.role} – {login.unit}", soft_wrap=True)
        if login.secret:
            console.print(f"  {'':<15} [dim]mã một lần (TOTP): {login.secret}[/]", soft_wrap=True)
    console.print(f"Mật khẩu chung (mô phỏng): {password}")


def run() -> None:
    """Run the command line."""
    app(prog_name="sipas-web")


if __name__ == "__main__":
    run()
