// How fast is this computer? Measures what a machine's file says of clock, caches, memory and threads, in seconds.
//
// How. One thread on one processor runs the probes of targets/probes.h in turns, round after round. Each round begins
// and ends with the clock, a chain of operations of one cycle each beside vector arithmetic; what the round's probes
// took is counted in cycles of that clock, so that a clock that moves does not look like a slow cache. Medians over the
// rounds; their interquartile range is the spread. A probe runs untimed before each sample, until it gets no faster.
// Times are of the processor, not of the wall: other programs that take it away for a while do no harm.
//
//   bandwidths    all bytes of a working set, vector by vector, over and over: half of each cache (of what one core can
//                 count on), four times the last cache for memory
//   stores        the same, writing
//   latencies     a chain of pointers through the lines in random order, neighbourhoods of 256 KiB one after the other,
//                 so that translation is a small part; through at most twice what the cache before holds
//   threads       a little work on each thread, in one chunk and in 16, beside the same work on one; before anything is
//                 pinned
//
// Limits. Neighbours on the same processor are measured as part of it, where they share caches or an execution unit.
// Other cores of this computer should be idle: shared caches are all this core's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "targets/calibration.h"
#include "targets/machine.h"
#include "targets/probes.h"

namespace saku::tuner {

struct CalibrateOptions {
    int threads = 1;  ///< for the cost of starting them
    int rounds = 15;  ///< samples of each figure, at least 3
    double sample_seconds = 0.004;
    std::string cpu = {};  ///< what the system calls the processor, and so on: go into the calibration as they are
    std::string when = {};
    std::string saku_version = {};
    std::string llvm_version = {};
    /// Does the work so many times on the threads that kernels run on; empty: not measured.
    std::function<void(std::int64_t chunks, int workers, const std::function<void()>& work)> parallel = {};
    std::function<void(double fraction, const std::string& stage)> progress = {};
};

/// NotApplicable: as `load_probes`; "not enough memory" for the smallest working sets. Nothing checks that the code of
/// `machine` runs here: the caller does (targets/runs_here.h).
[[nodiscard]] Fitted<targets::Calibration> calibrate(const targets::Machine& machine, const CalibrateOptions& options);

}  // namespace saku::tuner
