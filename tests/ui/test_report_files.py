"""A report as a file: a PDF whose words are words, whole or not at all, and nobody named in what is not seen."""

from __future__ import annotations

import gc
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ptxviewer import words
from ptxviewer.core.errors import ExportFailed
from ptxviewer.core.film import Patient
from ptxviewer.core.review import Review
from ptxviewer.report.page import Page, PageOptions, page
from ptxviewer.ui.report import printing
from ptxviewer.ui.report.files import pdf_of, with_language, write_pdf
from ptxviewer.ui.report.paper import PAPERS, Paper, paper_of
from ptxviewer.ui.report.printing import print_page
from tests.films import AT_DETECTOR, NAMED, ORIENTED, STUDIED, film

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.qt_log_ignore("This plugin does not support")]
A4, LETTER = PAPERS["a4"], PAPERS["letter"]
NAME = "Zygmunt-Testperson"


@pytest.fixture
def report() -> Page:
    of = film(
        240, 200, spacing=AT_DETECTOR, acquisition=ORIENTED, patient=Patient(name=NAME, id="PAT-0815"), study=STUDIED
    )
    return page(of, None, Review(note="Rib 4"), options=PageOptions(identified=True))


def text_of(path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_a_pdf_has_one_page_of_the_size_of_the_paper(report: Page, paper: Paper) -> None:
    pdf = pdf_of(report, paper)
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 1
    (box,) = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    assert tuple(map(float, box)) == pytest.approx((paper.width_mm * 72 / 25.4, paper.height_mm * 72 / 25.4), abs=1)


def test_the_words_of_a_pdf_can_be_selected_and_found(report: Page, tmp_path: Path) -> None:
    said = text_of(write_pdf(report, A4, tmp_path / "report.pdf"))
    for word in (NAME, "PAT-0815", "Rib 4", report.headline, "film"):
        assert word in said


def test_fonts_are_part_of_a_pdf(report: Page) -> None:
    pdf = pdf_of(report, A4)
    assert pdf.count(b"/FontFile2") + pdf.count(b"/FontFile3") >= 1
    assert b"/ToUnicode" in pdf


def test_a_pdf_says_in_which_language_it_is(report: Page) -> None:
    words.speak("de")
    try:
        assert b"/Lang (de)" in pdf_of(report, A4)
    finally:
        words.speak("en")
    assert b"/Lang (en)" in pdf_of(report, A4)


def test_programs_read_the_pdf_with_its_language(report: Page, tmp_path: Path) -> None:
    path = write_pdf(report, A4, tmp_path / "report.pdf")
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo (poppler-utils) is not installed")
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True)
    assert not told.stderr
    assert report.title in told.stdout.decode()
    assert re.search(r"Pages: +1\n", told.stdout.decode())


def test_a_file_of_another_make_is_left_alone() -> None:
    for other in (b"", b"%PDF-1.7 no trailer", b"%PDF-1.4\ntrailer\n<<\n/Root 9 0 R\n>>\nstartxref\n1\n%%EOF\n"):
        assert with_language(other, "en") == other


def test_what_is_not_seen_of_a_pdf_names_nobody() -> None:
    of = film(240, 200, patient=NAMED, study=STUDIED)
    pdf = pdf_of(page(of, None), A4)
    for name in (NAMED.name, NAMED.id, STUDIED.description):
        for coding in ("utf-8", "utf-16-be"):
            assert name.encode(coding) not in pdf
    named = pdf_of(page(of, None, options=PageOptions(identified=True)), A4)
    (title,) = re.findall(rb"<dc:title>.*?</dc:title>", named, re.DOTALL)
    assert NAMED.name.encode() not in title


def test_a_pdf_is_whole_or_not_there(report: Page, tmp_path: Path) -> None:
    with pytest.raises(ExportFailed, match="why=no_such_folder"):
        write_pdf(report, A4, tmp_path / "none" / "report.pdf")
    target = write_pdf(report, A4, tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == [target]


def test_printing_is_the_same_page_on_the_printers_paper(report: Page, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setPageSize(LETTER.page_size)
    printer.setFullPage(True)
    assert print_page(report, A4, printer)
    assert NAME in text_of(tmp_path / "printed.pdf")
    assert NAME.encode() not in printer.docName().encode()


def test_the_page_is_printed_when_the_systems_dialog_is_accepted(
    report: Page, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[QPrinter] = []
    monkeypatch.setattr(printing, "print_page", lambda _report, _paper, printer: printed.append(printer))
    window = QWidget()
    qtbot.addWidget(window)
    dialog = printing.ask_and_print(report, A4, window)
    gc.collect()  # the dialog does not own its printer
    dialog.accepted.emit(dialog.printer())
    assert printed[0].pageLayout().pageSize().id() == A4.page_size.id()
    dialog.reject()
    assert len(printed) == 1


def test_the_paper_is_the_chosen_one_else_that_of_the_country() -> None:
    assert paper_of("letter") is LETTER
    assert paper_of("a4") is A4
    assert paper_of("") in (A4, LETTER)
