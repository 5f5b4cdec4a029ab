"""Time and memory of the book's layers beside torch.nn: `python -m benchmarks.speed`.

README.md says how it is measured and how to read it. Writes results/speed.json.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.contenders import CONTENDERS, prepare
from benchmarks.machine import (
    blas_kernel,
    could_be_wider,
    describe,
    resident_memory,
    use_one_thread,
)

RESULT = Path(__file__).parent / "results" / "speed.json"
SHAPES = [(50, 32, 64, 128), (100, 64, 128, 256), (500, 16, 32, 64), (28, 128, 28, 128)]
DTYPES = ["float32", "float64"]
LARGEST = SHAPES[1]


def target(kind, shape, dtype):
    """The ratio to torch.nn that `src.equations.fast` should not exceed; None for no target."""
    long = shape[0] > 100
    targets = {
        ("LSTM", "float64"): 0.8,
        ("LSTM", "float32"): 2.0 if long else 1.3,
        ("GRU", "float64"): 0.8,
        ("GRU", "float32"): 1.0,
    }
    return targets.get((kind, dtype))


def measure(kind, shape, dtype, rounds, seconds):
    """Time all contenders in turn, again and again.

    Args:
        kind, shape, dtype: as `prepare` takes them.
        rounds: at least so many.
        seconds: more rounds until so much time has passed.

    Returns:
        Dict with the case, the number of rounds, and for each contender its best and its median
        time in milliseconds and the ratio of its best to the reference's best.
    """
    contenders = prepare(kind, shape, dtype)
    for run in contenders.values():
        run()  # the first call pays for what is loaded or planned once
    times = {name: [] for name in contenders}
    end = time.perf_counter() + seconds
    while min(map(len, times.values())) < rounds or time.perf_counter() < end:
        for name, run in contenders.items():
            start = time.process_time()  # on one thread: the time that this process had the CPU
            run()
            times[name].append(1e3 * (time.process_time() - start))

    reference = min(next(iter(times.values())))
    return {
        "layer": kind,
        "shape": shape,
        "dtype": dtype,
        "rounds": len(times["torch.nn"]),
        "best_ms": {name: round(min(t), 3) for name, t in times.items()},
        "median_ms": {name: round(statistics.median(t), 3) for name, t in times.items()},
        "ratio": {name: round(min(t) / reference, 3) for name, t in times.items()},
    }


def measure_all(shapes=SHAPES, rounds=7, seconds=8):
    """Every layer, dtype and shape in this process, printed line by line to stderr."""
    use_one_thread()
    cases = []
    for kind, contenders in CONTENDERS.items():
        columns = "".join(f"{name:>20}" for name in contenders)
        print(f"\n{kind}, kernels {blas_kernel()}, ratio to torch.nn", file=sys.stderr)
        print(f"  {'dtype':9}{'T, B, D, H':18}{columns}", file=sys.stderr)
        for dtype in DTYPES:
            for shape in shapes:
                case = measure(kind, shape, dtype, rounds, seconds)
                cases.append(case)
                row = "".join(f"{ratio:20.2f}" for ratio in case["ratio"].values())
                sizes = ", ".join(map(str, shape))
                print(f"  {dtype:9}{sizes:18}{row}{verdict(case)}", file=sys.stderr, flush=True)
    return {"kernels": blas_kernel(), "cases": cases}


def verdict(case):
    """Whether `src.equations.fast` met its target, in words; nothing where there is none.

    A target that is missed is out of reach if the bare matrix products already miss it.
    """
    wanted = target(case["layer"], case["shape"], case["dtype"])
    if wanted is None:
        return ""
    if case["ratio"]["src.equations.fast"] <= wanted:
        return f"  target {wanted}: met"
    beyond = case["ratio"]["products alone"] > wanted
    return f"  target {wanted}: {'out of reach' if beyond else 'missed'}"


def measure_with_wide_kernels():
    """`measure_all` in a new process: OpenBLAS reads the variable once, when NumPy loads it."""
    command = [sys.executable, "-m", "benchmarks.speed", "--these-kernels-only"]
    environment = {**os.environ, "OPENBLAS_CORETYPE": "SkylakeX"}
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout)


def peak_memory(kind, name, shape, dtype):
    """By how many MB the memory of this process peaks above what it held before one run."""
    use_one_thread()
    prepare(kind, (1, *shape[1:]), dtype)[name]()  # what is loaded once is not counted
    run = prepare(kind, shape, dtype)[name]
    before = resident_memory()
    run()
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round((peak - before) / 2**20, 1)


def peak_memories(shape=LARGEST, dtype="float32"):
    """`peak_memory` of every contender, each in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        megabytes = {
            kind: {
                name: pool.submit(peak_memory, kind, name, shape, dtype).result()
                for name in contenders
                if name != "products alone"
            }
            for kind, contenders in CONTENDERS.items()
        }
    print(f"\nPeak memory in MB, {dtype}, T, B, D, H = {shape}", file=sys.stderr)
    for kind, row in megabytes.items():
        text = ", ".join(f"{name} {value:.0f}" for name, value in row.items())
        print(f"  {kind}: {text}", file=sys.stderr)
    return {"shape": shape, "dtype": dtype, "megabytes": megabytes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--these-kernels-only",
        action="store_true",
        help="measure with the kernels that OpenBLAS chooses and print JSON; write no file",
    )
    if parser.parse_args().these_kernels_only:
        print(json.dumps(measure_all()))
        return
    machine = describe()
    # Memory first: a new process starts with its parent's peak as its own. Linux only.
    memory = peak_memories() if sys.platform == "linux" else None
    runs = [measure_all()]
    if could_be_wider():
        runs.append(measure_with_wide_kernels())
    result = {
        "command": "python -m benchmarks.speed",
        "machine": machine,
        "memory": memory,
        "runs": runs,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(f"\nWritten to {RESULT}", file=sys.stderr)


if __name__ == "__main__":
    main()
