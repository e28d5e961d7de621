// How far must two predictions be apart before their order can be trusted? All pairs of samples of one operator, by how
// much slower the model calls the slower one, and whether that is how they were measured.
#pragma once

#include <vector>

#include "bench/fidelity/study.h"

namespace saku::fidelity {

struct PairBin {
    double from = 0;   ///< the slower prediction / the faster one - 1
    double until = 0;  ///< infinite for the last one
    double pairs = 0;
    double in_order = 0;      ///< of them, measured in the predicted order (ties count half)
    double passes_agree = 0;  ///< of them, measured in the same order in both passes: what a perfect model could reach

    [[nodiscard]] double order_share() const { return pairs > 0 ? in_order / pairs : 0; }
    [[nodiscard]] double agree_share() const { return pairs > 0 ? passes_agree / pairs : 0; }
};

/// From 0 on, ascending, without gaps.
[[nodiscard]] std::vector<PairBin> empty_bins();

/// Adds the pairs of one operator's samples. Predicted times must be positive.
void add_pairs(const std::vector<tuner::Sample>& samples, std::vector<PairBin>& bins);

[[nodiscard]] std::vector<PairBin> pairs_of(const std::vector<Study>& studies);

/// The least margin from which on three pairs in four were measured as predicted, in that bin and all above; 1 where
/// there is none.
[[nodiscard]] double distinguishable(const std::vector<PairBin>& bins);

}  // namespace saku::fidelity
