// prefetch: touch what a later iteration will read.
//
//     for k { .. b_p[j, k, 0..48] .. }
//  => prefetch(b_p, k, 8)
//     for k { prefetch b_p[j, k + 8, 0]  prefetch b_p[j, k + 8, 16]  ..  S }
//
// One prefetch for each cache line of the region that one iteration of `loop` reads, `distance` iterations ahead.
// Addresses past the buffer's end are allowed: a prefetch never faults.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::schedules {

/// More in one iteration would be more prefetches than there is time for: "too many lines".
inline constexpr std::int64_t most_prefetched_lines = 64;

struct Prefetch {
    std::string buffer;
    std::string loop;
    std::int64_t distance = 1;
    std::int64_t line_elements = 16;
    friend bool operator==(const Prefetch&, const Prefetch&) = default;
};

[[nodiscard]] Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Prefetch& step);

}  // namespace saku::schedules
