// Why is one schedule predicted faster than another? The difference term by term, in numbers and in words.
#pragma once

#include <string>
#include <vector>

#include "costmodel/cost.h"
#include "tuner/explanation.h"

namespace saku::tuner {

struct Difference {
    costmodel::Term term = costmodel::Term::core;
    double seconds = 0;  ///< the other's minus this one's: positive where the other loses time
    std::string reason;  ///< "fetches 3.1 MiB from L2 instead of 1.0 MiB, most of the difference for b"
};

/// The terms that differ at all, largest difference (of either sign) first.
[[nodiscard]] std::vector<Difference> differences(const Explanation& own, const Explanation& other);

}  // namespace saku::tuner
