// What is computed, without any order: tensors, axes and statements over them.
//
// An `Operator` is one instance with all sizes known; it comes from the notation (frontends/notation) or is built by
// hand, and `lower` makes the plainest loop nest of it. Tensor and axis positions serve as BufferId and VarId inside
// the statements.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ir/expr.h"
#include "ir/loop_nest.h"

namespace saku::ir {

struct Tensor {
    std::string name;
    DType type = DType::f32;
    std::vector<std::string> dimensions;  ///< their letters: N, C, H, W; unique within the tensor
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;    ///< elements, per dimension; row-major unless the tensor is a view
    bool is_output = false;
    bool is_constant = false;
    bool is_accumulated = false;
    bool any_layout = false;              ///< the tuner may choose a blocked layout
    std::optional<double> pad;            ///< what reads outside the shape give; absent: they must not happen
};

struct Axis {
    std::string name;
    std::int64_t extent = 1;
};

/// `destination update value`. Axes of `axes` that the destination does not use are reduced, in the order listed.
struct Statement {
    Access destination;
    Update update = Update::assign;
    Expr value;
    std::vector<VarId> axes;  ///< every axis the statement runs over, outermost first
};

struct Operator {
    std::string name;                                              ///< "conv2d"
    std::vector<std::pair<std::string, std::int64_t>> parameters;  ///< in declaration order, defaults included
    std::vector<Tensor> tensors;                                   ///< in declaration order = argument order
    std::vector<Axis> axes;
    std::vector<Statement> statements;
};

/// "conv2d:n=1,c=64,...": the canonical shorthand, parameters equal to their default left out by the frontend that made
/// the operator (it fills `parameters` with what is to be shown).
[[nodiscard]] std::string shorthand(const Operator& op);

/// Floating-point operations of all statements: each arithmetic operation and each update counts one (a multiply-add is
/// two), over all iterations, padding included.
[[nodiscard]] double flops(const Operator& op);

/// Is the operator sound: sizes positive and free of overflow, tensors at most 2^40 bytes, unpadded subscripts inside
/// their tensors, outputs written, constants and inputs not, each reduced axis under an update.
[[nodiscard]] Result<Done> check(const Operator& op);

/// One perfect nest per statement, in order: the destination's axes as listed, then the reduced ones; row-major or
/// strided arguments; reductions start by `first` on their reduced axes (absent for accumulated outputs). Statement s
/// that has the axis named y gets the variable `y`, later statements `y_2`, ... where the name is taken.
[[nodiscard]] LoopNest lower(const Operator& op);

}  // namespace saku::ir
