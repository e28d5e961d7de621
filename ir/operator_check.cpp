#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/checked.h"
#include "ir/distinct.h"
#include "ir/operator.h"

namespace saku::ir {

namespace {

constexpr std::int64_t max_tensor_bytes = std::int64_t{1} << 40;
constexpr std::int64_t max_extent = std::int64_t{1} << 40;
constexpr std::int64_t max_iterations = std::int64_t{1} << 62;
constexpr std::size_t max_dimensions = 16;
constexpr std::size_t max_axes = 64;
constexpr std::size_t max_tensors = 64;
constexpr std::size_t max_statements = 64;

Error refuse(std::string what) { return Error{"", std::move(what)}; }

std::string quoted(const std::string& name) { return "'" + name + "'"; }

std::string dimension_name(const Tensor& tensor, std::size_t d) {
    return d < tensor.dimensions.size() && !tensor.dimensions[d].empty() ? tensor.dimensions[d] : std::to_string(d);
}

/// `span`: "" or " with its gaps".
Error too_large(const Tensor& tensor, const std::string& span = "") {
    std::string shape;
    for (std::int64_t extent : tensor.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(extent);
    return refuse("tensor " + quoted(tensor.name) + " of " + shape + " " + to_string(tensor.type) + " elements" + span +
                  " has more than 2^40 bytes");
}

/// `range` without the promise that nothing overflows.
std::optional<Interval> checked_range(const Index& index, const Ranges& ranges) {
    Interval total{index.constant(), index.constant()};
    for (const Term& term : index.terms()) {
        const std::int64_t d = term.atom.divisor;
        std::optional<Interval> atom = term.atom.kind == Atom::Kind::variable ? ranges(term.atom.variable)
                                                                              : checked_range(*term.atom.inner, ranges);
        if (!atom) return std::nullopt;
        if (term.atom.kind == Atom::Kind::floor_div) {
            atom = Interval{floor_div(atom->low, d), floor_div(atom->high, d)};
        } else if (term.atom.kind == Atom::Kind::mod) {
            const bool one_period = floor_div(atom->low, d) == floor_div(atom->high, d);
            atom = one_period ? Interval{floor_mod(atom->low, d), floor_mod(atom->high, d)} : Interval{0, d - 1};
        }
        const bool rising = term.coefficient > 0;
        const auto low = checked_mul(term.coefficient, rising ? atom->low : atom->high);
        const auto high = checked_mul(term.coefficient, rising ? atom->high : atom->low);
        const auto new_low = low ? checked_add(total.low, *low) : std::nullopt;
        const auto new_high = high ? checked_add(total.high, *high) : std::nullopt;
        if (!new_low || !new_high) return std::nullopt;
        total = {*new_low, *new_high};
    }
    return total;
}

Ranges axis_ranges(const Operator& op) {
    return [&op](VarId axis) -> std::optional<Interval> {
        if (axis < 0 || static_cast<std::size_t>(axis) >= op.axes.size()) return std::nullopt;
        return Interval{0, op.axes[static_cast<std::size_t>(axis)].extent - 1};
    };
}

Result<Done> check_strides(const Tensor& tensor) {
    std::vector<std::pair<std::int64_t, std::int64_t>> steps;  // stride, extent
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        if (tensor.strides[d] < 1) {
            return refuse("the stride of dimension " + dimension_name(tensor, d) + " of " + quoted(tensor.name) +
                          " is " + std::to_string(tensor.strides[d]) + ", expected at least 1");
        }
        if (tensor.shape[d] > 1) steps.emplace_back(tensor.strides[d], tensor.shape[d]);
    }
    std::sort(steps.begin(), steps.end());
    std::int64_t span = 1;
    for (const auto& [stride, extent] : steps) {
        if (stride < span) {
            return refuse("elements of the view " + quoted(tensor.name) + " overlap: a stride of " +
                          std::to_string(stride) + " steps inside " + std::to_string(span) +
                          " elements, expected at least as many");
        }
        const auto reach = checked_mul(stride, extent - 1);
        const auto sum = reach ? checked_add(span, *reach) : std::nullopt;
        if (!sum || *sum > max_tensor_bytes / size_bytes(tensor.type)) {
            return too_large(tensor, " with its gaps");
        }
        span = *sum;
    }
    return Done{};
}

/// One order of elements for a destination that its own statement reads: the element that is written.
Result<Done> check_self_reads(const Operator& op, const Statement& statement) {
    std::optional<Error> found;
    const std::string& name = op.tensors[static_cast<std::size_t>(statement.destination.buffer)].name;
    for_each_load(statement.value, [&](const Access& access) {
        if (found || access.buffer != statement.destination.buffer) return;
        if (statement.update != Update::assign) {
            found = refuse(quoted(name) + " is read by the statement that updates it; expected '=' instead of '" +
                           to_string(statement.update) + "', or another tensor");
        } else if (access.indices != statement.destination.indices) {
            found = refuse(quoted(name) + " is read at other subscripts than the statement writes it at");
        }
    });
    if (found) return *found;
    return Done{};
}

Result<Done> check_reads_follow_writes(const Operator& op, std::size_t number) {
    std::optional<Error> found;
    for_each_load(op.statements[number].value, [&](const Access& access) {
        const Tensor& tensor = op.tensors[static_cast<std::size_t>(access.buffer)];
        if (found || !tensor.is_output || tensor.is_accumulated || is_written_before(op, number, access.buffer)) return;
        found = refuse("output " + quoted(tensor.name) +
                       " is read before any statement writes it; expected an earlier statement, or 'accumulate'");
    });
    if (found) return *found;
    return Done{};
}

Result<Done> check_statement_axes(const Operator& op, const Statement& statement) {
    std::vector<VarId> sorted = statement.axes;
    std::sort(sorted.begin(), sorted.end());
    SAKU_CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "axis listed twice");
    std::vector<VarId> used;
    const auto collect = [&](const Access& access) {
        for (const Index& index : access.indices) {
            const std::vector<VarId> variables = index.variables();
            used.insert(used.end(), variables.begin(), variables.end());
        }
    };
    collect(statement.destination);
    for_each_load(statement.value, collect);
    for_each_index_value(statement.value, [&](const Index& index) {
        const std::vector<VarId> variables = index.variables();
        used.insert(used.end(), variables.begin(), variables.end());
    });
    for (VarId axis : used) {
        SAKU_CHECK(std::binary_search(sorted.begin(), sorted.end(), axis), "axis used but not listed");
    }
    std::int64_t iterations = 1;
    for (VarId axis : statement.axes) {
        const auto product = checked_mul(iterations, op.axes[static_cast<std::size_t>(axis)].extent);
        if (!product || *product > max_iterations) return refuse("the statement has more than 2^62 iterations");
        iterations = *product;
    }
    return Done{};
}

}  // namespace

