// From an operator to its best schedule, without running anything: the whole program on one screen is in tune.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "features/machine_code.h"
#include "ir/operator.h"
#include "targets/emit.h"
#include "targets/machine.h"
#include "tuner/explore.h"
#include "tuner/limits.h"
#include "tuner/machine_code.h"
#include "tuner/ranked.h"

namespace saku::tuner {

/// What a search ends with; the rest of tuning follows from it.
struct Decided {
    std::size_t candidates = 0;
    std::size_t passed_over = 0;
    std::map<std::string, std::size_t> rejected = {};
    std::string remark = {};
    std::vector<Id> top = {};                   ///< best first
    std::optional<double> margin_to_next = {};  ///< of the best
    double tier1_seconds = 0;
    double tier2_seconds = 0;
};

struct TuneOptions {
    int threads = 1;  ///< cores the kernel is for
    features::Residence residence = features::Residence::warm;
    std::string search = "default";
    std::size_t candidates = 0;  ///< ids to price at most; 0: default_candidates
    double seconds = 0;          ///< or until so long has passed; 0: no such limit
    std::uint64_t seed = 0;
    std::size_t top = 5;                                           ///< how many of the best are reported
    int jobs = 1;                                                  ///< saku's own threads; no influence on the result
    std::vector<std::pair<std::string, std::string>> pinned = {};  ///< --fix
    Limits limits = {};
    std::string name = {};  ///< of the kernel; empty: from the shorthand
    bool emit_object = true;
    bool emit_assembly = false;
    bool emit_llvm_ir = false;
    Progress progress = {};
    std::optional<Decided> decided = {};  ///< by an earlier tuning with the same options: nothing is searched
};

/// Chosen from the speed of pricing: 2 to 5 us of one core each (docs/tuning.md).
inline constexpr std::size_t default_candidates = 30'000;
/// So many of the best go on to tier 2, which looks at as many of them as it needs.
inline constexpr std::size_t most_kept = 8192;
/// It hardly ever looks at more than the first ones: what certainly costs more than these is priced only if it does.
inline constexpr std::size_t kept_at_first = 64;
/// Tier 2 compiles at most so many inner regions, and stops after so many instructions of machine code.
inline constexpr std::size_t most_compiled = 48;
inline constexpr std::size_t most_compiled_instructions = 40'000;

struct TuneResult {
    std::string op;  ///< canonical shorthand
    std::string target;
    std::string calibration;  ///< fingerprint of what refined the target; empty: nothing
    std::string name;         ///< of the kernel
    int threads = 1;
    features::Residence residence = features::Residence::warm;
    std::uint64_t seed = 0;
    std::string search;
    std::string remark;  ///< to be shown to the user where not empty
    Id space_size = 0;
    std::size_t candidates = 0;
    std::size_t passed_over = 0;  ///< by precedent (tuner/explore.h)
    std::map<std::string, std::size_t> rejected;
    double seconds = 0;  ///< wall time of all of it; like the next two not reproducible
    double tier1_seconds = 0;
    double tier2_seconds = 0;
    bool interrupted = false;
    bool remembered = false;      ///< an earlier tuning's decision was taken; the times of its tiers are its own
    std::vector<CodeLook> looks;  ///< what tier 2 did with the cheapest candidates; empty when remembered
    std::size_t regions = 0;      ///< inner regions that tier 2 compiled
    /// Under a limit on code: the least of those that tier 2 compiled, whether it fits or not.
    std::optional<std::int64_t> least_code_bytes = {};
    std::vector<Ranked> top;      ///< best first; empty: no legal schedule was found, `rejected` says why
    ir::LoopNest nest;            ///< of the best, verified
    std::optional<targets::Emitted> emitted;
    std::vector<features::LoopCode> inner_loops;  ///< of the kernel; empty unless assembly was asked for
};

/// Errors: pinned holes and search names that do not exist, names that are none. An operator without a legal schedule
/// is a result with an empty `top`.
[[nodiscard]] Result<TuneResult> tune(const ir::Operator& op, const targets::Machine& machine,
                                      const TuneOptions& options);

}  // namespace saku::tuner
