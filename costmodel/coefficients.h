// What the model cannot know from the machine: how smooth its edges are, and what code costs beside its instructions.
//
// Read from costmodel/coefficients.json, where each group says where its numbers come from. They belong to the model,
// not to one machine: machine facts are in targets/machines.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.h"

namespace saku::costmodel {

/// Parts of a capacity: all fits up to `until`, nothing from `from` on.
struct Edge {
    double until = 0;
    double from = 0;
    friend bool operator==(const Edge&, const Edge&) = default;
};

inline constexpr int cache_levels = 3;  ///< L1, L2 and everything further out that is a cache

/// What predictions have been compared with measurements on, and how well they held (costmodel/confidence.h).
struct Checked {
    std::vector<std::string> machines = {};  ///< by name
    int threads = 1;                         ///< at most
    double working_set_from = 0;             ///< bytes of all that a run touches
    double working_set_until = 0;
    double distinguishable = 0;  ///< pairs of predictions this far apart (as a part) were right 3 times in 4
    double median_error = 0;     ///< |predicted - measured| / measured, of candidates near the best prediction
    friend bool operator==(const Checked&, const Checked&) = default;
};

/// Figures of the model over measured operators, means.
struct Judged {
    double shipped = 0;            ///< with the coefficients as they are: chosen on the same operators
    double operator_left_out = 0;  ///< each operator with coefficients chosen without it
    double family_left_out = 0;    ///< each with coefficients chosen without all that are like it
    friend bool operator==(const Judged&, const Judged&) = default;
};

/// Which coefficients were chosen on measured operators, and what their figures owe to that (docs/fidelity.md).
struct FittedOn {
    std::vector<std::string> coefficients = {};  ///< JSON pointers into the file
    int operators = 0;
    int families = 0;
    Judged spearman = {};
    Judged best_quartile = {};
    Judged top1 = {};
    friend bool operator==(const FittedOn&, const FittedOn&) = default;
};

struct Coefficients {
    int norm_power = 0;     ///< 2, 4 or 8: resources that work side by side take (sum t^p)^(1/p)
    int waiting_power = 0;  ///< 2, 4 or 8: so do sums that wait for themselves, and work that does not
    int port_power = 0;     ///< 2 to 32: and groups of ports that share no instruction

    std::array<Edge, cache_levels> cache_fit{};  ///< of the cache's size
    Edge tlb_fit{};                              ///< of the TLB's reach
    Edge collisions{};                           ///< lines per set, in ways
    std::array<double, 2> collision_weight{};    ///< L1, L2: part of the colliding lines that is lost

    double memory_port_efficiency = 0;  ///< of load and store ports in steady state
    double loop_overhead_uops = 0;      ///< per iteration of an innermost loop, its branch included
    double outer_iteration_uops = 0;    ///< per iteration of a loop directly around one, beside that one's work
    double outer_iteration_cycles = 0;  ///< per iteration of any other loop
    Edge predictable_trips{};           ///< trip counts whose exit is predicted (until) and never is (from)
    double sums_begun_early = 1;        ///< reorder buffers: a sum that long begins when the one before has ended
    double sums_seen_ahead = 0;    ///< operations of later sums that run beside a sum, as a part of the reorder buffer
    double spill_cycles = 0;       ///< per spilled vector and iteration, beside its store and load
    double unresolved_cycles = 0;  ///< per element whose address takes divisions (fused loops, im2col)
    double exponential_fmas = 0;   ///< multiply-adds that one exponential takes
    std::array<double, cache_levels> refill{};  ///< factor on the time that a level's misses take by bandwidth
    double tlb_miss = 0;                        ///< factor on the machine's miss costs
    double straight_from = 0;                   ///< vectors of straight code that cost no line a thing
    double straight_doubling = 0;               ///< what each doubling beyond adds to refills of caches, as a part
    double burst_window = 0;                    ///< reorder buffers: misses so far apart do not come in bursts
    double crowded_cycles = 0;                  ///< for each line written, where all fall into one set of L1
    double rows_refill = 0;                     ///< what short rows side by side add to L1's refills, as a part
    double prefetched_refill = 0;               ///< factor on L2 misses where prefetches run well ahead
    Edge prefetch_ahead{};                      ///< lines: well ahead from the one to the other
    double prefetch_beyond = 0;                 ///< only of what is larger than so many L2 caches
    double prefetch_burst = 0;                  ///< lines: not more an iteration
    FittedOn fitted_on = {};
    Checked checked = {};
    friend bool operator==(const Coefficients&, const Coefficients&) = default;
};

/// The ones that saku ships.
[[nodiscard]] Result<Coefficients> built_in_coefficients();
/// The same as the file has them.
[[nodiscard]] std::string built_in_coefficients_text();

/// Strict: unknown and missing keys, wrong types and values out of range are errors with a JSON pointer.
[[nodiscard]] Result<Coefficients> coefficients_from_json(const std::string& text, const std::string& file);

}  // namespace saku::costmodel
