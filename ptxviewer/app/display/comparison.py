"""Two films of one patient side by side: which is the prior, what has changed, and views that move together.

What is newer is told by the dates of the files alone. Where they say nothing, neither film is called the prior.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ptxviewer.app.films.pipeline import Pipeline
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import Compare, State
from ptxviewer.app.store import Store
from ptxviewer.core.answer import Findings, HemithoraxFinding, Side
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.reasons.transition import spoken_label
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.view import FilmView, voi_of
from ptxviewer.core.viewport import pixel_aspect, viewport
from ptxviewer.core.voi import window_of

NOTHING_ON_BOTH = "Nothing above threshold on either film. This does not exclude a pneumothorax."
OTHER_PATIENT = "The files name different patients: no change is given."
NO_RESULT_YET = "The change is shown when both films have a result."
SIDES: tuple[Side, ...] = ("right", "left", "unknown")


# ---- which film


def _taken(film: Film) -> str:
    return film.facts.taken if film.facts is not None else ""


def patient_of(film: Film) -> str:
    """Return the patient's ID as the file says it, "" where it says none."""
    return film.facts.patient.id if film.facts is not None else ""


def is_newer(film: Film, other: Film) -> bool | None:
    """Return whether ``film`` was taken after ``other``; None where the files do not tell."""
    a, b = _taken(film), _taken(other)
    same_day = a[:10] == b[:10]
    if not a or not b or a == b or (same_day and min(len(a), len(b)) <= 10):
        return None
    return a > b


def siblings(state: State, film: Film) -> list[Film]:
    """Return the other films of the same patient, the newest first; those without a date last."""
    patient = patient_of(film)
    others = (one for one in state.films if one.id != film.id and one.status is not FilmStatus.FAILED)
    return sorted((one for one in others if patient and patient_of(one) == patient), key=_taken, reverse=True)


def prior_of(state: State, film: Film) -> Film | None:
    """Return the newest film of the same patient that was taken before ``film``."""
    return next((one for one in siblings(state, film) if is_newer(film, one)), None)


@dataclass(frozen=True)
class Role:
    """One of the two films, in the order of the screen: the newer one on the left."""

    film: Film
    name: str  # "CURRENT", "PRIOR"; "THIS FILM", "OTHER FILM" where the files do not tell
    said: str  # date, view, score


def roles_of(state: State) -> tuple[Role, Role] | None:
    """Return both films with their parts, None where nothing is compared."""
    film, other = state.current, state.prior
    if film is None or other is None:
        return None
    newer = is_newer(film, other)
    names = ("CURRENT", "PRIOR") if newer is not None else ("THIS FILM", "OTHER FILM")
    pair = (film, other) if newer is not False else (other, film)
    left, right = (Role(one, name, _said(state, one)) for one, name in zip(pair, names, strict=True))
    return left, right


def _said(state: State, film: Film) -> str:
    facts = film.facts
    parts = [f"Film {film.number}"]
    if facts is not None:
        parts += [_taken(film) or "no date"] if state.identified else []
        parts.append(facts.view or "view unknown")
    if film.findings is not None:
        parts.append(f"score {film.findings.score:.2f}")
    return "   ".join(parts)


def apart(newer: Film, older: Film) -> str:
    """Return how far apart two films were taken, "" where the files do not tell."""
    try:
        days = abs((date.fromisoformat(_taken(newer)[:10]) - date.fromisoformat(_taken(older)[:10])).days)
    except ValueError:
        return ""
    return "same day" if days == 0 else "1 day apart" if days == 1 else f"{days} days apart"


# ---- what has changed


@dataclass(frozen=True)
class Change:
    """Sentences of a comparison."""

    lines: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def _signed(value: float, digits: int = 0) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _half(findings: Findings, side: Side) -> HemithoraxFinding | None:
    return next((half for half in findings.halves if half.side == side), None)


def _percent_part(new: HemithoraxFinding | None, old: HemithoraxFinding | None) -> str:
    if any(half is not None and half.percent is None for half in (new, old)):
        return ""
    now, then = (0.0 if half is None or half.percent is None else half.percent for half in (new, old))
    return f"{then:.0f} % → {now:.0f} % of the hemithorax ({_signed(now - then)} points)"


