#include "targets/llvm/tiles.h"

#include <algorithm>
#include <numeric>

#include "targets/llvm/indices.h"
#include "targets/llvm/transpose.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// Where the lanes of an access lie in a tile: the element of lane 0, and the dimension that later lanes move along.
struct TilePlace {
    std::vector<std::int64_t> element;
    int moving = -1;  ///< -1: all lanes name one element
};

const RegisterTile& tile_of(const Frame& frame, BufferId id) { return frame.plan.tiles[static_cast<std::size_t>(id)]; }

std::optional<TilePlace> place_of(Frame& frame, const Access& access, const Lanes& lanes) {
    TilePlace place;
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
        const Index index = resolve(frame, access.indices[d]);
        const LaneForm form = lane_form(index, lanes);
        const Index first = at_lane(frame, index, lanes, 0);
        const bool moves = form.kind == LaneForm::Kind::affine && lanes.is_vector();
        if (!first.is_constant() || form.kind == LaneForm::Kind::irregular || (moves && form.stride != 1) ||
            (moves && place.moving >= 0)) {
            frame.fail("register tile index not constant", frame.buffer(access.buffer).name);
            return std::nullopt;
        }
        if (moves) place.moving = static_cast<int>(d);
        place.element.push_back(first.constant());
    }
    return place;
}

/// The slot of an element, and its lane in there.
std::pair<llvm::AllocaInst*, int> slot_of(Frame& frame, BufferId id, const std::vector<std::int64_t>& element) {
    const RegisterTile& tile = tile_of(frame, id);
    std::int64_t unit = 0;
    int lane = 0;
    for (std::size_t d = 0; d < element.size(); ++d) {
        std::int64_t position = element[d];
        if (static_cast<int>(d) == tile.lane_dimension) {
            lane = static_cast<int>(position % tile.lanes);
            position /= tile.lanes;
        }
        unit = unit * tile.unit_shape[d] + position;
    }
    return {frame.units[static_cast<std::size_t>(id)][static_cast<std::size_t>(unit)], lane};
}

llvm::Value* load_slot(Frame& frame, llvm::AllocaInst* slot) {
    return frame.builder.CreateLoad(slot->getAllocatedType(), slot);
}

llvm::Value* read_element(Frame& frame, BufferId id, const std::vector<std::int64_t>& element) {
    auto [slot, lane] = slot_of(frame, id, element);
    llvm::Value* whole = load_slot(frame, slot);
    return whole->getType()->isVectorTy() ? frame.builder.CreateExtractElement(whole, static_cast<std::uint64_t>(lane))
                                          : whole;
}

void write_element(Frame& frame, BufferId id, const std::vector<std::int64_t>& element, llvm::Value* value) {
    auto [slot, lane] = slot_of(frame, id, element);
    if (slot->getAllocatedType()->isVectorTy()) {
        value = frame.builder.CreateInsertElement(load_slot(frame, slot), value, static_cast<std::uint64_t>(lane));
    }
    frame.builder.CreateStore(value, slot);
}

bool inside(const Frame& frame, BufferId id, const std::vector<std::int64_t>& element) {
    const std::vector<std::int64_t>& shape = frame.buffer(id).shape;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        if (element[d] < 0 || element[d] >= shape[d]) return false;
    }
    return true;
}

std::vector<std::int64_t> moved(std::vector<std::int64_t> element, int dimension, std::int64_t by) {
    element[static_cast<std::size_t>(dimension)] += by;
    return element;
}

// ---- lanes along the tile's own vectors

bool is_whole_slot(const Frame& frame, BufferId id, const TilePlace& place, const Lanes& lanes) {
    const RegisterTile& tile = tile_of(frame, id);
    return place.moving == tile.lane_dimension && lanes.width == tile.lanes &&
           place.element[static_cast<std::size_t>(place.moving)] % tile.lanes == 0;
}

/// Lanes that run along another dimension than the tile's vectors, for whole blocks.
bool is_transposed(const Frame& frame, BufferId id, const TilePlace& place) {
    return place.moving >= 0 && place.moving != tile_of(frame, id).lane_dimension && tile_of(frame, id).lanes > 1;
}

// ---- transposed access

