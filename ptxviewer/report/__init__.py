"""Every word and number of a report, as data; the painter is ``ui.report_page``."""