def _area_part(
    new: HemithoraxFinding | None, old: HemithoraxFinding | None, newer: Radiograph, older: Radiograph
) -> str:
    new_mm2, old_mm2 = newer.spacing.pixel_area_mm2, older.spacing.pixel_area_mm2
    if new_mm2 is None or old_mm2 is None:
        return ""
    now = 0.0 if new is None else new.area_px * new_mm2 / 100
    then = 0.0 if old is None else old.area_px * old_mm2 / 100
    relative = f", {_signed(100 * (now - then) / then)} %" if then else ""
    return f"{then:.1f} → {now:.1f} cm² ({_signed(now - then, 1)} cm²{relative})"


def change_of(newer: Film, older: Film) -> Change:
    """Return what has changed from the older to the newer film on each side, and what speaks against comparing them."""
    warnings = _warnings(newer, older)
    if patient_of(newer) and patient_of(older) and patient_of(newer) != patient_of(older):
        return Change((OTHER_PATIENT,), warnings)
    if newer.findings is None or older.findings is None or newer.radiograph is None or older.radiograph is None:
        return Change((NO_RESULT_YET,), warnings)
    lines = []
    for side in SIDES:
        new, old = _half(newer.findings, side), _half(older.findings, side)
        if new is None and old is None:
            continue
        parts = _percent_part(new, old), _area_part(new, old, newer.radiograph, older.radiograph)
        said = "; ".join(part for part in parts if part) or "no size that could be compared"
        lines.append(f"{'Side unknown' if side == 'unknown' else side.capitalize()}: {said}")
    return Change(tuple(lines) or (NOTHING_ON_BOTH,), warnings)


def _warnings(newer: Film, older: Film) -> tuple[str, ...]:
    found = []
    if not patient_of(newer) or not patient_of(older):
        found.append("No patient ID in both files: check that this is one patient.")
    if is_newer(newer, older) is None:
        found.append("The files do not tell which film is the newer one.")
    views = [film.facts.view if film.facts is not None else "" for film in (older, newer)]
    if views[0] != views[1]:
        known = [view or "unknown" for view in views]
        found.append(f"The view differs ({known[0]}, then {known[1]}): size and posture may, too.")
    elif not views[0]:
        found.append("The files do not tell the view: AP and PA differ in size.")
    elif views[0] == "AP":
        found.append("AP films: the posture may differ, and with it where the air lies.")
    found += _spacing_warnings(newer, older)
    if newer.findings is not None and older.findings is not None:
        if newer.findings.threshold != older.findings.threshold:
            found.append(
                f"The thresholds differ ({older.findings.threshold:.2f}, then {newer.findings.threshold:.2f})."
            )
        if newer.findings.edited or older.findings.edited:
            found.append("A mask was edited by the reader.")
    return tuple(found)


def _spacing_warnings(newer: Film, older: Film) -> list[str]:
    if newer.radiograph is None or older.radiograph is None:
        return []
    new, old = newer.radiograph.spacing, older.radiograph.spacing
    if not new.known or not old.known:
        return ["No trustworthy pixel spacing in both films: areas are not compared."]
    if new.origin is not old.origin:
        return [f"The spacing differs ({spoken_label(old)}, then {spoken_label(new)}): areas may be off by as much."]
    return []


# ---- views that move together


def _zoom(film: Radiograph, view: FilmView, canvas: tuple[float, float]) -> float:
    return viewport(
        film.shape, canvas, zoom=view.zoom, center=view.center, quarter_turns=view.quarter_turns,
        aspect=pixel_aspect(film.spacing),
    ).zoom  # fmt: skip


def _middle(film: Radiograph, view: FilmView) -> tuple[float, float]:
    return view.center if view.center is not None and view.zoom is not None else (film.cols / 2, film.rows / 2)


def linked(
    before: FilmView, after: FilmView, film: Radiograph, other: Radiograph, view: FilmView, canvas: tuple[float, float]
) -> FilmView:
    """Return the view of ``other`` after that of ``film`` went from ``before`` to ``after``.

    The same change in parts of the film and of its default window, so that films of another size or another machine
    follow, and what a reader set apart stays apart.
    """
    if after.inverted != before.inverted:
        view = replace(view, inverted=after.inverted)
    if (after.voi, after.voi_index) != (before.voi, before.voi_index):
        view = replace(view, voi=_window(after, film, other), voi_index=None)
    if (after.zoom, after.center) == (before.zoom, before.center):
        return view
    if after.zoom is None:
        return replace(view, zoom=None, center=None)
    factor = _zoom(film, after, canvas) / _zoom(film, before, canvas)
    (x0, y0), (x1, y1), (x, y) = _middle(film, before), _middle(film, after), _middle(other, view)
    x = min(max(x + (x1 - x0) / film.cols * other.cols, 0.0), float(other.cols))
    y = min(max(y + (y1 - y0) / film.rows * other.rows, 0.0), float(other.rows))
    return replace(view, zoom=_zoom(other, view, canvas) * factor, center=(x, y))


