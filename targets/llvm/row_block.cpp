#include "targets/llvm/row_block.h"

#include <algorithm>

#include "targets/llvm/indices.h"
#include "targets/llvm/transpose.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

constexpr std::int64_t fewest_columns = 4;

/// The elements first .. first + count - 1 of each row, of which this access names number `column`. All are named by
/// iterations of an unrolled loop, so that they may be read.
struct Columns {
    std::int64_t count = 0;
    std::int64_t column = 0;
};

/// May the columns be read where this access is known to be inside? Others of a padded one may lie outside.
bool are_inside(const Frame& frame, const Access& access, const Place& place, const Lanes& lanes, VarId variable,
                const Columns& columns) {
    if (!place.pad) return true;
    for (const std::int64_t to : {-columns.column, columns.count - 1 - columns.column}) {
        Place moved = place;
        for (std::size_t d = 0; d < moved.indices.size(); ++d) {
            if (!access.indices[d].is_affine()) return false;
            moved.indices[d] += Index(to * access.indices[d].coefficient(variable));
        }
        const std::vector<Index> bounds = bounds_of(frame, moved);
        const bool open =
            std::any_of(bounds.begin(), bounds.end(), [&](const Index& bound) { return is_open(frame, bound, lanes); });
        if (open) return false;
    }
    return true;
}

std::optional<Columns> columns_of(const Frame& frame, const Access& access, const Place& place, const Lanes& lanes) {
    const Index offset = element_offset(frame.buffer(access.buffer).layout, access.indices);
    for (const auto& [variable, extent] : frame.unrolled) {
        const bool goes_along =
            offset.coefficient(variable) == 1 && !(offset - Index::variable(variable)).uses(variable);
        if (!goes_along) continue;
        const std::int64_t value = frame.constants.at(variable);
        for (std::int64_t count = lanes.width; count >= fewest_columns; count /= 2) {
            const std::int64_t first = value - value % count;
            const Columns columns{.count = count, .column = value - first};
            if (first + count <= extent && are_inside(frame, access, place, lanes, variable, columns)) return columns;
        }
    }
    return std::nullopt;
}

}  // namespace

llvm::Value* load_from_rows(Frame& frame, const Access& access, const Place& place, const Lanes& lanes) {
    if (lane_form(place.offset, lanes).kind != LaneForm::Kind::affine || lanes.width < fewest_columns) return nullptr;
    const std::optional<Columns> columns = columns_of(frame, access, place, lanes);
    if (!columns) return nullptr;
    auto& b = frame.builder;
    auto* type = llvm::FixedVectorType::get(frame.element_type(), static_cast<unsigned>(columns->count));
    std::vector<llvm::Value*> rows(static_cast<std::size_t>(lanes.width), nullptr);
    for (int lane = 0; lane < lanes.active; ++lane) {
        const Index start = at_lane(frame, place.offset, lanes, lane) - Index(columns->column);
        rows[static_cast<std::size_t>(lane)] =
            b.CreateAlignedLoad(type, address(frame, place.buffer, start), alignment_of(frame, place, start));
    }
    const std::vector<llvm::Value*> transposed = transpose(b, std::move(rows), static_cast<int>(columns->count));
    return transposed[static_cast<std::size_t>(columns->column)];
}

}  // namespace saku::targets
