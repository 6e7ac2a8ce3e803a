"""What the lists say of a film: its name, where it is on its way, what was found; and how far all of them are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ptxviewer.app.films.worklist import Progress, overdue, summary
from ptxviewer.app.state.columns import BY_ID, Column
from ptxviewer.app.state.facts import Summary
from ptxviewer.app.state.film import Film, FilmStatus
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.words import finding, sentences, tr, trc, trn
from ptxviewer.words.network import older_network_name
from ptxviewer.words.quantities import area_or_px, decimal, score, share

STATUS: dict[FilmStatus, Msgid] = {
    FilmStatus.OPENING: N_("opening"),
    FilmStatus.WAITING: N_("waiting"),
    FilmStatus.ANALYSING: N_("analysing"),
    FilmStatus.DONE: N_("analysed"),
    FilmStatus.NOT_ANALYSED: N_("not analysed"),
    FilmStatus.NOT_SHOWN: N_("not shown"),
    FilmStatus.FAILED: N_("failed"),
}


def film_name(film: Film, identified: bool) -> str:
    """Return what the lists call a film: its number, and the patient where that may be shown."""
    name = film.facts.patient.name or film.facts.patient.id if film.facts is not None and identified else ""
    return f"{film.number}  {name}" if name else tr("Film {number}", number=film.number)


def status_text(film: Film) -> str:
    """Return where a film is on its way; what only waits to be opened waits."""
    if film.status is FilmStatus.DONE and film.older is not None:
        return tr("older network")
    return tr(STATUS[FilmStatus.WAITING if film.status is FilmStatus.OPENING else film.status])


def score_text(found: Summary) -> str:
    """Return a film score as the lists show it: with as many digits as tell on which side of its limit it lies."""
    return score(found.score, found.limit)


def rejected(film: Film) -> bool:
    """Return whether the reader says that the network is wrong: then the lists do not tell what it marks."""
    return film.review.verdict == "reject"


def marked(film: Film) -> bool:
    """Return whether something is marked on the film that its reader has not rejected."""
    found = summary(film)
    return found is not None and found.present and not rejected(film)


def side_text(found: Summary) -> str:
    """Return the side of the findings in one word, "" where nothing was found."""
    if len(found.sides) > 1:
        return trc("side", "both")
    if not found.sides:
        return ""
    return trc("side", "unknown") if found.sides[0] == "unknown" else finding.side(found.sides[0])


def size_text(found: Summary) -> str:
    """Return the best size that the film supports: percent of the hemithorax, cm², pixels; "" without findings."""
    if not found.measured:
        return trc("a mask", "edited")
    if not found.present:
        return ""
    return area_or_px(found.area_px, found.area_mm2) if found.percent is None else share(found.percent)


# ---- columns


@dataclass(frozen=True)
class ColumnWords:
    """How a column of the worklist is headed, what its cells say, and how much room it takes.

    ``text``: of a cell; the bool: patients may be named. ``choices``: the words that its cells choose from, none where
    they hold names and numbers. ``width``: at least, in screen pixels. ``leaves``: a narrow list does without the
    columns with the lowest number first; 0: it stays.
    """

    heading: Callable[[], str]
    text: Callable[[Film, bool], str]
    width: int
    leaves: int = 0
    choices: Callable[[], tuple[str, ...]] = tuple


def _sides() -> tuple[str, ...]:
    return finding.side("right"), finding.side("left"), trc("side", "both"), trc("side", "unknown")


def _states() -> tuple[str, ...]:
    return *(tr(text) for text in STATUS.values()), tr("older network")


def _verdicts() -> tuple[str, ...]:
    return tuple(finding.verdict(name) for name in finding.VERDICTS if name)


def _found(of: Callable[[Summary], str], *, unless_rejected: bool = True) -> Callable[[Film, bool], str]:
    """Return what says something of what was found, "" where nothing is known."""

    def text(film: Film, _identified: bool) -> str:
        found = summary(film)
        return "" if found is None or (unless_rejected and rejected(film)) else of(found)

    return text


def _as_stored(column: Column) -> Callable[[Film, bool], str]:
    """Return what says the value of a cell as it is: a code of the file needs no other words."""
    return lambda film, identified: str(BY_ID[column].code(film, identified))


def _verdict(film: Film, _identified: bool) -> str:
    return finding.verdict(film.review.verdict) if film.review.verdict else ""


COLUMN_WORDS: dict[Column, ColumnWords] = {
    "score": ColumnWords(lambda: tr("Score"), _found(score_text, unless_rejected=False), 50),
    "side": ColumnWords(lambda: tr("Side"), _found(side_text), 48, 4, _sides),
    "size": ColumnWords(lambda: tr("Size"), _found(size_text), 52, 6),
    "name": ColumnWords(lambda: tr("Film"), film_name, 120),
    "view": ColumnWords(lambda: trc("radiographic view", "View"), _as_stored("view"), 40, 2),
    "date": ColumnWords(lambda: tr("Date"), _as_stored("date"), 86, 1),
    "state": ColumnWords(lambda: tr("State"), lambda film, _: status_text(film), 96, 3, _states),
    "verdict": ColumnWords(lambda: tr("Verdict"), _verdict, 60, 5, _verdicts),
}


def heading(column: Column) -> str:
    """Return the heading of a column of the worklist."""
    return COLUMN_WORDS[column].heading()


def ordered_by(column: Column | None) -> str:
    """Return how the list is ordered, as its foot says it."""
    if column is None:
        return tr("All films, by urgency.")
    return tr("All films, by column {heading}.", heading=heading(column))


def cell(film: Film, column: Column, identified: bool) -> str:
    """Return what stands in one cell of the worklist."""
    return COLUMN_WORDS[column].text(film, identified)


# ---- a line as it is spoken


def _score_line(film: Film, found: Summary) -> str:
    if rejected(film):
        return tr("score {score}, rejected by reader", score=score_text(found))
    if found.present:
        return tr("score {score}, above threshold", score=score_text(found))
    return tr("score {score}, nothing above threshold", score=score_text(found))


def spoken(film: Film, identified: bool) -> str:
    """Return what a screen reader says of a line of the worklist: all of it, and why there is no result."""
    facts, found = film.facts if identified else None, summary(film)
    parts = [film_name(film, identified), facts.patient.id if facts is not None else "", cell(film, "view", identified)]
    parts += [cell(film, "date", identified), facts.study.description if facts is not None else ""]
    if found is None:
        parts += [status_text(film), sentences(film.why)]
    else:
        parts += [
            older_network_name(film.older),
            _score_line(film, found),
            cell(film, "side", identified),
            cell(film, "size", identified),
        ]
    parts.append("" if rejected(film) and found is not None else cell(film, "verdict", identified))
    parts.append(tr("unread for too long") if overdue(film) else "")
    return ", ".join(part for part in parts if part)


def spoken_in_strip(film: Film) -> str:
    """Return what a screen reader says of an entry of the strip."""
    found = summary(film)
    parts = [film_name(film, False), older_network_name(film.older) if found is not None else ""]
    parts.append(tr(STATUS[film.status]) if found is None else _score_line(film, found))
    parts.append("" if rejected(film) and found is not None else cell(film, "verdict", False))
    return ", ".join(part for part in parts if part)


# ---- progress


def _time_left(seconds: float) -> str:
    """Return a time as people say it, no more exact than it is known."""
    if seconds < 50:
        return tr("less than a minute left")
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("about {minutes} min left", minutes=max(1, minutes))
    return tr("about {hours} h left", hours=decimal(minutes / 60))


def progress_text(now: Progress, paused: bool) -> str:
    """Return the progress in one line: "132 of 500, about 4 min left"."""
    if not now.total:
        return tr("No films")
    if not now.waiting and not now.stopped:
        return trn("{count} film", "{count} films", now.total)
    done = tr("{done} of {total}", done=now.done, total=now.total)
    if not now.waiting:
        how = tr("stopped")
    elif paused:
        how = tr("paused")
    else:
        how = tr("analysing") if now.seconds_left is None else _time_left(now.seconds_left)
    return f"{done}, {how}"
