// How an access of a nest is written down in a loop table.
#pragma once

#include <cstdint>
#include <vector>

#include "features/access_shape.h"
#include "features/loop_table.h"
#include "ir/loop_nest.h"

namespace saku::features {

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
