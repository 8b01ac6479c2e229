"""Settings that come from outside: environment variables and the folder of the installation."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

SECRET_FILE = "secret.key"
SECRET_BYTES = 50


class SettingError(Exception):
    """A setting that cannot be used; says which and why, for the operator's terminal."""


def flag(name: str, default: bool) -> bool:
    """Read a setting that is on or off."""
    text = os.environ.get(name, "").strip().lower()
    if text not in {"", "0", "1", "false", "true", "no", "yes"}:
        raise SettingError(f"{name}: 0 hoặc 1, không phải {text!r} · 0 or 1, not {text!r}")
    return text in {"1", "true", "yes"} if text else default


def number(name: str, default: int) -> int:
    """Read a whole number, 0 or more."""
    text = os.environ.get(name, "").strip()
    if text and not text.isdecimal():
        raise SettingError(f"{name}: số nguyên không âm, không phải {text!r} · a whole number, not {text!r}")
    return int(text) if text else default


def listed(name: str, default: str) -> list[str]:
    """Read a list separated by commas."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def numbers(name: str) -> dict[str, int]:
    """Read whole numbers by name, ``a=1,b=2``."""
    found: dict[str, int] = {}
    for part in listed(name, ""):
        key, _equals, text = part.partition("=")
        if not text.strip().isdecimal():
            raise SettingError(f"{name}: tên=số, không phải {part!r} · name=number, not {part!r}")
        found[key.strip()] = int(text)
    return found


def folder() -> Path:
    """Give the folder that holds the database, the secret key and collected static files."""
    return Path(os.environ.get("SIPAS_FOLDER", "sipas-data")).resolve()


def secret_key() -> str:
    """Give the key of signatures: from SIPAS_SECRET_KEY, else from the folder; empty where neither exists."""
    path = folder() / SECRET_FILE
    return os.environ.get("SIPAS_SECRET_KEY") or (path.read_text(encoding="ascii").strip() if path.exists() else "")


def make_folder() -> None:
    """Make the folder and, where no key is given, a secret key that only its owner can read."""
    home = folder()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if secret_key():
        return
    handle = os.open(home / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES))


def database(url: str | None) -> dict[str, object]:
    """Turn DATABASE_URL into Django's settings; without it, SQLite in the folder."""
    if not url:
        return sqlite(folder() / "sipas.sqlite3")
    parts = urlsplit(url)
    if parts.scheme in {"postgres", "postgresql"}:
        options = dict(parse_qsl(parts.query))
        try:
            port = parts.port
        except ValueError as error:
            raise SettingError("DATABASE_URL: cổng phải là số từ 1 đến 65535 · the port is no number") from error
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", parts.hostname or ""),
            "PORT": str(port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    if parts.scheme == "sqlite" and parts.path == "/:memory:":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    if parts.scheme == "sqlite" and parts.path:
        return sqlite(Path(unquote(parts.path)))
    # The address may hold a password: only its scheme is said.
    given = f"{parts.scheme}://" if parts.scheme else "một địa chỉ thiếu phần đó"
    raise SettingError(f"DATABASE_URL: phải bắt đầu bằng postgres:// hoặc sqlite:///, không phải {given}")


def sqlite(path: Path) -> dict[str, object]:
    """Settings of SQLite: write-ahead log, writers wait for each other, a commit is on the disk when it returns."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a transaction that reads first and writes later cannot fail half-way
            "timeout": 20,  # s
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def oidc() -> list[dict[str, object]]:
    """Give the one provider of single sign-on, where SIPAS_OIDC_SERVER names it."""
    server = os.environ.get("SIPAS_OIDC_SERVER")
    if not server:
        return []
    return [
        {
            "provider_id": "oidc",
            "name": os.environ.get("SIPAS_OIDC_NAME", "SSO"),
            "client_id": os.environ.get("SIPAS_OIDC_CLIENT", ""),
            "secret": os.environ.get("SIPAS_OIDC_SECRET", ""),
            "settings": {"server_url": server},
        }
    ]


def oidc_origins() -> list[str]:
    """Give the origin of the provider of single sign-on, where there is one."""
    parts = urlsplit(os.environ.get("SIPAS_OIDC_SERVER", ""))
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
