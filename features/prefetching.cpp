#include "features/prefetching.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace saku::features {

PrefetchRun prefetch_run(const LoopTable& table, const Row& row) {
    SAKU_CHECK(row.kind == RowKind::prefetch && row.access_count == 1, "a prefetch row has one access");
    const Access& access = table.accesses[static_cast<std::size_t>(row.first_access)];
    for (int t = access.first_term; t < access.first_term + access.term_count; ++t) {
        const Term& term = table.terms[static_cast<std::size_t>(t)];
        if (term.loop != row.loop || term.coefficient == 0) continue;
        // The use at the loop's first iteration starts at 0 in this dimension: copies have a dimension for each loop.
        const Box& box = table.boxes[static_cast<std::size_t>(access.first_box + term.dimension)];
        return {.burst = access.references, .ahead = access.references * std::abs(box.low / term.coefficient)};
    }
    return {};
}

double prefetched_bytes(const LoopTable& table, const Row& row) {
    const int number = table.accesses[static_cast<std::size_t>(row.first_access)].buffer;
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(number)];
    double bytes = buffer.element_bytes;
    for (int d = 0; d < buffer.dimension_count; ++d) {
        double reach = 1;  // prefetches name lines, other accesses all elements of them
        for (const Access& access : table.accesses) {
            if (access.buffer != number) continue;
            reach = std::max(reach, table.boxes[static_cast<std::size_t>(access.first_box + d)].reach);
        }
        bytes *= reach;
    }
    return bytes;
}

}  // namespace saku::features
