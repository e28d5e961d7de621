// What `saku explain --html` writes: one page that needs nothing else.
#pragma once

#include <string>

#include "cli/explain_report.h"

namespace saku::cli {

/// Where the time goes, the roofline, memory traffic, loops, machine code, warnings and the comparison, if there is
/// one.
[[nodiscard]] std::string explain_html(const Explained& explained);

}  // namespace saku::cli
