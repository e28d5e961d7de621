#include "costmodel/port_model.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/checked.h"
#include "costmodel/norm.h"

namespace saku::costmodel {

using features::Element;
using features::Instruction;
using features::instruction_count;

namespace {

const char* type_name(Element type) {
    static constexpr std::array<const char*, features::element_count> names{"f32", "f64", "bf16", "i8",
                                                                            "u8",  "i32", "i64"};
    return names[static_cast<std::size_t>(type)];
}

bool is_control(Instruction instruction) {
    return instruction == Instruction::mask || instruction == Instruction::scalar_int ||
           instruction == Instruction::branch || instruction == Instruction::prefetch;
}

bool is_memory(Instruction instruction) {
    return instruction == Instruction::load || instruction == Instruction::load_broadcast ||
           instruction == Instruction::store || instruction == Instruction::prefetch;
}

/// Classes that a missing one resembles, nearest first.
std::vector<std::string> names_of(Instruction instruction) {
    const std::string own = features::name_of(instruction);
    switch (instruction) {
        case Instruction::multiply:
            return {own, "fma"};
        case Instruction::add:
            return {own, "fma"};
        case Instruction::minmax:
            return {own, "add", "fma"};
        case Instruction::logic:
            return {own, "add", "fma"};
        case Instruction::square_root:
            return {own, "div"};
        case Instruction::load_broadcast:
            return {own, "load"};
        case Instruction::prefetch:
            return {own, "load"};
        case Instruction::branch:
            return {own, "scalar_int"};
        case Instruction::mask:
            return {own, "scalar_int"};
        default:
            return {own};
    }
}

const targets::Operation* find(const targets::Machine& machine, Instruction instruction, Element type, int bits) {
    for (const std::string& name : names_of(instruction)) {
        if (is_control(instruction)) {
            if (const auto* found = targets::find_operation(machine, name, "i64", 64)) return found;
        }
        for (const char* element : {type_name(type), "f32"}) {
            for (int width = bits; width <= 2048; width *= 2) {
                if (const auto* found = targets::find_operation(machine, name, element, width)) return found;
            }
            for (int width = bits / 2; width >= 8; width /= 2) {
                if (const auto* found = targets::find_operation(machine, name, element, width)) return found;
            }
        }
    }
    return nullptr;
}

using Operations = std::array<const targets::Operation*, instruction_count>;

/// Unions of the port sets in use that hang together. A union of sets without a common port never binds more than its
/// parts do.
std::vector<std::uint32_t> binding_sets(const Operations& operations) {
    std::vector<std::uint32_t> sets;
    const auto insert = [&](std::uint32_t ports) {
        if (ports == 0 || sets.size() >= max_port_sets) return;
        if (std::find(sets.begin(), sets.end(), ports) == sets.end()) sets.push_back(ports);
    };
    for (const targets::Operation* operation : operations) {
        if (operation == nullptr) continue;
        for (const targets::MicroOps& uops : operation->uops) insert(uops.ports);
    }
    for (std::size_t a = 0; a < sets.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            if ((sets[a] & sets[b]) != 0) insert(sets[a] | sets[b]);
        }
    }
    return sets;
}

bool never_above(const features::InstructionCounts& a, const features::InstructionCounts& b) {
    for (std::size_t i = 0; i < instruction_count; ++i) {
        if (a[i] > b[i]) return false;
    }
    return true;
}

/// A set of ports, and the cycles that one instruction of each kind occupies it.
struct PortSet {
    std::uint32_t ports = 0;
    features::InstructionCounts bound{};
};

/// Drops sets whose bound another one implies.
std::vector<PortSet> undominated(const std::vector<PortSet>& sets) {
    std::vector<PortSet> kept;
    for (std::size_t a = 0; a < sets.size(); ++a) {
        bool implied = false;
        for (std::size_t b = 0; b < sets.size() && !implied; ++b) {
            if (a == b || !never_above(sets[a].bound, sets[b].bound)) continue;
            implied = sets[a].bound != sets[b].bound || b < a;
        }
        if (!implied) kept.push_back(sets[a]);
    }
    return kept;
}

/// Sorts sets into groups that share no port; where each group ends. What is left over is in the last one.
std::vector<std::size_t> group(std::vector<PortSet>& sets) {
    std::vector<std::size_t> ends;
    for (auto first = sets.begin(); first != sets.end();) {
        std::uint32_t ports = first->ports;
        auto end = first + 1;
        for (auto joined = first; joined != end;) {
            joined = end;
            end = std::partition(end, sets.end(), [&](const PortSet& set) { return (set.ports & ports) != 0; });
            for (auto set = joined; set != end; ++set) ports |= set->ports;
        }
        if (ends.size() == max_port_groups) ends.pop_back();
        ends.push_back(static_cast<std::size_t>(end - sets.begin()));
        first = end;
    }
    return ends;
}

PortModel model_of(const targets::Machine& machine, Element type, int bits, double memory_efficiency) {
    Operations operations{};
    PortModel model;
    for (std::size_t i = 0; i < instruction_count; ++i) {
        operations[i] = find(machine, static_cast<Instruction>(i), type, bits);
        model.slots[i] = operations[i] == nullptr ? 1 : operations[i]->issue_slots;
        model.latency[i] = operations[i] == nullptr ? 0 : operations[i]->latency_cycles;
    }
    std::vector<PortSet> sets;
    for (const std::uint32_t ports : binding_sets(operations)) {
        PortSet set{.ports = ports};
        for (std::size_t i = 0; i < instruction_count; ++i) {
            if (operations[i] == nullptr) continue;
            const double efficiency = is_memory(static_cast<Instruction>(i)) ? memory_efficiency : 1;
            for (const targets::MicroOps& uops : operations[i]->uops) {
                if ((uops.ports & ~ports) != 0) continue;
                set.bound[i] += uops.count / (std::popcount(ports) * efficiency);
            }
        }
        sets.push_back(set);
    }
    sets = undominated(sets);
    model.group_ends = group(sets);
    sets.resize(ceil_div(static_cast<std::int64_t>(sets.size()), std::int64_t{sets_at_once}) * sets_at_once);
    model.sets = sets.size();
    for (std::size_t i = 0; i < instruction_count; ++i) {
        for (const PortSet& set : sets) model.occupied.push_back(set.bound[i]);
    }
    return model;
}

}  // namespace

