"""The machines on which every notebook must show the same, as environment variables.

A CPU's vector units decide in which order a sum is added and how exp and tanh are approximated.
Every library can be told to pretend that newer units are missing; done for all of them, NumPy's
results were seen to be bit-identical to those of an emulated CPU of that kind.
"""

from typing import Any

import numpy as np

# glibc's own exp, log and tanh also come in variants for newer CPUs.
OLD_GLIBC = "glibc.cpu.hwcaps=-FMA,-AVX2,-AVX2_Usable,-FMA_Usable"
AVX2_MACHINE = {
    "MKL_CBWR": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}
OLD_MACHINE = {
    "MKL_CBWR": "COMPATIBLE",
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_CORETYPE": "Nehalem",
    "GLIBC_TUNABLES": OLD_GLIBC,
}
THREADS = ("CHAPTER_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PERTURBATIONS = (1, 2, 3)  # seeds


def numpy_features() -> list[str]:
    """The CPU features that this NumPy would use on this machine and can do without.

    Their names differ between versions and machines, hence the question.
    """
    core: Any = getattr(np, "_core")._multiarray_umath  # noqa: B009
    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]


def is_avx512(feature: str) -> bool:
    """X86_V4 is NumPy's name for the group that AVX-512 begins with."""
    return feature.startswith("AVX512") or feature == "X86_V4"


def machines() -> dict[str, dict[str, str]]:
    """Name -> environment variables; only what this machine can pretend to be.

    The perturbed machines are this one, with random numbers changed in their seventh digit
    (perturbed/sitecustomize.py): what is printed must keep away from its rounding boundary.
    """
    features = numpy_features()
    avx512 = [feature for feature in features if is_avx512(feature)]
    found = {"this machine": {}}
    if len(features) > len(avx512):  # it has AVX2, or another feature to do without
        found["AVX2"] = AVX2_MACHINE | without(avx512)
        found["old CPU"] = OLD_MACHINE | without(features)
    found["two threads"] = dict.fromkeys(THREADS, "2")
    for seed in PERTURBATIONS:
        found[f"perturbed {seed}"] = {"PERTURBATION_SEED": str(seed)}
    return found


def without(features: list[str]) -> dict[str, str]:
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(features)} if features else {}
