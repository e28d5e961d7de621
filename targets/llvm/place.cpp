#include "targets/llvm/place.h"

#include "targets/llvm/indices.h"

namespace saku::targets {

using namespace saku::ir;

Place place_of(const Frame& frame, const Access& access) {
    Place place{.buffer = access.buffer, .indices = access.indices, .offset = {}, .pad = access.pad};
    if (frame.reads_are_inside) place.pad.reset();
    for (Index& index : place.indices) index = resolve(frame, index);
    place.offset = resolve(frame, element_offset(frame.buffer(access.buffer).layout, place.indices));
    return place;
}

Place lane_of(const Frame& frame, const Place& place, const Lanes& lanes, int lane) {
    Place single = place;
    for (Index& index : single.indices) index = at_lane(frame, index, lanes, lane);
    single.offset = at_lane(frame, place.offset, lanes, lane);
    return single;
}

std::vector<Index> bounds_of(const Frame& frame, const Place& place) {
    std::vector<Index> bounds;
    const std::vector<std::int64_t>& shape = frame.buffer(place.buffer).shape;
    for (std::size_t d = 0; d < shape.size(); ++d) {
        bounds.push_back(place.indices[d]);
        bounds.push_back(Index(shape[d] - 1) - place.indices[d]);
    }
    return bounds;
}

namespace {

std::int64_t base_alignment(const Frame& frame, BufferId id) {
    return frame.buffer(id).scope == Scope::argument ? size_bytes(frame.buffer(id).type) : buffer_alignment_bytes;
}

}  // namespace

llvm::Align alignment_of(const Frame& frame, const Place& place, const Index& offset) {
    return llvm::Align(static_cast<std::uint64_t>(
        known_alignment(offset, size_bytes(frame.buffer(place.buffer).type), base_alignment(frame, place.buffer))));
}

llvm::Value* address(Frame& frame, BufferId id, const Index& offset) {
    auto& b = frame.builder;
    llvm::Value* pointer = frame.bases[static_cast<std::size_t>(id)];
    const Index moving = offset - Index(offset.constant());
    if (!moving.is_constant()) pointer = b.CreateGEP(b.getFloatTy(), pointer, emit_index(frame, moving));
    if (offset.constant() == 0) return pointer;
    return b.CreateGEP(b.getFloatTy(), pointer, llvm::ConstantInt::getSigned(b.getInt64Ty(), offset.constant()));
}

Interval readable_around(const Frame& frame, BufferId id, const Index& offset) {
    const std::optional<Interval> reach = range_here(frame, offset);
    if (!reach) return {0, -1};
    return {-reach->low, span_elements(frame.buffer(id).layout) - 1 - reach->high};
}

}  // namespace saku::targets
