"""The network as the app runs it, beside OpenVINO with the same network, input and threads in the same run.

OpenVINO is what a specialised engine makes of it (extra ``bench``, 180 MB on disk, Apache-2.0); where it is not
installed its rows are left out. The engines take turns, and the shortest of their times are compared: what another
process adds is not theirs.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable, Mapping

import numpy as np

from ptxviewer.core.heap import keep_freed_memory
from ptxviewer.inference.torch.preload import wait_asleep
from ptxviewer.phantom.film import AirSide

wait_asleep()  # before torch is imported, as the app does
keep_freed_memory()

import torch

from ptxviewer.core.engine import RunResult
from ptxviewer.inference.card import Card, read_card, verify
from ptxviewer.inference.preprocess import prepare
from ptxviewer.inference.torch.loading import network_of, thread_count
from ptxviewer.inference.torch.network import PneumothoraxNet
from ptxviewer.inference.torch.runner import Choice, TorchRunner, has_fast_bf16
from ptxviewer.paths import bundle_dir
from ptxviewer.phantom.film import PhantomSpec, film_of, make_phantom

ROUNDS = 15
NEAREST = 1.15  # times OpenVINO in float32
GAIN, DICE = 2.5, 0.995  # bfloat16 beside float32
TRIALS: tuple[tuple[AirSide, float, int], ...] = tuple(
    ("right" if seed % 2 else "left", 0.3 + 0.1 * seed, seed) for seed in range(6)
)  # side, size, seed
Run = Callable[[np.ndarray], RunResult]


class MapsAndFilm(torch.nn.Module):
    """The network with plain outputs, as a converter wants them."""

    def __init__(self, net: PneumothoraxNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(2, 1, S, S) to scores of maps and film."""
        logits = self.net(x)
        return torch.sigmoid(logits.maps), torch.sigmoid(logits.film)


def openvino(card: Card, weights: bytes, precision: str, threads: int) -> Run | None:
    """Return the same network compiled by OpenVINO in "f32" or "bf16"; None where it is not installed."""
    if importlib.util.find_spec("openvino") is None:
        return None
    ov = importlib.import_module("openvino")
    shape = (1, 1, card.size, card.size)
    net = MapsAndFilm(network_of(card, weights).eval()).eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the trace takes the check of the input's shape for a constant, which it is
        model = ov.convert_model(net, example_input=torch.zeros(shape), input=[list(shape)])
    options = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    compiled = ov.Core().compile_model(model, "CPU", options)

    def run(grid: np.ndarray) -> RunResult:
        outputs = compiled([grid[None]])
        return RunResult(outputs[0][0], float(outputs[1].item()))

    return run


def plain(card: Card, weights: bytes) -> TorchRunner:
    """Return the app's runner in float32."""
    return TorchRunner(network_of(card, weights), Choice(torch.device("cpu"), "CPU"))


def brief(card: Card, weights: bytes, grid: np.ndarray) -> TorchRunner:
    """Return the app's runner in bfloat16, taken whether or not it pays: that is what is asked here."""
    runner = plain(card, weights)
    runner.try_bf16(grid, card.rule.threshold, repeats=1, min_gain=0.0, same=lambda *_: True)
    return runner


def dice(first: RunResult, second: RunResult, threshold: float) -> float:
    """Return the overlap of two pneumothorax masks at ``threshold``; 1 where both are empty."""
    one, other = first.maps[0] >= threshold, second.maps[0] >= threshold
    total = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / total if total else 1.0


def shortest(
    engines: Mapping[str, Callable[[np.ndarray], object]], grid: np.ndarray
) -> dict[str, tuple[float, float, float]]:
    """Return each engine's shortest and median wall time and its median CPU time in milliseconds."""
    for run in engines.values():
        run(grid)
        run(grid)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name, run in engines.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run(grid)
            times[name].append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
    return {
        name: (
            min(wall for wall, _ in taken),
            statistics.median(wall for wall, _ in taken),
            statistics.median(cpu for _, cpu in taken),
        )
        for name, taken in times.items()
    }


def bare_gain() -> float:
    """Return how much faster a 3 x 3 convolution alone is in bfloat16: a network on this CPU can hardly gain more.

    A CPU with AMX multiplies up to 16 times as many bfloat16 numbers an instruction, one with AVX-512 alone twice.
    """
    layer = torch.nn.Conv2d(128, 128, 3, padding=1).eval()
    film = torch.rand(1, 128, 128, 128).to(memory_format=torch.channels_last)
    short, small = copy.deepcopy(layer).bfloat16(), film.bfloat16()
    with torch.inference_mode():
        took = shortest({"float32": lambda _: layer(film), "bfloat16": lambda _: short(small)}, np.empty(0))
    return took["float32"][0] / took["bfloat16"][0]


def verdict(kept: bool) -> str:
    """Return the word behind a goal."""
    return "" if kept else "   NOT KEPT"


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    folder = bundle_dir()
    card = read_card(folder)
    weights = verify(folder, card)
    threads = thread_count()
    torch.set_num_threads(threads)
    grids = [
        prepare(film_of(make_phantom(PhantomSpec(side=side, size=size, seed=seed))), card.size)
        for side, size, seed in TRIALS
    ]
    ours = plain(card, weights)
    engines: dict[str, Run] = {"app float32": ours.run}
    if has_fast_bf16():
        engines["app bfloat16"] = brief(card, weights, grids[0]).run
    for name, precision in (("OpenVINO float32", "f32"), ("OpenVINO bfloat16", "bf16")):
        other = openvino(card, weights, precision, threads) if precision == "f32" or has_fast_bf16() else None
        if other is not None:
            engines[name] = other
    took = shortest(engines, grids[0])
    print(f"  {card.size} x {card.size}, {threads} threads, shortest and median of {ROUNDS}")
    for name, (best, wall, cpu) in took.items():
        share = best / took["app float32"][0]
        print(f"  {name:20}{best:7.0f} ms {wall:7.0f} ms   CPU {cpu:6.0f} ms   x {share:.2f} of float32")
    kept = True
    if "OpenVINO float32" in took:
        ratio, cpu = (took["app float32"][index] / took["OpenVINO float32"][index] for index in (0, 2))
        kept = ratio <= NEAREST
        print(f"  float32: {ratio:.2f} times OpenVINO, {cpu:.2f} in CPU time (at most {NEAREST}){verdict(kept)}")
    else:
        print("  OpenVINO is not installed: pip install openvino")
    if "app bfloat16" not in engines:
        print("  bfloat16: this CPU has no instructions for it")
        return 0 if kept else 1
    gain, saved = (took["app float32"][index] / took["app bfloat16"][index] for index in (0, 2))
    overlaps, shifts = [], []
    for grid in grids:
        exact, short = ours.run(grid), engines["app bfloat16"](grid)
        overlaps.append(dice(exact, short, card.rule.threshold))
        shifts.append(abs(exact.score - short.score))
    fast = gain >= GAIN
    print(f"  bfloat16: {gain:.1f} times as fast as float32, {saved:.1f} in CPU time (at least {GAIN}){verdict(fast)}")
    print(f"  bfloat16: {bare_gain():.1f} times as fast for a convolution alone: about what this CPU can give")
    same = min(overlaps) >= DICE
    print(f"  bfloat16: Dice with float32 {min(overlaps):.4f} at worst, mean {statistics.mean(overlaps):.4f}", end="")
    print(f" of {len(grids)} phantoms (at least {DICE}){verdict(same)}; film score moves by {max(shifts):.4f} at most")
    return 0 if kept and fast and same else 1


if __name__ == "__main__":
    raise SystemExit(main())
