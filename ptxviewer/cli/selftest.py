"""``ptxviewer selftest``: does the network give on this computer the output recorded when it was made?"""

from __future__ import annotations

import json
from collections.abc import Callable

from ptxviewer.core.engine import Engine
from ptxviewer.core.reasons import encode
from ptxviewer.words.diagnostics import Facts, as_text, decoder_facts, model_facts, self_test_facts, system_facts


def run(engine: Engine, say: Callable[[str], None], *, as_json: bool = False) -> int:
    """Run the self-test and print what was found; 0 when the network gives the expected result and films decode."""
    from ptxviewer.dicom.decoders import missing
    from ptxviewer.inference.selftest import self_test
    from ptxviewer.paths import bundle_dir

    result = self_test(engine, bundle_dir())
    lacking = missing()
    facts: Facts = (
        *system_facts(),
        *model_facts(result.info),
        *decoder_facts(lacking),
        *self_test_facts(result),
    )
    passed = result.passed and not lacking
    outcome = {"passed": passed, "reason": encode(result.reason)}
    say(json.dumps({**dict(facts), **outcome}, indent=1) if as_json else as_text(facts))
    return 0 if passed else 1
