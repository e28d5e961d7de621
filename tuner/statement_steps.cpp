#include "tuner/statement_steps.h"

#include <algorithm>
#include <optional>

namespace saku::tuner {

std::vector<std::string> loops_around(const ir::LoopNest& plain, int statement) {
    std::vector<std::string> found;
    std::vector<std::string> path;
    const auto visit = [&](const auto& self, const ir::Block& block) -> void {
        for (const ir::Node& node : block) {
            if (const ir::Loop* loop = std::get_if<ir::Loop>(&node.node)) {
                path.push_back(plain.variables[static_cast<std::size_t>(loop->variable)]);
                self(self, loop->body);
                path.pop_back();
            } else if (const ir::Store* store = std::get_if<ir::Store>(&node.node);
                       store != nullptr && store->statement == statement) {
                found = path;
            }
        }
    };
    visit(visit, plain.body);
    return found;
}

namespace {

std::optional<std::size_t> vector_axis(const AccessPattern& pattern) {
    for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
        if (pattern.axes[a].role == Role::k || pattern.output.reach[a] != Reach::contiguous) continue;
        const bool simple =
            std::all_of(pattern.operands.begin(), pattern.operands.end(), [&](const OperandPattern& operand) {
                return operand.reach[a] == Reach::contiguous || operand.reach[a] == Reach::invariant;
            });
        if (simple) return a;
    }
    return std::nullopt;
}

}  // namespace

schedules::Schedule statement_steps(const ir::Operator& op, const ir::LoopNest& plain, int statement,
                                    const targets::Machine& machine) {
    const AccessPattern pattern = access_pattern(op, statement);
    const std::optional<std::size_t> axis = vector_axis(pattern);
    const ir::DType type = op.tensors[static_cast<std::size_t>(pattern.output.tensor)].type;
    const std::int64_t lanes = machine.vector.bits / (8 * ir::size_bytes(type));
    if (!axis || lanes < 2 || pattern.axes[*axis].extent < lanes) return {};
    std::vector<std::string> order = loops_around(plain, statement);
    const std::string loop = order[*axis];
    const auto fresh = [&](std::string name) {
        while (ir::find_variable(plain, name)) name += "_";
        return name;
    };
    const std::string outer = fresh(loop + "_o");
    const std::string inner = fresh(loop + "_l");
    schedules::Schedule schedule;
    schedule.steps.push_back(schedules::Split{.loop = loop, .factor = lanes, .outer = outer, .inner = inner});
    order[*axis] = outer;
    order.push_back(inner);
    schedule.steps.push_back(schedules::Reorder{.loops = order});
    schedule.steps.push_back(schedules::Vectorize{.loop = inner});
    if (pattern.axes[*axis].extent % lanes != 0) {
        schedule.steps.push_back(schedules::Tail{.loop = inner, .kind = schedules::Tail::Kind::mask});
    }
    return schedule;
}

}  // namespace saku::tuner
