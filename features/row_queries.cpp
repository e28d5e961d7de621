#include "features/row_queries.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace saku::features {

int lane_dimension(const LoopTable& table, const Access& access) {
    if (access.lanes != Lanes::contiguous && access.lanes != Lanes::strided) return -1;
    const double stride = access.lanes == Lanes::contiguous ? 1 : std::abs(access.stride);
    const Buffer& buffer = table.buffers[static_cast<std::size_t>(access.buffer)];
    int found = buffer.dimension_count > 0 ? 0 : -1;
    for (int d = 0; d < buffer.dimension_count; ++d) {
        const auto own =
            static_cast<double>(table.dimensions[static_cast<std::size_t>(buffer.first_dimension + d)].stride);
        if (own <= stride && std::fmod(stride, own) == 0) found = d;
    }
    return found;
}

bool reads(const LoopTable& table, const Row& row, int buffer) {
    const std::span<const Access> accesses = accesses_of(table, row);
    return std::any_of(accesses.begin(), accesses.end(),
                       [&](const Access& access) { return access.reads && access.buffer == buffer; });
}

}  // namespace saku::features
