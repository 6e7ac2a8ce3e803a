"""Two films of one patient side by side: which is the prior, what has changed, and views that move together.

What is newer is told by the dates of the files alone. Where they say nothing, neither film is called the prior.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ptxviewer.app.films.pipeline import Pipeline
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.app.state.screen import Compare, State
from ptxviewer.app.store import Store
from ptxviewer.core.answer import Findings
from ptxviewer.core.film import Radiograph, Window
from ptxviewer.core.findings.change import Compared, SideChange, changes_of
from ptxviewer.core.findings.sizes import without_contradictions
from ptxviewer.core.reason import Reason
from ptxviewer.core.reasons.comparison import Caveat, SpacingsDiffer, ThresholdsDiffer, ViewsDiffer
from ptxviewer.core.reasons.window import Notice
from ptxviewer.core.view import FilmView, voi_of
from ptxviewer.core.viewport import pixel_aspect, viewport
from ptxviewer.core.voi import window_of

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
    return next((sibling for sibling in siblings(state, film) if is_newer(film, sibling)), None)


Part = Literal["current", "prior", "this", "other"]
"""What one of two films is to the other; "this" and "other" where the files do not tell which is newer."""


@dataclass(frozen=True)
class Role:
    """One of the two films, in the order of the screen: the newer one on the left."""

    film: Film
    part: Part
    taken: str | None  # ISO date and time, "" where the file says none; None where patient data are hidden


def roles_of(state: State) -> tuple[Role, Role] | None:
    """Return both films with their parts, None where nothing is compared."""
    film, other = state.current, state.prior
    if film is None or other is None:
        return None
    newer = is_newer(film, other)
    parts: tuple[Part, Part] = ("current", "prior") if newer is not None else ("this", "other")
    pair = (film, other) if newer is not False else (other, film)
    left, right = (
        Role(one, part, _taken(one) if state.identified else None) for one, part in zip(pair, parts, strict=True)
    )
    return left, right


def days_apart(newer: Film, older: Film) -> int | None:
    """Return how many days lie between two films, None where the files do not tell."""
    try:
        return abs((date.fromisoformat(_taken(newer)[:10]) - date.fromisoformat(_taken(older)[:10])).days)
    except ValueError:
        return None


# ---- what has changed


@dataclass(frozen=True)
class Change:
    """A comparison: the sides with a finding, or the ``reason`` for which there is none to tell of; cautions."""

    sides: tuple[SideChange, ...] = ()
    reason: Reason | None = None
    cautions: tuple[Reason, ...] = ()


def change_of(newer: Film, older: Film) -> Change:
    """Return what has changed from the older to the newer film on each side, and what speaks against comparing them."""
    cautions = tuple(_cautions(newer, older))
    if patient_of(newer) and patient_of(older) and patient_of(newer) != patient_of(older):
        return Change(reason=Caveat.OTHER_PATIENT, cautions=cautions)
    if newer.findings is None or older.findings is None or newer.radiograph is None or older.radiograph is None:
        return Change(reason=Caveat.NO_RESULT_YET, cautions=cautions)
    sides = changes_of(
        _told(older, older.radiograph, older.findings),
        older.radiograph.spacing,
        _told(newer, newer.radiograph, newer.findings),
        newer.radiograph.spacing,
    )
    return Change(sides, None if sides else Caveat.NOTHING_ON_BOTH, cautions)


def _told(film: Film, radiograph: Radiograph, findings: Findings) -> Findings:
    """The findings as far as they may be told: nothing of what the reader rejected, no sizes that contradict."""
    if film.review.verdict == "reject":
        return replace(findings, halves=())
    return without_contradictions(radiograph, findings)


def compared_with_prior(state: State, film: Film) -> Compared | None:
    """Return how a film differs from its prior, None without an open one that it can be compared with.

    The prior is the film beside it, where that is the older one, else the newest older film of the patient. What the
    reader rejected on either of them tells nothing of a change, nor do sizes of another view or at another threshold.
    """
    beside = state.prior if film.id == state.current_id else None
    prior = beside if beside is not None and is_newer(film, beside) else prior_of(state, film)
    if prior is None or "reject" in (film.review.verdict, prior.review.verdict):
        return None
    change = change_of(film, prior)
    if any(
        caution is Caveat.NETWORKS_DIFFER or isinstance(caution, (ViewsDiffer, ThresholdsDiffer))
        for caution in change.cautions
    ):
        return None
    return Compared(change.sides, days_apart(film, prior)) if change.sides else None


def _cautions(newer: Film, older: Film) -> Iterator[Reason]:
    if not patient_of(newer) or not patient_of(older):
        yield Caveat.PATIENT_UNKNOWN
    if is_newer(newer, older) is None:
        yield Caveat.ORDER_UNKNOWN
    then, now = (film.facts.view if film.facts is not None else "" for film in (older, newer))
    if then != now:
        yield ViewsDiffer(then, now)
    elif not then:
        yield Caveat.VIEWS_UNKNOWN
    elif then == "AP":
        yield Caveat.BOTH_AP
    if newer.radiograph is not None and older.radiograph is not None:
        before, after = older.radiograph.spacing, newer.radiograph.spacing
        if not before.known or not after.known:
            yield Caveat.NO_COMMON_SPACING
        elif before.origin is not after.origin:
            yield SpacingsDiffer(before.origin, after.origin)
    if newer.findings is not None and older.findings is not None:
        if newer.older != older.older:
            yield Caveat.NETWORKS_DIFFER
        if newer.findings.threshold != older.findings.threshold:
            yield ThresholdsDiffer(older.findings.threshold, newer.findings.threshold)
        if "reject" in (newer.review.verdict, older.review.verdict):
            yield Caveat.RESULT_REJECTED
        if newer.findings.edited or older.findings.edited:
            yield Caveat.MASK_EDITED


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
            return replace(state, films=films, compare=compare, pair=None, message=None)

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
        ids = [sibling.id for sibling in siblings(state, film)]
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
        """Set the size of the canvas of each of the two films."""
        compare = self._store.state.compare
        if compare is not None and compare.canvas != (width, height):
            resized = replace(compare, canvas=(width, height))
            self._store.edit(lambda state: replace(state, compare=resized))
