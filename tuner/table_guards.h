// Fused axes, and what guards leave of an axis, for tables in the making. Internal to table_*.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "tuner/table_production.h"

namespace saku::tuner {

/// Which guards on an axis stand around an access: none on copies; those of peeled last tiles on rows of the tile;
/// masks, too, on what is stored.
enum class Guarding : std::uint8_t { copy, row, stored };

/// A number for what the guards say about the values of an axis.
[[nodiscard]] std::int64_t guard_code(const AxisState& state, Guarding guarded);

/// The parts of a fused axis as indices over its loops in the chain (variable 0 is the outermost), simplified with what
/// guards say about them.
[[nodiscard]] const FusedParts& fused_parts(Production& work, int axis, Guarding guarded);
/// The same over slots.
[[nodiscard]] std::vector<ir::Index> fused_parts_by_slots(Production& work, int axis, Guarding guarded);
[[nodiscard]] bool is_fused(const Production& work, int axis);

/// How an access can be written over the chain: in straight lines per dimension; in straight lines over memory, spread
/// over the dimensions; or only with floors and remainders.
enum class Form : std::uint8_t { straight, spread, divided };
[[nodiscard]] Form form_of(Production& work, const TemplateAccess& access, Guarding guarded);

/// Must the access be padded, each axis taking all values that come to this place? One that is never inside its tensor
/// is a constant, which is not covered.
[[nodiscard]] bool leaves(Production& work, const TemplateAccess& access, Guarding guarded);

/// Does a mask on some axis let the access read beyond the axis' end?
[[nodiscard]] bool is_freed(const Production& work, const TemplateAccess& access);

}  // namespace saku::tuner
