"""Analyse a folder of films on Slurm: a scheduler here, workers as jobs, `ptxviewer triage` between them.

    pip install 'ptxviewer[cluster]' dask-jobqueue
    python slurm_cluster.py --jobs 20 --cores 16 --memory 24GB -- /mnt/films --out results.sqlite
    python slurm_cluster.py --show                  # the job script, and nothing else

What stands behind `--` goes to `ptxviewer triage`. Run it on a login node, in tmux or as a small job of its own: it
ends with the last film, and its jobs with it. The environment that runs this must be on the nodes under the same path,
as must the films.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Any

MINUTES = 240  # of a job; a worker retires before, so that no film is cut off
SPARE_MINUTES = 10


def asked() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=4, help="at most so many at a time")
    parser.add_argument("--cores", type=int, default=16, help="of a job: so many films at a time")
    parser.add_argument("--memory", default="24GB", help="of a job")
    parser.add_argument("--minutes", type=int, default=MINUTES, help="of a job")
    parser.add_argument("--queue", help="partition")
    parser.add_argument("--account")
    parser.add_argument("--gpu", action="store_true", help="one GPU a job")
    parser.add_argument("--interface", help="network interface of the cluster, such as ib0")
    parser.add_argument("--show", action="store_true", help="print the job script")
    parser.add_argument("triage", nargs="*", help="-- PATH... --out LIST")
    return parser.parse_args()


def options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what dask-jobqueue is to ask of Slurm: one worker a job, a thread for each core, the network once."""
    minutes = arguments.minutes
    return {
        "cores": arguments.cores,
        "processes": 1,
        "memory": arguments.memory,
        "walltime": f"{minutes // 60:02}:{minutes % 60:02}:00",
        "queue": arguments.queue,
        "account": arguments.account,
        "interface": arguments.interface,
        "job_name": "ptxviewer",
        "job_extra_directives": ["--requeue", *(["--gres=gpu:1"] if arguments.gpu else [])],
        "worker_extra_args": [f"--lifetime={minutes - SPARE_MINUTES}m", "--lifetime-stagger=4m", "--no-dashboard"],
        "job_script_prologue": ["umask 077"],
        "log_directory": "logs",
        "scheduler_options": {"dashboard_address": "127.0.0.1:0", "allowed_failures": 1},
    }


def main() -> int:
    """Run triage on jobs of Slurm; returns its exit status."""
    from dask_jobqueue import SLURMCluster

    arguments = asked()
    with SLURMCluster(**options(arguments)) as cluster:
        if arguments.show:
            print(cluster.job_script())
            return 0
        cluster.adapt(minimum=1, maximum=arguments.jobs, wait_count=30)
        command = [sys.executable, "-m", "ptxviewer", "triage", "--scheduler", cluster.scheduler_address]
        device = ["--device", "cuda"] if arguments.gpu else []
        return subprocess.run([*command, *device, *arguments.triage], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
