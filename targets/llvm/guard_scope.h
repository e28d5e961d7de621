// What a guard says of the loops around it, for the code inside.
#pragma once

#include <map>
#include <vector>

#include "targets/llvm/frame.h"

namespace saku::targets {

/// Remembers conditions that hold, and narrows the values of loop variables to those for which they do, until it is
/// destroyed. A variable of which one value is left is a constant meanwhile.
///
///     for x_m < 2 { if 12 - 16*x_m >= 0 { .. in[32*x_m + 2*x_l + v] .. } }    x_m is 0 inside: what may be read beyond
///                                                                           the vectors of a row is known
class GuardScope {
public:
    /// `conditions`: resolved, each holds (is not negative).
    GuardScope(Frame& frame, const std::vector<ir::Index>& conditions);
    ~GuardScope();
    GuardScope(const GuardScope&) = delete;
    GuardScope& operator=(const GuardScope&) = delete;

private:
    Frame& frame_;
    std::map<ir::VarId, ir::Interval> ranges_;
    std::map<ir::VarId, std::int64_t> constants_;
    std::size_t holding_;
};

/// What holds where not all of the conditions do: something where there is one of them.
[[nodiscard]] std::vector<ir::Index> where_none_holds(const std::vector<ir::Index>& conditions);

}  // namespace saku::targets
