// The price of a loop table in seconds.
//
// Composition. Every phase (each packing copy, the main nest, a later statement) takes
//
//     ( core^p + l1_misses^p + l2_misses^p + l3_misses^p )^(1/p)  +  tlb + calls + spills
//
// because within a phase instructions and transfers run side by side, and what stalls the pipeline does not; phases run
// one after another and add up; so do the costs of handing work to threads. The power p (a coefficient, 4) is the soft
// form of "the slowest resource decides": schedules with the same bottleneck still differ.
//
//   core       per iteration of an innermost loop the largest of: the ports' bound on the counted instructions, the
//   issue
//              width, and the latency of sums that wait for themselves (weakened by what the reorder buffer overlaps
//              with the next execution of the loop); rows outside innermost loops one by one; overhead of outer loops
//   misses     lines fetched and dirty lines handed on, times the time that the next level's bandwidth gives each
//   tlb        misses of each TLB times their cost
//   calls      per execution of an innermost loop: an L1 latency, an arithmetic latency, and a mispredicted exit where
//              the trip count is beyond what predictors learn
//   spills     per iteration, for each vector beyond the register file
//
// Limits, each a question a reader may have:
//   Does it know the compiler?       No: machine code may need more registers or address arithmetic than is counted.
//   Are caches cold or warm?         As Model::residence says. Warm: the nest is taken to run again and again. Cold:
//   every
//                                    line and page is fetched from memory once; instructions are taken to be there.
//   Non-overlapping caches?          Not distinguished: with the transfers of blocked kernels running ahead, one rule
//                                    ranked best on all machines tried.
//   Shared caches and threads?       Each thread has its part; data that all threads read is not counted once.
//   Clock and licences?              One frequency per machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "base/fixed_vector.h"
#include "base/result.h"
#include "costmodel/cost.h"
#include "costmodel/model.h"
#include "features/instruction_mix.h"
#include "features/loop_table.h"

namespace saku::costmodel {

/// Is a lower bound certainly above the limit? Sums that are equal may differ by their rounding.
[[nodiscard]] inline bool is_beyond(double least_seconds, double most_seconds) {
    constexpr double rounding = 1e-9;
    return least_seconds > most_seconds * (1 + rounding);
}

/// Cycles of one phase by resource.
struct PhaseTime {
    double core = 0;
    double busy = 0;                            ///< of the core's, those in which no sum waits for itself
    std::array<double, cache_levels> moving{};  ///< the misses of each cache
    double tlb = 0;
    double calls = 0;
    double spills = 0;
    bool is_packing = false;
};

/// A row's prefetches of something that hardly stays in the L2, in bursts short enough to be of use.
struct FarPrefetch {
    int phase;
    double burst;  ///< lines that one iteration of the row's loop names
};

/// What a price is made from, apart from how far prefetches run ahead: the same for all tables that differ in that
/// only.
struct Resources {
    std::array<PhaseTime, features::max_phases> phases;
    std::size_t phase_count = 0;
    FixedVector<FarPrefetch, 16> prefetches = {};  ///< distinct ones
    bool has_all_prefetches = true;                ///< else there are more
    double fork_join = 0;                          ///< seconds
    double least_seconds = 0;                      ///< of Appraisal
    double even_seconds = 0;                       ///< of Appraisal
};

/// The price where all prefetches run so many iterations of their loops ahead. `resources` must have all prefetches.
[[nodiscard]] Cost cost_at(const Resources& resources, double iterations_ahead, const Model& model);

struct Appraisal {
    double least_seconds = 0;       ///< what the instructions alone take
    double even_seconds = 0;        ///< the same, as far as it goes, if all threads had equal parts of the work
    std::optional<Cost> cost = {};  ///< empty where that is more than anybody wants to know
};

/// The least that work takes of which an equal part takes each thread `part_seconds`: divided, or left to one thread.
[[nodiscard]] inline double divided_seconds(double part_seconds, const Model& model) {
    return std::min(part_seconds * model.threads, part_seconds + model.fork_join_seconds);
}

/// Prices a table; no allocation. NotApplicable: "nest too large to price" when a table from another producer is beyond
/// the capacities of features/loop_table.h or features/footprint.h. `mixes`: those of the rows (features::mix_of),
/// where the caller has them.
[[nodiscard]] Fitted<Cost> estimate(const features::LoopTable& table, const Model& model,
                                    std::span<const features::InstructionMix> mixes = {});

/// The same for who is not interested in prices above `most_seconds`: no cost where the instructions alone take longer,
/// which is found without a look at memory. Other prices come back as they are, above it or not, and `resources`
/// becomes what they are made from.
[[nodiscard]] Fitted<Appraisal> estimate_within(const features::LoopTable& table, const Model& model,
                                                std::span<const features::InstructionMix> mixes, double most_seconds,
                                                Resources& resources);

/// For a single table; `prepare` once when there are many.
[[nodiscard]] Fitted<Cost> estimate(const features::LoopTable& table, const targets::Machine& machine,
                                    const Coefficients& coefficients, int threads);

}  // namespace saku::costmodel
