"""The texts of ``core.reasons.reading`` and ``core.reasons.writing``: files, their images, what is not analysed."""

from __future__ import annotations

from collections.abc import Callable

from ptxviewer.core.msgid import N_, Msgid
from ptxviewer.words import tr, trn
from ptxviewer.words.quantities import count, decimal, megabytes, plain

MODALITIES: dict[str, Msgid] = {
    "CT": N_("This is a CT image."),
    "MR": N_("This is an MR image."),
    "US": N_("This is an ultrasound image."),
    "NM": N_("This is a nuclear medicine image."),
    "PT": N_("This is a PET image."),
    "MG": N_("This is a mammogram."),
    "RF": N_("This is a fluoroscopy image."),
    "XA": N_("This is an angiography image."),
    "XC": N_("This is a photograph."),
    "ES": N_("This is an endoscopy image."),
    "SM": N_("This is a microscopy image."),
    "OP": N_("This is an ophthalmic photograph."),
    "PX": N_("This is a panoramic dental radiograph."),
    "IO": N_("This is a dental radiograph."),
}

BODY_PARTS: dict[str, Msgid] = {
    "ABDOMEN": N_("abdomen"),
    "ANKLE": N_("ankle"),
    "ARM": N_("arm"),
    "BREAST": N_("breast"),
    "CSPINE": N_("cervical spine"),
    "ELBOW": N_("elbow"),
    "EXTREMITY": N_("extremity"),
    "FEMUR": N_("femur"),
    "FINGER": N_("finger"),
    "FOOT": N_("foot"),
    "FOREARM": N_("forearm"),
    "HAND": N_("hand"),
    "HEAD": N_("head"),
    "HIP": N_("hip"),
    "HUMERUS": N_("humerus"),
    "JAW": N_("jaw"),
    "KNEE": N_("knee"),
    "LEG": N_("leg"),
    "LSPINE": N_("lumbar spine"),
    "NECK": N_("neck"),
    "PELVIS": N_("pelvis"),
    "SHOULDER": N_("shoulder"),
    "SKULL": N_("skull"),
    "SPINE": N_("spine"),
    "TEETH": N_("teeth"),
    "THUMB": N_("thumb"),
    "TIBIA": N_("tibia"),
    "TOE": N_("toe"),
    "WRIST": N_("wrist"),
}


def _image_too_large(cols: int, rows: int) -> str:
    # Translators: {cols} x {rows} are the width and height of an image.
    return tr(
        "This file claims an image of {cols} x {rows} pixels, more than this viewer can hold.", cols=cols, rows=rows
    )


def _stream_of_other_size(cols: int, rows: int, stream_cols: int, stream_rows: int) -> str:
    return tr(
        "This file says {cols} x {rows} pixels, but the compressed image in it has {stream_cols} x {stream_rows}.",
        cols=cols,
        rows=rows,
        stream_cols=stream_cols,
        stream_rows=stream_rows,
    )


def _zip_too_many(limit: int) -> str:
    return tr("This ZIP archive holds more than {limit} files: unpack it first.", limit=count(limit))


def _zip_too_large(limit_bytes: int) -> str:
    return tr(
        "Unpacked, this ZIP archive is larger than {limit}: unpack it yourself first.", limit=megabytes(limit_bytes)
    )


def _other_modality(modality: str) -> str:
    return tr(MODALITIES[modality]) if modality in MODALITIES else tr("This is not a radiograph.")


def _other_body_part(body_part: str) -> str:
    part = tr(BODY_PARTS[body_part]) if body_part in BODY_PARTS else body_part.lower()
    return tr("This is not a chest ({part}).", part=part)


def _field_not_plausible(width_cm: float) -> str:
    return tr(
        "The spacing in this file is not plausible (film {width} cm wide): sizes are given in pixels and percent.",
        width=decimal(width_cm, 0),
    )


def _calibrated(object_mm: float) -> str:
    return tr(
        "Sizes are calibrated by the reader on an object of {length} mm, and hold in its plane.",
        length=plain(object_mm),
    )


def _calibration_doubtful(width_cm: float) -> str:
    return tr(
        "With this calibration the film would be {width} cm wide: check the object and its length.",
        width=decimal(width_cm, 0),
    )


