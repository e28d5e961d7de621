// All schedules of an operator on a machine that the tuner considers, as numbers.
//
//     Operator, Machine ──sketches──▶ Space ◀──id──▶ Decisions ──steps──▶ Schedule
//
// Ids mean something only together with what the space was made from: the operator, the machine's vector unit, the
// number of threads and the pinned holes. Records therefore hold the schedule itself.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schedules/schedule.h"
#include "tuner/id_space.h"
#include "tuner/plan.h"
#include "tuner/sketch.h"

namespace saku::tuner {

struct SpaceOptions {
    int threads = 1;
    /// Holes by name with the label they must have: {"tile_m", "8"}. Sketches without that hole or value are left out.
    std::vector<std::pair<std::string, std::string>> pinned = {};
};

struct Space {
    ir::Operator op;
    ir::LoopNest plain;  ///< ir::lower(op)
    std::shared_ptr<const std::vector<Sketch>> sketches;
    std::vector<ir::LoopNest> laid_out;  ///< by sketch: `plain` in the sketch's layouts
    /// By sketch and statement: its steps when the sketch is not about it.
    std::vector<std::vector<schedules::Schedule>> others;
    IdSpace ids;
};

/// Fails for pinned holes that no sketch has, or values that none of them takes; the message lists what there is.
[[nodiscard]] Result<Space> make_space(const ir::Operator& op, const targets::Machine& machine,
                                       const SpaceOptions& options);

[[nodiscard]] std::size_t sketch_number(const Space& space, Id id);
[[nodiscard]] const Sketch& sketch_of(const Space& space, Id id);
[[nodiscard]] Decisions decisions_of(const Space& space, Id id);

/// The schedule that an id stands for; `id` must be below the space's size.
[[nodiscard]] schedules::Schedule schedule_of(const Space& space, Id id);

/// The plain nest with the schedule applied, verified nowhere and tidied: what is priced, emitted and run.
[[nodiscard]] Fitted<ir::LoopNest> scheduled(const ir::LoopNest& plain, const schedules::Schedule& schedule);

/// What an id decides: "tile_m=8 tile_n=48 ...", holes in order, sketch first.
[[nodiscard]] std::string to_text(const Space& space, Id id);

}  // namespace saku::tuner
