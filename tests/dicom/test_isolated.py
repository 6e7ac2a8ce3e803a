"""Whatever a file does ends a child process, never the program: the next film is read, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from multiprocessing import shared_memory
from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from ptxviewer.core.errors import UnreadableFilm
from ptxviewer.core.reasons.reading import (
    ImageNotDecoded,
    ImageTooLarge,
    InflatesTooLarge,
    Reading,
    StreamDamaged,
    StreamOfOtherSize,
    TookTooLong,
    TooMuchMemory,
)
from ptxviewer.dicom import read
from ptxviewer.dicom.bounds import LARGEST_INFLATED
from ptxviewer.dicom.harmless import content_of, is_harmless
from ptxviewer.dicom.isolated import limits
from ptxviewer.dicom.isolated import pool as pools
from ptxviewer.dicom.isolated.pool import CallFailed, Cause, Pool
from ptxviewer.dicom.read import read_film, read_here
from ptxviewer.dicom.streams import stream_header
from tests.dicom import made, misbehaving
from tests.processes import ends
from tests.refusals import reason_of
from tests.there import there

REPOSITORY = Path(__file__).parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of a POSIX system")
LIGHT = "json"  # imported in place of pydicom: a child starts in a moment
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(most=1, timeout_s=20, memory_bytes=300_000_000, library=LIGHT)
    yield pool
    pool.close()


def test_a_call_returns_what_the_function_returns_and_raises_what_it_raises(pool: Pool) -> None:
    assert pool.call(misbehaving.add, 2, 3) == 5
    child = pool.pids
    with pytest.raises(ValueError, match="refused"):
        pool.call(misbehaving.refuse)
    assert pool.call(misbehaving.process) == child[0] == pool.pids[0]  # the same child, another process


def test_arrays_come_back_through_shared_memory_or_where_it_is_full_through_the_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    segments: list[str] = []
    real = shared_memory.SharedMemory

    def counted(*arguments: object, **options: object) -> shared_memory.SharedMemory:
        segment = real(*arguments, **options)
        segments.append(segment.name)
        return segment

    pool = Pool(most=1, timeout_s=20, library=LIGHT)

    def brings(size: int) -> bool:
        return np.array_equal(pool.call(misbehaving.array, size), misbehaving.array(size))

    def is_there(name: str) -> bool:
        try:
            real(name).close()
        except FileNotFoundError:
            return False
        return True

    monkeypatch.setattr(pools, "SharedMemory", counted)
    try:
        assert brings(3_000_000)
        assert brings(2_000_000)
        assert len(segments) == 1  # the same for both
        assert brings(4_000_000)
        monkeypatch.setattr(pools, "KEPT_BYTES", 1_000_000)
        assert brings(3_500_000)
        assert brings(3_000_000)
        assert len(segments) == 3  # the second was too large to be kept
        assert not any(is_there(name) for name in segments)  # whoever is killed now leaves nothing behind
        monkeypatch.setattr(pools, "_segment", lambda _size: None)
        assert brings(3_000_000)
    finally:
        pool.close()


def test_the_child_of_films_knows_neither_qt_nor_torch() -> None:
    pool = Pool(most=1, timeout_s=20)
    try:
        imported = pool.call(misbehaving.imported)
    finally:
        pool.close()
    assert {"pydicom", "ptxviewer.dicom.read"} <= imported
    assert not imported & {
        "torch",
        "PySide6",
        "ptxviewer.ui",
        "ptxviewer.app",
        "ptxviewer.inference",
        "ptxviewer.words",
    }


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        pytest.param(misbehaving.abort, Cause.CRASHED, marks=posix),
        pytest.param(misbehaving.read_address_zero, Cause.CRASHED, marks=posix),
        (misbehaving.panic, Cause.CRASHED),
        pytest.param(misbehaving.eat, Cause.TOO_MUCH_MEMORY, marks=linux),
    ],
)
def test_what_ends_a_child_is_named_and_the_next_call_is_answered(
    pool: Pool, function: Callable[[], None], cause: Cause
) -> None:
    with pytest.raises(CallFailed) as failure:
        pool.call(function)
    assert failure.value.cause is cause
    assert pool.call(misbehaving.add, 1, 1) == 2


@posix
@pytest.mark.parametrize("function", [misbehaving.loop, misbehaving.hang_in_native_code])
def test_a_call_that_never_ends_is_ended(function: Callable[[], None]) -> None:
    impatient = Pool(timeout_s=0.2, library=LIGHT)
    try:
        with pytest.raises(CallFailed) as failure:
            impatient.call(function)
        assert failure.value.cause is Cause.TOO_SLOW
    finally:
        impatient.close()


@posix
def test_a_loop_ends_by_the_clock_of_the_processor_where_films_may_wait_longer() -> None:
    patient = Pool(timeout_s=60, library="tests.dicom.hasty")
    try:
        with pytest.raises(CallFailed) as failure:
            patient.call(misbehaving.loop)
        assert failure.value.cause is Cause.TOO_SLOW
        assert failure.value.limit_s == limits.MOST_CPU_S
        assert patient.call(misbehaving.add, 1, 1) == 2
    finally:
        patient.close()


@posix
def test_a_child_that_is_killed_from_outside_costs_no_film(pool: Pool, tmp_path: Path) -> None:
    assert pool.call(misbehaving.die_once, str(tmp_path / "marker")) == "done"
    pool.call(misbehaving.process)
    os.kill(pool.pids[0], signal.SIGKILL)  # while it has nothing to do
    assert pool.call(misbehaving.add, 1, 1) == 2
    with pytest.raises(CallFailed) as failure:
        pool.call(misbehaving.die_by, signal.SIGKILL)
    assert failure.value.cause is Cause.KILLED


@posix
def test_who_leaves_waits_for_no_film_that_hangs(pool: Pool, tmp_path: Path) -> None:
    """Ctrl+C in a folder with a hostile film: its child is ended, and no other is begun for it."""
    started = tmp_path / "started"
    os.mkfifo(started)
    ended: list[object] = []

    def hang() -> None:
        try:
            pool.call(misbehaving.hang_in_native_code, str(started))
        except CallFailed as failure:
            ended.append(failure.cause)

    thread = threading.Thread(target=hang)
    thread.start()
    started.read_text("ascii")
    with pool.ends_calls():
        thread.join(10)
        with pytest.raises(CallFailed):
            pool.call(misbehaving.add, 1, 1)
    assert ended == [Cause.KILLED]
    assert pool.call(misbehaving.add, 1, 1) == 2


def test_threads_may_call_at_once() -> None:
    two = Pool(most=2, timeout_s=20, library=LIGHT)
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(two.call(misbehaving.add, 1, 2))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [3] * 6
    assert len(two.pids) <= 2
    two.close()


@linux
def test_a_hundred_calls_of_which_many_end_their_child_leave_nothing_behind() -> None:
    """A worklist full of hostile films: no process and no handle is left of any of them."""
    pool = Pool(most=1, timeout_s=20, memory_bytes=100_000_000, library=LIGHT)
    endings = (misbehaving.abort, misbehaving.panic, misbehaving.read_address_zero, misbehaving.eat)
    try:
        array = misbehaving.array(200_000)
        assert np.array_equal(pool.call(misbehaving.array, array.size), array)
        handles = len(os.listdir("/proc/self/fd"))
        children = set()
        for number in range(100):
            if number % 10 == 0:
                with pytest.raises(CallFailed):
                    pool.call(endings[number // 10 % len(endings)])
            elif number % 10 == 5:
                assert np.array_equal(pool.call(misbehaving.array, array.size), array)
            else:
                children.add(pool.call(misbehaving.process))
        assert len(os.listdir("/proc/self/fd")) == handles
        assert len(children) == 10
    finally:
        pool.close()
    assert all(ends(child) for child in children)


@linux
@pytest.mark.parametrize("busy", [False, True])
def test_no_child_outlives_a_parent_that_is_killed(busy: bool, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    script = (
        "import sys\nfrom ptxviewer.dicom.isolated.pool import Pool\nfrom tests.dicom import misbehaving\n"
        f"pool = Pool(timeout_s=60, library={LIGHT!r})\nprint(pool.call(misbehaving.process), flush=True)\n"
        f"pool.call(misbehaving.hang_in_native_code, {str(started)!r}) if {busy} else sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        if busy:
            assert started.read_text() == "started"
        parent.kill()
    assert ends(child)


def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    made.save(made.dataset(made.ramp()), tmp_path / "a.dcm", ExplicitVRBigEndian)  # read in a child
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nfrom ptxviewer.dicom.read import read_film\n"
        "print(read_film(Path(__file__).with_name('a.dcm')).shape)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines() == [str(made.ramp().shape)]
    assert done.stderr == ""


# ---- films


def compressed(stream: bytes, syntax: str, path: Path, **tags: object) -> Path:
    """Write a film of 120 x 160 pixels whose compressed image is ``stream``."""
    ds = made.dataset(made.ramp(), **tags)
    ds.PixelData = encapsulate([stream])
    ds["PixelData"].is_undefined_length = True
    return made.save(ds, path, syntax)


def frame_header(marker: int, rows: int, cols: int, components: int = 1) -> bytes:
    """The beginning of a JPEG (0xC0) or JPEG-LS (0xF7) stream."""
    comment = b"\xff\xfe\x00\x06test"
    return b"\xff\xd8" + comment + struct.pack(">BBHBHHB", 0xFF, marker, 11, 8, rows, cols, components) + b"\0" * 40


def siz(rows: int, cols: int, tile: int = 64, components: int = 1) -> bytes:
    """The beginning of a JPEG 2000 stream."""
    return (
        b"\xff\x4f\xff\x51" + struct.pack(">HH8IH", 41, 0, cols, rows, 0, 0, tile, tile, 0, 0, components) + b"\7\1\1"
    )


@pytest.mark.parametrize(
    ("syntax", "header"),
    [
        (JPEGBaseline8Bit, lambda *size: frame_header(0xC0, *size)),
        (JPEGLSLossless, lambda *size: frame_header(0xF7, *size)),
        (JPEG2000Lossless, siz),
        (JPEG2000Lossless, lambda *size: b"\x00\x00\x00\x0cjP  \r\n\x87\n" + siz(*size)),
    ],
)
def test_a_stream_that_claims_another_size_than_the_tags_never_reaches_a_decoder(
    tmp_path: Path, syntax: str, header: Callable[[int, int], bytes]
) -> None:
    rows, cols = made.ramp().shape
    assert there(stream_header(header(rows, cols))).rows == rows
    other = compressed(header(rows, cols + 1), syntax, tmp_path / "other.dcm")
    assert reason_of(read_here, other) == StreamOfOtherSize(cols, rows, cols + 1, rows)
    huge = compressed(header(65535, 65535), syntax, tmp_path / "huge.dcm")
    assert reason_of(read_here, huge) == ImageTooLarge(65535, 65535)


def test_a_stream_of_other_colours_or_of_too_many_tiles_never_reaches_a_decoder(tmp_path: Path) -> None:
    rows, cols = made.ramp(2000, 2000).shape
    colour = compressed(frame_header(0xC0, 120, 160, 4), JPEGBaseline8Bit, tmp_path / "colour.dcm")
    assert reason_of(read_here, colour) is Reading.STREAM_OF_OTHER_COMPONENTS
    tiles = compressed(siz(rows, cols, tile=1), JPEG2000Lossless, tmp_path / "t.dcm", Rows=rows, Columns=cols)
    assert reason_of(read_here, tiles) == StreamDamaged("JPEG 2000")


@pytest.mark.parametrize("stream", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\0\0", siz(1, 1)[:20], b"text" * 9])
def test_a_stream_without_a_header_claims_nothing(stream: bytes) -> None:
    assert stream_header(stream) is None


def test_markers_without_a_length_and_fill_bytes_are_passed_over() -> None:
    header = stream_header(b"\xff\xd8\xff\x01\xff" + frame_header(0xC1, 3, 4)[2:])
    assert (there(header).rows, there(header).cols, there(header).samples) == (3, 4, 1)


def test_a_deflated_film_is_inflated_no_further_than_a_film_can_be_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made.save(made.dataset(made.ramp()), tmp_path / "a.dcm", DeflatedExplicitVRLittleEndian)
    assert harmless(path)
    film = read_film(path)
    assert np.array_equal(film.pixels, made.ramp())
    assert film.acquisition.transfer_syntax == "Deflated Explicit VR Little Endian"

    monkeypatch.setattr(read, "LARGEST_INFLATED_HERE", 1000)
    assert read_film(path).key == film.key  # in a child
    with pytest.raises(UnreadableFilm) as caught, content_of(path, 1000):
        pass
    assert caught.value.reason == InflatesTooLarge(1000)


@pytest.mark.parametrize("packed", [zlib.compress, bytes])
def test_a_film_that_says_it_is_deflated_is_read_however_it_lies(
    tmp_path: Path, packed: Callable[[bytes], bytes]
) -> None:
    plain = made.save(made.dataset(made.ramp()), tmp_path / "plain.dcm").read_bytes()
    said = made.save(made.dataset(made.ramp()), tmp_path / "a.dcm", DeflatedExplicitVRLittleEndian)
    tags, meta = (144 + struct.unpack_from("<I", file, 140)[0] for file in (plain, said.read_bytes()))
    said.write_bytes(said.read_bytes()[:meta] + packed(plain[tags:]))
    assert np.array_equal(read_film(said).pixels, made.ramp())


def harmless(path: Path) -> bool:
    with content_of(path) as content:
        return is_harmless(content)


def test_an_uncompressed_film_is_read_in_this_process_and_everything_else_in_a_child(tmp_path: Path) -> None:
    plain = made.save(made.dataset(made.ramp()), tmp_path / "plain.dcm")
    assert harmless(plain)
    for name, content in {"text": b"a text, no film", "xml": b"<x/>"}.items():
        (tmp_path / name).write_bytes(content)
        assert harmless(tmp_path / name)

    long = made.dataset(made.ramp())
    long.add_new(0x00091010, "OB", b"\0" * (1 << 20))
    assert not harmless(made.save(long, tmp_path / "long.dcm"))
    behind = plain.read_bytes() + struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, 1 << 21) + b"\0" * (1 << 21)
    (tmp_path / "behind.dcm").write_bytes(behind)
    assert not harmless(tmp_path / "behind.dcm")
    assert not harmless(made.save(made.dataset(made.ramp()), tmp_path / "big.dcm", ExplicitVRBigEndian))
    assert not harmless(compressed(b"\0\0", RLELossless, tmp_path / "rle.dcm"))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert not harmless(tmp_path / "a.png")


class FailingPool:
    """A pool whose every call comes to one end."""

    timeout_s, memory_bytes = 10.0, 1_000_000

    def __init__(self, cause: Cause) -> None:
        self._cause = cause

    def call(self, *_arguments: object) -> None:
        raise CallFailed(self._cause)


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (Cause.CRASHED, StreamDamaged("JPEG-LS")),
        (Cause.TOO_SLOW, TookTooLong(10)),
        (Cause.TOO_MUCH_MEMORY, TooMuchMemory(1_000_000)),
        (Cause.KILLED, Reading.READER_KILLED),
        (Cause.NOT_STARTED, Reading.READER_NOT_STARTED),
    ],
)
def test_the_reason_names_what_ended_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: Cause, reason: object
) -> None:
    monkeypatch.setattr(read, "shared_pool", lambda: FailingPool(cause))
    assert reason_of(read_film, compressed(b"\0\0", JPEGLSLossless, tmp_path / "a.dcm")) == reason


def test_a_crash_over_a_picture_or_without_compression_is_called_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "shared_pool", lambda: FailingPool(Cause.CRASHED))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert reason_of(read_film, tmp_path / "a.png") is Reading.PICTURE_UNREADABLE
    big = made.save(made.dataset(made.ramp()), tmp_path / "big.dcm", ExplicitVRBigEndian)
    assert reason_of(read_film, big) is Reading.FILE_DAMAGED


def test_many_damaged_films_in_a_row_end_no_process_of_ours(tmp_path: Path) -> None:
    """Each run-length image has fewer bytes than its header says: the decoder panics, or says so."""
    good = made.save(made.dataset(made.ramp()), tmp_path / "big.dcm", ExplicitVRBigEndian)
    bad = [
        compressed(struct.pack("<16I", 2, 64, place, *[0] * 13) + b"\x7f" * 20, RLELossless, tmp_path / f"{place}.dcm")
        for place in range(60, 70)
    ]
    for path in bad:
        assert isinstance(reason_of(read_film, path), (StreamDamaged, ImageNotDecoded))
    assert read_film(good).shape == made.ramp().shape


@posix
def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.dcm")
    assert reason_of(read_film, tmp_path / "m.dcm") is Reading.NOT_A_FILE
    assert read.read_header(tmp_path / "m.dcm") is None
    assert reason_of(read_film, Path("/dev/zero")) is Reading.NOT_A_FILE


@pytest.mark.shared
def test_known_attacks_have_their_picture_or_their_reason(shared_dir: Path) -> None:
    """That each of them has one or the other is seen with all real files."""
    attacks = shared_dir / "dicom" / "attacks"
    if not attacks.is_dir():
        pytest.skip("the attacks do not lie beside this checkout")
    (frame,) = attacks.rglob("jls_sof_65535x65535.dcm")
    assert reason_of(read_film, frame) == ImageTooLarge(65535, 65535)
    (bomb,) = attacks.rglob("deflate_1GB.dcm")
    assert reason_of(read_film, bomb) == InflatesTooLarge(LARGEST_INFLATED)
    (picture,) = attacks.rglob("IM1")
    assert read_film(picture).shape == (1024, 1024)
