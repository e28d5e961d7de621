#include "tuner/table_template.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "features/access_builder.h"
#include "features/arithmetic.h"
#include "features/table_of.h"
#include "tuner/space.h"

namespace saku::tuner {

namespace {

/// Stands for the register tile in expressions; no tensor has this number.
constexpr ir::BufferId registers = -1;

class TemplateBuilder {
public:
    TemplateBuilder(const Space& space, const Sketch& sketch)
        : space_(space),
          op_(space.op),
          sketch_(sketch),
          number_(static_cast<std::size_t>(&sketch - space.sketches->data())),
          laid_out_(space.laid_out[number_]) {}

    std::optional<TableTemplate> build() {
        if (op_.statements.size() > 32 || op_.tensors.size() + sketch_.operands.size() + 1 > features::max_buffers)
            return std::nullopt;
        if (!add_parts() || !covers_layouts() || !check_main() || !add_main() || !add_other_statements())
            return std::nullopt;
        made_.sketch = static_cast<int>(number_);
        ir::LoopNest arguments{.name = {}, .variables = {}, .buffers = laid_out_.buffers, .offline = {}, .body = {}};
        features::add_buffers(made_.arguments, arguments);
        return std::move(made_);
    }

private:
    [[nodiscard]] const ir::Statement& statement(int number) const {
        return op_.statements[static_cast<std::size_t>(number)];
    }

    /// The loops of the plain nest are the statement's axes in `loop_order`.
    bool add_parts() {
        part_of_axis_.assign(op_.axes.size(), -1);
        made_.parts_of_axis.resize(sketch_.axes.size());
        const AccessPattern pattern = access_pattern(op_, sketch_.statement);  // in the order of the plain loops
        for (std::size_t a = 0; a < sketch_.axes.size(); ++a) {
            for (const std::string& loop : sketch_.axes[a].parts) {
                const auto place = std::find(sketch_.loop_order.begin(), sketch_.loop_order.end(), loop);
                if (place == sketch_.loop_order.end() || made_.parts.size() >= max_parts) return false;
                const auto position = static_cast<std::size_t>(place - sketch_.loop_order.begin());
                const ir::VarId axis = pattern.axes[position].axis;
                part_of_axis_[static_cast<std::size_t>(axis)] = static_cast<int>(made_.parts.size());
                made_.parts_of_axis[a].push_back(static_cast<int>(made_.parts.size()));
                made_.parts.push_back(
                    {.extent = op_.axes[static_cast<std::size_t>(axis)].extent, .axis = static_cast<int>(a)});
            }
        }
        return true;
    }

    /// Of three fused axes, the parts in other layouts than the caller's are not always those of nests.
    bool covers_layouts() const {
        const bool changed = std::any_of(sketch_.layouts.begin(), sketch_.layouts.end(),
                                         [](const SketchLayout& layout) { return !layout.step.order.empty(); });
        return !changed || std::all_of(made_.parts_of_axis.begin(), made_.parts_of_axis.end(),
                                       [](const std::vector<int>& parts) { return parts.size() < 3; });
    }

    /// Subscripts that are one axis each can neither be broken by reordering nor overlap.
    bool check_main() const {
        const ir::Statement& main = statement(sketch_.statement);
        std::vector<ir::VarId> seen;
        for (const ir::Index& index : main.destination.indices) {
            if (!index.is_affine()) return false;
            int moving = 0;
            for (const ir::Term& term : index.terms()) {
                if (part_of_axis_[static_cast<std::size_t>(term.atom.variable)] < 0) continue;
                ++moving;
                if (term.coefficient != 1 || std::find(seen.begin(), seen.end(), term.atom.variable) != seen.end()) {
                    return false;
                }
                seen.push_back(term.atom.variable);
            }
            if (moving > 1 || index.constant() != 0) return false;
        }
        bool reads_destination = false;
        ir::for_each_load(main.value, [&](const ir::Access& access) {
            reads_destination = reads_destination || access.buffer == main.destination.buffer;
        });
        return !reads_destination;
    }

