// Accesses whose subscripts are straight lines and may leave their tensor. Internal to table_*.cpp.
#pragma once

#include "tuner/table_guards.h"
#include "tuner/table_production.h"

namespace saku::tuner {

/// Adds a padded access of an argument; of the form `straight`.
void add_padded(Production& work, const TemplateAccess& access, Use use, Guarding guarded);

/// Adds the read of a region's copy; `padded`: it may leave the tensor. The tensor is not blocked.
void add_straight_region(Production& work, const CopyState& copy, const TemplateAccess& access, bool padded);

}  // namespace saku::tuner
