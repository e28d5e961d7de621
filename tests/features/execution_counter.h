// An oracle for counts: runs through a nest and counts what is executed. Slow, exact, and written without any of the
// code under test.
#pragma once

#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "ir/walk.h"
#include "tests/features/run_through.h"

namespace saku::tests {

/// Executions of each store of a nest, which must outlive this; nodes are told apart by their address.
class ExecutionCounter {
public:
    explicit ExecutionCounter(const ir::LoopNest& nest) : nest_(nest), values_(nest.variables.size(), 0) {
        run_through(nest.body, values_, [&](const ir::Node& node, const ir::Store&) { counts_[&node] += 1; });
    }

    /// Of the stores that are executed at all, in program order.
    [[nodiscard]] std::vector<double> statements() const {
        std::vector<double> executions;
        ir::walk(nest_.body, [&](const ir::Node& node) {
            const auto counted = counts_.find(&node);
            if (counted != counts_.end()) executions.push_back(counted->second);
        });
        return executions;
    }

private:
    const ir::LoopNest& nest_;
    std::vector<std::int64_t> values_;
    std::map<const ir::Node*, double> counts_;
};

}  // namespace saku::tests
