// Pricing nests in the tests of this folder.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "costmodel/estimate.h"
#include "features/table_of.h"
#include "frontends/operator_from.h"
#include "ir/operator.h"
#include "ir/print.h"
#include "targets/machine_file.h"

namespace saku::tests {

template <class T, class E>
T value_of(Result<T, E> result) {
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? std::string() : result.error().text()));
    return *std::move(result);
}

inline targets::Machine machine(const std::string& name) { return value_of(targets::machine_named(name)); }

inline costmodel::Model model_for(const std::string& machine_name, int threads = 1) {
    return costmodel::prepare(machine(machine_name), value_of(costmodel::built_in_coefficients()), threads);
}

inline features::LoopTable table_of_nest(const std::string& text) {
    return value_of(features::table_of(value_of(ir::parse(text))));
}

/// The plain nest of an operator.
inline features::LoopTable table_of_operator(const std::string& shorthand) {
    return value_of(features::table_of(ir::lower(value_of(frontends::operator_from(shorthand)))));
}

/// A register-tiled, blocked matrix product with b packed in panels, as its loops stand after scheduling.
struct BlockedGemm {
    int m = 1024, n = 1024, k = 1024;
    int mr = 8, nv = 3, lanes = 16;  ///< tile: mr rows, nv vectors of lanes
    int kc = 256, mc_tiles = 12, nc_tiles = 4;
    bool pack_a = true;
};
std::string text_of(const BlockedGemm& gemm);

}  // namespace saku::tests
