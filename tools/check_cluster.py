"""Checks the files by which PTXViewer runs on Slurm and Kubernetes; part of `make container-check`.

    python tools/check_cluster.py

No cluster is asked. Always: the YAML, what its pods may do, that every option exists, the syntax of the batch script.
Where they are installed: kubernetes-validate (the schemas of Kubernetes) and dask-jobqueue (its job script).
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
CLUSTER = REPOSITORY / "packaging" / "cluster"
KUBERNETES, BATCH, JOBQUEUE = (
    CLUSTER / name for name in ("kubernetes.yaml", "slurm_workers.sbatch", "slurm_cluster.py")
)
IN_JOB_SCRIPT = ("--cpus-per-task=16", "--requeue", "-t 04:00:00", "--lifetime=230m", "--nthreads 16", "umask 077")


def documents(text: str) -> list[dict[str, Any]]:
    """Return the objects of a file for Kubernetes. Raises ``yaml.YAMLError``."""
    return [one for one in yaml.safe_load_all(text) if one]


def pods(objects: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name of every workload and the specification of its pods."""
    for item in objects:
        if "template" in item.get("spec", {}):
            yield f"{item['kind']}/{item['metadata']['name']}", item["spec"]["template"]["spec"]


def faults_of_pods(objects: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what pods may do that they need not, and connections without TLS."""
    if not any(item["kind"] == "NetworkPolicy" for item in objects):
        yield "no NetworkPolicy: everybody in the cluster may run programs on scheduler and workers"
    for name, pod in pods(objects):
        secure = pod.get("securityContext", {})
        if not secure.get("runAsNonRoot") or secure.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{name}: root, or system calls that it does not need"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name}: a token of the cluster"
        for container in pod["containers"]:
            secure = container.get("securityContext", {})
            if not secure.get("readOnlyRootFilesystem") or secure.get("allowPrivilegeEscalation") is not False:
                yield f"{name}: its image can be written, or it can gain privileges"
            if secure.get("capabilities") != {"drop": ["ALL"]}:
                yield f"{name}: capabilities"
            if "memory" not in container.get("resources", {}).get("limits", {}):
                yield f"{name}: no limit of memory"
            said = " ".join((*container.get("command", ()), *container.get("args", ())))
            if "tcp://" in said or "tls" not in said:
                yield f"{name}: no TLS"
            for mount in container.get("volumeMounts", ()):
                if mount["name"] == "films" and not mount.get("readOnly"):
                    yield f"{name}: films could be changed"


def unknown_options(what: str, said: Iterable[str]) -> set[str]:
    """Return options that ``dask scheduler`` or ``dask worker`` does not know."""
    from distributed.cli import dask_scheduler, dask_worker

    command = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}[what]
    known = {one for option in command.params for one in (*option.opts, *option.secondary_opts)}
    return {one.split("=")[0] for one in said if one.startswith("--")} - known


def faults_of_options() -> Iterator[str]:
    """Yield options that Dask does not know, of all files."""
    for name, pod in pods(documents(KUBERNETES.read_text("utf-8"))):
        for container in pod["containers"]:
            command = container.get("command", ())
            if command[:1] == ["dask"]:
                yield from (f"{name}: {option} is no option" for option in unknown_options(command[1], command[2:]))
    batch = BATCH.read_text("utf-8").replace("\\\n", " ")
    worker = re.search(r"^exec dask worker (.*)$", batch, re.MULTILINE)
    if worker is None:
        yield "the batch script starts no worker"
    else:
        yield from (f"batch script: {option} is no option" for option in unknown_options("worker", worker[1].split()))


def faults_of_batch() -> Iterator[str]:
    """Yield errors of syntax of the batch script."""
    if shutil.which("bash"):
        told = subprocess.run(["bash", "-n", str(BATCH)], capture_output=True, text=True, check=False)
        yield from told.stderr.splitlines()


def _asked(command: list[str], module: str) -> subprocess.CompletedProcess[str] | None:
    if importlib.util.find_spec(module) is None:
        print(f"not installed, not asked: {module}")
        return None
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)


def faults_by_others() -> Iterator[str]:
    """Yield what kubernetes-validate and dask-jobqueue say."""
    told = _asked(["-m", "kubernetes_validate", "--strict", "--quiet", str(KUBERNETES)], "kubernetes_validate")
    if told is not None and told.returncode:
        yield told.stdout + told.stderr
    told = _asked([str(JOBQUEUE), "--show"], "dask_jobqueue")
    if told is not None:
        if told.returncode:
            yield told.stderr
        yield from (f"the job script lacks {one}" for one in IN_JOB_SCRIPT if one not in told.stdout)


def main() -> int:
    """Print what is wrong; 1 where something is."""
    objects = documents(KUBERNETES.read_text("utf-8"))
    faults = [*faults_of_pods(objects), *faults_of_options(), *faults_of_batch(), *faults_by_others()]
    print("\n".join(faults) or f"{CLUSTER.relative_to(REPOSITORY)}: nothing is wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
