#include "targets/llvm/memory.h"

#include <algorithm>

#include "targets/llvm/indices.h"
#include "targets/llvm/place.h"
#include "targets/llvm/wide_access.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

llvm::Value* load_at(Frame& frame, const Place& place, const Index& offset, llvm::Value* pointer) {
    return frame.builder.CreateAlignedLoad(frame.element_type(), pointer, alignment_of(frame, place, offset));
}

/// One element. Where the place may lie outside (padding, or a lane that a mask switches off), the address is moved to
/// the buffer's first element instead, and the pad selected afterwards: no branch.
llvm::Value* load_scalar(Frame& frame, const Place& place, bool is_speculative) {
    auto& b = frame.builder;
    llvm::Value* inside =
        place.pad || is_speculative ? emit_conditions(frame, bounds_of(frame, place), Lanes{}) : nullptr;
    if (inside == nullptr) return load_at(frame, place, place.offset, address(frame, place.buffer, place.offset));
    llvm::Value* offset = b.CreateSelect(inside, emit_index(frame, place.offset), b.getInt64(0));
    llvm::Value* pointer = b.CreateGEP(b.getFloatTy(), frame.bases[static_cast<std::size_t>(place.buffer)], offset);
    llvm::Value* value = b.CreateAlignedLoad(frame.element_type(), pointer, llvm::Align(static_cast<std::uint64_t>(4)));
    return place.pad ? b.CreateSelect(inside, value, frame.number(*place.pad, Lanes{})) : value;
}

llvm::Value* load_contiguous(Frame& frame, const Place& place, const Lanes& lanes, llvm::Value* mask) {
    auto& b = frame.builder;
    const Index first = at_lane(frame, place.offset, lanes, 0);
    llvm::Value* inside = place.pad ? emit_conditions(frame, bounds_of(frame, place), lanes) : nullptr;
    mask = both(frame, both(frame, mask, inside), active_mask(frame, lanes));
    llvm::Value* pointer = address(frame, place.buffer, first);
    const llvm::Align alignment = alignment_of(frame, place, first);
    if (mask == nullptr) return b.CreateAlignedLoad(frame.type_of(lanes), pointer, alignment);
    return b.CreateMaskedLoad(frame.type_of(lanes), pointer, alignment, mask,
                              frame.number(place.pad.value_or(0), lanes));
}

bool all_uniform(const Place& place, const Lanes& lanes) {
    for (const Index& index : place.indices) {
        if (lane_form(index, lanes).kind != LaneForm::Kind::uniform) return false;
    }
    return true;
}

bool is_contiguous(const Place& place, const Lanes& lanes) {
    const LaneForm form = lane_form(place.offset, lanes);
    return form.kind == LaneForm::Kind::affine && form.stride == 1;
}

/// Lanes apart from each other, which may lie outside where they are padded.
llvm::Value* load_apart(Frame& frame, const Place& place, const Lanes& lanes, llvm::Value* mask) {
    llvm::Value* inside = place.pad ? emit_conditions(frame, bounds_of(frame, place), lanes) : nullptr;
    llvm::Value* value = load_pattern(frame, place, lanes, both(frame, mask, inside));
    if (value == nullptr || inside == nullptr) return value;
    return frame.builder.CreateSelect(inside, value, frame.number(*place.pad, lanes));
}

llvm::Value* load_each(Frame& frame, const Place& place, const Lanes& lanes, bool is_speculative) {
    llvm::Value* result = frame.number(0, lanes);
    for (int lane = 0; lane < lanes.active; ++lane) {
        llvm::Value* element = load_scalar(frame, lane_of(frame, place, lanes, lane), is_speculative);
        result = frame.builder.CreateInsertElement(result, element, static_cast<std::uint64_t>(lane));
    }
    return result;
}

}  // namespace

llvm::Value* load_memory(Frame& frame, const Access& access, const Lanes& lanes, llvm::Value* mask) {
    const Place place = place_of(frame, access);
    if (!lanes.is_vector()) return load_scalar(frame, lane_of(frame, place, lanes, 0), mask != nullptr);
    if (all_uniform(place, lanes)) return frame.splat(load_scalar(frame, place, mask != nullptr), lanes);
    if (is_contiguous(place, lanes)) return load_contiguous(frame, place, lanes, mask);
    if (llvm::Value* value = load_apart(frame, place, lanes, mask)) return value;
    return load_each(frame, place, lanes, mask != nullptr);
}

namespace {

void store_contiguous(Frame& frame, const Place& place, const Lanes& lanes, llvm::Value* value, llvm::Value* mask) {
    auto& b = frame.builder;
    const Index first = at_lane(frame, place.offset, lanes, 0);
    mask = both(frame, mask, active_mask(frame, lanes));
    llvm::Value* pointer = address(frame, place.buffer, first);
    const llvm::Align alignment = alignment_of(frame, place, first);
    if (mask == nullptr) {
        b.CreateAlignedStore(value, pointer, alignment);
    } else {
        b.CreateMaskedStore(value, pointer, alignment, mask);
    }
}

void store_scalar(Frame& frame, const Place& place, llvm::Value* value) {
    frame.builder.CreateAlignedStore(value, address(frame, place.buffer, place.offset),
                                     alignment_of(frame, place, place.offset));
}

/// Stores whose lanes lie apart, some switched off: a scatter, which the target may do lane by lane.
void store_scattered(Frame& frame, const Place& place, const Lanes& lanes, llvm::Value* value, llvm::Value* mask) {
    auto& b = frame.builder;
    const auto width = static_cast<unsigned>(lanes.width);
    llvm::Value* offsets = llvm::PoisonValue::get(llvm::FixedVectorType::get(b.getInt64Ty(), width));
    for (int lane = 0; lane < lanes.width; ++lane) {
        const int source = std::min(lane, lanes.active - 1);
        llvm::Value* offset = emit_index(frame, at_lane(frame, place.offset, lanes, source));
        offsets = b.CreateInsertElement(offsets, offset, static_cast<std::uint64_t>(lane));
    }
    llvm::Value* pointers = b.CreateGEP(b.getFloatTy(), frame.bases[static_cast<std::size_t>(place.buffer)], offsets);
    b.CreateMaskedScatter(value, pointers, llvm::Align(4), both(frame, mask, active_mask(frame, lanes)));
}

}  // namespace

void store_memory(Frame& frame, const Access& access, const Lanes& lanes, llvm::Value* value, llvm::Value* mask) {
    const Place place = place_of(frame, access);
    if (!lanes.is_vector()) {
        store_scalar(frame, lane_of(frame, place, lanes, 0), value);
    } else if (is_contiguous(place, lanes)) {
        store_contiguous(frame, place, lanes, value, mask);
    } else if (mask != nullptr) {
        store_scattered(frame, place, lanes, value, mask);
    } else {
        for (int lane = 0; lane < lanes.active; ++lane) {
            store_scalar(frame, lane_of(frame, place, lanes, lane),
                         frame.builder.CreateExtractElement(value, static_cast<std::uint64_t>(lane)));
        }
    }
}

void prefetch_memory(Frame& frame, const Access& access) {
    auto& b = frame.builder;
    const Place place = place_of(frame, access);
    llvm::Value* pointer = address(frame, place.buffer, place.offset);
    // Read, keep in all levels, data cache.
    b.CreateIntrinsic(llvm::Intrinsic::prefetch, {pointer->getType()},
                      {pointer, b.getInt32(0), b.getInt32(3), b.getInt32(1)});
}

}  // namespace saku::targets
