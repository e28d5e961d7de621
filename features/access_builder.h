// How an access of a nest is written down in a loop table.
#pragma once

#include <cstdint>
#include <vector>

#include "features/loop_table.h"
#include "ir/loop_nest.h"

namespace saku::features {

/// A loop around the place that a table is being made for, outermost first in a chain.
struct EnclosingLoop {
    ir::VarId variable = 0;
    std::int64_t extent = 1;
    int table_loop = no_loop;  ///< position in `LoopTable::loops`; no_loop: folded into the row
    bool is_vector = false;    ///< the folded loop whose iterations are lanes
};

/// How the access is used by its store or prefetch.
struct AccessUse {
    bool reads = false;
    bool writes = false;
};

/// Appends the access with its boxes and terms to the table.
void add_access(LoopTable& table, const ir::LoopNest& nest, const ir::Access& access, AccessUse use,
                const std::vector<EnclosingLoop>& chain);

/// Appends all buffers of the nest with their dimensions of more than one position, those of smallest stride first.
void add_buffers(LoopTable& table, const ir::LoopNest& nest);

}  // namespace saku::features
