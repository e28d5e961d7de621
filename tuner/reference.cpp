#include "tuner/reference.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "ir/arithmetic.h"
#include "tuner/parallel.h"

namespace saku::tuner {

using namespace saku::ir;

namespace {

/// The magnitude of the larger or smaller of two values: infinite ones (identities, paddings, open ends of a clamp) are
/// exact, and say nothing of how far off the finite one may be.
double either(double m, double n) {
    if (!std::isfinite(m)) return n;
    return std::isfinite(n) ? std::fmax(m, n) : m;
}

/// A row of values with their magnitudes.
struct Row {
    std::vector<double> value;
    std::vector<double> magnitude;
    explicit Row(std::size_t length) : value(length), magnitude(length) {}
};

/// How a statement's axes are run through: `row` innermost (-1: rows of one element), `outer` for each row, `reduced`
/// for each element of it.
struct Order {
    int row = -1;
    std::vector<int> outer;
    std::vector<int> reduced;
};

Order order_of(const Operator& op, const Statement& statement) {
    Order order;
    for (const VarId axis : statement.axes) {
        const bool kept = std::any_of(statement.destination.indices.begin(), statement.destination.indices.end(),
                                      [&](const Index& index) { return index.uses(axis); });
        (kept ? order.outer : order.reduced).push_back(axis);
    }
    if (order.outer.empty()) return order;
    // The longest of the destination's axes: short rows would be all overhead. Later ones win ties: they are
    // contiguous.
    auto longest = order.outer.begin();
    for (auto axis = order.outer.begin(); axis != order.outer.end(); ++axis) {
        const std::int64_t extent = op.axes[static_cast<std::size_t>(*axis)].extent;
        const std::int64_t best = op.axes[static_cast<std::size_t>(*longest)].extent;
        if (extent >= best || (extent >= 64 && best < 512)) longest = axis;
    }
    order.row = *longest;
    order.outer.erase(longest);
    return order;
}

std::int64_t extent_product(const Operator& op, const std::vector<int>& axes) {
    std::int64_t product = 1;
    for (const int axis : axes) product *= op.axes[static_cast<std::size_t>(axis)].extent;
    return product;
}

/// The axis values of iteration `number` of the axes, the last one fastest.
void set_axes(const Operator& op, const std::vector<int>& axes, std::int64_t number, std::vector<std::int64_t>& at) {
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        const std::int64_t extent = op.axes[static_cast<std::size_t>(*axis)].extent;
        at[static_cast<std::size_t>(*axis)] = number % extent;
        number /= extent;
    }
}

/// One element of `left` becomes `left op right`.
void combine(BinaryOp op, Row& left, const Row& right, std::size_t i) {
    double& v = left.value[i];
    double& m = left.magnitude[i];
    const double w = right.value[i];
    const double n = right.magnitude[i];
    v = computed(op, v, w);
    switch (op) {
        case BinaryOp::add:
        case BinaryOp::subtract:
            m += n;
            break;
        case BinaryOp::multiply:
            m *= n;
            break;
        case BinaryOp::divide:
            m = std::fmax(m / std::fabs(w) * std::fmax(1, n / std::fabs(w)), std::fabs(v));
            break;
        case BinaryOp::maximum:
        case BinaryOp::minimum:
            m = either(m, n);
            break;
    }
}

class RowEvaluator {
public:
    RowEvaluator(const Operator& op, const ReferenceData& data, const Order& order, std::size_t length)
        : op_(op), data_(data), order_(order), length_(length), at_(op.axes.size(), 0) {}

    std::vector<std::int64_t>& axes() { return at_; }

    /// Positions in the tensor of the row's elements; -1 where they lie outside its shape.
    void positions(const Access& access, std::vector<std::int64_t>& result) {
        const Tensor& tensor = op_.tensors[static_cast<std::size_t>(access.buffer)];
        result.assign(length_, 0);
        for (std::size_t d = 0; d < access.indices.size(); ++d) add_dimension(access.indices[d], tensor, d, result);
    }

