// Where a kernel's data is when a run begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace saku::features {

enum class Residence : std::uint8_t {
    warm,  ///< where the run before left it: what fits into a cache is there
    cold,  ///< in memory, none of it in any cache or TLB
};

/// "warm", "cold".
[[nodiscard]] std::string_view name_of(Residence residence);
/// All of them, in the order of their values.
[[nodiscard]] std::vector<std::string> residence_names();
[[nodiscard]] std::optional<Residence> residence_named(std::string_view name);

}  // namespace saku::features