TransposeKey key_of(const Frame& frame, BufferId id, const TilePlace& place, const Lanes& lanes) {
    std::vector<std::int64_t> key = place.element;
    const RegisterTile& tile = tile_of(frame, id);
    std::int64_t& lane = key[static_cast<std::size_t>(tile.lane_dimension)];
    lane -= lane % tile.lanes;
    key.push_back(place.moving);
    key.push_back(lanes.width);
    key.push_back(lanes.active);
    return {id, key};
}

/// All columns of the block that `key` names, from the tile as it is now.
std::vector<llvm::Value*> transposed_columns(Frame& frame, const TransposeKey& key) {
    const auto& [id, numbers] = key;
    const std::size_t rank = frame.buffer(id).shape.size();
    const std::vector<std::int64_t> corner(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(rank));
    const int moving = static_cast<int>(numbers[rank]);
    const auto width = static_cast<std::size_t>(numbers[rank + 1]);
    std::vector<llvm::Value*> rows(width, nullptr);
    for (std::size_t row = 0; row < width; ++row) {
        const std::vector<std::int64_t> element = moved(corner, moving, static_cast<std::int64_t>(row));
        if (inside(frame, id, element)) rows[row] = load_slot(frame, slot_of(frame, id, element).first);
    }
    return transpose(frame.builder, std::move(rows), tile_of(frame, id).lanes);
}

llvm::Value* read_transposed(Frame& frame, BufferId id, const TilePlace& place, const Lanes& lanes) {
    flush_transposed(frame);
    const TransposeKey key = key_of(frame, id, place, lanes);
    TransposedBlock& block = frame.transposed_reads[key];
    if (block.block != frame.builder.GetInsertBlock()) {
        block = {frame.builder.GetInsertBlock(), transposed_columns(frame, key), {}};
    }
    const RegisterTile& tile = tile_of(frame, id);
    const std::int64_t lane = place.element[static_cast<std::size_t>(tile.lane_dimension)] % tile.lanes;
    return block.columns[static_cast<std::size_t>(lane)];
}

void finish_block(Frame& frame, const TransposeKey& key, TransposedBlock block) {
    const auto& [id, numbers] = key;
    const std::size_t rank = frame.buffer(id).shape.size();
    const std::vector<std::int64_t> corner(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(rank));
    const RegisterTile& tile = tile_of(frame, id);
    const std::int64_t present =
        std::min<std::int64_t>(tile.lanes, frame.buffer(id).shape[static_cast<std::size_t>(tile.lane_dimension)] -
                                               corner[static_cast<std::size_t>(tile.lane_dimension)]);
    const bool is_partial = std::any_of(block.columns.begin(), block.columns.begin() + present,
                                        [](llvm::Value* column) { return column == nullptr; });
    if (is_partial) {
        if (block.old.empty()) block.old = transposed_columns(frame, key);
        for (std::size_t lane = 0; lane < block.old.size(); ++lane) {
            if (block.columns[lane] == nullptr) block.columns[lane] = block.old[lane];
        }
    }
    const int moving = static_cast<int>(numbers[rank]);
    const auto width = static_cast<int>(numbers[rank + 1]);
    const std::int64_t active = numbers[rank + 2];
    const std::vector<llvm::Value*> rows = transpose(frame.builder, std::move(block.columns), width);
    for (std::int64_t row = 0; row < active; ++row) {
        const std::vector<std::int64_t> element = moved(corner, moving, row);
        frame.builder.CreateStore(rows[static_cast<std::size_t>(row)], slot_of(frame, id, element).first);
    }
}

/// Writes that wait for others of the same block go on waiting; all others are done.
void flush_other_blocks(Frame& frame, const TransposeKey& key) {
    auto waiting = frame.transposed_writes.extract(key);
    flush_transposed(frame);
    if (!waiting.empty()) frame.transposed_writes.insert(std::move(waiting));
}

/// Lanes that `mask` (null: none) holds back keep their old value. A block's old columns are read once, not for each
/// column that is written.
void write_transposed(Frame& frame, BufferId id, const TilePlace& place, const Lanes& lanes, llvm::Value* value,
                      llvm::Value* mask) {
    const TransposeKey key = key_of(frame, id, place, lanes);
    const RegisterTile& tile = tile_of(frame, id);
    if (mask != nullptr) flush_other_blocks(frame, key);
    TransposedBlock& block = frame.transposed_writes[key];
    block.block = frame.builder.GetInsertBlock();
    block.columns.resize(static_cast<std::size_t>(tile.lanes), nullptr);
    const std::int64_t lane = place.element[static_cast<std::size_t>(tile.lane_dimension)] % tile.lanes;
    llvm::Value*& column = block.columns[static_cast<std::size_t>(lane)];
    if (mask != nullptr) {
        if (column == nullptr && block.old.empty()) block.old = transposed_columns(frame, key);
        llvm::Value* old = column != nullptr ? column : block.old[static_cast<std::size_t>(lane)];
        value = frame.builder.CreateSelect(mask, value, old);
    }
    column = value;
}

}  // namespace

