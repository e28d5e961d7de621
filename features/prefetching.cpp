#include "features/prefetching.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace saku::features {

PrefetchRun prefetch_run(const LoopTable& table, const Row& row) {
    SAKU_CHECK(row.kind == RowKind::prefetch && row.access_count == 1, "a prefetch row has one access");
    const Access& access = table.accesses[static_cast<std::size_t>(row.first_access)];
    for (const Term& term : terms_of(table, access)) {
        if (term.loop != row.loop || term.coefficient == 0) continue;
        // The use at the loop's first iteration starts at 0 in this dimension: copies have a dimension for each loop.
        const Box& box = table.boxes[static_cast<std::size_t>(access.first_box + term.dimension)];
        return {.burst = access.references, .ahead = access.references * std::abs(box.low / term.coefficient)};
    }
    return {};
}

namespace {

/// Of what an access gets to, the part that a thread's share of the loops gets to. Panels have a dimension for each
/// loop.
double threads_part(const LoopTable& table, const Access& access, std::span<const double> trips) {
    double part = 1;
    for (const Term& term : terms_of(table, access)) {
        const auto loop = static_cast<std::size_t>(term.loop);
        if (term.coefficient != 0 && table.loops[loop].kind == LoopKind::parallel)
            part *= trips[loop] / table.loops[loop].trips;
    }
    return part;
}

}  // namespace

double prefetched_bytes(const LoopTable& table, const Row& row, std::span<const double> trips) {
    const Access& fetched = table.accesses[static_cast<std::size_t>(row.first_access)];
    const int number = fetched.buffer;
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(number)];
    double bytes = buffer.element_bytes * threads_part(table, fetched, trips);
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