    std::optional<TemplateAccess> access(const ir::Access& access) {
        TemplateAccess made;
        if (access.buffer == registers) return made;
        made.buffer = access.buffer;
        made.number = next_number_++;
        const ir::Tensor& tensor = op_.tensors[static_cast<std::size_t>(access.buffer)];
        const ir::Layout& layout = laid_out_.buffers[static_cast<std::size_t>(access.buffer)].layout;
        for (std::size_t o = 0; o < sketch_.operands.size() && made.operand < 0; ++o) {
            if (sketch_.operands[o].tensor == tensor.name) made.operand = static_cast<int>(o);
        }
        made.is_blocked = layout.parts.size() != access.indices.size();
        for (std::size_t d = 0; d < access.indices.size(); ++d) {
            const auto part = std::find_if(layout.parts.begin(), layout.parts.end(), [&](const ir::LayoutPart& one) {
                return one.dimension == static_cast<int>(d) && one.divisor == 1;
            });
            if (part == layout.parts.end() || part->stride < 1) return std::nullopt;
            if (!access.indices[d].is_affine()) return std::nullopt;
            TemplateDimension dimension{
                .extent = tensor.shape[d], .stride = part->stride, .constant = access.indices[d].constant()};
            for (const ir::Term& term : access.indices[d].terms()) {
                const int number = part_of_axis_[static_cast<std::size_t>(term.atom.variable)];
                if (number >= 0) {
                    dimension.by_part[static_cast<std::size_t>(number)] = term.coefficient;
                } else {
                    dimension.unit_step = std::gcd(dimension.unit_step, term.coefficient);
                }
            }
            made.is_padded = made.is_padded || may_leave(access.indices[d], dimension.extent);
            made.offset += dimension.constant * dimension.stride;
            made.dimensions.push_back(dimension);
        }
        made.pad = tensor.pad.value_or(0);
        made.is_padded = made.is_padded && tensor.pad.has_value();
        const auto long_parts = std::count_if(layout.parts.begin(), layout.parts.end(),
                                              [](const ir::LayoutPart& one) { return one.extent > 1; });
        if (long_parts > static_cast<std::ptrdiff_t>(features::max_dimensions)) return std::nullopt;
        if (!made.is_blocked) add_order(layout, made);
        add_strides(made);
        add_moves(made);
        add_apart(made);
        add_groups(made);
        return made;
    }

    [[nodiscard]] bool may_leave(const ir::Index& index, std::int64_t extent) const {
        const auto reach = ir::range(index, [&](ir::VarId axis) {
            return std::optional(ir::Interval{0, op_.axes[static_cast<std::size_t>(axis)].extent - 1});
        });
        return !reach || reach->low < 0 || reach->high >= extent;
    }

    static void add_order(const ir::Layout& layout, TemplateAccess& made) {
        for (auto part = layout.parts.rbegin(); part != layout.parts.rend(); ++part) {
            if (part->extent > 1) made.order.push_back(part->dimension);
        }
        const auto stride = [&](int d) { return made.dimensions[static_cast<std::size_t>(d)].stride; };
        std::stable_sort(made.order.begin(), made.order.end(), [&](int a, int b) { return stride(a) < stride(b); });
    }

    void add_strides(TemplateAccess& made) const {
        for (const std::vector<int>& parts : made_.parts_of_axis) {
            std::int64_t inner = 0;       // elements per step of the innermost part
            std::int64_t iterations = 1;  // of the parts inside
            bool flat = true;
            for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
                std::int64_t elements = 0;
                for (const TemplateDimension& dimension : made.dimensions) {
                    elements += dimension.by_part[static_cast<std::size_t>(*part)] * dimension.stride;
                }
                if (part == parts.rbegin()) inner = elements;
                flat = flat && elements == inner * iterations;
                iterations *= made_.parts[static_cast<std::size_t>(*part)].extent;
            }
            made.axis_stride.push_back(inner);
            made.is_flat.push_back(flat);
        }
    }

