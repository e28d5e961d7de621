// What a guard says of the loops around it, for the code inside.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "targets/llvm/frame.h"

namespace saku::targets {

enum class Branch : std::uint8_t { then, otherwise };

/// Remembers what the conditions of a guard say (ir/facts.h), and narrows the values of loop variables to those that
/// are left, until it is destroyed. A variable of which one value is left is a constant meanwhile.
///
///     for x_m < 2 { if 12 - 16*x_m >= 0 { .. in[32*x_m + 2*x_l + v] .. } }    x_m is 0 inside: what may be read beyond
///                                                                           the vectors of a row is known
class GuardScope {
public:
    /// `conditions`: resolved, those of a guard; in its else branch not all of them hold.
    GuardScope(Frame& frame, const std::vector<ir::Index>& conditions, Branch branch);
    ~GuardScope();
    GuardScope(const GuardScope&) = delete;
    GuardScope& operator=(const GuardScope&) = delete;

private:
    Frame& frame_;
    std::map<ir::VarId, ir::Interval> ranges_;
    std::map<ir::VarId, std::int64_t> constants_;
    std::optional<ir::Facts> facts_;
};

}  // namespace saku::targets
