// A schedule with its price: what is reported.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "costmodel/confidence.h"
#include "costmodel/cost.h"
#include "features/residence.h"
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
    /// How much slower the next different candidate is predicted, as a part of this one; none where none is known.
    std::optional<double> margin_to_next = {};
    std::vector<costmodel::Unchecked> unchecked = {};  ///< where the model was not checked
};

/// The margin is left open.
[[nodiscard]] Ranked ranked(const Space& space, const targets::Machine& machine, const costmodel::Model& model,
                            const Priced& priced);

/// Prices schedules, of whatever origin, for the operator, on up to `jobs` threads; results are in the order of
/// `schedules` and do not depend on `jobs`. `priced` is called after each, from any of the threads.
[[nodiscard]] std::vector<Fitted<Ranked>> price_schedules(const ir::Operator& op,
                                                          const std::vector<schedules::Schedule>& schedules,
                                                          const targets::Machine& machine, int threads,
                                                          features::Residence residence, int jobs,
                                                          const std::function<void()>& priced);

/// Prices one.
[[nodiscard]] Fitted<Ranked> price_schedule(const ir::Operator& op, const schedules::Schedule& schedule,
                                            const targets::Machine& machine, int threads,
                                            features::Residence residence = features::Residence::warm);

}  // namespace saku::tuner
