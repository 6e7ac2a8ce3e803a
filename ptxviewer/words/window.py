"""The texts of ``core.reasons.window``: what the window tells in its banner and its status bar."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.answer import Side, Zone
from ptxviewer.core.measurement import Measurement, RegionStatistics
from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.core.spacing import PixelSpacing
from ptxviewer.words import finding, measuring, tr, trn
from ptxviewer.words.quantities import count

_MARKED: dict[str, Msgid] = {"present": N_("Marked present."), "absent": N_("Marked absent.")}
_SHARPENED: dict[str, Msgid] = {
    "off": N_("Sharpening: off."),
    "unsharp": N_("Sharpening: edges."),
    "clahe": N_("Sharpening: local contrast."),
}


def _look_again(impression: str, side: Side, zone: Zone | None) -> str:
    if impression == "present":
        return tr("Look again? You marked present, the network marks nothing.")
    if side == "unknown":
        return tr("Look again? You marked absent, the network does not.")
    return tr("Look again at the {place}? You marked absent, the network does not.", place=finding.place(side, zone))


def _measured(measurement: Measurement, spacing: PixelSpacing, statistics: RegionStatistics | None, unit: str) -> str:
    lines = measuring.lines_of(measurement, spacing, statistics, unit)
    return f"{measuring.kind(measurement.kind)}: {', '.join(lines)}"


def _too_many(limit: int) -> str:
    return tr("There are more than {count} files in the watched folder: watch a smaller one.", count=count(limit))


TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "no_guide": N_("The guide is not installed with the program."),
    "went_wrong": N_("Something went wrong inside the program; the film on screen is not affected."),
    "no_films": N_("There is nothing here that can be opened."),
    "store_hidden": N_('First read: a store would show results before; set the network\'s result to "At once" for it.'),
    "mark_first": N_(
        "First read: mark a pneumothorax as present (Shift+Y) or absent (Shift+N); then the result is shown."
    ),
    "analysed_again": N_(
        "This film was analysed again by the present network after it was decided on an older one's result: check it."
    ),
    "file_changed": N_("This file has changed since it was opened: it was read again."),
    "other_window": N_(
        "Another window of PTXViewer keeps its reviews in the same place: what both change is kept together."
    ),
    "mark_for_disagreement": N_(
        "First read: mark a pneumothorax as present (Shift+Y) or absent (Shift+N);"
        " the network speaks only where it disagrees."
    ),
    "no_disagreement": N_("The network does not disagree. Its result stays hidden; Ctrl+R shows it."),
    "look_again": _look_again,
    "cancelled": N_("Analysis cancelled."),
    "mask_is_edited": N_("The mask is edited: reset it to the network's mask to move the threshold."),
    "no_hole": N_("There is no hole here to fill."),
    "no_true_size": N_("This film supports no millimetres: it has no true size."),
    "region_too_small": N_("The region is too small to set a window by."),
    "too_many_windows": N_("No more windows can be kept. Forget one first."),
    "no_preset": N_("This film has no window {number}: there are {count}."),
    "window_kept": N_("Window kept: {name}"),
    "no_mask_here": N_("There is nothing of the mask here."),
    "no_object_length": N_("The length of the object must be a number of millimetres from 0.1 to 1000."),
    "all_seen": N_("Every film has been looked at."),
    "no_prior": N_("No earlier film of this patient is open. Ctrl+Shift+D compares with a film of your choice."),
    "no_other_film": N_("There is no other film to compare with."),
    "no_band": N_("The disagreement band could not be made."),
    "no_film_for_objects": N_("This belongs to a film that is not open: open the film, too."),
    "nothing_to_take_over": N_("No earlier result came along with this film."),
    "taken_over": N_("The earlier result was taken over; Ctrl+Z takes it back."),
    "looking_for_text": N_("Looking for burnt-in text ..."),
    "no_film_yet": N_("There is no film to save yet."),
    "no_report_yet": N_("There is no film to report on yet."),
    "no_model_yet": N_("The report names the network, which is not loaded."),
    "still_analysing": N_("The film is still being analysed: save the report in a moment."),
    "saving": N_("Saving ..."),
    "no_such_format": N_("Films are not saved in this format."),
    "reviews_saved": N_("All reviews are saved again."),
    "no_results_kept": N_("This computer keeps no results: the settings say so."),
    "results_deleted": N_("The results of earlier sessions were deleted from this computer."),
    "withheld": N_("Result not shown. {why} Show it anyway: Ctrl+R."),
    "review_not_saved": N_("{why} It is kept while this window is open."),
    "results_not_kept": N_("{why} Results are not kept for the next time."),
    "saved": N_("Saved: {path}"),
    "films_left_out": lambda count: trn(
        "{count} film was left out: it has no result to be shown, or its pixels may carry a name.",
        "{count} films were left out: they have no result to be shown, or their pixels may carry a name.",
        count,
    ),
    "films_not_saved": lambda count, why: trn(
        "{count} film was left out. {why}", "{count} films were left out. Of the first: {why}", count, why=why
    ),
    "marked": lambda impression: tr(_MARKED[impression]),
    "sharpened": lambda how: tr(_SHARPENED[how]),
    "measured": _measured,
    "too_many_watched_files": _too_many,
}
