"""What a measurement depends on besides the code: the machine and the libraries."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_info, threadpool_limits

# What OpenBLAS calls its kernels for AVX-512.
WIDE_KERNELS = ("SkylakeX", "Cooperlake", "SapphireRapids")


def use_one_thread():
    """One thread for NumPy's and for PyTorch's matrix products."""
    threadpool_limits(1)
    torch.set_num_threads(1)


def blas_kernel():
    """The kernels that NumPy's BLAS has chosen for this CPU, such as "Haswell"."""
    names = [lib.get("architecture") for lib in threadpool_info() if lib["user_api"] == "blas"]
    return names[0] if names else "unknown"


def could_be_wider():
    """Whether the CPU has AVX-512 and OpenBLAS has not chosen kernels that use it."""
    has_avx512 = torch.backends.cpu.get_cpu_capability() == "AVX512"
    return has_avx512 and blas_kernel() not in (*WIDE_KERNELS, "unknown")


def resident_memory():
    """The memory that this process holds now, in bytes (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def describe():
    """CPU and versions, for the record."""
    cpu_info = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (cpu_info.read_text().splitlines() if cpu_info.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "torch_capability": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
    }