    void evaluate(const Expr& expr, Row& into) {
        std::visit(Overloaded{
                       [&](const Constant& x) {
                           std::fill(into.value.begin(), into.value.end(), x.value);
                           std::fill(into.magnitude.begin(), into.magnitude.end(), std::fabs(x.value));
                       },
                       [&](const Load& x) { load(x.access, into); },
                       [&](const IndexValue& x) { number(x.index, into); },
                       [&](const Unary& x) { apply(x, into); },
                       [&](const Binary& x) { apply(x, into); },
                   },
                   expr->node);
    }

private:
    void add_dimension(const Index& index, const Tensor& tensor, std::size_t d, std::vector<std::int64_t>& result) {
        const std::int64_t slope = order_.row < 0 ? 0 : index.coefficient(order_.row);
        const bool is_straight = order_.row < 0 || !(index - Index::variable(order_.row) * slope).uses(order_.row);
        if (order_.row >= 0) at_[static_cast<std::size_t>(order_.row)] = 0;
        const std::int64_t first = ir::evaluate(index, at_);
        for (std::size_t i = 0; i < length_; ++i) {
            std::int64_t coordinate = first + slope * static_cast<std::int64_t>(i);
            if (!is_straight) {
                at_[static_cast<std::size_t>(order_.row)] = static_cast<std::int64_t>(i);
                coordinate = ir::evaluate(index, at_);
            }
            const bool inside = coordinate >= 0 && coordinate < tensor.shape[d];
            result[i] = inside && result[i] >= 0 ? result[i] + coordinate * tensor.strides[d] : -1;
        }
    }

    /// True, with the step, when all positions lie inside the tensor and advance evenly.
    static bool is_even(const std::vector<std::int64_t>& positions, std::int64_t& step) {
        step = positions.size() > 1 ? positions[1] - positions[0] : 0;
        if (positions.front() < 0 || step < 0) return false;
        for (std::size_t i = 1; i < positions.size(); ++i) {
            if (positions[i] < 0 || positions[i] - positions[i - 1] != step) return false;
        }
        return true;
    }

    void load(const Access& access, Row& into) {
        const auto tensor = static_cast<std::size_t>(access.buffer);
        const std::vector<double>& values = data_.values[tensor];
        const std::vector<double>& magnitudes = data_.magnitudes[tensor];
        positions(access, scratch_);
        const double outside = access.pad.value_or(op_.tensors[tensor].pad.value_or(0));
        std::int64_t step = 0;
        const bool plain = is_even(scratch_, step);
        for (std::size_t i = 0; i < length_; ++i) {
            const std::int64_t position = plain ? scratch_[0] + step * static_cast<std::int64_t>(i) : scratch_[i];
            into.value[i] = position < 0 ? outside : values[static_cast<std::size_t>(position)];
        }
        for (std::size_t i = 0; i < length_; ++i) {
            const bool stored = !magnitudes.empty() && scratch_[i] >= 0;
            into.magnitude[i] = stored ? magnitudes[static_cast<std::size_t>(scratch_[i])] : std::fabs(into.value[i]);
        }
    }

    void number(const Index& index, Row& into) {
        for (std::size_t i = 0; i < length_; ++i) {
            if (order_.row >= 0) at_[static_cast<std::size_t>(order_.row)] = static_cast<std::int64_t>(i);
            into.value[i] = static_cast<double>(ir::evaluate(index, at_));
            into.magnitude[i] = std::fabs(into.value[i]);
        }
    }

    void apply(const Unary& x, Row& into) {
        evaluate(x.operand, into);
        for (std::size_t i = 0; i < length_; ++i) {
            double& v = into.value[i];
            double& m = into.magnitude[i];
            switch (x.op) {
                case UnaryOp::negate:
                    v = -v;
                    break;
                case UnaryOp::absolute:
                    v = std::fabs(v);
                    break;
                case UnaryOp::square_root:
                    v = std::sqrt(v), m = std::fmax(std::sqrt(m), std::fabs(v));
                    break;
                case UnaryOp::exponential:
                    v = std::exp(v), m = v * (1 + m);
                    break;
                case UnaryOp::reciprocal:
                    m = m / (v * v), v = 1 / v, m = std::fmax(m, std::fabs(v));
                    break;
            }
        }
    }

    void apply(const Binary& x, Row& left) {
        evaluate(x.left, left);
        Row right(length_);
        evaluate(x.right, right);
        for (std::size_t i = 0; i < length_; ++i) combine(x.op, left, right, i);
    }

