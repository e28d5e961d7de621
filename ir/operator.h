// What is computed, without any order: tensors, axes and statements over them.
//
// An `Operator` is one instance with all sizes known; it comes from the notation (frontends/notation) or is built by
// hand, and `lower` makes the plainest loop nest of it. Tensor and axis positions serve as BufferId and VarId inside
// the statements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ir/expr.h"
#include "ir/layout_order.h"
#include "ir/loop_nest.h"

namespace saku::ir {

struct Tensor {
    std::string name;
    DType type = DType::f32;
    std::vector<std::string> dimensions;  ///< their letters: N, C, H, W; unique within the tensor
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;  ///< elements, per dimension; row-major unless the tensor is a view
    bool is_output = false;
    bool is_constant = false;
    bool is_accumulated = false;
    bool any_layout = false;    ///< it lies in memory in another way than `strides`, and kernels come with conversions
    LayoutOrder layout = {};    ///< with `any_layout`: that way; empty: the tuner chooses
    std::optional<double> pad;  ///< what reads outside the shape give; absent: they must not happen
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

/// An integer, or a real number such as a factor of an epilogue.
using ParameterValue = std::variant<std::int64_t, double>;

/// As the shorthand shows it, the shortest text that gives the same value: "128", "0.125", "1e-05", "-inf".
[[nodiscard]] std::string to_string(const ParameterValue& value);

struct Operator {
    std::string name;                                                ///< "conv2d"
    std::vector<std::pair<std::string, ParameterValue>> parameters;  ///< what `shorthand` shows, in declaration order
    std::string layout =
        {};  ///< of every tensor that is not constant, as the shorthand has it: "any", "NHWC"; empty: plain
    std::vector<Tensor> tensors;  ///< in declaration order = argument order
    std::vector<Axis> axes;
    std::vector<Statement> statements;
};

/// "conv2d:c=64,h=56,...": the canonical shorthand. Parameters equal to their default are left out by the frontend that
/// made the operator: it fills `parameters` with what is to be shown.
[[nodiscard]] std::string shorthand(const Operator& op);

/// The operator with the layouts of all tensors free that are not constant and have at least two dimensions
/// ("layout=any"), or with none free.
[[nodiscard]] Operator with_free_layouts(Operator op);
/// All tensors that are not constant and have as many dimensions as the first of them with at least two lie in memory
/// in this order, named by the letters of that one ("layout=NCHW16c"). Errors have no `where`.
[[nodiscard]] Result<Operator> with_layouts(Operator op, const std::string& name);
[[nodiscard]] Operator with_fixed_layouts(Operator op);

/// Floating-point operations of all statements: each arithmetic operation and each update counts one (a multiply-add is
/// two), over all iterations, padding included.
[[nodiscard]] double flops(const Operator& op);

/// Is the operator sound: sizes positive and free of overflow, tensors at most 2^40 bytes, unpadded subscripts inside
/// their tensors, outputs written before they are read, constants and inputs not, each reduced axis under an update,
/// no two iterations of a destination's axes naming the same element. Errors have no `where`.
[[nodiscard]] Result<Done> check(const Operator& op);

/// The parts of `check`, for frontends that know where in a text each of them stands. `check_access` looks at one
/// access of an operator whose tensors and axes are known; `is_write` for destinations. `check_statement` looks at
/// statement `number` and at the order of writes and reads in those before it, not at its accesses' subscripts.
[[nodiscard]] Result<Done> check_tensor(const Tensor& tensor);
[[nodiscard]] Result<Done> check_axis(const Axis& axis);
[[nodiscard]] Result<Done> check_access(const Operator& op, const Access& access, bool is_write);
[[nodiscard]] Result<Done> check_statement(const Operator& op, std::size_t number);
/// What only the whole shows: at least one statement, every output written, every input read.
[[nodiscard]] Result<Done> check_use(const Operator& op);

/// Bytes of all tensors, each element once, gaps of views left out.
[[nodiscard]] double tensor_bytes(const Operator& op);

/// Does a statement before number `number` write the tensor?
[[nodiscard]] bool is_written_before(const Operator& op, std::size_t number, BufferId tensor);

/// Does statement `number` combine its values with what the destination holds already, rather than start anew? True of
/// updates of accumulated outputs, and of tensors that an earlier statement has written.
[[nodiscard]] bool goes_on(const Operator& op, std::size_t number);

/// One perfect nest per statement, in order: the destination's axes as listed, then the reduced ones; row-major or
/// strided arguments. The first statement that updates an output starts it by `first` on the reduced axes (absent for
/// accumulated outputs and where an earlier statement has written it). Reads that may leave a tensor with `pad` carry
/// the pad. Statement s that has the axis named y gets the variable `y`, later statements `y_2`, ... where the name is
/// taken. `op` must pass `check`.
[[nodiscard]] LoopNest lower(const Operator& op);

}  // namespace saku::ir
