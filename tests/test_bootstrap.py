"""The process is made ready without heavy imports, and nothing of a patient gets into its log."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ptxviewer.bootstrap import ScrubbingFormatter, preload_torch_dll
from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons.reading import ImageTooLarge

NAME = "Doe^Planted"


def run_python(code: str, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=Path(__file__).parents[1],
    )


def record(message: object, *arguments: object, exc_info: BaseException | None = None) -> str:
    info = (type(exc_info), exc_info, exc_info.__traceback__) if exc_info else None
    made = logging.LogRecord("ptxviewer.x", logging.ERROR, "x.py", 1, message, arguments, info)
    return ScrubbingFormatter("%(levelname)s %(message)s").format(made)


def failed_with(error: Exception) -> Exception:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as cause:
            raise error from cause
    except type(error) as caught:
        return caught


def test_the_log_names_error_and_place_but_not_the_text_of_any_error_in_the_chain() -> None:
    text = record("Reading failed", exc_info=failed_with(ValueError(f"bad value {NAME}")))
    assert NAME not in text
    assert "ValueError at test_bootstrap.py:" in text
    assert "after KeyError at test_bootstrap.py:" in text


def test_errors_and_paths_as_arguments_of_a_message_are_masked_too() -> None:
    assert record("Failed: %s", failed_with(OSError(NAME))).startswith("ERROR Failed: OSError at test_bootstrap.py:")
    assert record("Opening %s", Path("films") / f"{NAME}.dcm") == "ERROR Opening (file)"
    assert NAME not in record("Opening %(path)s", {"path": Path(NAME)})
    assert NAME not in record(failed_with(OSError(NAME)))


def test_our_own_reasons_are_logged_as_codes_with_their_numbers() -> None:
    assert record("%s", UnreadableFilm(ImageTooLarge(9, 8))) == "ERROR image_too_large(cols=9, rows=8)"


def test_formatting_leaves_the_record_as_it_was_for_other_handlers() -> None:
    made = logging.LogRecord("ptxviewer", logging.INFO, "x.py", 1, "Opening %s", (Path(NAME),), None)
    ScrubbingFormatter().format(made)
    assert made.args == (Path(NAME),)


def test_an_error_that_nobody_catches_is_told_and_logged_without_its_text(tmp_path: Path) -> None:
    code = (
        "import logging, threading; from ptxviewer import bootstrap; bootstrap.prepare()\n"
        f"def fail(): raise RuntimeError({NAME!r})\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\n"
        "fail()\n"
    )
    done = run_python(code, tmp_path)
    logs = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("ptxviewer.log")]
    assert done.returncode == 1
    assert "RuntimeError at" in done.stderr
    assert len(logs) == 1
    assert logs[0].count("RuntimeError at") == 2
    assert NAME not in done.stderr + logs[0]


@pytest.mark.skipif(sys.platform == "win32", reason="folders are made read-only another way there")
def test_a_home_that_cannot_be_written_does_not_stop_the_start(tmp_path: Path) -> None:
    home = tmp_path / "file-in-the-way"
    home.write_text("")
    done = run_python("from ptxviewer import bootstrap; bootstrap.prepare(); print('up')", home)
    assert done.stdout == "up\n"
    assert not done.stderr


def test_a_native_crash_leaves_its_place_in_the_crash_log(tmp_path: Path) -> None:
    code = "from ptxviewer import bootstrap; bootstrap.prepare(); import faulthandler; faulthandler._sigabrt()"
    assert run_python(code, tmp_path).returncode != 0
    (crash,) = tmp_path.rglob("crash.log")
    assert "Aborted" in crash.read_text(encoding="utf-8")


def test_version_answers_without_loading_torch_qt_or_pydicom(tmp_path: Path) -> None:
    done = run_python(
        "import sys; sys.argv[1:] = ['--version']; from ptxviewer.__main__ import main; sys.exit(main())",
        tmp_path,
        "-X",
        "importtime",
    )
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert done.stdout.startswith("ptxviewer ")
    assert "ptxviewer" in imported
    assert not imported & {"torch", "PySide6", "pydicom", "highdicom", "numpy", "cv2"}


def test_on_windows_torchs_first_dll_is_loaded_without_importing_torch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = importlib.machinery.ModuleSpec("torch", None, origin=str(tmp_path / "torch" / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "torch" else None)
    monkeypatch.setattr(os, "add_dll_directory", lambda _folder: None, raising=False)
    loaded: list[str] = []
    preload_torch_dll("win32", loaded.append)
    assert loaded == [str(tmp_path / "torch" / "lib" / "c10.dll")]


def test_a_dll_that_does_not_load_is_left_for_torch_to_explain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = importlib.machinery.ModuleSpec("torch", None, origin=str(tmp_path / "torch" / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)

    def refuse(_path: str) -> None:
        raise OSError("WinError 126")

    preload_torch_dll("win32", refuse)
    preload_torch_dll("linux", refuse)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    preload_torch_dll("win32", refuse)


def test_a_log_that_is_full_is_put_aside_and_the_oldest_of_three_goes(tmp_path: Path) -> None:
    code = """
import logging
from ptxviewer import bootstrap
bootstrap.LOG_BYTES = 2000
bootstrap.prepare()
for number in range(200):
    logging.getLogger("ptxviewer").info("record %d", number)
"""
    assert run_python(code, tmp_path).returncode == 0
    [current] = (tmp_path / "state").rglob("ptxviewer.log")
    assert sorted(one.name for one in current.parent.glob("ptxviewer.log*")) == [
        "ptxviewer.log", "ptxviewer.log.1", "ptxviewer.log.2",
    ]  # fmt: skip
    older = [current.with_name(f"ptxviewer.log{end}").read_text("utf-8").splitlines() for end in (".2", ".1", "")]
    assert [len("\n".join(one)) < 2100 for one in older] == [True] * 3
    numbers = [int(line.rsplit(" ", 1)[1]) for lines in older for line in lines]
    assert numbers == list(range(numbers[0], 200)), "none is lost in between"