def _window(after: FilmView, film: Radiograph, other: Radiograph) -> Window | None:
    if after.voi is None and after.voi_index is None:
        return None
    mine, theirs = window_of(film, voi_of(film, FilmView())), window_of(other, voi_of(other, FilmView()))
    now = window_of(film, voi_of(film, after))
    scale = theirs.width / mine.width
    return Window(theirs.center + (now.center - mine.center) * scale, now.width * scale, theirs.function)


def with_linked(state: State, before: Film, view: FilmView) -> State:
    """Return ``state``, in which ``before`` has got ``view``, with the film beside it following."""
    compare = state.compare
    if compare is None or not compare.linked or state.prior_id is None:
        return state
    pair = {state.current_id: state.prior_id, state.prior_id: state.current_id}
    other = state.film(pair.get(before.id, -1) or -1)
    if other is None or other.radiograph is None or before.radiograph is None:
        return state
    moved = linked(before.view, view, before.radiograph, other.radiograph, other.view, compare.canvas)
    return state.with_film(replace(other, view=replace(moved, frame=other.view.frame)))


# ---- what the reader asks for


class Comparison:
    """Begins and ends a comparison with the film on screen."""

    def __init__(self, store: Store, pipeline: Pipeline) -> None:
        self._store = store
        self._pipeline = pipeline

    def toggle(self) -> None:
        """Compare with the prior, or leave the comparison."""
        state = self._store.state
        if state.prior_id is not None:
            self.leave()
            return
        film = state.current
        prior = prior_of(state, film) if film is not None else None
        if prior is None:
            self._store.tell(Notice.NO_PRIOR if len(state.films) > 1 else Notice.NO_OTHER_FILM)
        else:
            self.choose(prior.id)

    def choose(self, film_id: int) -> None:
        """Compare the film on screen with any other one."""
        state = self._store.state
        if state.current is None or film_id == state.current_id or state.film(film_id) is None:
            return
        before = state.compare or Compare(0, 0)
        compare = replace(before, film_id=state.current.id, other_id=film_id)
        pair = (state.current.id, film_id)

        def side_by_side(state: State) -> State:
            films = tuple(
                replace(film, view=replace(film.view, zoom=None, center=None)) if film.id in pair else film
                for film in state.films
            )
            return replace(state, films=films, compare=compare, apices=False, message=None)

        self._store.edit(side_by_side)
        self._pipeline.pump()

    def leave(self) -> None:
        """Show one film again."""
        self._store.edit(lambda state: replace(state, compare=None))

    def step(self, by: int) -> None:
        """Compare with the next older (+1) or newer (-1) film of the patient; the ends hold."""
        state = self._store.state
        film, other = state.current, state.prior
        if film is None or other is None:
            return
        ids = [one.id for one in siblings(state, film)]
        if other.id in ids:
            self.choose(ids[min(max(ids.index(other.id) + by, 0), len(ids) - 1)])

    def exchange(self) -> None:
        """Bring the film beside the one on screen on screen: tools, findings and verdict are its own then."""
        state = self._store.state
        film, other = state.current_id, state.prior_id
        if film is not None and other is not None and state.compare is not None:
            compare = replace(state.compare, film_id=other, other_id=film)
            self._store.edit(lambda state: replace(state, current_id=other, compare=compare, message=None))
            self._pipeline.announce()
            self._pipeline.pump()

    def toggle_link(self) -> None:
        """Let the two films move together, or each by itself."""
        compare = self._store.state.compare
        if compare is not None:
            link = replace(compare, linked=not compare.linked)
            self._store.edit(lambda state: replace(state, compare=link))

    def set_canvas(self, width: float, height: float) -> None:
        """The window tells how much room each of the two films has."""
        compare = self._store.state.compare
        if compare is not None and compare.canvas != (width, height):
            told = replace(compare, canvas=(width, height))
            self._store.edit(lambda state: replace(state, compare=told))
