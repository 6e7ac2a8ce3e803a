"""The files for Slurm and Kubernetes: nothing privileged, no connection without TLS, no option that is not there."""

from __future__ import annotations

import importlib.util

import pytest

pytest.importorskip("yaml")

from tools import check_cluster as check  # noqa: E402

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra 'cluster' is missing"
)

TEXT = check.KUBERNETES.read_text("utf-8")


def test_the_files_hold_what_is_asked_of_them() -> None:
    assert not list(check.faults_of_pods(check.documents(TEXT)))
    assert not list(check.faults_of_options())
    assert not list(check.faults_of_batch())


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("runAsNonRoot: true", "runAsNonRoot: false"),
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
        ("{drop: [ALL]}", "{add: [NET_RAW]}"),
        ("kind: NetworkPolicy", "kind: Secret"),
        ("tls://ptxviewer-scheduler", "tcp://ptxviewer-scheduler"),
        ("mountPath: /films, readOnly: true", "mountPath: /films"),
        ("automountServiceAccountToken: false", "automountServiceAccountToken: true"),
        ("limits: {memory: 4Gi}", "limits: {cpu: 1}"),
    ],
)
def test_what_a_careless_change_opens_is_told(good: str, bad: str) -> None:
    assert good in TEXT
    assert list(check.faults_of_pods(check.documents(TEXT.replace(good, bad, 1))))


def test_an_option_that_dask_does_not_know_is_told() -> None:
    assert check.unknown_options("worker", ["--nworkers", "1", "--nprocs=2"]) == {"--nprocs"}
