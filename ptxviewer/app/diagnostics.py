"""What helps somebody at a distance to find out why the program does not work here; nothing of a patient or reader.

No path, no login or computer name, no setting that a person typed.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys

from ptxviewer import __version__
from ptxviewer.core.engine import EngineInfo, SelfTest
from ptxviewer.core.reasons.transition import spoken

Facts = tuple[tuple[str, str], ...]
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
        return "not found"


def installed_as() -> str:
    """Return how the program came onto this computer."""
    if getattr(sys, "frozen", False):
        return "installed app"
    try:
        importlib.metadata.version("ptxviewer")
    except importlib.metadata.PackageNotFoundError:
        return "checkout"
    return "Python package"


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


def cores() -> int:
    """Return how many processor cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def model_facts(info: EngineInfo | None, error: str = "") -> Facts:
    """Return what is known of the network: its name, hash, operating point and device, or why there is none."""
    if info is None:
        return (("Model", error or "not loaded yet"),)
    rule = info.rule
    return (
        ("Model", info.model_id),
        ("Weights (SHA-256)", info.model_sha256),
        ("Operating point", f"threshold {rule.threshold:.2f}, film score {rule.score_threshold:.2f}"),
        ("Device", info.device + (f" ({spoken(info.note)})" if info.note is not None else "")),
    )


def self_test_facts(result: SelfTest | None) -> Facts:
    """Return what the self-test came to."""
    if result is None:
        return (("Self-test", "not run"),)
    facts: Facts = (("Self-test", spoken(result.reason)),)
    if result.difference is not None:
        facts = (*facts, ("Largest difference", f"{result.difference:.4f}"))
    if result.took_ms is not None:
        facts = (*facts, ("Time for one film", f"{result.took_ms:.0f} ms"))
    return facts


def system_facts() -> Facts:
    """Return versions and machine."""
    return (
        ("Version", f"{__version__} ({installed_as()})"),
        ("System", operating_system()),
        ("Processor cores", str(cores())),
        ("Python", platform.python_version()),
        *((package, version_of(package)) for package in PACKAGES),
    )


def as_text(facts: Facts) -> str:
    """Return the facts one a line, to be pasted into a message."""
    return "\n".join(["PTXViewer diagnostics, without patient data", *(f"{name}: {value}" for name, value in facts)])
