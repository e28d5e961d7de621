#include "features/registers.h"

#include <algorithm>
#include <cstddef>

namespace saku::features {

namespace {

double registers_of(const Access& access, double registers_per_vector) {
    const bool vectors = access.lanes == Lanes::contiguous || access.lanes == Lanes::strided;
    return access.references / access.live * (vectors ? registers_per_vector : 1);
}

}  // namespace

RegisterUse RegisterTally::total() const {
    RegisterUse sum = use;
    for (std::size_t b = 0; b < buffers; ++b) sum.accumulators += accumulators[b];
    return sum;
}

void add_row(const LoopTable& table, const Row& row, const VectorFacts& vector, RegisterTally& tally) {
    const double width = registers_per_vector(row, vector);
    double loaded = 0;
    double most = 0;
    double shared = 0;
    for (int a = row.first_access; a < row.first_access + row.access_count; ++a) {
        const Access& access = table.accesses[static_cast<std::size_t>(a)];
        const auto buffer = static_cast<std::size_t>(access.buffer);
        tally.buffers = std::max(tally.buffers, buffer + 1);
        double& held = tally.accumulators[buffer];
        if (!in_memory(table, access)) {
            // Read across its lanes, a tile is as large as where it was computed.
            if (access.lanes != Lanes::strided) held = std::max(held, registers_of(access, width));
            continue;
        }
        const bool stays = row.loop != no_loop && !moves_with(table, access, row.loop);
        if (access.writes) {
            if (stays && access.reads) held = std::max(held, registers_of(access, width));
            continue;
        }
        const double registers = registers_of(access, width);
        if (stays) {
            tally.use.invariant += registers;
        } else if (access.repeats > 1.01) {
            shared += registers / row.in_turn;
        } else {
            loaded += registers;
            most = std::max(most, registers);
        }
    }
    tally.use.operands = std::max(tally.use.operands, shared + loaded - most + (most > 0 ? 1 : 0));
}

RegisterUse registers_in(const LoopTable& table, int loop, const VectorFacts& vector) {
    RegisterTally tally;
    for (const Row& row : table.rows) {
        if (row.loop == loop && row.kind != RowKind::prefetch) add_row(table, row, vector, tally);
    }
    return tally.total();
}

double worst_spill(const LoopTable& table, const VectorFacts& vector, double available) {
    double worst = 0;
    int seen = no_loop - 1;
    for (const Row& row : table.rows) {
        if (row.kind != RowKind::update && row.kind != RowKind::compute) continue;
        if (row.loop == seen) continue;
        seen = row.loop;
        worst = std::max(worst, registers_in(table, row.loop, vector).spilled(available));
    }
    return worst;
}

}  // namespace saku::features
