// Decisions to steps: the schedule that a plan stands for.
#pragma once

#include "schedules/schedule.h"
#include "tuner/plan.h"

namespace saku::tuner {

/// The steps of the sketch's statement, in the order: fuse, split, reorder, accumulate, pack, epilogue, unroll and
/// vectorize, parallelize, tails, prefetch.
[[nodiscard]] schedules::Schedule steps_of(const Sketch& sketch, const Decisions& decisions);

}  // namespace saku::tuner
