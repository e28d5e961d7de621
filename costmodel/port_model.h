// The throughput of one core for a mix of instructions, from the machine's table of operations and ports.
//
// A set of instructions takes at least, for every set P of ports, (micro-operations that can only go to P) / |P|
// cycles; the largest of these bounds is exact for pipelined ports. Which sets P can bind depends on the machine only,
// so they are worked out once, and pricing a mix is a small matrix-vector product. (Closed form after uiCA's facile,
// Abel and Reineke.)
//
// Ports that no instruction can choose between (arithmetic, loads, stores, scalars) work beside each other. Where two
// such groups have nearly as much to do, neither is busy all the time: one waits for what the other makes, and the
// scheduler does not see far enough to even that out. So what is sustained is a norm of the groups' bounds, of a high
// power, as measured with depthwise windows on a Zen 4 core (docs/cost-model.md).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "features/instruction_mix.h"
#include "targets/machine.h"

namespace saku::costmodel {

inline constexpr std::size_t max_port_sets = 64;
/// Of ports that share nothing; of more the last ones count as one, of the largest bound. No shipped machine has more.
inline constexpr std::size_t max_port_groups = 8;
/// So many sets are looked at together; models are filled up with sets that nothing occupies.
inline constexpr std::size_t sets_at_once = 8;

/// For one element type and vector width.
struct PortModel {
    /// Cycles that one instruction of each kind occupies a set of ports that can bind: all sets of the first kind, all
    /// of the second, and so on.
    std::vector<double> occupied;
    std::size_t sets = 0;                   ///< at most `max_port_sets`, a multiple of `sets_at_once`
    std::vector<std::size_t> group_ends{};  ///< sets that share no port: those of each group end before this one
    features::InstructionCounts slots{};    ///< of the issue width
    features::InstructionCounts latency{};  ///< cycles
};

/// Cycles that the ports need for the mix.
[[nodiscard]] double port_cycles(const PortModel& model, const features::InstructionCounts& mix);
/// Cycles that they sustain: (sum t^p)^(1/p) over groups of ports that share nothing. No less than `port_cycles`, and
/// for two mixes together no more than for one after the other. `power`: a power of two, from 2 on.
[[nodiscard]] double sustained_cycles(const PortModel& model, const features::InstructionCounts& mix, int power);
/// Issue slots that the mix takes.
[[nodiscard]] double issue_slots(const PortModel& model, const features::InstructionCounts& mix);

/// Port models for every element type and every width from scalars to the machine's vectors.
class PortTable {
public:
    /// `memory_efficiency`: part of their peak that load and store ports sustain. Operations that the machine does not
    /// list for a type or width are taken from f32, then from wider vectors, then from a related class.
    PortTable(const targets::Machine& machine, double memory_efficiency);
    [[nodiscard]] const PortModel& at(features::Element type, int bits) const;

private:
    static constexpr int width_count = 6;  // scalar, 128, 256, 512, 1024, 2048 bits
    [[nodiscard]] static std::size_t width_index(int bits);
    std::vector<PortModel> models_;
};

}  // namespace saku::costmodel
