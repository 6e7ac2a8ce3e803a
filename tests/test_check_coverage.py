"""A package that falls below its floor of coverage stops the gate, and what no test reaches is named."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools import check_coverage


def entry(lines: int, covered: int, missing: list[int]) -> dict[str, object]:
    summary = {"num_statements": lines, "covered_lines": covered, "num_branches": 0, "covered_branches": 0}
    return {
        "summary": summary,
        "missing_lines": missing,
        "missing_branches": [[4, 9], [missing[0] if missing else 1, 2]],
    }


FILES = {
    "ptxviewer/core/voi.py": entry(90, 90, []),
    "ptxviewer/core/findings/gate.py": entry(10, 4, [7, 8]),
    "ptxviewer/report/model.py": entry(50, 50, []),
    "ptxviewer/paths.py": entry(20, 20, []),
    "elsewhere.py": entry(1, 0, [1]),
}


def test_a_file_counts_for_the_nearest_package_of_the_table() -> None:
    covered = check_coverage.percentages(FILES)
    assert covered == {"ptxviewer/core": 94.0, "ptxviewer/report": 100.0, "ptxviewer": 100.0}


def test_a_package_below_its_floor_fails_and_names_what_no_test_reaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check_coverage, "FLOORS", {"ptxviewer/core": 95.0, "ptxviewer/report": 95.0, "ptxviewer": 90.0})
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"files": FILES}), "utf-8")
    monkeypatch.setattr(sys, "argv", ["check_coverage", str(report), "--missing"])
    assert check_coverage.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("BELOW")] == ["ptxviewer/core"]
    assert "    ptxviewer/core/findings/gate.py: 7 8 4->9" in lines
    monkeypatch.setattr(check_coverage, "FLOORS", {"ptxviewer/core": 94.0})
    assert check_coverage.main() == 0
