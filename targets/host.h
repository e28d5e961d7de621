// Which machine is this? Found by feature flags and cache geometry, never by name alone: virtual machines report wrong
// model names and caches of which a core gets only a part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "targets/machine.h"

namespace saku::targets {

/// What the system says about itself (/proc/cpuinfo, /sys/devices/system/cpu).
struct HostFacts {
    std::string architecture;            ///< "x86_64", "aarch64"
    std::string vendor;
    std::string model_name;
    std::vector<std::string> flags;      ///< sorted
    std::int64_t l1d_bytes = 0, l2_bytes = 0, l3_bytes = 0;  ///< of one instance; 0 unknown
    int cores = 1;
};

struct HostMatch {
    Machine machine;
    bool is_generic = false;             ///< no file fits: a generic machine with the measured geometry
    std::vector<std::string> evidence;   ///< one sentence each, printed by `saku machine host`
};

[[nodiscard]] HostFacts host_facts();
/// Deterministic in its input; the scoring is documented with each rule's evidence line.
[[nodiscard]] HostMatch match_host(const HostFacts& facts);

}  // namespace saku::targets
