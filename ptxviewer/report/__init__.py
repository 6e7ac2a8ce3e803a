"""Every word and number of a report, as data; ``ui.report.page`` paints it."""
