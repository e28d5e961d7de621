#include "tuner/layout_choice.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "tuner/access_pattern.h"

namespace saku::tuner {

namespace {

enum class Form : std::uint8_t { plain, innermost, blocked };

class Chooser {
public:
    Chooser(const ir::Operator& op, int statement, int lanes)
        : op_(op),
          main_(op.statements[static_cast<std::size_t>(statement)]),
          pattern_(access_pattern(op, statement)),
          lanes_(lanes) {}

    std::vector<std::vector<SketchLayout>> choices() const {
        const std::vector<std::optional<std::size_t>> dimensions = innermost_dimensions();
        std::vector<std::vector<SketchLayout>> found;
        for (const Form form : {Form::plain, Form::innermost, Form::blocked}) {
            std::vector<SketchLayout> layouts;
            for (std::size_t t = 0; t < op_.tensors.size(); ++t) {
                if (op_.tensors[t].any_layout) layouts.push_back(layout_of(op_.tensors[t], dimensions[t], form));
            }
            const bool is_new = std::none_of(found.begin(), found.end(), [&](const auto& other) {
                return std::equal(layouts.begin(), layouts.end(), other.begin(),
                                  [](const auto& a, const auto& b) { return a.label == b.label; });
            });
            if (is_new) found.push_back(std::move(layouts));
        }
        return found;
    }

private:
    [[nodiscard]] std::int64_t extent(ir::VarId axis) const { return op_.axes[static_cast<std::size_t>(axis)].extent; }

    /// The subscript without axes of one iteration, which are always 0.
    [[nodiscard]] ir::Index essence(const ir::Index& index) const {
        ir::Index result = index;
        for (const ir::VarId axis : index.variables()) {
            if (extent(axis) == 1) result = ir::substitute(result, axis, ir::Index(0));
        }
        return result;
    }

    /// The dimension that the axis alone steps through, one by one.
    [[nodiscard]] std::optional<std::size_t> dimension_of(const ir::Access& access, ir::VarId axis) const {
        std::optional<std::size_t> found;
        for (std::size_t d = 0; d < access.indices.size(); ++d) {
            const ir::Index index = essence(access.indices[d]);
            if (!index.uses(axis)) continue;
            if (found || !(index == ir::Index::variable(axis))) return std::nullopt;
            found = d;
        }
        return found;
    }

    std::vector<ir::Access> accesses() const {
        std::vector<ir::Access> found{main_.destination};
        ir::for_each_load(main_.value, [&](const ir::Access& access) { found.push_back(access); });
        return found;
    }

    /// Is the axis part of a sum somewhere, as under a window?
    [[nodiscard]] bool slides(ir::VarId axis) const {
        const std::vector<ir::Access> all = accesses();
        return std::any_of(all.begin(), all.end(), [&](const ir::Access& access) {
            return std::any_of(access.indices.begin(), access.indices.end(), [&](const ir::Index& index) {
                const ir::Index whole = essence(index);
                return whole.uses(axis) && !(whole == ir::Index::variable(axis));
            });
        });
    }

    /// The output's axis to have innermost: role n before batch, of equals the innermost dimension.
    [[nodiscard]] std::optional<ir::VarId> output_axis() const {
        std::optional<ir::VarId> best;
        std::pair<bool, std::size_t> rank;
        for (const AxisPattern& axis : pattern_.axes) {
            const bool useful = axis.role == Role::n || axis.role == Role::batch;
            const std::optional<std::size_t> dimension = dimension_of(main_.destination, axis.axis);
            if (!useful || axis.extent == 1 || !dimension || slides(axis.axis)) continue;
            const std::pair<bool, std::size_t> here{axis.role == Role::n, *dimension};
            if (!best || here > rank) best = axis.axis, rank = here;
        }
        return best;
    }

    [[nodiscard]] std::optional<ir::VarId> reduced_axis() const {
        std::optional<ir::VarId> longest;
        for (const AxisPattern& axis : pattern_.axes) {
            if (axis.role != Role::k || axis.extent == 1 || slides(axis.axis)) continue;
            if (!longest || axis.extent > extent(*longest)) longest = axis.axis;
        }
        return longest;
    }

    /// By tensor: the dimension to have innermost.
    std::vector<std::optional<std::size_t>> innermost_dimensions() const {
        std::vector<std::optional<std::size_t>> dimensions(op_.tensors.size());
        const std::optional<ir::VarId> output = output_axis();
        if (!output) return dimensions;
        const std::optional<ir::VarId> reduced = reduced_axis();
        const auto set = [&](const ir::Access& access) {
            std::optional<std::size_t> found = dimension_of(access, *output);
            if (!found && reduced) found = dimension_of(access, *reduced);
            dimensions[static_cast<std::size_t>(access.buffer)] = found;
        };
        for (const ir::Statement& other : op_.statements) {
            ir::for_each_load(other.value, [&](const ir::Access& access) {
                if (access.indices == main_.destination.indices) set(access);
            });
        }
        for (const ir::Access& access : accesses()) set(access);
        return dimensions;
    }

    [[nodiscard]] SketchLayout layout_of(const ir::Tensor& tensor, std::optional<std::size_t> dimension,
                                         Form form) const {
        SketchLayout layout{.tensor = tensor.name, .label = {}, .step = {.tensor = tensor.name, .order = {}}};
        std::string letters;
        for (const std::string& letter : tensor.dimensions) letters += letter;
        layout.label = letters;
        if (!tensor.layout.empty()) {
            layout.label = ir::layout_name(tensor.layout, tensor.dimensions);
            layout.step.order = tensor.layout;
            return layout;
        }
        if (!dimension || tensor.strides[*dimension] == 1 || tensor.shape[*dimension] == 1) return layout;
        if (form == Form::blocked && (lanes_ < 2 || tensor.shape[*dimension] < lanes_)) form = Form::innermost;
        if (form == Form::plain) return layout;
        const auto last = static_cast<int>(*dimension);
        for (int d = 0; d < static_cast<int>(tensor.shape.size()); ++d) {
            if (d != last || form == Form::blocked) layout.step.order.push_back({.dimension = d, .block = 0});
        }
        layout.step.order.push_back({.dimension = last, .block = form == Form::blocked ? lanes_ : 0});
        layout.label = ir::layout_name(layout.step.order, tensor.dimensions);
        return layout;
    }

    const ir::Operator& op_;
    const ir::Statement& main_;
    AccessPattern pattern_;
    int lanes_;
};

}  // namespace

std::vector<std::vector<SketchLayout>> layout_choices(const ir::Operator& op, int statement, int lanes) {
    return Chooser(op, statement, lanes).choices();
}

ir::LoopNest laid_out(const ir::LoopNest& plain, const std::vector<SketchLayout>& layouts) {
    ir::LoopNest nest = plain;
    for (const SketchLayout& layout : layouts) {
        if (layout.step.order.empty()) continue;
        auto next = schedules::apply(nest, layout.step);
        SAKU_CHECK(next.ok(), "layouts are made for tensors whose layout is free");
        nest = *std::move(next);
    }
    return nest;
}

ir::Operator with_strides_of(const ir::Operator& op, const std::vector<SketchLayout>& layouts) {
    ir::Operator changed = op;
    const ir::LoopNest nest = laid_out(ir::lower(op), layouts);
    for (std::size_t t = 0; t < op.tensors.size(); ++t) {
        for (const ir::LayoutPart& part : nest.buffers[t].layout.parts) {
            if (part.divisor == 1) changed.tensors[t].strides[static_cast<std::size_t>(part.dimension)] = part.stride;
        }
    }
    return changed;
}

}  // namespace saku::tuner
