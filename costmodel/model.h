// A machine and the model's coefficients, made ready for pricing many tables.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "costmodel/coefficients.h"
#include "costmodel/port_model.h"
#include "features/footprint.h"
#include "features/instruction_mix.h"
#include "features/reuse.h"
#include "targets/machine.h"

namespace saku::costmodel {

/// Where the misses of one level go.
struct Refill {
    double load_cycles_per_unit = 0;   ///< per line (or page) fetched
    double store_cycles_per_unit = 0;  ///< per dirty line handed on
    /// For levels whose source slows down with the data's size: cycles per line by bytes of the whole nest, ascending.
    std::vector<std::pair<double, double>> cycles_by_footprint;
};

/// Cycles to fetch one line (page), where the whole nest touches so many bytes.
[[nodiscard]] double load_cycles(const Refill& refill, double footprint_bytes);

/// Values at ascending places; between two of them in proportion, beyond the ends as there. At least one.
using Points = std::vector<std::pair<double, double>>;
[[nodiscard]] double value_at(const Points& points, double place);

/// What prefetch instructions make of the time that L2 misses take.
struct PrefetchEffect {
    Points by_lines_ahead;   ///< factor, where they run so many lines ahead of what is used
    double burst_lines = 0;  ///< none, where one iteration asks for more
};

struct Model {
    std::string machine;  ///< its name
    int threads = 1;
    features::Residence residence = features::Residence::warm;
    double hertz = 0;
    double fork_join_seconds = 0;
    double chunk_seconds = 0;

    features::VectorFacts vector{};
    double vector_registers = 0;
    double issue_width = 0;
    double rob_entries = 0;
    double mispredict_cycles = 0;
    double first_load_cycles = 0;  ///< latency of an L1 hit
    PortTable ports;

    features::MemoryUnits units{};
    int cache_count = 0;  ///< levels 0 .. cache_count-1 are caches, then TLBs
    int level_count = 0;
    std::array<features::ReuseLevel, features::max_levels> levels{};
    std::array<Refill, features::max_levels> refills{};

    PrefetchEffect prefetched{};
    Coefficients coefficients{};
};

/// `threads` at least 1: the cores that the kernel runs on. Caches beyond the third are taken as part of the third's
/// misses; TLBs beyond the second are left out.
[[nodiscard]] Model prepare(const targets::Machine& machine, const Coefficients& coefficients, int threads,
                            features::Residence residence = features::Residence::warm);

}  // namespace saku::costmodel