void allocate_tiles(Frame& frame) {
    frame.units.assign(frame.nest.buffers.size(), {});
    for (std::size_t id = 0; id < frame.nest.buffers.size(); ++id) {
        if (frame.nest.buffers[id].scope != Scope::registers) continue;
        const RegisterTile& tile = frame.plan.tiles[id];
        llvm::Type* type = tile.lanes > 1 ? static_cast<llvm::Type*>(llvm::FixedVectorType::get(
                                                frame.element_type(), static_cast<unsigned>(tile.lanes)))
                                          : frame.element_type();
        for (std::int64_t unit = 0; unit < tile.units(); ++unit) {
            frame.units[id].push_back(frame.builder.CreateAlloca(type, nullptr, frame.nest.buffers[id].name));
        }
    }
}

llvm::Value* read_tile(Frame& frame, const Access& access, const Lanes& lanes) {
    const std::optional<TilePlace> place = place_of(frame, access, lanes);
    if (!place) return llvm::PoisonValue::get(frame.type_of(lanes));
    if (!frame.transposed_writes.empty()) flush_transposed(frame);
    if (place->moving < 0) return frame.splat(read_element(frame, access.buffer, place->element), lanes);
    if (is_whole_slot(frame, access.buffer, *place, lanes)) {
        return load_slot(frame, slot_of(frame, access.buffer, place->element).first);
    }
    if (is_transposed(frame, access.buffer, *place)) return read_transposed(frame, access.buffer, *place, lanes);
    llvm::Value* result = llvm::PoisonValue::get(frame.type_of(lanes));
    for (int lane = 0; lane < lanes.active; ++lane) {
        llvm::Value* element = read_element(frame, access.buffer, moved(place->element, place->moving, lane));
        result = frame.builder.CreateInsertElement(result, element, static_cast<std::uint64_t>(lane));
    }
    return result;
}

void write_tile(Frame& frame, const Access& access, const Lanes& lanes, llvm::Value* value, llvm::Value* mask) {
    const std::optional<TilePlace> place = place_of(frame, access, lanes);
    if (!place) return;
    if (is_transposed(frame, access.buffer, *place)) {
        frame.transposed_reads.clear();
        write_transposed(frame, access.buffer, *place, lanes, value, mask);
        return;
    }
    if (mask != nullptr) value = frame.builder.CreateSelect(mask, value, read_tile(frame, access, lanes));
    frame.transposed_reads.clear();
    if (!frame.transposed_writes.empty()) flush_transposed(frame);
    if (!lanes.is_vector()) {
        write_element(frame, access.buffer, place->element, value);
    } else if (place->moving >= 0 && is_whole_slot(frame, access.buffer, *place, lanes)) {
        frame.builder.CreateStore(value, slot_of(frame, access.buffer, place->element).first);
    } else {
        for (int lane = 0; lane < lanes.active; ++lane) {
            const auto element = place->moving < 0 ? place->element : moved(place->element, place->moving, lane);
            write_element(frame, access.buffer, element,
                          frame.builder.CreateExtractElement(value, static_cast<std::uint64_t>(lane)));
        }
    }
}

void forget_tile(Frame& frame, BufferId id) {
    flush_transposed(frame);
    for (llvm::AllocaInst* slot : frame.units[static_cast<std::size_t>(id)]) {
        frame.builder.CreateStore(llvm::PoisonValue::get(slot->getAllocatedType()), slot);
    }
}

void flush_transposed(Frame& frame) {
    auto waiting = std::move(frame.transposed_writes);
    frame.transposed_writes.clear();
    for (auto& [key, block] : waiting) finish_block(frame, key, std::move(block));
    if (!waiting.empty()) frame.transposed_reads.clear();
}

}  // namespace saku::targets
