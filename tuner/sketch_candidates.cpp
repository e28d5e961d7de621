#include "tuner/sketch_candidates.h"

#include <algorithm>

namespace saku::tuner {

namespace {

bool is_output(const AxisPattern& axis) { return axis.role != Role::k; }

bool lies_densely(const OperandPattern& operand, const AccessPattern& pattern, std::size_t outer, std::size_t inner) {
    if (operand.reach[outer] == Reach::irregular || operand.reach[inner] == Reach::irregular) return false;
    return operand.stride[outer] == operand.stride[inner] * pattern.axes[inner].extent;
}

/// Output axes that can become one: neighbours in the output's memory that the same operands follow. Maximal runs of at
/// least two axes.
std::vector<Run> dense_runs(const AccessPattern& pattern) {
    std::vector<std::size_t> order;
    for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
        if (is_output(pattern.axes[a]) && pattern.axes[a].extent > 1) order.push_back(a);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return pattern.output.stride[a] > pattern.output.stride[b]; });
    const auto alike = [&](std::size_t a, std::size_t b) {
        return std::all_of(pattern.operands.begin(), pattern.operands.end(), [&](const OperandPattern& operand) {
            return (operand.reach[a] == Reach::invariant) == (operand.reach[b] == Reach::invariant);
        });
    };
    std::vector<Run> runs;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool joins =
            i > 0 && lies_densely(pattern.output, pattern, order[i - 1], order[i]) && alike(order[i - 1], order[i]);
        if (joins) {
            runs.back().push_back(order[i]);
        } else {
            runs.push_back({order[i]});
        }
    }
    std::erase_if(runs, [](const Run& run) { return run.size() < 2; });
    return runs;
}

bool is_flat(const OperandPattern& operand, const AccessPattern& pattern, const Run& run) {
    if (operand.is_padded) return false;
    for (std::size_t i = 1; i < run.size(); ++i) {
        if (!lies_densely(operand, pattern, run[i - 1], run[i])) return false;
    }
    return true;
}

/// Axes worth being the vector: contiguous in the output; or, where some operand stays put along the axis, one that a
/// constant can be packed along (the output's tiles are then turned before they are stored).
std::vector<std::size_t> vector_axes(const AccessPattern& pattern) {
    std::vector<std::size_t> found;
    for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
        const AxisPattern& axis = pattern.axes[a];
        if (axis.extent == 1 || !is_output(axis)) continue;
        const bool follows_constant = std::any_of(
            pattern.operands.begin(), pattern.operands.end(),
            [&](const OperandPattern& operand) { return operand.is_constant && operand.reach[a] != Reach::invariant; });
        if (pattern.output.reach[a] == Reach::contiguous || (axis.role == Role::n && follows_constant))
            found.push_back(a);
    }
    return found;
}

/// Does the axis make good vectors as the operands lie (after packing constants)?
bool gathers(const AccessPattern& pattern, std::size_t axis) {
    return std::any_of(pattern.operands.begin(), pattern.operands.end(), [&](const OperandPattern& operand) {
        return !operand.is_constant &&
               (operand.reach[axis] == Reach::strided || operand.reach[axis] == Reach::irregular);
    });
}

/// Reduced axes worth being the vector where no output axis makes good ones: all operands that the kernel reads as they
/// lie go along them element by element, for at least two vectors.
std::vector<std::size_t> partial_axes(const AccessPattern& pattern, int lanes) {
    const auto suits = [&](const OperandPattern& operand, std::size_t axis) {
        const Reach reach = operand.reach[axis];
        if (operand.is_padded || reach == Reach::irregular) return false;
        return operand.is_constant || reach != Reach::strided;
    };
    std::vector<std::size_t> found;
    for (std::size_t a = 0; a < pattern.axes.size(); ++a) {
        if (is_output(pattern.axes[a]) || pattern.axes[a].extent < 2 * lanes) continue;
        const bool suits_all = std::all_of(pattern.operands.begin(), pattern.operands.end(),
                                           [&](const OperandPattern& operand) { return suits(operand, a); });
        if (suits_all) found.push_back(a);
    }
    return found;
}

}  // namespace

Reach reach_along(const OperandPattern& operand, const AccessPattern& pattern, const Run& run) {
    if (run.size() == 1 || operand.reach[run.back()] == Reach::invariant) return operand.reach[run.back()];
    return is_flat(operand, pattern, run) ? operand.reach[run.back()] : Reach::irregular;
}

std::vector<SketchChoice> candidates_of(const AccessPattern& pattern, int lanes, bool is_plain) {
    const std::vector<Run> runs = dense_runs(pattern);
    // Fusing costs nothing where every operand lies densely too; then the unfused forms are not worth looking at.
    const bool all_flat = std::all_of(runs.begin(), runs.end(), [&](const Run& run) {
        return std::all_of(pattern.operands.begin(), pattern.operands.end(), [&](const OperandPattern& operand) {
            return operand.reach[run.back()] == Reach::invariant || is_flat(operand, pattern, run);
        });
    });
    std::vector<SketchChoice> candidates;
    bool needs_scalar = true;
    for (const std::size_t axis : lanes > 0 ? vector_axes(pattern) : std::vector<std::size_t>{}) {
        if (!is_plain && gathers(pattern, axis)) continue;
        const bool inside_run = std::any_of(runs.begin(), runs.end(), [&](const Run& run) {
            return run.back() != axis && std::find(run.begin(), run.end(), axis) != run.end();
        });
        if (!runs.empty() && !inside_run) candidates.push_back({.vector = axis, .runs = runs});
        if (runs.empty() || inside_run || !all_flat) candidates.push_back({.vector = axis, .runs = {}});
        if (!gathers(pattern, axis)) needs_scalar = false;
    }
    if (needs_scalar && is_plain) {
        const std::vector<Run> fused = all_flat ? runs : std::vector<Run>{};
        for (const std::size_t axis : lanes > 0 ? partial_axes(pattern, lanes) : std::vector<std::size_t>{}) {
            candidates.push_back({.vector = axis, .runs = fused, .is_partial = true});
        }
        candidates.push_back({.vector = std::nullopt, .runs = fused});
    }
    return candidates;
}

}  // namespace saku::tuner
