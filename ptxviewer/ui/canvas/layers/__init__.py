"""The layers of a canvas, in one list from the film upwards: an overlay is a class here and a line of this list."""

from __future__ import annotations

from ptxviewer.ui.canvas.layers.base import Layer
from ptxviewer.ui.canvas.layers.corners import CornersLayer
from ptxviewer.ui.canvas.layers.disagreement import BandLayer
from ptxviewer.ui.canvas.layers.distances import DistancesLayer
from ptxviewer.ui.canvas.layers.film import FilmLayer
from ptxviewer.ui.canvas.layers.finding import FindingLayer
from ptxviewer.ui.canvas.layers.graphics import FileGraphicsLayer
from ptxviewer.ui.canvas.layers.heat import HeatBarLayer, HeatLayer
from ptxviewer.ui.canvas.layers.lens import LensLayer
from ptxviewer.ui.canvas.layers.mask import EditedMaskLayer, NetworkMaskLayer
from ptxviewer.ui.canvas.layers.measurements import MeasurementsLayer
from ptxviewer.ui.canvas.layers.others import OthersLayer
from ptxviewer.ui.canvas.layers.stroke import PolygonLayer


def film_layers() -> tuple[Layer, ...]:
    """Return what lies under everything that is written: the film and its overlay."""
    return FilmLayer(), FileGraphicsLayer(), HeatLayer(), BandLayer(), NetworkMaskLayer(), EditedMaskLayer()


def drawn_layers() -> tuple[Layer, ...]:
    """Return what is drawn on the film with lines."""
    return OthersLayer(), FindingLayer(), PolygonLayer(), MeasurementsLayer(), DistancesLayer()


def canvas_layers(of_tools: tuple[Layer, ...] = ()) -> tuple[Layer, ...]:
    """Return all layers of a canvas; ``of_tools`` are those that its tools bring along."""
    lens = LensLayer((*film_layers(), *drawn_layers()))
    return *film_layers(), CornersLayer(), HeatBarLayer(), *drawn_layers(), *of_tools, lens