Result<Done> check_tensor(const Tensor& tensor) {
    const std::string name = quoted(tensor.name);
    SAKU_CHECK(tensor.strides.size() == tensor.shape.size(), "one stride a dimension");
    if (tensor.shape.empty()) return refuse("tensor " + name + " has no dimensions, expected at least one");
    if (tensor.shape.size() > max_dimensions) {
        return refuse("tensor " + name + " has " + std::to_string(tensor.shape.size()) +
                      " dimensions, expected at most " + std::to_string(max_dimensions));
    }
    std::int64_t bytes = size_bytes(tensor.type);
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        if (tensor.shape[d] < 1) {
            return refuse("dimension " + dimension_name(tensor, d) + " of " + name + " is " +
                          std::to_string(tensor.shape[d]) + ", expected at least 1");
        }
        const auto product = checked_mul(bytes, tensor.shape[d]);
        if (!product || *product > max_tensor_bytes) {
            return too_large(tensor);
        }
        bytes = *product;
    }
    if (tensor.is_accumulated && !tensor.is_output) {
        return refuse("tensor " + name + " is 'accumulate' but not 'out'; only outputs accumulate");
    }
    if (tensor.is_constant && tensor.is_output) {
        return refuse("tensor " + name + " is both 'const' and 'out'; outputs are written");
    }
    return check_strides(tensor);
}

Result<Done> check_axis(const Axis& axis) {
    if (axis.extent >= 1 && axis.extent <= max_extent) return Done{};
    return refuse("axis " + quoted(axis.name) + " runs to " + std::to_string(axis.extent) +
                  ", expected 1 to 2^40 iterations");
}

