// A schedule: the list of steps that turns the plain nest of an operator into the one to be run.
//
// A schedule is data. Text, one step a line: `split(i, 8, i_o, i_i)`; JSON, one object a step: {"step": "split",
// "loop": "i", "factor": 8, "outer": "i_o", "inner": "i_i"}. Both round-trip. Steps name loops and buffers of the nest
// as it stands when they are applied. A variable may have several loops (tails); a step applies to all of them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "schedules/accumulate.h"
#include "schedules/epilogue.h"
#include "schedules/fuse.h"
#include "schedules/loop_kind.h"
#include "schedules/pack.h"
#include "schedules/partition.h"
#include "schedules/prefetch.h"
#include "schedules/reorder.h"
#include "schedules/set_layout.h"
#include "schedules/split.h"
#include "schedules/tail.h"

namespace saku::schedules {

using Step = std::variant<Split, Reorder, Fuse, Unroll, Vectorize, Parallelize, Accumulate, Epilogue, Pack, Prefetch,
                          Partition, Tail, SetLayout>;

struct Schedule {
    std::vector<Step> steps;
    friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// Applies one step, or says why it does not fit this nest.
[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Step& step);

/// Applies all steps in order, then tidies: loops of one iteration are gone from the result. A failure has the step's
/// reason, and its detail begins with the step: "step 4, split(j, 48, j_o, j_i): j, expected one of i, k".
[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Schedule& schedule);

[[nodiscard]] std::string to_text(const Step& step);
[[nodiscard]] std::string to_text(const Schedule& schedule);
/// Errors carry `file:line:column`.
[[nodiscard]] Result<Schedule> schedule_from_text(const std::string& text, const std::string& file = "schedule");

}  // namespace saku::schedules
