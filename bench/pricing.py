#!/usr/bin/env python3
"""How fast saku prices schedules: candidates / tier1_seconds of `saku tune OP --jobs 1 --json`, a rate of one core.

    python3 bench/pricing.py [--build build] [--repeat 5] [--jobs 1] [--threads 1] [OP ...]

Each operator is tuned --repeat times for kernels of --threads threads, from nothing (no cache, no tuning database); the fastest run of each
tier counts, since what else the machine does only ever adds to it. With one job, seconds are those of the core: where other
programs run on it too, their part of the run is taken off each tier alike. Columns: candidates, how many of them and of the
rejected ones were passed over (taken to do as their like did, without a loop table), candidates a second, how many of what
was drawn were judged by themselves (rejected ones, too) a second, seconds of tier 1
(the search), of tier 2 (looking at machine code) and of all of it.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

OPERATORS = [
    "matmul:m=512,n=512,k=512",
    "matmul:m=1024,n=1024,k=1024",
    "conv2d:c=256,h=14,w=14,k=1024,r=1,s=1",
    "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1",
    "depthwise_conv2d:c=96,h=56,w=56,r=3,s=3,pad=1",
]


SECONDS = ("tier1_seconds", "tier2_seconds", "seconds")


def core_seconds():
    """Of the programs that were run so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def tuned(saku, op, threads, jobs, folder):
    """What `saku tune --json` says about one run; with one job, in seconds of the core."""
    command = [saku, "tune", op, "--no-cache", "--threads", str(threads), "--jobs", str(jobs), "--json", "--out", folder]
    environment = dict(os.environ, SAKU_DATABASE="")
    begin = time.monotonic(), core_seconds()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    part = (core_seconds() - begin[1]) / (time.monotonic() - begin[0]) if jobs == 1 else 1
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    result = json.loads(done.stdout)
    drawn = result["candidates"] + sum(result["rejected"].values())
    counts = {"candidates": result["candidates"], "drawn": drawn, "passed_over": result["passed_over"]}
    return counts | {key: result[key] * min(part, 1) for key in SECONDS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operators", nargs="*", metavar="OP", default=OPERATORS)
    parser.add_argument("--build", default=pathlib.Path(__file__).parent.parent / "build", type=pathlib.Path)
    parser.add_argument("--repeat", default=5, type=int)
    parser.add_argument("--jobs", default=1, type=int)
    parser.add_argument("--threads", default=1, type=int)
    arguments = parser.parse_args()
    if min(arguments.repeat, arguments.jobs, arguments.threads) < 1:
        parser.error("--repeat, --jobs and --threads are at least 1")
    saku = str(arguments.build / "saku")
    if not os.access(saku, os.X_OK):
        parser.error(f"no program at {saku}: --build names the build folder")
    print("| operator | candidates | passed over | a second | by themselves | tier 1 (s) | tier 2 (s) | all (s) |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for op in arguments.operators:
            runs = [tuned(saku, op, arguments.threads, arguments.jobs, folder) for _ in range(arguments.repeat)]
            candidates = runs[0]["candidates"]
            tier1, tier2, whole = (min(run[key] for run in runs) for key in SECONDS)
            drawn, passed_over = runs[0]["drawn"], runs[0]["passed_over"]
            rates = f"{candidates / tier1:,.0f} | {(drawn - passed_over) / tier1:,.0f}"
            seconds = f"{tier1:.3f} | {tier2:.3f} | {whole:.3f}"
            print(f"| `{op}` | {candidates:,} | {passed_over / drawn:.0%} | {rates} | {seconds} |", flush=True)


if __name__ == "__main__":
    main()
