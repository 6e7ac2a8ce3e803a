"""Diagnostics for remote support, without data of patients or readers.

No path, no login or computer name, no setting that a person typed. The name of a fact is untranslated, so that JSON can
have it as a key; its value is in the language that is spoken.
"""

from __future__ import annotations

import importlib.metadata
import platform
import sys

from ptxviewer import __version__
from ptxviewer.core.cpu import cores
from ptxviewer.core.engine import EngineInfo, SelfTest
from ptxviewer.core.msgid import N_
from ptxviewer.words import say, tr
from ptxviewer.words.purposes import purpose_name
from ptxviewer.words.quantities import count, decimal, limit

Facts = tuple[tuple[str, str], ...]
"""(name, value); ``tr(name)`` is what is shown of a name."""

PACKAGES = (
    "PySide6_Essentials",
    "numpy",
    "opencv-python-headless",
    "pydicom",
    "python-gdcm",
    "pylibjpeg-openjpeg",
    "pylibjpeg-rle",
    "torch",
    "safetensors",
)


def version_of(package: str) -> str:
    """Return the version of an installed package, from its metadata: importing it could be what fails."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return tr("not found")


def installed_as() -> str:
    """Return how the program came onto this computer."""
    if getattr(sys, "frozen", False):
        return tr("installed app")
    try:
        importlib.metadata.version("ptxviewer")
    except importlib.metadata.PackageNotFoundError:
        return tr("checkout")
    return tr("Python package")


def operating_system() -> str:
    """Return the system as people call it, and its kernel."""
    name = ""
    if sys.platform.startswith("linux"):
        try:
            name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
        except OSError:
            name = ""
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"{name} ({kernel})" if name else kernel


def model_facts(info: EngineInfo | None, error: str = "") -> Facts:
    """Return what is known of the network: its name, hash, operating point and device, or why there is none."""
    if info is None:
        return ((N_("Network"), error or tr("not loaded yet")),)
    rule = info.rule
    return (
        (N_("Network"), info.model_id),
        (N_("Weights (SHA-256)"), info.model_sha256),
        (
            N_("Operating point"),
            tr(
                "threshold {threshold}, film score {score}",
                threshold=limit(rule.threshold),
                score=limit(rule.score_threshold),
            ),
        ),
        (N_("Rule"), purpose_name(info.purpose)),
        (N_("Device"), info.device + (f" ({say(info.note)})" if info.note is not None else "")),
    )


def self_test_facts(result: SelfTest | None) -> Facts:
    """Return what the self-test came to."""
    if result is None:
        return ((N_("Self-test"), tr("not run")),)
    facts: Facts = ((N_("Self-test"), say(result.reason)),)
    if result.difference is not None:
        facts = (*facts, (N_("Largest difference"), decimal(result.difference, 4)))
    if result.took_ms is not None:
        facts = (*facts, (N_("Time for one film"), f"{count(result.took_ms)} ms"))
    return facts


def system_facts() -> Facts:
    """Return versions and machine."""
    return (
        (N_("Version"), f"{__version__} ({installed_as()})"),
        (N_("System"), operating_system()),
        (N_("Processor cores"), str(cores())),
        ("Python", platform.python_version()),
        *((package, version_of(package)) for package in PACKAGES),
    )


def decoder_facts(missing: list[str]) -> Facts:
    """Return whether every transfer syntax can be decoded; ``missing`` names those that cannot."""
    if not missing:
        return ((N_("Film decoders"), tr("all there")),)
    return ((N_("Film decoders"), tr("missing for {transfer_syntaxes}", transfer_syntaxes=", ".join(missing))),)


def as_text(facts: Facts) -> str:
    """Return the facts one a line, to be pasted into a message."""
    return "\n".join(
        [tr("PTXViewer diagnostics, without patient data"), *(f"{tr(name)}: {value}" for name, value in facts)]
    )
