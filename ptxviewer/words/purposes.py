"""The rules of decision in words, with the figures that a reader chooses by."""

from __future__ import annotations

from ptxviewer.core.purposes import PURPOSES, PurposeChoice, RuleFigures
from ptxviewer.words import tr
from ptxviewer.words.quantities import share


def purpose_name(purpose: PurposeChoice) -> str:
    """Return the one word for a rule."""
    return next((tr(one.label) for one in PURPOSES if one.id == purpose), purpose)


def rule_note(figures: RuleFigures) -> str:
    """Return the share of films with a pneumothorax that a rule finds, and of those without on which it marks one."""
    return tr(
        "finds {found}, false alarms {alarms}",
        found=share(100 * figures.sensitivity),
        alarms=share(100 * figures.false_share),
    )
