"""Every real file beside the checkout is read or gets its one sentence, within bounded time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.shared

MOST_MB, MOST_S = 2000, 10
CHILD = """
import json, resource, sys, time, warnings
from pathlib import Path
from ptxviewer.core.errors import PtxError
from ptxviewer.core.voi import display_lut
from ptxviewer.dicom.read import read_film
from ptxviewer.words import say
warnings.simplefilter("ignore")
slowest, sentences, odd, count, opened = 0.0, [], [], 0, 0
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.name == "deflate_1GB.dcm":  # inflated as far as it may be by a test of its own
        continue
    if path.is_file() and "faults" not in path.parts:  # these are known to fail
        count += 1
        started = time.process_time()
        try:
            film = read_film(path)
            assert display_lut(film, film.vois[film.default_voi])[film.pixels].shape == film.shape
            opened += 1
        except PtxError as error:
            sentences.append(say(error.reason))
        except BaseException as error:
            odd.append(f"{path.name}: {type(error).__name__}")
        slowest = max(slowest, time.process_time() - started)
unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts bytes on macOS, kilobytes on Linux
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 1_000_000
seen = {"files": count, "opened": opened, "slowest_s": slowest, "sentences": sentences, "odd": odd, "peak_mb": peak}
print(json.dumps(seen))
"""


def test_all_files_are_read_or_refused_within_bounds(shared_dir: Path) -> None:
    pytest.importorskip("resource", reason="peak memory is measured where the system has getrusage")
    if not (shared_dir / "dicom").is_dir():
        pytest.skip("the DICOM files do not lie beside this checkout")
    command = [sys.executable, "-c", CHILD, str(shared_dir / "dicom")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    seen = json.loads(done.stdout.splitlines()[-1])
    print({**seen, "sentences": len(seen["sentences"])})
    assert seen["files"] > 100
    assert seen["opened"] > 150
    assert seen["odd"] == []
    assert all(sentence.endswith(".") for sentence in seen["sentences"])
    assert len(seen["sentences"]) < seen["files"] / 2
    assert seen["slowest_s"] < MOST_S
    assert seen["peak_mb"] < MOST_MB
