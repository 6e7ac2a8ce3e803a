"""Training, evaluation and export of the network; imports ptxviewer.inference and core, never the reverse."""
