#include "targets/llvm/row_block.h"

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

std::optional<Columns> columns_of(const Frame& frame, const Access& access, const Lanes& lanes) {
    const Index offset = element_offset(frame.buffer(access.buffer).layout, access.indices);
    for (const auto& [variable, extent] : frame.unrolled) {
        const bool goes_along =
            offset.coefficient(variable) == 1 && !(offset - Index::variable(variable)).uses(variable);
        if (!goes_along) continue;
        const std::int64_t value = frame.constants.at(variable);
        for (std::int64_t count = lanes.width; count >= fewest_columns; count /= 2) {
            const std::int64_t first = value - value % count;
            if (first + count <= extent) return Columns{.count = count, .column = value - first};
        }
    }
    return std::nullopt;
}

}  // namespace

llvm::Value* load_from_rows(Frame& frame, const Access& access, const Place& place, const Lanes& lanes) {
    if (lane_form(place.offset, lanes).kind != LaneForm::Kind::affine || lanes.width < fewest_columns) return nullptr;
    const std::optional<Columns> columns = columns_of(frame, access, lanes);
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