    void add_moves(TemplateAccess& made) const {
        for (const std::vector<int>& parts : made_.parts_of_axis) {
            made.is_moved_by.push_back(std::any_of(parts.begin(), parts.end(), [&](int part) {
                return std::any_of(made.dimensions.begin(), made.dimensions.end(), [&](const TemplateDimension& d) {
                    return d.by_part[static_cast<std::size_t>(part)] != 0;
                });
            }));
        }
        made.moves.resize(made_.parts.size());
        for (std::size_t part = 0; part < made_.parts.size(); ++part) {
            for (std::size_t d = 0; d < made.order.size(); ++d) {
                const std::int64_t times = made.dimensions[static_cast<std::size_t>(made.order[d])].by_part[part];
                if (times != 0) made.moves[part].push_back({.dimension = static_cast<int>(d), .times = times});
            }
        }
    }

    /// Of dimensions that hang together the first one is the number.
    void add_groups(TemplateAccess& made) const {
        std::vector<int> root(made.dimensions.size());
        std::iota(root.begin(), root.end(), 0);
        const auto first_of = [&](std::size_t axis) {
            for (std::size_t d = 0; d < made.dimensions.size(); ++d) {
                for (const int part : made_.parts_of_axis[axis]) {
                    if (made.dimensions[d].by_part[static_cast<std::size_t>(part)] != 0) return static_cast<int>(d);
                }
            }
            return -1;
        };
        for (std::size_t axis = 0; axis < made_.parts_of_axis.size(); ++axis) {
            const int first = first_of(axis);
            for (std::size_t d = 0; d < made.dimensions.size(); ++d) {
                for (const int part : made_.parts_of_axis[axis]) {
                    if (made.dimensions[d].by_part[static_cast<std::size_t>(part)] == 0) continue;
                    const int joined = root[d];
                    std::replace(root.begin(), root.end(), joined, root[static_cast<std::size_t>(first)]);
                }
            }
        }
        for (std::size_t axis = 0; axis < made_.parts_of_axis.size(); ++axis) {
            const int first = first_of(axis);
            const bool is_straight = !made.is_blocked && (made_.parts_of_axis[axis].size() == 1 || made.is_flat[axis]);
            made.group.push_back(first >= 0 && is_straight ? root[static_cast<std::size_t>(first)] : -1);
        }
    }

    void add_apart(TemplateAccess& made) const {
        const auto moves = [](const TemplateDimension& dimension, int part) {
            return dimension.by_part[static_cast<std::size_t>(part)] != 0;
        };
        const auto is_fused_over = [&](const TemplateDimension& dimension) {
            return std::any_of(made_.parts_of_axis.begin(), made_.parts_of_axis.end(), [&](const auto& parts) {
                return parts.size() > 1 &&
                       std::any_of(parts.begin(), parts.end(), [&](int part) { return moves(dimension, part); });
            });
        };
        for (const std::vector<int>& parts : made_.parts_of_axis) {
            const auto count = std::count_if(made.dimensions.begin(), made.dimensions.end(),
                                             [&](const auto& dimension) { return moves(dimension, parts.front()); });
            int& found = made.apart.emplace_back(-1);
            if (parts.size() != 1 || count != 1 || made.moves[static_cast<std::size_t>(parts.front())].empty())
                continue;
            const int d = made.moves[static_cast<std::size_t>(parts.front())].front().dimension;
            const auto of = static_cast<std::size_t>(made.order[static_cast<std::size_t>(d)]);
            if (!is_fused_over(made.dimensions[of])) found = d;
        }
    }

    std::optional<TemplateRow> row(const ir::Access& destination, ir::Update update, const ir::Expr& value) {
        const ir::BufferId buffer = destination.buffer;
        TemplateRow made{.statement = sketch_.statement};
        made.type = static_cast<features::Element>(op_.tensors[static_cast<std::size_t>(buffer)].type);
        const ir::Store store{
            .destination = destination, .update = update, .value = value, .first = std::nullopt, .statement = 0};
        made.operations = features::operations_of(store);
        bool covered = true;
        ir::for_each_load(value, [&](const ir::Access& load) {
            auto one = access(load);
            covered = covered && one.has_value();
            if (one) made.loads.push_back(*std::move(one));
        });
        return covered ? std::optional(std::move(made)) : std::nullopt;
    }

