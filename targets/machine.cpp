#include "targets/machine.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace saku::targets {

const std::vector<std::string>& operation_classes() {
    static const std::vector<std::string> classes{
        "fma",         "add",          "mul",        "div",       "sqrt",      "max",     "round",    "logic",
        "compare",     "select",       "shuffle",    "permute",   "broadcast", "convert", "extract",  "dot",
        "tile",        "load",         "store",      "gather",    "mask",      "branch",  "prefetch", "load_broadcast",
        "load_masked", "store_masked", "scalar_int", "scalar_mul"};
    return classes;
}

const Operation* find_operation(const Machine& machine, const std::string& op, const std::string& type, int bits) {
    const Operation* any = nullptr;
    for (const Operation& operation : machine.operations) {
        if (operation.op != op || operation.bits != bits) continue;
        if (operation.type == type) return &operation;
        if (operation.type == "any") any = &operation;
    }
    return any;
}

namespace {

/// The bound over all unions of the sets given, which are distinct.
double union_bound(const std::vector<MicroOps>& sets) {
    std::vector<std::uint32_t> unions{0};
    for (const MicroOps& set : sets) {
        const std::size_t known = unions.size();
        for (std::size_t i = 0; i < known; ++i) {
            const std::uint32_t joined = unions[i] | set.ports;
            if (std::find(unions.begin(), unions.end(), joined) == unions.end()) unions.push_back(joined);
        }
    }
    double bound = 0;
    for (const std::uint32_t ports : unions) {
        if (ports == 0) continue;
        std::int64_t count = 0;
        for (const MicroOps& set : sets) {
            if ((set.ports & ~ports) == 0) count += set.count;
        }
        bound = std::max(bound, static_cast<double>(count) / std::popcount(ports));
    }
    return bound;
}

/// Takes from `sets` those that share ports, directly or through others, with the last one.
std::vector<MicroOps> take_component(std::vector<MicroOps>& sets) {
    std::uint32_t reached = sets.back().ports;
    std::vector<MicroOps> component;
    for (bool grew = true; grew;) {
        grew = false;
        for (std::size_t i = 0; i < sets.size();) {
            if ((sets[i].ports & reached) == 0) {
                ++i;
                continue;
            }
            reached |= sets[i].ports;
            component.push_back(sets[i]);
            sets.erase(sets.begin() + static_cast<std::ptrdiff_t>(i));
            grew = true;
        }
    }
    return component;
}

}  // namespace

double port_bound_cycles(const std::vector<MicroOps>& uops) {
    std::vector<MicroOps> sets;
    for (const MicroOps& uop : uops) {
        if (uop.ports == 0) continue;
        const auto same =
            std::find_if(sets.begin(), sets.end(), [&](const MicroOps& s) { return s.ports == uop.ports; });
        if (same == sets.end())
            sets.push_back(uop);
        else
            same->count += uop.count;
    }
    // A union of sets without common ports is never tighter than its parts, and leaving such unions out keeps their
    // number small.
    double bound = 0;
    while (!sets.empty()) bound = std::max(bound, union_bound(take_component(sets)));
    return bound;
}

}  // namespace saku::targets
