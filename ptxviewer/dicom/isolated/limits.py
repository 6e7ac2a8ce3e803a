"""What a child that reads films may use: memory, time, no core files; and that it ends with its parent.

Each system has its own means: resource limits, a timer and a signal of the kernel on Linux and macOS, a job object on
Windows. None of them depends on Python code of the child getting its turn: a decoder may hold the interpreter's lock
for ever.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

MOST_CPU_S = 8.0
"""Seconds of the processor for one call: a decoder that never ends uses them up, also where films may wait longer."""

LIMITED_BY_PARENT = sys.platform in ("darwin", "win32")
"""macOS ignores RLIMIT_AS, and Windows has no limit that a process sets for itself."""


def bound_memory(extra_bytes: int) -> None:
    """Let this process map ``extra_bytes`` more than it has now; libraries that are loaded lie in what it has.

    No core file either: it would hold the film.
    """
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, ValueError):
            with open("/proc/self/statm", encoding="ascii") as statm:
                mapped = int(statm.read().split()[0]) * resource.getpagesize()
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            most = mapped + extra_bytes
            resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def end_with_parent(sentinel: int) -> None:
    """End this process when its parent ends, also while it decodes: ``sentinel`` is a pipe that only the parent holds.

    Linux sends SIGIO when the pipe closes, which ends a process that has no handler for it. PR_SET_PDEATHSIG would not
    do: it asks for the thread that started the child, and a lane's thread ends before the program does. Elsewhere the
    child ends at its next request (end of file) or by ``within``.
    """
    if sys.platform.startswith("linux"):
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
            fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)


def within(seconds: float) -> None:
    """End this process unless it calls again within ``seconds``, or ``MOST_CPU_S`` of the processor; 0 stops the clock.

    The parent is usually there to do the first, a little sooner; that is for a child whose parent was killed.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
        signal.setitimer(signal.ITIMER_PROF, min(seconds, MOST_CPU_S))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
            ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", _Basic),
            ("IoInfo", ctypes.c_ulonglong * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    EXTENDED_LIMITS, PROCESS_MEMORY, KILL_ON_CLOSE, NO_DIALOG = 9, 0x100, 0x2000, 0x400
    SET_QUOTA_AND_TERMINATE = 0x0101

    def enclose(pid: int, most_bytes: int) -> object:
        """Put a child into a job of its own, which bounds its memory and ends it with this process; keep the result."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        for name in ("CreateJobObjectW", "OpenProcess"):
            getattr(kernel, name).restype = wintypes.HANDLE
        job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
        limits = _Extended()
        limits.BasicLimitInformation.LimitFlags = PROCESS_MEMORY | KILL_ON_CLOSE | NO_DIALOG
        limits.ProcessMemoryLimit = most_bytes
        kernel.SetInformationJobObject(job, EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
        process = wintypes.HANDLE(kernel.OpenProcess(SET_QUOTA_AND_TERMINATE, False, pid))
        kernel.AssignProcessToJobObject(job, process)
        kernel.CloseHandle(process)
        return _Job(kernel, job)

    class _Job:
        """Closes the job with the child that it encloses."""

        def __init__(self, kernel: ctypes.WinDLL, handle: wintypes.HANDLE) -> None:
            self._kernel, self._handle = kernel, handle

        def __del__(self) -> None:
            self._kernel.CloseHandle(self._handle)
else:

    def enclose(pid: int, most_bytes: int) -> object:
        """Do nothing: elsewhere a child sets its limits itself."""
        return None


def memory_of(pid: int) -> int:
    """Return the bytes that a process holds, 0 where this is not known; asked on macOS only (proc_pid_rusage)."""
    if sys.platform != "darwin":
        return 0
    import ctypes

    usage = (ctypes.c_uint64 * 64)()  # rusage_info_v2: 16 bytes of UUID, then numbers; the eighth is ri_phys_footprint
    with contextlib.suppress(OSError, AttributeError):
        if ctypes.CDLL("/usr/lib/libproc.dylib").proc_pid_rusage(pid, 2, ctypes.byref(usage)) == 0:
            return int(usage[2 + 7])
    return 0
