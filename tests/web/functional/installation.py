"""An installation of its own for a test: a folder, a database, ``sipas-web`` in real processes."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src"
DATABASE = "sipas.sqlite3"
START = "import django; django.setup()\n"
MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"


@dataclass(frozen=True)
class Installation:
    """Where it lies; without a database address, SQLite in its folder."""

    folder: Path
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SIPAS_", "DJANGO_", "DATABASE_"))}
        kept |= {"SIPAS_FOLDER": str(self.folder), "PYTHONPATH": str(SOURCE), "COLUMNS": "200", "SIPAS_HTTPS": "0"} | {
            "SIPAS_PROVINCES": "02,08"
        }
        kept |= {"DJANGO_SETTINGS_MODULE": "sipas_web.config.settings"}
        return kept | ({"DATABASE_URL": self.database} if self.database else {})

    def lay_schema(self) -> None:
        """Begin with empty tables, as migrations leave them: they take 20 s, and these tests are not about them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.database:
            shutil.copyfile(_migrated(), self.folder / DATABASE)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ``sipas-web``."""
        program = [sys.executable, "-m", "sipas_web.config.command_line", *arguments]
        return subprocess.run(program, capture_output=True, text=True, check=False, env=self.environment)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command that goes on."""
        return subprocess.Popen(
            [sys.executable, "-m", "sipas_web.config.command_line", *arguments], env=self.environment
        )

    def script(self, text: str, *arguments: str) -> str:
        """Run Python inside the installation; gives what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", START + text, *arguments],
            capture_output=True, text=True, check=False, env=self.environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_script(self, text: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start Python inside the installation."""
        return subprocess.Popen([sys.executable, "-c", START + text, *arguments], env=self.environment)


@functools.cache
def _migrated() -> Path:
    """Make a database once for all tests of this process."""
    folder = Path(tempfile.mkdtemp(prefix="sipas-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Installation(folder).script(MIGRATE)
    return folder / DATABASE
