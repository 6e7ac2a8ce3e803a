"""A second runtime for the engine, as small as a runner can be: ONNX Runtime on the CPU. Not shipped (ADR 0014)."""

from __future__ import annotations

from ptxviewer.core.arrays import FloatMap
from ptxviewer.core.engine import Checkpoint, RunResult, never_cancelled
from ptxviewer.core.errors import ModelUnavailable
from ptxviewer.core.reasons.network import Network
from ptxviewer.inference.card import Card
from ptxviewer.inference.torch.loading import thread_count


class OnnxRunner:
    """``core.engine.Runner`` with ONNX Runtime; asks its checkpoint once a film, since a session runs in one go."""

    device = "CPU"
    note = None

    def __init__(self, network: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = thread_count()
        self._session = onnxruntime.InferenceSession(network, options, ["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, grid: FloatMap, checkpoint: Checkpoint = never_cancelled) -> RunResult:
        """See ``Runner.run``."""
        checkpoint()
        maps, *scores = self._session.run(self._outputs, {self._input: grid[None]})
        found = dict(zip(self._outputs[1:], (float(one[0]) for one in scores), strict=True))
        return RunResult(maps[0], found["score"], found.get("frontal"), found.get("photographed"))

    def share_cores(self) -> int:
        """See ``Runner.share_cores``."""
        return 1

    def move_to_cpu(self) -> None:
        """It is there already."""


def start_onnx(_card: Card, network: bytes) -> OnnxRunner:
    """Start a bundle whose card names an ONNX model."""
    try:
        return OnnxRunner(network)
    except Exception as error:  # onnxruntime's own classes have no common base below Exception
        raise ModelUnavailable(Network.WEIGHTS_DO_NOT_FIT) from error
