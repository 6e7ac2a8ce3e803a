"""The shipped network for ONNX Runtime: ``python -m model.to_onnx --out runs/onnx`` writes a bundle of its own.

The same card with another file of weights, and the same golden output, so that the self-test of the app judges it.
The app ships no such bundle (ADR 0014). Needs the extra ``onnx``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from ptxviewer.inference.card import CARD_FILE, Card, read_card, verify
from ptxviewer.inference.selftest import GOLDEN_FILE
from ptxviewer.inference.torch.fused import fold_batch_norm
from ptxviewer.inference.torch.loading import network_of
from ptxviewer.inference.torch.network import PneumothoraxNet

ONNX_FILE, FIRST_LOOK_FILE = "network.onnx", "first_look.onnx"
OPSET = 18
INPUT, OUTPUTS = "film", ("maps", "score", "frontal", "photographed")


class Scores(nn.Module):
    """The network with scores in place of logits, as ``RunResult`` has them: an interface without tuples and None."""

    def __init__(self, net: PneumothoraxNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, film: Tensor) -> tuple[Tensor, ...]:
        """(1, 1, S, S) to maps (1, 3, S, S), score (1,) and what else there are heads for, (1,) each."""
        logits = self.net(film)
        outputs = (logits.maps, logits.film, logits.frontal, logits.photographed)
        return tuple(torch.sigmoid(output) for output in outputs if output is not None)


def onnx_bytes(net: PneumothoraxNet, size: int) -> bytes:
    """Return the network as an ONNX model for inputs (1, 1, size, size); folds batch norm into ``net``, in place."""
    scores = Scores(fold_batch_norm(net.eval())).eval()
    available = (True, True, net.config.frontal, net.config.photographed)
    names = [name for name, is_there in zip(OUTPUTS, available, strict=True) if is_there]
    film = torch.zeros(1, 1, size, size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch's exporter calls what torch itself has deprecated
        program = torch.onnx.export(
            scores, (film,), input_names=[INPUT], output_names=names, opset_version=OPSET, dynamo=True, verbose=False
        )
    assert program is not None  # what the exporter returns unless it is given a file
    return bytes(program.model_proto.SerializeToString())


def export(bundle: Path, out: Path) -> None:
    """Write networks, metadata.json and golden.npz to ``out``. Raises ``ModelUnavailable`` for a bad bundle."""
    card = read_card(bundle)
    out.mkdir(parents=True, exist_ok=True)
    record = json.loads((bundle / CARD_FILE).read_text(encoding="utf-8"))
    record |= _written(bundle, card, out / ONNX_FILE)
    if card.of_first_look is not None:
        record["first_look"] |= _written(bundle, card.of_first_look, out / FIRST_LOOK_FILE)
    (out / CARD_FILE).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if (bundle / GOLDEN_FILE).exists():
        shutil.copyfile(bundle / GOLDEN_FILE, out / GOLDEN_FILE)


def _written(bundle: Path, card: Card, path: Path) -> dict[str, str]:
    """Write the network of a card to ``path``; returns what its record says of the file."""
    content = onnx_bytes(network_of(card, verify(bundle, card)), card.size)
    path.write_bytes(content)
    return {"weights_file": path.name, "sha256": hashlib.sha256(content).hexdigest()}


def main() -> None:
    """Command line of the conversion."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("model/bundle"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    export(arguments.bundle, arguments.out)


if __name__ == "__main__":
    main()
