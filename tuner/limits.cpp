#include "tuner/limits.h"

#include <cmath>
#include <string>
#include <vector>

namespace saku::tuner {

namespace {

/// targets/llvm/plan.h places buffers of the workspace so.
constexpr double alignment_bytes = 64;
/// Shortest vector instructions: AArch64's and RISC-V's; those of x86 with a register and a prefix take no less.
constexpr double least_instruction_bytes = 4;

bool is_in_parallel(const features::LoopTable& table, const features::Row& row) {
    for (int loop = row.loop; loop != features::no_loop; loop = table.loops[static_cast<std::size_t>(loop)].parent) {
        if (table.loops[static_cast<std::size_t>(loop)].kind == features::LoopKind::parallel) return true;
    }
    return false;
}

std::vector<bool> written_in_parallel(const features::LoopTable& table) {
    std::vector<bool> written(table.buffers.size(), false);
    for (const features::Row& row : table.rows) {
        if (!is_in_parallel(table, row)) continue;
        for (int a = row.first_access; a < row.first_access + row.access_count; ++a) {
            const features::Access& access = table.accesses[static_cast<std::size_t>(a)];
            if (access.writes) written[static_cast<std::size_t>(access.buffer)] = true;
        }
    }
    return written;
}

/// From the first element to the last one.
double span_bytes(const features::LoopTable& table, const features::Buffer& buffer) {
    double elements = 1;
    for (int d = buffer.first_dimension; d < buffer.first_dimension + buffer.dimension_count; ++d) {
        const features::Dimension& dimension = table.dimensions[static_cast<std::size_t>(d)];
        elements += static_cast<double>(dimension.extent - 1) * static_cast<double>(dimension.stride);
    }
    return elements * buffer.element_bytes;
}

std::string text(double bytes) { return std::to_string(static_cast<std::int64_t>(bytes)); }

}  // namespace

double workspace_bytes(const features::LoopTable& table, int workers) {
    const std::vector<bool> is_private = written_in_parallel(table);
    double bytes = 0;
    for (std::size_t b = 0; b < table.buffers.size(); ++b) {
        if (table.buffers[b].scope != features::Scope::workspace) continue;
        const double lines = std::ceil(span_bytes(table, table.buffers[b]) / alignment_bytes);
        bytes += lines * alignment_bytes * (is_private[b] ? workers : 1);
    }
    return bytes;
}

Fitted<Done> check_workspace(const features::LoopTable& table, int workers, const Limits& limits) {
    if (!limits.workspace_bytes) return Done{};
    const double bytes = workspace_bytes(table, workers);
    if (bytes <= static_cast<double>(*limits.workspace_bytes)) return Done{};
    return NotApplicable{"workspace over the limit",
                         text(bytes) + " bytes, at most " + std::to_string(*limits.workspace_bytes)};
}

Fitted<Done> check_least_code(double instructions, const Limits& limits) {
    if (!limits.code_bytes || instructions * least_instruction_bytes <= static_cast<double>(*limits.code_bytes))
        return Done{};
    return NotApplicable{"code over the limit", "at least " + text(instructions * least_instruction_bytes) +
                                                    " bytes, at most " + std::to_string(*limits.code_bytes)};
}

double likely_code_bytes(double instructions, double loops) {
    constexpr double instruction_bytes = 5;
    constexpr double loop_bytes = 100;
    return instructions * instruction_bytes + loops * loop_bytes;
}

}  // namespace saku::tuner
