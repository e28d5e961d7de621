// What a candidate costs, gates cheapest first:
//
//   id ─ registers ─ capacity ─ steps apply ─ loop table ─ register use ─▶ price (tier 1)
//
// A candidate that does not pass has a reason, a short fixed phrase that reports count by.
#pragma once

#include <span>
#include <vector>

#include "costmodel/cost.h"
#include "costmodel/model.h"
#include "targets/machine.h"
#include "tuner/space.h"

namespace saku::tuner {

struct Pricer {
    const Space& space;
    costmodel::Model model;
    std::int64_t most_scratch_bytes = 0;  ///< packed copies of a run may take this much
};

/// The space must outlive the pricer.
[[nodiscard]] Pricer pricer_for(const Space& space, const targets::Machine& machine,
                                const costmodel::Coefficients& coefficients, int threads);

/// One candidate. NotApplicable: "needs more registers than there are", "scratch memory too large", the reasons of
/// steps (the number and text of the step in the detail), "spills registers", "too much code", "nest too large to
/// price".
[[nodiscard]] Fitted<costmodel::Cost> price(const Pricer& pricer, Id id);

/// The price of any nest: `table_of`, then `estimate`.
[[nodiscard]] Fitted<costmodel::Cost> price(const costmodel::Model& model, const ir::LoopNest& nest);

/// All of them on `jobs` threads, in the order of `ids`; the result does not depend on `jobs`.
[[nodiscard]] std::vector<Fitted<costmodel::Cost>> price_all(const Pricer& pricer, std::span<const Id> ids, int jobs);

}  // namespace saku::tuner
