#include "tuner/access_pattern.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/result.h"

namespace saku::tuner {

std::string to_string(Reach reach) {
    constexpr std::array<const char*, 4> names{"invariant", "contiguous", "strided", "irregular"};
    return names[static_cast<std::size_t>(reach)];
}

std::string to_string(Role role) {
    constexpr std::array<const char*, 4> names{"batch", "m", "n", "k"};
    return names[static_cast<std::size_t>(role)];
}

namespace {

bool follows(const OperandPattern& operand, std::size_t axis) { return operand.reach[axis] != Reach::invariant; }

/// What one step along `axis` does to the element that `access` names.
void add_reach(OperandPattern& operand, const ir::Tensor& tensor, const ir::Access& access, ir::VarId axis) {
    std::int64_t stride = 0;
    bool used = false;
    bool irregular = false;
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const ir::Index& index = access.indices[d];
        if (!index.uses(axis)) continue;
        used = true;
        const ir::Index linear = ir::Index::variable(axis) * index.coefficient(axis);
        if (!(ir::substitute(index, axis, ir::Index(0)) + linear == index)) irregular = true;
        stride += index.coefficient(axis) * tensor.strides[d];
    }
    Reach reach = Reach::invariant;
    if (irregular) {
        reach = Reach::irregular;
        stride = 0;
    } else if (used && stride != 0) {
        reach = stride == 1 ? Reach::contiguous : Reach::strided;
    }
    operand.stride.push_back(stride);
    operand.reach.push_back(reach);
}

bool can_leave(const ir::Operator& op, const ir::Tensor& tensor, const ir::Access& access) {
    const ir::Ranges ranges = [&](ir::VarId axis) -> std::optional<ir::Interval> {
        return ir::Interval{0, op.axes[static_cast<std::size_t>(axis)].extent - 1};
    };
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const std::optional<ir::Interval> reach = ir::range(access.indices[d], ranges);
        if (!reach || reach->low < 0 || reach->high >= tensor.shape[d]) return true;
    }
    return false;
}

/// Do different iterations give the index the same value by moving along different axes (y + u, but not 4*y + u for
/// u < 4)?
bool reaches_again(const ir::Index& index, const std::vector<AxisPattern>& axes) {
    std::vector<std::pair<std::int64_t, std::int64_t>> steps;  // coefficient, extent
    for (const AxisPattern& axis : axes) {
        const std::int64_t coefficient = index.coefficient(axis.axis);
        if (axis.extent > 1 && coefficient != 0) steps.emplace_back(std::abs(coefficient), axis.extent);
    }
    std::sort(steps.begin(), steps.end());
    std::int64_t span = 1;
    for (const auto& [coefficient, extent] : steps) {
        if (coefficient < span) return true;
        span += coefficient * (extent - 1);
    }
    return false;
}

OperandPattern operand_pattern(const ir::Operator& op, const ir::Access& access, const std::vector<AxisPattern>& axes) {
    const ir::Tensor& tensor = op.tensors[static_cast<std::size_t>(access.buffer)];
    OperandPattern operand{.tensor = access.buffer,
                           .name = tensor.name,
                           .is_constant = tensor.is_constant,
                           .is_padded = can_leave(op, tensor, access)};
    for (const AxisPattern& axis : axes) add_reach(operand, tensor, access, axis.axis);
    for (const ir::Index& index : access.indices) operand.slides = operand.slides || reaches_again(index, axes);
    return operand;
}

std::vector<AxisPattern> ordered_axes(const ir::Operator& op, const ir::Statement& statement) {
    std::vector<AxisPattern> output;
    std::vector<AxisPattern> reduced;
    for (const ir::VarId axis : statement.axes) {
        const bool in_output = std::any_of(statement.destination.indices.begin(), statement.destination.indices.end(),
                                           [&](const ir::Index& index) { return index.uses(axis); });
        const ir::Axis& source = op.axes[static_cast<std::size_t>(axis)];
        (in_output ? output : reduced)
            .push_back(
                {.axis = axis, .name = source.name, .extent = source.extent, .role = in_output ? Role::m : Role::k});
    }
    output.insert(output.end(), reduced.begin(), reduced.end());
    return output;
}