    bool add_main() {
        const ir::Statement& main = statement(sketch_.statement);
        auto destination = access(main.destination);
        if (!destination) return false;
        made_.destination = *std::move(destination);
        made_.is_reduction = is_reduction(sketch_);
        made_.updates = main.update != ir::Update::assign;
        const ir::Tensor& tensor = op_.tensors[static_cast<std::size_t>(main.destination.buffer)];
        const bool written_before = std::any_of(
            op_.statements.begin(), op_.statements.begin() + sketch_.statement,
            [&](const ir::Statement& other) { return other.destination.buffer == main.destination.buffer; });
        made_.is_accumulated = tensor.is_accumulated || written_before;
        if (made_.is_reduction && !made_.updates) return false;
        made_.combines = !made_.is_reduction && made_.updates && made_.is_accumulated;
        auto update = row(main.destination, main.update, main.value);
        auto unchanged = row(main.destination, ir::Update::assign, ir::load({registers, {}, {}}));
        auto folding = row(main.destination, main.update, ir::load({registers, {}, {}}));
        if (!update || !unchanged || !folding) return false;
        made_.folding = *std::move(folding);
        made_.update = *std::move(update);
        made_.unchanged = *std::move(unchanged);
        return add_final(main);
    }

    /// The write-back with all epilogues in it.
    bool add_final(const ir::Statement& main) {
        ir::Expr value = made_.is_reduction ? ir::load({registers, {}, {}}) : main.value;
        if (!made_.is_reduction && !sketch_.epilogues.empty()) return false;
        for (const int number : sketch_.epilogues) {
            const ir::Statement& later = statement(number);
            if (!(later.destination.indices == main.destination.indices)) return false;
            bool same = true;
            const ir::Expr before = value;
            value = ir::map_loads(later.value, [&](const ir::Access& load) -> ir::Expr {
                if (load.buffer != main.destination.buffer) return nullptr;
                same = same && load.indices == main.destination.indices;
                return before;
            });
            if (!same) return false;
        }
        auto final = row(main.destination, ir::Update::assign, value);
        if (!final) return false;
        made_.final = *std::move(final);
        return true;
    }

    /// The tables of everything that stands before and after the main statement.
    bool add_other_statements() {
        for (const bool fused : {false, true}) {
            for (const bool after : {false, true}) {
                features::LoopTable& table = (after ? made_.after : made_.before)[fused ? 1 : 0];
                auto made = other_statements(fused, after);
                if (!made) return false;
                table = *std::move(made);
            }
        }
        return true;
    }

    std::optional<features::LoopTable> other_statements(bool fused, bool after) const {
        ir::LoopNest nest = laid_out_;
        nest.body.clear();
        schedules::Schedule schedule;
        const std::vector<schedules::Schedule>& others = space_.others[number_];
        for (std::size_t s = 0; s < others.size(); ++s) {
            const auto number = static_cast<int>(s);
            const bool is_epilogue =
                std::find(sketch_.epilogues.begin(), sketch_.epilogues.end(), number) != sketch_.epilogues.end();
            if (number == sketch_.statement || (number > sketch_.statement) != after || (fused && is_epilogue))
                continue;
            nest.body.push_back(laid_out_.body[s]);
            schedule.steps.insert(schedule.steps.end(), others[s].steps.begin(), others[s].steps.end());
        }
        const auto applied = scheduled(nest, schedule);
        if (!applied || applied->buffers.size() != nest.buffers.size()) return std::nullopt;
        auto table = features::table_of(*applied);
        if (!table) return std::nullopt;
        return *std::move(table);
    }

    const Space& space_;
    const ir::Operator& op_;
    const Sketch& sketch_;
    std::size_t number_;            // of the sketch
    const ir::LoopNest& laid_out_;  // the plain nest in the sketch's layouts
    TableTemplate made_;
    int next_number_ = 0;
    std::vector<int> part_of_axis_;  // by the operator's axes; -1: one iteration
};

}  // namespace

std::optional<TableTemplate> table_template(const Space& space, const Sketch& sketch) {
    return TemplateBuilder(space, sketch).build();
}

}  // namespace saku::tuner
