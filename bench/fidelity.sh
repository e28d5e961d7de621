#!/bin/sh
# Measures how well the model predicts on this machine and writes docs/fidelity.md.
#
#   sh bench/fidelity.sh [BUILD] [--report] [--again]
#
# BUILD is the build folder (default: build). What has been measured already, by this version and in the space of today, is
# not measured again, so that an interrupted run goes on where it was; --again measures everything. Calibrates the machine, too. --report only writes the
# page, the table of pairs in docs/cost-model.md and the groups "checked" and "fitted" of costmodel/coefficients.json, from what
# is there: two minutes of two cores, most of them for choosing coefficients again with operators left out.
# Operators whose two passes agree less than 0.97 are measured again, up to eight times in all.
# SAMPLES (default 156: 104 random and 52 near) and TRIALS (of measured tuning, default 200) may be set. About a minute an
# operator; the machine should have nothing else to do.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build
again=
measure=yes
for argument in "$@"; do
    case $argument in
        --report) measure= ;;
        --again) again=--again ;;
        -*) echo "usage: sh bench/fidelity.sh [BUILD] [--report] [--again]" >&2; exit 2 ;;
        *) build=$(cd "$argument" && pwd) ;;
    esac
done
kept=$root/bench/fidelity
cmake --build "$build" --target saku saku_fidelity -j "${JOBS:-2}" >&2
if [ "$measure" ]; then
    # Seconds; of a processor that saku has no file for, or whose figures contradict the file, there is none.
    host=$("$build/saku" machine host --json 2>/dev/null | sed -n 's/.*"machine": *"\([^"]*\)".*/\1/p' | head -n 1)
    [ -z "$host" ] || "$build/saku" machine calibrate --threads 1 --out "$kept/$host.calibration.json" || true
    # Exit code 1: some operators could not be compared, which stderr says; the others are kept.
    compare() {
        SAKU_DATABASE='' "$build/saku" compare "$kept/operators.json" --samples "${SAMPLES:-156}" --trials "${TRIALS:-200}" \
            --threads 1 --store "$kept" "$@" || [ $? -eq 1 ]
    }
    compare $again
    # Where the two passes agree less than 0.97, the machine's noise is as large as what is to be ranked: measured until
    # they do, or eight times in all.
    for time in 2 3 4 5 6 7 8; do compare --more 0.97 >/dev/null; done
fi
"$build/bench/fidelity/saku_fidelity" "$kept" --out "$root/docs/fidelity.md" --pairs "$root/docs/cost-model.md" \
    --checked "$root/costmodel/coefficients.json"
