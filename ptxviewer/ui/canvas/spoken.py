"""What is marked on a film, in words, for those who hear the window."""

from __future__ import annotations

from ptxviewer.app.state.withheld import question
from ptxviewer.report.decision import headline
from ptxviewer.ui.canvas.scene import Scene
from ptxviewer.words import sentences
from ptxviewer.words.network import older_network


def marked(scene: Scene) -> str:
    """Return what is drawn on the film as found, "" where nothing may be said of it or the overlay is off."""
    film, info = scene.film, scene.state.network_of(scene.film)
    if film.findings is None or info is None or not scene.state.overlay.shown or question(film) is not None:
        return ""
    sentence = headline(scene.radiograph, film.findings, info.rule.score_threshold, film.review.verdict)
    return sentences(sentence, older_network(info))
