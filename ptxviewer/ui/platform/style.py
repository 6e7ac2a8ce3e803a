"""The style of the window: one dark palette and one stylesheet."""

from __future__ import annotations

import re

from ptxviewer.ui.platform.text_size import px

PALETTE = {
    "canvas": "#000000",
    "panel": "#14171b",
    "raised": "#1c2026",
    "line": "#2a3038",
    "edge": "#3d4650",  # outlines of controls that a text names
    "field": "#68737e",  # outlines of fields, which nothing else shows (WCAG 1.4.11: 3 to 1)
    "text": "#d9dee5",
    "quiet": "#98a2ad",
    "disabled": "#5f6973",
    "accent": "#35c2e0",
    "warning": "#f2b33d",
    "failure": "#ff7a70",
}

_SHEET = """
* { color: %(text)s; font-size: 13px; }
QMainWindow, QDialog, QMenuBar, QMessageBox { background: %(panel)s; }
QMenuBar { padding: 0 4px; }
QMenuBar::item { padding: 4px 10px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected, QMenu::item:selected { background: %(line)s; }
QMenu { background: %(raised)s; border: 1px solid %(edge)s; padding: 4px 0; }
QMenu::item { padding: 5px 28px; }
QMenu::item:disabled { color: %(disabled)s; }
QMenu::separator { height: 1px; background: %(line)s; margin: 4px 0; }
QMenu::icon { padding-left: 8px; }

#toolbar { background: %(panel)s; border-bottom: 1px solid %(line)s; }
#divider { background: %(line)s; min-width: 1px; max-width: 1px; margin: 10px 6px; }
QToolButton {
  padding: 3px 4px 1px 4px; border: 1px solid transparent; border-radius: 4px; background: transparent;
  font-size: 11px; color: %(quiet)s; min-width: %(target)s;
}
QToolButton[popupMode="1"] { padding-right: 16px; }
QToolButton::menu-button { border: none; border-radius: 4px; width: 14px; background: transparent; }
QToolButton::menu-button:hover { background: %(line)s; }
QToolButton:hover { background: %(raised)s; color: %(text)s; }
QToolButton:pressed { background: %(line)s; }
QToolButton:checked { background: %(raised)s; color: %(accent)s; }
QToolButton:disabled { color: %(disabled)s; }

QPushButton {
  padding: 5px 12px; border: 1px solid %(edge)s; border-radius: 4px; background: %(raised)s; min-height: 16px;
}
QPushButton:hover { border-color: %(quiet)s; }
QPushButton:pressed { background: %(line)s; }
QPushButton:checked { border-color: %(accent)s; color: %(accent)s; }
QPushButton:disabled { color: %(disabled)s; border-color: %(line)s; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus,
QDoubleSpinBox:focus { border: 2px solid %(accent)s; padding: 3px 5px; } /* 3 to 1 to what was there before */
QPushButton:focus, QToolButton:focus { border: 1px solid %(text)s; } /* the accent says: chosen */
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; } /* some desktops put a red cross on Cancel */
QPushButton#small { padding: 2px 10px; font-size: 12px; }
QPushButton#plain { border-color: transparent; background: transparent; color: %(quiet)s; padding: 3px 8px; }
QPushButton#plain:hover { color: %(text)s; background: %(line)s; }
QPushButton#plain:focus { border-color: %(text)s; }
QPushButton#link {
  border: 1px solid transparent; background: transparent; padding: 0 6px; font-size: 12px; color: %(accent)s;
  min-height: 0;
}
QPushButton#link:hover { text-decoration: underline; }
QPushButton#link:focus { border-color: %(text)s; }
QPushButton#disclosure { border: none; background: transparent; padding: 1px 0; font-size: 12px; text-align: left; }
QPushButton#disclosure:hover { color: %(accent)s; }
QPushButton#disclosure:focus { color: %(accent)s; text-decoration: underline; }
QPushButton#segment { border-radius: 0; padding: 4px 2px; }
QPushButton#segment[place="first"] { border-top-left-radius: 4px; border-bottom-left-radius: 4px; }
QPushButton#segment[place="last"] { border-top-right-radius: 4px; border-bottom-right-radius: 4px; }
QPushButton#segment[place="middle"], QPushButton#segment[place="last"] { margin-left: -1px; }
QPushButton#segment:checked { background: %(line)s; }
/* what is down has the accent as its edge: the focus is a second line inside */
QPushButton:checked:focus { border: 2px solid %(text)s; padding: 4px 11px; }
QPushButton#small:checked:focus { padding: 1px 9px; }
QPushButton#segment:checked:focus { padding: 3px 1px; }

QLineEdit, QComboBox, QPlainTextEdit, QSpinBox, QDoubleSpinBox {
  background: %(canvas)s; border: 1px solid %(field)s; border-radius: 4px; padding: 4px 6px; min-height: 18px;
  selection-background-color: %(accent)s; selection-color: %(canvas)s;
}
QLineEdit:disabled, QPlainTextEdit:disabled { background: transparent; color: %(disabled)s; border-color: %(line)s; }
QComboBox QAbstractItemView {
  background: %(raised)s; border: 1px solid %(edge)s; selection-background-color: %(line)s;
  selection-color: %(text)s;
}
QToolButton#more::menu-indicator { image: none; width: 0; }
QLineEdit QToolButton { padding: 0; margin: 0; min-width: 0; border: none; background: transparent; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit { background: transparent; border: none; padding: 0 5px; min-height: 0; }
QTabWidget::pane { border: none; border-top: 1px solid %(line)s; }
QTabWidget::tab-bar { left: 20px; }
QTabBar { background: transparent; }
QTabBar::tab {
  background: transparent; color: %(quiet)s; border: 1px solid transparent; border-bottom: 2px solid transparent;
  padding: 8px 10px;
}
QTabBar::tab:hover { color: %(text)s; }
QTabBar::tab:selected { color: %(text)s; border-bottom-color: %(accent)s; }
QTabBar::tab:focus { border-color: %(text)s; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::down-button { width: 0; border: none; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator, QListWidget::indicator {
  width: 14px; height: 14px; border: 1px solid %(quiet)s; border-radius: 3px;
}
QCheckBox::indicator:checked, QListWidget::indicator:checked { background: %(accent)s; border-color: %(accent)s; }
QAbstractScrollArea::corner { background: %(panel)s; }
QCheckBox, QRadioButton { border: 1px solid transparent; border-radius: 3px; }
QCheckBox:focus, QRadioButton:focus { border-color: %(text)s; color: %(accent)s; }
QRadioButton { spacing: 8px; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid %(quiet)s; border-radius: 8px; }
QRadioButton::indicator:checked { background: %(accent)s; border-color: %(accent)s; }

QListView { background: %(panel)s; border: none; border-right: 1px solid %(line)s; outline: 0; }
QTreeView { background: %(canvas)s; border: 1px solid %(line)s; outline: 0; }
QTreeView:focus { border-color: %(accent)s; }
QTreeView::item { padding: 3px 2px; }
QTreeView::item:selected, QListView::item:selected { background: %(line)s; color: %(text)s; }
QFileDialog QListView, QListView#choices { background: %(canvas)s; border: 1px solid %(line)s; }
QListView#choices { border-color: %(edge)s; border-radius: 4px; }
QListView#choices::item { padding: 4px 6px; }
QListView#choices:focus { border-color: %(accent)s; }
#guide { background: %(panel)s; border: 1px solid transparent; padding: 4px 12px; }
#guide:focus { border-color: %(accent)s; }
QTableWidget { background: transparent; border: none; outline: 0; font-size: 12px; }
QTableWidget::item { padding: 2px 0; border: none; }
QHeaderView { background: transparent; }
QHeaderView::section {
  background: transparent; color: %(quiet)s; border: none; border-bottom: 1px solid %(line)s;
  padding: 3px; font-size: 12px; font-weight: normal;
}
QScrollArea { background: transparent; border: none; }
QDialog QGraphicsView, QDialog QScrollArea#drop { border: 1px solid transparent; }
QDialog QGraphicsView:focus, QDialog QScrollArea#drop:focus { border-color: %(accent)s; }
QScrollBar:vertical { background: transparent; width: 8px; }
QScrollBar::handle:vertical { background: %(edge)s; border-radius: 4px; min-height: 24px; }
QScrollBar:horizontal { background: transparent; height: 8px; }
QScrollBar::handle:horizontal { background: %(edge)s; border-radius: 4px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: %(raised)s; color: %(text)s; border: 1px solid %(edge)s; padding: 3px 6px; }
QBalloonTip QLabel { color: %(canvas)s; } /* Qt's own notice, where the desktop has none, is light yellow */

#caption { background: %(panel)s; border-bottom: 1px solid %(line)s; }
#caption[active="true"] { border-bottom: 1px solid %(accent)s; }
#role { font-size: 12px; font-weight: 600; letter-spacing: 0.8px; color: %(quiet)s; }
#caption[active="true"] #role { color: %(accent)s; }
#between { background: %(edge)s; }
#change { background: %(panel)s; border-top: 1px solid %(line)s; }
#change QPushButton:checked { color: %(accent)s; border-color: %(accent)s; }
#worklist { background: %(panel)s; }
#worklist #grip { background: %(panel)s; border-right: 1px solid %(line)s; }
#worklist #grip:hover { background: %(line)s; }
QTableView#films { background: transparent; border: 1px solid transparent; outline: 0; font-size: 12px; }
QTableView#films:focus { border-color: %(accent)s; }
QTableView#films::item { padding: 0 4px; border: none; }
QTableView#films::item:selected { background: %(line)s; color: %(text)s; }
#results { background: %(panel)s; }
#results QTableView { background: %(canvas)s; border: 1px solid %(line)s; }
#results QTableView:focus { border-color: %(accent)s; }
#results QHeaderView::section { padding-left: 6px; }
#worklist #quiet[left="true"] { color: %(warning)s; }
#worklist QHeaderView::section { padding-left: 4px; }
QProgressBar { background: %(line)s; border: none; border-radius: 1px; }
QProgressBar::chunk { background: %(accent)s; border-radius: 1px; }
#reading { background: %(panel)s; border-left: 1px solid %(line)s; }
#status { background: %(panel)s; border-top: 1px solid %(line)s; }
#status QLabel { font-size: 12px; color: %(quiet)s; }
#status QLabel#research { color: %(warning)s; }
#section { color: %(quiet)s; font-size: 11px; font-weight: 600; letter-spacing: 0.8px; }
#quiet { color: %(quiet)s; font-size: 12px; }
#value { font-size: 12px; }
#amber { color: %(warning)s; font-size: 12px; }
#number { font-size: 20px; font-weight: 600; }
#headline { font-size: 14px; font-weight: 600; }
#rule { background: %(line)s; max-height: 1px; min-height: 1px; }
#drop { background: %(canvas)s; }
#palette { background: %(raised)s; border: 1px solid %(edge)s; }
#palette QLineEdit { font-size: 15px; padding: 6px 8px; }
#paletteList { background: transparent; border: none; }
QSplitter::handle { background: transparent; }
#apices { background: %(edge)s; }
#apexName {
  background: rgba(0, 0, 0, 205); border-radius: 4px; padding: 3px 8px; font-size: 12px;
}
#dropTarget { border: 1px dashed %(edge)s; border-radius: 6px; }
#dropTarget[over="true"] { border: 2px solid %(accent)s; }
#dropTitle { font-size: 20px; }
#key { border: 1px solid %(edge)s; border-radius: 3px; padding: 1px 6px; font-size: 12px; background: %(raised)s; }
#research { color: %(warning)s; font-size: 12px; }
#banner { background: %(raised)s; border: 1px solid %(edge)s; border-radius: 6px; }
#banner[level="info"] { border-left: 3px solid %(quiet)s; }
#banner[level="warning"] { border-left: 3px solid %(warning)s; }
#banner[level="error"] { border-left: 3px solid %(failure)s; }
"""
TARGET = "44px"  # least width of a button of the toolbar, whatever the text size: names are wider, icons are not
_LENGTH = re.compile(r"(?<![\w.#-])(?:[3-9]|[1-9]\d+)(?=px)")  # what is thinner is a line


def stylesheet() -> str:
    """Return the application's stylesheet, for the text size that is used."""
    return _LENGTH.sub(lambda found: f"{px(int(found[0]))}", _SHEET) % {**PALETTE, "target": TARGET}
