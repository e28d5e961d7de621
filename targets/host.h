// Which machine is this? Found by feature flags and cache geometry, never by name alone: virtual machines report wrong
// model names and caches of which a core gets only a part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "targets/machine.h"

namespace saku::targets {

/// What the system says about itself (/proc/cpuinfo, /sys/devices/system/cpu).
struct HostFacts {
    std::string architecture;  ///< "x86_64", "aarch64"; "unknown" otherwise
    std::string vendor;        ///< "GenuineIntel"; for Arm the implementer and part, "0x41/0xd0c"
    std::string model_name;
    std::vector<std::string> flags;                          ///< sorted
    std::int64_t l1d_bytes = 0, l2_bytes = 0, l3_bytes = 0;  ///< of one instance; 0 unknown
    int cores = 1;              ///< that this process may run on; hardware threads of one core count once
    int family = 0, model = 0;  ///< x86 only
    int l1d_ways = 0, l2_ways = 0, l3_ways = 0;  ///< 0 unknown
    int line_bytes = 0;                          ///< 0 unknown
};

struct HostMatch {
    Machine machine;
    bool is_generic = false;            ///< no file fits: a generic machine with the measured geometry
    std::vector<std::string> evidence;  ///< one sentence each, printed by `saku machine host`
};

/// The facts of this host. What cannot be read stays at its default.
[[nodiscard]] HostFacts host_facts();

/// Processors that the calling thread may use, ascending; none where the system does not say.
[[nodiscard]] std::vector<int> allowed_processors();

/// The facts below another root directory (a recorded /proc and /sys) for a process that may use these processors.
[[nodiscard]] HostFacts host_facts_below(const std::string& root, const std::vector<int>& processors);

/// The built-in machine that a host is. A machine fits when its "recognition" holds (architecture, vendor, every flag
/// it needs and none it excludes, L3 in its range) and L1d and L2 have the sizes of its file. Of those that fit, a
/// listed family and model counts 2 and an equal L3 size 1; ties go to the machine that needs more flags, then to the
/// first name. `topology.cores` becomes the number of cores really available.
///
/// When none fits: the most capable of x86-64-v4, v3, v2 (or armv8-a) that the flags allow, with the caches that the
/// system reports. An error when there is no such machine either (another architecture, or an x86 without SSE4.2).
/// Deterministic in its input.
[[nodiscard]] Result<HostMatch> match_host(const HostFacts& facts);

}  // namespace saku::targets
