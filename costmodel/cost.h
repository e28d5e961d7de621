// What pricing answers: a time, what it is made of, and what limits it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace saku::costmodel {

/// What time goes into. All are seconds of one run on the busiest core.
enum class Term : std::uint8_t {
    core,       ///< instructions: ports, issue width, latency chains, loop overhead
    l1_misses,  ///< lines that L1 fetches from the next level, and dirty ones that it hands on
    l2_misses,
    l3_misses,  ///< with fewer caches than three, the last one's misses go to memory under its own name
    tlb,        ///< address translation
    packing,    ///< everything that copies into scratch memory take
    calls,      ///< starting and leaving innermost loops: mispredicted exits, pipelines that fill and drain
    spills,     ///< vectors that do not fit into registers, beside their stores and loads
    fork_join,  ///< handing chunks to threads and waiting for them
};
inline constexpr int term_count = 9;

/// "core", "l1_misses", ...: keys in JSON and column titles.
[[nodiscard]] std::string_view name_of(Term term);

using Terms = std::array<double, term_count>;

struct Cost {
    double seconds = 0;
    /// Parts that add up to `seconds`. Resources that work side by side (core and the levels of memory) share the time
    /// they take together, mostly borne by the slowest of them.
    Terms terms{};
    /// What each resource would take if nothing else took time; more than its part in `terms`.
    Terms alone{};
    Term bottleneck = Term::core;  ///< the largest of `terms`; the first of equals

    [[nodiscard]] double part(Term term) const { return terms[static_cast<std::size_t>(term)]; }
};

}  // namespace saku::costmodel
