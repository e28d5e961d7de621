// Accesses whose places are no straight lines over the chain: with floors and remainders, or padded. They are made by
// subscripts, the way that nests take, and remembered. Internal to table_*.cpp.
#pragma once

#include "tuner/table_guards.h"
#include "tuner/table_production.h"

namespace saku::tuner {

/// Adds an access of an argument; `padded`: it may leave its tensor.
void add_divided(Production& work, const TemplateAccess& access, Use use, Guarding guarded, bool padded);

}  // namespace saku::tuner
