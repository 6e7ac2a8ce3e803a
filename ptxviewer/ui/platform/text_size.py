"""How large the window's text is: as the system has it, or as the settings say; what holds text grows with it.

The sizes in this program are those of the usual text size. Lengths that hold text pass through ``px`` when a widget is
built. Films, lines drawn on them and reports keep their size.
"""

from __future__ import annotations

USUAL_DPI = 96.0  # pixels per inch at which systems write text in its usual size (macOS: 72, and it scales no text)
LARGEST = 2.0  # WCAG 2.2, 1.4.4: text up to 200 %

_used = [1.0]  # how many times larger than usual


def factor() -> float:
    """Return how many times larger than usual text is: 1 to 2."""
    return _used[0]


def px(size: float) -> int:
    """Return a length in screen pixels that is ``size`` where text has its usual size."""
    return round(size * _used[0])


def use(size: float) -> None:
    """From now on text is ``size`` times as large as usual; widgets that are there keep theirs."""
    _used[0] = min(max(size, 1.0), LARGEST)


def of_system(dpi: float) -> float:
    """Return the factor of a system that writes text at ``dpi``: never smaller than usual."""
    return max(dpi / USUAL_DPI, 1.0)
