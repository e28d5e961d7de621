// Amounts as people read them.
#pragma once

#include <string>

namespace saku {

/// "768 B", "96.0 KiB", "17.0 MiB", "2.5 GiB".
[[nodiscard]] std::string bytes_text(double bytes);

}  // namespace saku
