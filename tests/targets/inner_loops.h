// What the machine code of a nest holds.
#pragma once

#include <vector>

#include "check_same.h"
#include "features/machine_code.h"

namespace saku::tests {

/// The innermost loops of the kernel that the nest becomes for a machine.
inline std::vector<features::LoopCode> inner_loops_of(const ir::LoopNest& nest, const std::string& target = "zen5") {
    const auto machine = targets::machine_named(target);
    REQUIRE(machine.ok());
    const auto emitted = targets::emit(nest, machine->codegen, {.name = "kernel", .object = false, .assembly = true});
    REQUIRE(emitted.ok());
    return features::inner_loops(targets::read_assembly(emitted->assembly));
}

}  // namespace saku::tests
