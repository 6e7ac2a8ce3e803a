"""The look: one palette, one stylesheet; dark, flat, quiet."""

from __future__ import annotations

PALETTE = {
    "canvas": "#000000",
    "panel": "#14171b",
    "raised": "#1c2026",
    "line": "#2a3038",
    "text": "#d9dee5",
    "quiet": "#98a2ad",
    "accent": "#35c2e0",
    "warning": "#f2b33d",
    "failure": "#ff7a70",
}

_SHEET = """
* { color: %(text)s; font-size: 13px; }
QMainWindow, QDialog, QMenuBar, QStatusBar { background: %(panel)s; }
QMenuBar::item { padding: 4px 10px; background: transparent; }
QMenuBar::item:selected, QMenu::item:selected { background: %(line)s; }
QMenu { background: %(raised)s; border: 1px solid %(line)s; padding: 4px 0; }
QMenu::item { padding: 5px 28px; }
QMenu::item:disabled { color: #5f6973; }
QMenu::separator { height: 1px; background: %(line)s; margin: 4px 0; }
QToolBar { background: %(panel)s; border: none; border-bottom: 1px solid %(line)s; spacing: 2px; padding: 4px 8px; }
QToolButton { padding: 6px 10px; border: 1px solid transparent; border-radius: 4px; background: transparent; }
QToolButton:hover { background: %(raised)s; }
QToolButton:checked { background: %(raised)s; border-color: %(accent)s; color: %(accent)s; }
QToolButton:disabled { color: #5f6973; }
QPushButton { padding: 6px 12px; border: 1px solid %(line)s; border-radius: 4px; background: %(raised)s; }
QPushButton:hover { border-color: %(quiet)s; }
QPushButton:focus, QToolButton:focus, QSlider:focus, QListWidget:focus { border: 1px solid %(accent)s; }
QPushButton:checked { border-color: %(accent)s; color: %(accent)s; }
QPushButton:disabled { color: #5f6973; }
QListWidget { background: %(panel)s; border: none; border-right: 1px solid %(line)s; outline: 0; }
QListWidget::item { padding: 4px; border: 1px solid transparent; border-radius: 4px; color: %(quiet)s; }
QListWidget::item:selected { background: %(raised)s; border-color: %(accent)s; color: %(text)s; }
QTableWidget { background: %(panel)s; border: none; gridline-color: %(line)s; }
QHeaderView::section {
  background: %(panel)s; color: %(quiet)s; border: none; border-bottom: 1px solid %(line)s;
  padding: 3px; font-size: 12px;
}
QSlider { min-height: 18px; border: 1px solid transparent; background: transparent; }
QScrollBar:vertical { background: %(panel)s; width: 8px; }
QScrollBar::handle:vertical { background: %(line)s; border-radius: 4px; min-height: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSlider::groove:horizontal { height: 4px; background: %(line)s; border-radius: 2px; }
QSlider::sub-page:horizontal { background: %(accent)s; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; margin: -6px 0; border-radius: 7px; background: %(text)s; }
QSlider:disabled::handle:horizontal, QSlider:disabled::sub-page:horizontal { background: #5f6973; }
QProgressBar { background: %(line)s; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: %(accent)s; border-radius: 2px; }
QStatusBar { border-top: 1px solid %(line)s; }
QStatusBar::item { border: none; }
QToolTip { background: %(raised)s; color: %(text)s; border: 1px solid %(line)s; }
#reading { background: %(panel)s; border-left: 1px solid %(line)s; }
#section { color: %(quiet)s; font-size: 12px; }
#quiet { color: %(quiet)s; font-size: 12px; }
#score { font-size: 20px; font-weight: 600; }
#drop { background: %(canvas)s; }
#dropTitle { font-size: 20px; }
#banner { background: %(raised)s; border: 1px solid %(line)s; border-radius: 6px; }
#research { color: %(warning)s; font-size: 12px; }
"""


def stylesheet() -> str:
    """Return the application's stylesheet."""
    return _SHEET % PALETTE
