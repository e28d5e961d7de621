// A schedule with its price: what is reported.
#pragma once

#include <string>

#include "base/result.h"
#include "costmodel/cost.h"
#include "ir/operator.h"
#include "schedules/schedule.h"
#include "targets/machine.h"
#include "tuner/explore.h"
#include "tuner/space.h"

namespace saku::tuner {

struct Ranked {
    Id id = 0;                 ///< 0 for schedules that come from no space
    std::string choices = {};  ///< what the id decides, as text; empty without a space
    schedules::Schedule schedule = {};
    costmodel::Cost cost = {};
    double gflops = 0;
    double percent_of_peak = 0;  ///< of all threads together
};

[[nodiscard]] Ranked ranked(const Space& space, const targets::Machine& machine, int threads, const Priced& priced);

/// Prices one schedule, of whatever origin, for the operator.
[[nodiscard]] Fitted<Ranked> price_schedule(const ir::Operator& op, const schedules::Schedule& schedule,
                                            const targets::Machine& machine, int threads);

}  // namespace saku::tuner
