#!/usr/bin/env python3
"""Writes the measured table into README.md, from the JSON of saku_bench.

    readme_figures.py RESULTS.json README.md

What stands between the lines "<!-- figures: ... -->" and "<!-- end of figures -->" is replaced. Exit code 2 when a file
cannot be read, is not what it should be, or a measurement of saku is missing.
"""
import json
import math
import re
import sys

BEGIN = "<!-- figures: written by `make readme-figures`, do not edit -->\n"
END = "<!-- end of figures -->\n"
# Groups of the benchmark, as people call them; the order in the sentence.
GROUPS = [("gemm", "{} matrix products"), ("conv 3x3", "{} 3×3 convolutions"), ("conv 1x1", "{} 1×1 convolutions")]
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


class Refused(Exception):
    """Input that is not as it should be."""


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: cannot be read: {error}") from error


def best(result, role):
    timed = [each for each in result["contenders"] if each["role"] == role and "seconds" in each]
    return min(timed, key=lambda each: each["seconds"], default=None)


def row(result):
    ours, peer = best(result, "saku"), best(result, "peer")
    if ours is None:
        raise Refused(f"{result['label']}: saku has no measurement")
    ratio = f"{peer['seconds'] / ours['seconds']:.2f} ({peer['name']})" if peer else ""
    tuned = re.search(r"tuned in ([0-9.]+) s", ours.get("note", ""))
    cells = [result["label"], f"{ours['seconds'] * 1e6:.2f}", f"{ours['gflops']:.1f}", f"{result['peak_gflops']:.0f}",
             ratio, tuned.group(1) if tuned else ""]
    return "| " + " | ".join(cells) + " |\n"


def geometric_means(results):
    """[(what, mean)] of the groups that have a ratio, then of the others by their own names."""
    known = dict(GROUPS)
    names = [name for name, _ in GROUPS] + sorted({each["group"] for each in results} - set(known))
    means = []
    for name in names:
        ratios = [each["ratio_to_best_peer"] for each in results
                  if each["group"] == name and "ratio_to_best_peer" in each]
        if not ratios:
            continue
        count = WORDS[len(ratios)] if len(ratios) < len(WORDS) else str(len(ratios))
        what = known.get(name, "{} operators of group " + name).format(count)
        means.append((what, math.exp(sum(map(math.log, ratios)) / len(ratios))))
    return means


def figures(document):
    results = document["results"]
    peers = {each["name"] for result in results for each in result["contenders"] if each["role"] == "peer"}
    versions = "; ".join(f"{name}: {text}" for name, text in document["versions"].items() if name in peers)
    means = [f"**{mean:.3f}** on the {what}" for what, mean in geometric_means(results)]
    text = (f"Measured on {document['cpu']}. {versions}. Geometric means of the speed ratios to the best library\n"
            f"(above 1: saku is faster): {', '.join(means)}.\n\n"
            "| operator | µs | GF/s | FMA peak beside it | speed ratio to the best library | tuned in s |\n"
            "|---|---|---|---|---|---|\n")
    return text + "".join(row(result) for result in results)


def main(arguments):
    if len(arguments) != 2:
        raise Refused("expected two arguments: RESULTS.json README.md")
    results, readme = arguments
    try:
        document = json.loads(read(results))
        if document["kind"] != "benchmark":
            raise Refused(f"{results}: found kind {document['kind']!r}, expected 'benchmark'")
        table = figures(document)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{results}: not the JSON of saku_bench: {error!r}") from error
    text = read(readme)
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Refused(f"{readme}: expected the lines {BEGIN.strip()} and {END.strip()}, once and in this order")
    head, rest = text.split(BEGIN)
    with open(readme, "w", encoding="utf-8") as file:
        file.write(head + BEGIN + "\n" + table + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        print(f"readme_figures.py: {refused}", file=sys.stderr)
        sys.exit(2)
