"""Keeps what the network libraries would tell of patients out of logs and terminals; goes before every use of them."""

from __future__ import annotations

import logging
import warnings

TALKATIVE = ("pynetdicom", "dicomweb_client", "urllib3", "requests", "retrying")


def silence() -> None:
    """Let the libraries say nothing: their records and warnings quote names, UIDs, URLs and credentials."""
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=r"(pydicom|pynetdicom|dicomweb_client)\b")


def pynetdicom_settings() -> None:
    """Set what pynetdicom has for a whole process: no handlers that log, files sent without being decoded."""
    from pynetdicom import _config

    _config.LOG_HANDLER_LEVEL = "none"
    _config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.STORE_SEND_CHUNKED_DATASET = True
    _config.UNRESTRICTED_STORAGE_SERVICE = False
