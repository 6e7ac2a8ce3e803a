"""No text reaches a widget or a painter as a bare literal: it would stay English in every language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ptxviewer

PACKAGE = Path(ptxviewer.__file__).parent
FIRST_TEXT = {  # calls that show a text -> the number of arguments before it
    "label": 1, "QLabel": 0, "QPushButton": 0, "QCheckBox": 0, "QRadioButton": 0, "QToolButton": 0, "QAction": 0,
    "QTableWidgetItem": 0, "QListWidgetItem": 0, "small_button": 2, "MarkedSlider": 0, "_Row": 0,
    "setText": 0, "setToolTip": 0, "setStatusTip": 0, "setWhatsThis": 0, "setWindowTitle": 0, "setTitle": 0,
    "setAccessibleName": 0, "setAccessibleDescription": 0, "setPlaceholderText": 0, "setLabelText": 0, "setIconText": 0,
    "setHorizontalHeaderLabels": 0, "setSuffix": 0, "setPrefix": 0, "setSpecialValueText": 0,
    "addButton": 0, "addItem": 0, "addItems": 0, "addAction": 0, "addMenu": 0, "addRow": 0, "addTab": 0,
    "drawText": 0, "write": 2, "paint_placeholder": 2, "paint_label": 1, "paint_chips": 1, "setInformativeText": 0,
    "getOpenFileName": 0, "getOpenFileNames": 0, "getSaveFileName": 0, "getExistingDirectory": 0,
    "information": 0, "warning": 0, "question": 0, "critical": 0,
}  # fmt: skip
COLLECTED = ("tr", "trn", "trc", "N_")  # tools/words.py finds the literals in these
THE_SAME_EVERYWHERE = {
    "PTXViewer": "a name",
    "x ": "the sign of multiplication",
    " x ": "the sign of multiplication",
}


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def bare(node: ast.AST) -> Iterator[ast.Constant]:
    """The literals with a letter that ``node`` may come to; what calls and look-ups make of theirs is their affair."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and any(map(str.isalpha, node.value)):
            yield node
    elif isinstance(node, ast.IfExp):
        yield from (found for branch in (node.body, node.orelse) for found in bare(branch))
    elif isinstance(node, (ast.JoinedStr, ast.BinOp, ast.BoolOp, ast.Tuple, ast.List, ast.Starred)):
        yield from (found for child in ast.iter_child_nodes(node) for found in bare(child))


def shown_by(call: ast.Call) -> list[ast.Constant]:
    """The literals in the arguments of a call that a person reads."""
    if name_of(call) == "Segments":  # choices are (code, text, tip), and codes are in small letters
        literals = (literal for argument in call.args for literal in bare(argument))
        return [literal for literal in literals if not str(literal.value).islower()]
    if name_of(call) not in FIRST_TEXT:
        return []
    read = (*call.args[FIRST_TEXT[name_of(call)] :], *(keyword.value for keyword in call.keywords))
    return [literal for argument in read for literal in bare(argument)]


def bare_texts(code: str) -> list[tuple[int, str]]:
    """Return (line, text) of what is given to a widget untranslated."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    found = (literal for call in calls for literal in shown_by(call))
    return [(one.lineno, str(one.value)) for one in found if one.value not in THE_SAME_EVERYWHERE]


def hidden_in_f_strings(code: str) -> list[int]:
    """Return the lines of texts that Babel does not find, since they stand inside an f-string."""
    strings = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.JoinedStr))
    calls = (node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call))
    return [
        call.lineno for call in calls if name_of(call) in COLLECTED and any(True for a in call.args for _ in bare(a))
    ]


@pytest.mark.parametrize("path", sorted((PACKAGE / "ui").rglob("*.py")), ids=lambda path: path.name)
def test_what_a_widget_shows_is_translated(path: Path) -> None:
    assert bare_texts(path.read_text(encoding="utf-8")) == []


def test_every_text_is_where_babel_finds_it() -> None:
    found = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := hidden_in_f_strings(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        'label("quiet", "Note")',
        'button.setText("Stop" if busy else tr("Go on"))',
        'shown.setText(f"Film {number}")',
        'row.setToolTip("moved " + key)',
        'painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Opening ...")',
        'Segments((("all", "All", tr("All films")),), act)',
    ],
)
def test_the_rule_bites(line: str) -> None:
    assert bare_texts(line)


@pytest.mark.parametrize(
    "line",
    [
        'label("quiet", tr("Note"))',
        'shown.setText(tr("Film {number}", number=number))',
        'shown.setText("–" if score is None else quantities.score(score))',
        'shown.setText(f"{name}: {value}")',
        'title.setText("PTXViewer")',
    ],
)
def test_the_rule_lets_translated_texts_pass(line: str) -> None:
    assert not bare_texts(line)


def test_the_rule_of_f_strings_bites() -> None:
    assert hidden_in_f_strings("text = f\"{name} {tr('(in the panel)')}\"") == [1]
    assert hidden_in_f_strings('text = f"{name} {tr(title)}"') == []