Result<Done> check_access(const Operator& op, const Access& access, bool is_write) {
    SAKU_CHECK(access.buffer >= 0 && static_cast<std::size_t>(access.buffer) < op.tensors.size(), "no such tensor");
    const Tensor& tensor = op.tensors[static_cast<std::size_t>(access.buffer)];
    if (access.indices.size() != tensor.shape.size()) {
        const std::size_t wanted = tensor.shape.size();
        return refuse(quoted(tensor.name) + " takes " + std::to_string(wanted) +
                      (wanted == 1 ? " subscript, found " : " subscripts, one for each dimension, found ") +
                      std::to_string(access.indices.size()));
    }
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const std::string subscript = "subscript " + dimension_name(tensor, d) + " of " + quoted(tensor.name);
        const std::optional<Interval> reach = checked_range(access.indices[d], axis_ranges(op));
        if (!reach) return refuse(subscript + " does not fit 64 bits");
        if (reach->low >= 0 && reach->high < tensor.shape[d]) continue;
        if (!is_write && tensor.pad) continue;
        return refuse(subscript + " runs from " + std::to_string(reach->low) + " to " + std::to_string(reach->high) +
                      ", expected 0 to " + std::to_string(tensor.shape[d] - 1) +
                      (is_write ? "" : " (only tensors with 'pad' may be read outside)"));
    }
    return Done{};
}

Result<Done> check_statement(const Operator& op, std::size_t number) {
    const Statement& statement = op.statements[number];
    const Tensor& destination = op.tensors[static_cast<std::size_t>(statement.destination.buffer)];
    if (!destination.is_output) {
        return refuse(quoted(destination.name) + " is written, but is not an output; expected a tensor declared 'out'");
    }
    SAKU_TRY_DONE(check_statement_axes(op, statement));
    std::vector<VarId> kept;
    for (VarId axis : statement.axes) {
        const auto& indices = statement.destination.indices;
        if (std::any_of(indices.begin(), indices.end(), [&](const Index& index) { return index.uses(axis); })) {
            kept.push_back(axis);
        } else if (statement.update == Update::assign) {
            return refuse("axis " + quoted(op.axes[static_cast<std::size_t>(axis)].name) +
                          " is not on the left: '=' cannot reduce it; expected '+=', '*=', 'max=' or 'min='");
        }
    }
    SAKU_TRY_DONE(check_self_reads(op, statement));
    SAKU_TRY_DONE(check_reads_follow_writes(op, number));
    if (!names_distinct_elements(statement.destination.indices, kept, axis_ranges(op))) {
        return refuse("different iterations may write the same element of " + quoted(destination.name) +
                      "; expected subscripts that name each element once");
    }
    return Done{};
}

Result<Done> check_use(const Operator& op) {
    if (op.statements.empty()) return refuse("the operator has no statement, expected at least one");
    std::vector<bool> is_used(op.tensors.size(), false);
    for (const Statement& statement : op.statements) {
        is_used[static_cast<std::size_t>(statement.destination.buffer)] = true;
        for_each_load(statement.value, [&](const Access& access) {
            const auto id = static_cast<std::size_t>(access.buffer);
            if (!op.tensors[id].is_output) is_used[id] = true;
        });
    }
    for (std::size_t id = 0; id < op.tensors.size(); ++id) {
        if (is_used[id]) continue;
        return refuse("tensor " + quoted(op.tensors[id].name) + " is never " +
                      (op.tensors[id].is_output ? "written" : "read"));
    }
    return Done{};
}

Result<Done> check(const Operator& op) {
    if (op.tensors.size() > max_tensors || op.axes.size() > max_axes || op.statements.size() > max_statements) {
        return refuse("the operator has " + std::to_string(op.tensors.size()) + " tensors, " +
                      std::to_string(op.axes.size()) + " axes and " + std::to_string(op.statements.size()) +
                      " statements, expected at most 64 of each");
    }
    for (const Tensor& tensor : op.tensors) SAKU_TRY_DONE(check_tensor(tensor));
    for (const Axis& axis : op.axes) SAKU_TRY_DONE(check_axis(axis));
    for (std::size_t number = 0; number < op.statements.size(); ++number) {
        const Statement& statement = op.statements[number];
        SAKU_TRY_DONE(check_access(op, statement.destination, true));
        std::optional<Error> found;
        for_each_load(statement.value, [&](const Access& access) {
            if (found) return;
            if (auto checked = check_access(op, access, false); !checked) found = checked.error();
        });
        if (found) return *found;
        for_each_index_value(statement.value, [&](const Index& index) {
            if (!checked_range(index, axis_ranges(op))) found = refuse("an index does not fit 64 bits");
        });
        if (found) return *found;
        SAKU_TRY_DONE(check_statement(op, number));
    }
    return check_use(op);
}

}  // namespace saku::ir
