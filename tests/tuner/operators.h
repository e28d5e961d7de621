// Operators and machines that the tuner's tests share.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "frontends/operator_from.h"
#include "ir/operator.h"
#include "targets/machine_file.h"

namespace saku::tests {

inline ir::Operator operator_named(const std::string& shorthand) {
    auto op = frontends::operator_from(shorthand);
    REQUIRE_MESSAGE(op.ok(), (op.ok() ? std::string() : op.error().text()));
    return *op;
}

inline targets::Machine machine_named(const std::string& name) {
    auto machine = targets::machine_named(name);
    REQUIRE_MESSAGE(machine.ok(), (machine.ok() ? std::string() : machine.error().text()));
    return *machine;
}

}  // namespace saku::tests
