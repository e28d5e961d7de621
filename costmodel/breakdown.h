// What a prediction is made of, in detail: for people who want to know why.
//
// Everything here is what `estimate` works out and throws away: traffic by level and buffer, what each loop touches,
// what bounds each innermost loop. It allocates and is for one nest at a time.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "costmodel/core_time.h"
#include "costmodel/cost.h"
#include "costmodel/model.h"
#include "features/loop_table.h"

namespace saku::costmodel {

/// Bytes of one run on the busiest core.
struct Moved {
    double fetched_bytes = 0;  ///< whole lines or pages
    double written_bytes = 0;  ///< dirty lines handed on
};

/// A cache, or a TLB.
struct LevelUse {
    std::string name;  ///< "L1", "L2", "L3", "TLB 1", "TLB 2"
    bool is_tlb = false;
    double capacity_bytes = 0;    ///< that one core can count on; of a TLB its reach
    Moved moved;                  ///< between this level and the next one
    std::vector<Moved> buffers;   ///< by buffer of the table
    double seconds = 0;           ///< of the transfers by themselves
    double bytes_per_second = 0;  ///< that the next level can give one core; 0 for TLBs
};

/// Of one loop of the table, on the busiest core.
struct LoopUse {
    double trips = 0;
    double executions = 0;
    double body_bytes = 0;  ///< touched by one iteration, in lines
    double full_bytes = 0;  ///< by one execution
    int fits = -1;          ///< the first level (position in `levels`) that holds `full_bytes`; -1: none
};

struct Breakdown {
    Cost cost;
    std::vector<LevelUse> levels;         ///< caches, then TLBs
    std::vector<LoopUse> loops;           ///< by loop of the table
    std::vector<double> footprint_bytes;  ///< by buffer: touched by the whole run, in lines; of all threads
    double working_set_bytes = 0;         ///< of all buffers
    std::vector<InnermostLoop> innermost;
    double busiest_share = 1;  ///< of the work, on the busiest core; 1 / threads at best
    double chunks = 0;         ///< of parallel loops; 0 without one
};

/// NotApplicable: as `estimate`.
[[nodiscard]] Fitted<Breakdown> break_down(const features::LoopTable& table, const Model& model);

}  // namespace saku::costmodel