namespace {

/// Cycles that the mix occupies each set.
std::array<double, max_port_sets> occupied_cycles(const PortModel& model, const features::InstructionCounts& mix) {
    std::array<std::size_t, instruction_count> kinds;  // that occur: most do not
    std::size_t count = 0;
    for (std::size_t i = 0; i < instruction_count; ++i) {
        kinds[count] = i;
        count += mix[i] != 0 ? 1 : 0;
    }
    std::array<double, max_port_sets> all;
    for (std::size_t first = 0; first < model.sets; first += sets_at_once) {
        std::array<double, sets_at_once> cycles{};
        for (std::size_t k = 0; k < count; ++k) {
            const double* const occupied = model.occupied.data() + kinds[k] * model.sets + first;
            for (std::size_t s = 0; s < sets_at_once; ++s) cycles[s] += occupied[s] * mix[kinds[k]];
        }
        std::copy(cycles.begin(), cycles.end(), all.begin() + static_cast<std::ptrdiff_t>(first));
    }
    return all;
}

double largest(std::span<const double> values) {
    double most = 0;
    for (const double value : values) most = std::max(most, value);
    return most;
}

}  // namespace

double port_cycles(const PortModel& model, const features::InstructionCounts& mix) {
    const auto cycles = occupied_cycles(model, mix);
    return largest(std::span(cycles).first(model.sets));
}

double sustained_cycles(const PortModel& model, const features::InstructionCounts& mix, int power) {
    const auto cycles = occupied_cycles(model, mix);
    std::array<double, max_port_groups> groups{};
    std::size_t s = 0;
    for (std::size_t g = 0; g < model.group_ends.size(); ++g) {
        double most = cycles[s++];
        for (; s < model.group_ends[g]; ++s) most = std::max(most, cycles[s]);
        groups[g] = most;
    }
    return norm_led(groups, power);
}

double issue_slots(const PortModel& model, const features::InstructionCounts& mix) {
    double slots = 0;
    for (std::size_t i = 0; i < instruction_count; ++i) slots += model.slots[i] * mix[i];
    return slots;
}

std::size_t PortTable::width_index(int bits) {
    std::size_t index = 0;
    for (int width = 64; width < bits && index + 1 < width_count; width *= 2) ++index;
    return index;
}

PortTable::PortTable(const targets::Machine& machine, double memory_efficiency) {
    for (int type = 0; type < features::element_count; ++type) {
        const auto element = static_cast<Element>(type);
        models_.push_back(model_of(machine, element, 8 * features::element_bytes(element), memory_efficiency));
        for (int w = 1, bits = 128; w < width_count; ++w, bits *= 2) {
            models_.push_back(
                model_of(machine, element, std::min(bits, std::max(128, machine.vector.bits)), memory_efficiency));
        }
    }
}

const PortModel& PortTable::at(Element type, int bits) const {
    return models_[static_cast<std::size_t>(type) * width_count + width_index(bits)];
}

}  // namespace saku::costmodel
