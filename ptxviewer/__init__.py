"""PTXViewer: opens chest radiographs and shows where a pneumothorax may be.

Importing this package, ``ptxviewer.core`` or ``ptxviewer.app`` loads neither Qt nor torch nor pydicom.
"""

__version__ = "0.1.0"
