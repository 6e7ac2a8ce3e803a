"""The notices that every window, report and command carries."""

from __future__ import annotations

from ptxviewer.core.msgid import N_

RESEARCH_USE = N_("Research use only. Not a medical device: not for diagnosis.")
NOT_EXCLUDED = N_("This does not exclude a pneumothorax.")
