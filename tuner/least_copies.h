// The least that copies take. Internal to least_*.cpp.
#pragma once

#include <cstddef>

#include "costmodel/model.h"
#include "tuner/table_production.h"

namespace saku::tuner {

/// How often a copy's row is executed.
struct Copying {
    double executions = 1;
    bool leaves = false;    ///< reads may leave their tensor
    bool has_loop = false;  ///< of its own, that certainly stays one
};

/// The operand must be copied.
[[nodiscard]] Copying plan_copy(const Production& work, std::size_t operand);

/// At the least, of all threads together; 0 where its row may share a loop with others.
[[nodiscard]] double copy_cycles(const Production& work, const costmodel::Model& model, std::size_t operand);

}  // namespace saku::tuner
