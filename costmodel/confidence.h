// How far can a prediction be trusted? Where a nest, its setting or the machine is outside what predictions have been
// compared with measurements on.
//
// What was checked is data: the group "checked" of coefficients.json, with its source. A prediction outside is no
// error: the model is the same, but nobody has seen how wrong it is there.
//
// Limits. Being inside promises no more than the errors that were seen there (`Checked::median_error`). Constructs are
// told apart as far as the loop table shows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/model.h"
#include "features/loop_table.h"

namespace saku::costmodel {

/// One respect in which a prediction is outside.
struct Unchecked {
    std::string what;    ///< one of unchecked_kinds
    std::string detail;  ///< what was found, and what was checked: "8 threads, checked with 1"
    friend bool operator==(const Unchecked&, const Unchecked&) = default;
};

/// "machine", "thread count", "residence", "working set", "construct".
[[nodiscard]] const std::vector<std::string>& unchecked_kinds();

/// In the order of the kinds; empty when the nest is inside in all of them. Constructs that were not checked: nests
/// without any reduction, element types other than f32, exponentials and square roots, places worked out by divisions
/// at each access; and one that was, and was ranked badly: sums of products that use every element once (a matrix times
/// a vector). The working set is not judged for tables beyond the capacities of footprint.h.
[[nodiscard]] std::vector<Unchecked> unchecked(const features::LoopTable& table, const Model& model);

/// Are two predictions so close that their order says nothing? `margin`: how much slower the other one is, as a part of
/// the faster one.
[[nodiscard]] bool is_tie(double margin, const Checked& checked);

/// Bytes (in whole lines) that one run of the nest touches, of all threads; none beyond the capacities of footprint.h.
[[nodiscard]] std::optional<double> working_set_bytes(const features::LoopTable& table, const Model& model);

}  // namespace saku::costmodel