void assign_roles(AccessPattern& pattern) {
    const bool any_constant = std::any_of(pattern.operands.begin(), pattern.operands.end(),
                                          [](const OperandPattern& operand) { return operand.is_constant; });
    for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
        AxisPattern& axis = pattern.axes[a];
        if (axis.role == Role::k) continue;
        const bool in_all = std::all_of(pattern.operands.begin(), pattern.operands.end(),
                                        [&](const OperandPattern& operand) { return follows(operand, a); });
        const bool only_constants =
            std::all_of(pattern.operands.begin(), pattern.operands.end(),
                        [&](const OperandPattern& operand) { return operand.is_constant || !follows(operand, a); });
        if (in_all) {
            axis.role = Role::batch;
        } else if (any_constant ? only_constants : pattern.output.reach[a] == Reach::contiguous) {
            axis.role = Role::n;
        }
    }
}

int operations(const ir::Expr& expr) {
    return std::visit(Overloaded{
                          [](const ir::Constant&) { return 0; },
                          [](const ir::Load&) { return 0; },
                          [](const ir::IndexValue&) { return 1; },
                          [](const ir::Unary& node) { return 1 + operations(node.operand); },
                          [](const ir::Binary& node) { return 1 + operations(node.left) + operations(node.right); },
                      },
                      expr->node);
}

}  // namespace

AccessPattern access_pattern(const ir::Operator& op, int statement_number) {
    const ir::Statement& statement = op.statements[static_cast<std::size_t>(statement_number)];
    AccessPattern pattern{.statement = statement_number, .axes = ordered_axes(op, statement)};
    pattern.output = operand_pattern(op, statement.destination, pattern.axes);
    std::vector<ir::Access> seen;
    ir::for_each_load(statement.value, [&](const ir::Access& access) {
        if (std::find(seen.begin(), seen.end(), access) != seen.end()) return;
        seen.push_back(access);
        pattern.operands.push_back(operand_pattern(op, access, pattern.axes));
    });
    for (const ir::Statement& other : op.statements) {
        ir::for_each_load(other.value, [&](const ir::Access& access) {
            for (std::size_t o = 0; o < seen.size(); ++o) {
                const bool elsewhere = &other != &statement || !(access == seen[o]);
                if (access.buffer == seen[o].buffer && elsewhere) pattern.operands[o].has_other_accesses = true;
            }
        });
    }
    assign_roles(pattern);
    pattern.arithmetic = operations(statement.value) + (statement.update == ir::Update::assign ? 0 : 1);
    return pattern;
}

int main_statement(const ir::Operator& op) {
    int best = 0;
    double most = -1;
    for (std::size_t s = 0; s < op.statements.size(); ++s) {
        double iterations = 1;
        for (const ir::VarId axis : op.statements[s].axes) {
            iterations *= static_cast<double>(op.axes[static_cast<std::size_t>(axis)].extent);
        }
        if (iterations > most) {
            most = iterations;
            best = static_cast<int>(s);
        }
    }
    return best;
}

std::string to_text(const AccessPattern& pattern) {
    std::string text;
    for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
        const AxisPattern& axis = pattern.axes[a];
        text += axis.name + "<" + std::to_string(axis.extent) + " " + to_string(axis.role) + ":";
        const auto add = [&](const OperandPattern& operand) {
            text += " " + operand.name + " " + to_string(operand.reach[a]);
            if (operand.reach[a] == Reach::strided) text += " " + std::to_string(operand.stride[a]);
        };
        add(pattern.output);
        for (const OperandPattern& operand : pattern.operands) add(operand);
        text += "\n";
    }
    return text;
}

}  // namespace saku::tuner