    const Operator& op_;
    const ReferenceData& data_;
    const Order& order_;
    std::size_t length_;
    std::vector<std::int64_t> at_;
    std::vector<std::int64_t> scratch_;
};

BinaryOp operation_of(Update update) {
    switch (update) {
        case Update::multiply:
            return BinaryOp::multiply;
        case Update::maximum:
            return BinaryOp::maximum;
        case Update::minimum:
            return BinaryOp::minimum;
        default:
            return BinaryOp::add;
    }
}

void update(Update kind, Row& total, const Row& term) {
    if (kind == Update::assign) {
        total = term;
        return;
    }
    for (std::size_t i = 0; i < total.value.size(); ++i) combine(operation_of(kind), total, term, i);
}

/// One row of a statement's destination, all reductions included.
void evaluate_row(const Operator& op, std::size_t statement_number, const Order& order, std::int64_t number,
                  ReferenceData& data, std::vector<double>& magnitudes) {
    const Statement& statement = op.statements[statement_number];
    const auto length =
        order.row < 0 ? std::size_t{1} : static_cast<std::size_t>(op.axes[static_cast<std::size_t>(order.row)].extent);
    RowEvaluator evaluator(op, data, order, length);
    set_axes(op, order.outer, number, evaluator.axes());
    std::vector<std::int64_t> places;
    evaluator.positions(statement.destination, places);
    const auto tensor = static_cast<std::size_t>(statement.destination.buffer);
    const bool keeps_old = goes_on(op, statement_number);
    const std::vector<double>& before = data.magnitudes[tensor];
    Row total(length);
    for (std::size_t i = 0; i < length; ++i) {
        const auto place = static_cast<std::size_t>(places[i]);
        total.value[i] = keeps_old ? data.values[tensor][place] : identity_of(statement.update);
        const double start = statement.update == Update::multiply ? 1.0 : 0.0;
        const double old = before.empty() ? std::fabs(total.value[i]) : before[place];
        total.magnitude[i] = keeps_old ? old : start;
    }
    Row term(length);
    const std::int64_t count = extent_product(op, order.reduced);
    for (std::int64_t k = 0; k < count; ++k) {
        set_axes(op, order.reduced, k, evaluator.axes());
        evaluator.evaluate(statement.value, term);
        update(statement.update, total, term);
    }
    for (std::size_t i = 0; i < length; ++i) {
        data.values[tensor][static_cast<std::size_t>(places[i])] = total.value[i];
        magnitudes[static_cast<std::size_t>(places[i])] = total.magnitude[i];
    }
}

double operations_in(const Expr& expr) {
    return std::visit(Overloaded{
                          [](const Constant&) { return 0.0; },
                          [](const Load&) { return 0.0; },
                          [](const IndexValue&) { return 1.0; },
                          [](const Unary& x) { return 1 + operations_in(x.operand); },
                          [](const Binary& x) { return 1 + operations_in(x.left) + operations_in(x.right); },
                      },
                      expr->node);
}

}  // namespace

void evaluate_reference(const Operator& op, ReferenceData& data, int jobs) {
    data.magnitudes.assign(op.tensors.size(), {});
    data.roundings.assign(op.tensors.size(), 0);
    for (std::size_t s = 0; s < op.statements.size(); ++s) {
        const Statement& statement = op.statements[s];
        const Order order = order_of(op, statement);
        const auto tensor = static_cast<std::size_t>(statement.destination.buffer);
        std::vector<double> magnitudes = data.magnitudes[tensor];
        magnitudes.resize(data.values[tensor].size(), 0);
        const std::int64_t rows = extent_product(op, order.outer);
        for_each_index(static_cast<std::size_t>(rows), jobs, [&](std::size_t row) {
            evaluate_row(op, s, order, static_cast<std::int64_t>(row), data, magnitudes);
        });
        data.magnitudes[tensor] = std::move(magnitudes);
        const double reduced = static_cast<double>(extent_product(op, order.reduced));
        data.roundings[tensor] += reduced + operations_in(statement.value);
    }
}

double iterations(const Operator& op) {
    double total = 0;
    for (const Statement& statement : op.statements) {
        double count = 1;
        for (const VarId axis : statement.axes)
            count *= static_cast<double>(op.axes[static_cast<std::size_t>(axis)].extent);
        total += count;
    }
    return total;
}

}  // namespace saku::tuner
