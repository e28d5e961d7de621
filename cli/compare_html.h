// What `saku compare --html` writes: one page that needs nothing else.
#pragma once

#include <string>
#include <vector>

#include "cli/compare_report.h"

namespace saku::cli {

/// A table of all operators, and for each one predicted beside measured times, and speed over tuning time.
[[nodiscard]] std::string compare_html(const std::vector<Compared>& rows);

}  // namespace saku::cli
