// Every execution of a nest's stores, in order: the loop under the oracles for counts and for traffic.
#pragma once

#include <cstdint>
#include <functional>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"

namespace saku::tests {

/// Visits the stores of the block as they are executed, with the node that holds each; `values` are those of the
/// variables at that moment.
inline void run_through(const ir::Block& block, std::vector<std::int64_t>& values,
                        const std::function<void(const ir::Node&, const ir::Store&)>& visit) {
    for (const ir::Node& node : block) {
        std::visit(Overloaded{[&](const ir::Loop& loop) {
                                  for (std::int64_t v = 0; v < loop.extent.value; ++v) {
                                      values[static_cast<std::size_t>(loop.variable)] = v;
                                      run_through(loop.body, values, visit);
                                  }
                              },
                              [&](const ir::Guard& guard) {
                                  bool holds = true;
                                  for (const ir::Index& condition : guard.conditions) {
                                      holds = holds && ir::evaluate(condition, values) >= 0;
                                  }
                                  run_through(holds ? guard.then : guard.otherwise, values, visit);
                              },
                              [&](const ir::Intrinsic& intrinsic) { run_through(intrinsic.semantics, values, visit); },
                              [&](const ir::Store& store) { visit(node, store); }, [](const ir::Prefetch&) {}},
                   node.node);
    }
}

}  // namespace saku::tests
