"""The weights and the sample study are found in a checkout, in an installed wheel and in a frozen app."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ptxviewer import paths

REPOSITORY = Path(__file__).resolve().parents[1]


def made_tree(root: Path, bundle: str, resources: str) -> None:
    (root / bundle).mkdir(parents=True)
    (root / bundle / "metadata.json").write_text("{}")
    (root / resources / "sample").mkdir(parents=True)
    (root / resources / "sample" / "1.dcm").touch()


def test_a_checkout_has_its_bundle_and_sample_study() -> None:
    assert paths.bundle_dir() == REPOSITORY / "model" / "bundle"
    assert (paths.bundle_dir() / "weights.safetensors").is_file()
    assert paths.sample_study()
    assert all(path.parent == REPOSITORY / "resources" / "sample" for path in paths.sample_study())


def test_a_frozen_app_finds_what_lies_beside_its_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made_tree(tmp_path, "model", "resources")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.bundle_dir() == tmp_path / "model"
    assert paths.sample_study() == (tmp_path / "resources" / "sample" / "1.dcm",)


def test_what_is_nowhere_is_named_where_a_checkout_would_have_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "ptxviewer")
    assert paths.bundle_dir() == tmp_path / "model" / "bundle"
    assert paths.resource("icons/open.svg") == tmp_path / "resources" / "icons" / "open.svg"
    assert paths.sample_study() == ()


def test_an_installed_wheel_brings_weights_samples_and_licences(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is not installed (extra 'test')")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from ptxviewer import paths\n"
        "print(paths.bundle_dir(), *paths.sample_study(), paths.resource('icons'), sep='\\n')"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    bundle, *others = map(Path, found.stdout.splitlines())
    assert bundle == site / "ptxviewer" / "_bundle" / "model"
    for name in ("weights.safetensors", "metadata.json", "CARD.md", "NOTICE"):
        assert (bundle / name).read_bytes() == (REPOSITORY / "model" / "bundle" / name).read_bytes()
    assert len(others) == len(paths.sample_study()) + 1
    assert all(path.exists() and path.is_relative_to(site / "ptxviewer" / "_bundle" / "resources") for path in others)
    licences = {path.name for path in site.glob("ptxviewer-*.dist-info/licenses/**/*") if path.is_file()}
    assert licences == {"LICENSE", "NOTICE"}
    assert {path.name for path in site.iterdir() if path.suffix != ".dist-info"} == {"ptxviewer"}