TEXTS: dict[str, Msgid | Callable[..., str]] = {
    "file_gone": N_("This file does not exist any more."),
    "file_forbidden": N_("This file may not be read: permission denied."),
    "file_unreadable": N_("This file could not be read from its disk."),
    "file_damaged": N_("This file is damaged or not a DICOM film."),
    "file_empty": N_("This file is empty."),
    "file_is_folder": N_("This is a folder, not a film."),
    "file_too_large": lambda limit_bytes: tr(
        "This file is larger than {limit}, more than this viewer can hold.", limit=megabytes(limit_bytes)
    ),
    "other_file_type": N_("This is not a DICOM film: it is another kind of file."),
    "not_dicom": N_("This file is not a DICOM film."),
    "out_of_memory": N_("There is not enough memory to open this film."),
    "not_a_file": N_("This is a pipe, a device or a socket, not a film."),
    "path_too_long": N_("This name is longer than any file's name can be."),
    "reader_not_started": N_("The process that reads films could not be started."),
    "reader_killed": N_("The process that reads films was ended from outside while it read this one."),
    "took_too_long": N_("Reading this film took longer than {limit_s} seconds and was stopped."),
    "too_much_memory": lambda limit_bytes: tr(
        "Reading this film would take more than {limit} of memory.", limit=megabytes(limit_bytes)
    ),
    "inflates_too_large": lambda limit_bytes: tr(
        "Decompressed, this file is larger than {limit}, more than this viewer can hold.", limit=megabytes(limit_bytes)
    ),
    "no_image": N_("This DICOM file holds no image."),
    "image_on_server": N_("This file holds no image: it says on which server the image is (JPIP)."),
    "not_an_image": N_("This is {kind}, not an image."),
    "structured_report": N_("a structured report"),
    "pdf_document": N_("a PDF document"),
    "document": N_("a document"),
    "key_objects": N_("a key object selection"),
    "presentation_state": N_("a presentation state"),
    "waveform": N_("a waveform"),
    "radiotherapy": N_("a radiotherapy object"),
    "segmentation": N_("a segmentation"),
    "dicomdir": N_("a DICOMDIR index"),
    "raw_data": N_("raw data"),
    "spectroscopy": N_("a spectroscopy object"),
    "registration": N_("a registration"),
    "fiducials": N_("a set of fiducials"),
    "no_rows_or_columns": N_("This file says that its image has no rows or columns."),
    "image_too_large": _image_too_large,
    "no_such_frame": N_("This file does not have that frame."),
    "image_incomplete": N_("This file is incomplete: part of its image is missing."),
    "rescale_unusable": N_("The rescale slope or intercept in this file is not usable."),
    "no_finite_values": N_("This image holds no values that can be shown."),
    "image_not_decoded": N_("The image in this file cannot be decoded ({transfer_syntax})."),
    "stream_damaged": N_("The {coding} stream of this film is damaged."),
    "stream_of_other_size": _stream_of_other_size,
    "stream_of_other_components": N_("The compressed image in this file has other colours than the file says."),
    "picture_unreadable": N_("This picture is damaged, too large, or of a kind that cannot be read."),
    "picture_without_tags": N_("This film is a picture file: it has no DICOM tags."),
    "folder_forbidden": N_("This folder may not be read: permission denied."),
    "folder_unreadable": N_("This folder could not be read from its disk."),
    "not_on_disc": N_("The DICOMDIR names this film, but it is not there."),
    "zip_member_damaged": N_("This file is damaged inside its ZIP archive."),
    "folder_without_films": N_("There are no films in this folder."),
    "dicomdir_without_films": N_("None of the films named by this DICOMDIR is present."),
    "zip_without_films": N_("There are no films in this ZIP archive."),
    "zip_encrypted": N_("This ZIP archive is protected by a password: unpack it first."),
    "zip_too_many_files": _zip_too_many,
    "zip_too_large": _zip_too_large,
    "zip_damaged": N_("This ZIP archive is damaged."),
    "zip_method_unknown": N_("This ZIP archive is compressed in a way that cannot be read here: unpack it first."),
    "zip_not_unpacked": N_("This ZIP archive could not be unpacked: the disk is full or refused it."),
    "too_many_films": lambda limit: tr(
        "There are more than {limit} films here: open a smaller folder.", limit=count(limit)
    ),
    "sample_missing": N_("The sample study is missing from this installation."),
    "not_a_radiograph": N_("This is not a radiograph."),
    "other_modality": _other_modality,
    "other_body_part": _other_body_part,
    "own_picture": N_("This is a picture of an earlier result: its outline is part of it."),
    "lateral_view": N_("This is a lateral view."),
    "colour_picture": N_("This is a colour picture."),
    "picture_too_small": N_("The picture is too small."),
    "not_analysed": N_("Not analysed. {why}"),
    "colour_shown_grey": N_("Colour picture shown in grey."),
    "window_shows_nothing": N_("The window stored in this file shows nothing: an automatic window is used."),
    "window_of_other_bits": N_(
        "The window stored in this file was made for more bits than its pixels have: an automatic window is used."
    ),
    "table_narrower": N_("The lookup table in this file is darker than it says: it is shown at full brightness."),
    "has_overlay": N_("This file brings drawings of its own: they are not part of the film, and can be hidden."),
    "has_shutter": N_("A shutter of this file covers part of the film: it can be hidden."),
    "all_is_padding": N_("According to its tags this film is all padding: it is shown anyway."),
    "end_of_file_damaged": N_("The end of this file is damaged; its image is whole."),
    "tag_missing": N_("The image in this file cannot be decoded: {keyword} is missing."),
    "colours_not_read": lambda photometric: (
        tr("The colours of this picture ({photometric}) are of a kind that cannot be read.", photometric=photometric)
        if photometric
        else tr("The colours of this picture are of a kind that cannot be read.")
    ),
    "frames_missing": lambda stated, present: trn(
        "This file holds {count} frame of {stated}.",
        "This file holds {count} frames of {stated}.",
        present,
        stated=stated,
    ),
    "windows_left_out": N_("This file holds more windows than can be offered: the first {kept} are kept."),
    "for_processing": N_("Raw film for processing: not meant to be read as it is."),
    "picture_not_calibrated": N_("Not calibrated: a picture file says nothing about size."),
    "sizes_at_detector": N_("Sizes are measured at the detector and are slightly too large."),
    "may_carry_text": N_("This film may carry burnt-in text, such as a name."),
    "synthetic_phantom": N_("Synthetic phantom: no patient."),
    "field_not_plausible": _field_not_plausible,
    "calibrated_by_reader": _calibrated,
    "calibration_doubtful": _calibration_doubtful,
    "no_study": N_("This film belongs to no DICOM study: there is nothing that DICOM objects could refer to."),
    "nothing_to_outline": N_("Nothing is outlined on this film, so that there is no such object to save."),
    "no_result": N_("This film has no result that could be saved."),
    "not_dicom_film": N_("This is a picture without DICOM tags: there are none to remove patient data from."),
    "file_changed_meanwhile": N_("The file has changed since it was opened: open it again and look at it first."),
    "frames_differ": N_("The frames of this file differ in size or scale: they are not saved together."),
    "too_many_frames": N_("This file holds more frames than are saved together."),
    "secret_missing": N_(
        "The secret by which patients get other names could not be read or made: check the folder of the program's"
        " data."
    ),
    "not_written": N_("{what} {why}"),
    "file_unwritten": N_("The file could not be written."),
    "report_unwritten": N_("The report could not be written."),
    "review_unwritten": N_("The review could not be written."),
    "results_unwritten": N_("The results could not be written."),
    "settings_unwritten": N_("The settings could not be written."),
    "list_unwritten": N_("The list could not be written."),
    "pseudonyms_unwritten": N_("The key of the pseudonyms in the settings folder could not be read or made."),
    "outbox_unwritten": N_("The send queue could not be written."),
    "no_permission": N_("There is no permission to write in that folder."),
    "no_such_folder": N_("That folder does not exist."),
    "folder_not_made": N_("The folder cannot be made."),
    "folder_has_that_name": N_("A folder has that name."),
    "disk_full": N_("The disk is full."),
    "name_too_long": N_("The file name is too long."),
    "disk_refused": N_("The disk refused it."),
    "png_not_encoded": N_("It could not be encoded as PNG."),
}
