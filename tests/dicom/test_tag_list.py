"""The list of tags: everything that a file says, as plain text, bounded, whatever the file does."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons.reading import Reading
from ptxviewer.core.tag_list import TagRow, found_in, shown_value
from ptxviewer.dicom import tag_list
from ptxviewer.dicom.tag_list import list_tags, tags_here
from tests.dicom.made import dataset, ramp, save


def saved(folder: Path, **tags: object) -> Path:
    ds = dataset(ramp(40, 30), PatientName="Doe^Jane", InstitutionName="Nowhere", StudyDate="20260102", **tags)
    block = ds.private_block(0x0011, "Some Maker", create=True)
    block.add_new(0x01, "LO", "Jane again")
    inner, innermost = Dataset(), Dataset()
    innermost.CodeMeaning = "Innermost\x1b[31m"
    inner.ConceptCodeSequence = Sequence([innermost])
    ds.ProcedureCodeSequence = Sequence([inner])
    path = folder / "film.dcm"
    save(ds, path)
    return path


def named(rows: tuple[TagRow, ...], name: str) -> TagRow:
    return next(row for row in rows if row.name == name)


def test_nested_private_and_patient_tags_are_told_apart(tmp_path: Path) -> None:
    rows = list_tags(saved(tmp_path)).rows
    assert named(rows, "Patient's Name").of_patient
    assert named(rows, "Institution Name").of_patient
    assert not named(rows, "Rows").hidden_with_patient
    assert named(rows, "Transfer Syntax UID").value.endswith("Explicit VR Little Endian")
    private = next(row for row in rows if row.value == "Jane again")
    assert private.private
    assert "Some Maker" in private.name
    inner = named(rows, "Code Meaning")
    assert inner.depth == 2
    assert inner.value == "Innermost[31m"
    assert not any("Pixel Data" in row.name for row in rows)


def test_a_screen_that_names_nobody_shows_and_finds_no_text(tmp_path: Path) -> None:
    rows = tags_here(saved(tmp_path)).rows
    seen = " ".join(shown_value(row, False) or "" for row in rows)
    for word in ("Doe", "Jane", "Nowhere", "20260102", "Innermost"):
        assert word not in seen
        assert not any(found_in(row, [word.casefold()], False) for row in rows)
    assert any(found_in(row, ["doe"], True) for row in rows)
    assert [row.name for row in rows if found_in(row, ["00280010"], False)] == ["Rows"]
    assert "Doe" not in repr(rows)


def test_what_is_broken_costs_no_other_row_and_more_than_is_listed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_list, "MOST_ROWS", 5)
    listed = tags_here(saved(tmp_path))
    assert listed.cut
    assert len(listed.rows) == 5
    for content in (b"", b"\x00" * 400, b"\x89PNG\r\n\x1a\n" + bytes(200), b"hello " * 40):
        path = tmp_path / "broken"
        path.write_bytes(content)
        try:
            tags_here(path)
        except UnreadableFilm as refused:
            assert refused.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"RIFF\x24\xac\x00\x00WEBPVP8 " + bytes(200), Reading.PICTURE_WITHOUT_TAGS),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), Reading.PICTURE_WITHOUT_TAGS),
        (b"hello " * 40, Reading.NOT_DICOM),
    ],
)
def test_the_bytes_of_a_picture_or_a_text_are_not_taken_for_tags(
    tmp_path: Path, content: bytes, reason: Reading
) -> None:
    path = tmp_path / "film"
    path.write_bytes(content)
    with pytest.raises(UnreadableFilm) as refused:
        tags_here(path)
    assert refused.value.reason is reason


def test_deep_nesting_ends(tmp_path: Path) -> None:
    inner = Dataset()
    for _ in range(60):
        outer = Dataset()
        outer.ConceptCodeSequence = Sequence([inner])
        inner = outer
    rows = list_tags(saved(tmp_path, RequestAttributesSequence=Sequence([inner]))).rows
    assert max(row.depth for row in rows) <= tag_list.MOST_DEPTH + 1
