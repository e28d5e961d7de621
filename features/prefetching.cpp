#include "features/prefetching.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace saku::features {

namespace {

double bytes_of(const LoopTable& table, int number) {
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(number)];
    double bytes = buffer.element_bytes;
    for (int d = 0; d < buffer.dimension_count; ++d) {
        double reach = 1;
        for (const Access& access : table.accesses) {
            if (access.buffer != number) continue;
            reach = std::max(reach, table.boxes[static_cast<std::size_t>(access.first_box + d)].reach);
        }
        bytes *= reach;
    }
    return bytes;
}

}  // namespace

PrefetchRun prefetch_run(const LoopTable& table, const Row& row) {
    SAKU_CHECK(row.kind == RowKind::prefetch && row.access_count == 1, "a prefetch row has one access");
    const Access& access = table.accesses[static_cast<std::size_t>(row.first_access)];
    for (int t = access.first_term; t < access.first_term + access.term_count; ++t) {
        const Term& term = table.terms[static_cast<std::size_t>(t)];
        if (term.loop != row.loop || term.coefficient == 0) continue;
        // The use at the loop's first iteration starts at 0 in this dimension: copies have a dimension for each loop.
        const Box& box = table.boxes[static_cast<std::size_t>(access.first_box + term.dimension)];
        return {.burst = access.references,
                .ahead = access.references * std::abs(box.low / term.coefficient),
                .bytes = bytes_of(table, access.buffer)};
    }
    return {};
}

}  // namespace saku::features
