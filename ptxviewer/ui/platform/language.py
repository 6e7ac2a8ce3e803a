"""Qt's own texts (buttons of message boxes, the file dialog, context menus) in the language of the app."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

NAME = "qtbase"


def follow_language(application: QApplication, language: str) -> bool:
    """Have Qt speak ``language``, and write numbers as it does; False where Qt has no texts in it."""
    for translator in application.findChildren(QTranslator, NAME):
        application.removeTranslator(translator)
        translator.deleteLater()
    if (
        QLocale.system().language() != QLocale(language).language()
    ):  # else as the system has it: "de_CH" differs from "de"
        QLocale.setDefault(QLocale(language))
    else:
        QLocale.setDefault(QLocale.system())
    if language == "en":
        return True
    translator = QTranslator(application)
    translator.setObjectName(NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return translator.load(f"{NAME}_{language}", folder) and application.installTranslator(translator)
