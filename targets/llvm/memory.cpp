#include "targets/llvm/memory.h"

#include <algorithm>
#include <set>

#include "targets/llvm/indices.h"
#include "targets/llvm/opaque_mask.h"
#include "targets/llvm/place.h"
#include "targets/llvm/row_block.h"
#include "targets/llvm/wide_access.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// The address of an element where `inside` holds, of some other element of the buffer elsewhere. What the choice does
/// not depend on is added afterwards: loops that move only that (a reduction over channels, beside tests of rows) need
/// not choose in every iteration.
llvm::Value* clamped_address(Frame& frame, const Place& place, llvm::Value* inside) {
    auto& b = frame.builder;
    std::set<VarId> tested;
    for (const Index& bound : bounds_of(frame, place)) {
        if (!is_open(frame, bound, Lanes{})) continue;
        for (const VarId id : bound.variables()) tested.insert(id);
    }
    Index free;
    for (const Term& term : place.offset.terms()) {
        const bool is_free = term.atom.kind == Atom::Kind::variable && tested.count(term.atom.variable) == 0;
        if (is_free) free = free + Index::variable(term.atom.variable) * term.coefficient;
    }
    const Interval room = readable_around(frame, place.buffer, free);
    if (room.low > 0 || room.high < 0) free = Index();
    llvm::Value* chosen = b.CreateSelect(inside, emit_index(frame, place.offset - free), b.getInt64(0));
    llvm::Value* base = frame.bases[static_cast<std::size_t>(place.buffer)];
    llvm::Value* pointer = b.CreateGEP(b.getFloatTy(), base, chosen);
    return free.is_constant() ? pointer : b.CreateGEP(b.getFloatTy(), pointer, emit_index(frame, free));
}

/// One element, for all lanes. Where the place may lie outside (padding, or a lane that a mask switches off), the
/// address is moved to another element instead, and the pad selected afterwards: no branch.
llvm::Value* load_uniform(Frame& frame, const Place& place, const Lanes& lanes, bool is_speculative) {
    auto& b = frame.builder;
    llvm::Value* inside =
        place.pad || is_speculative ? emit_conditions(frame, bounds_of(frame, place), Lanes{}) : nullptr;
    if (inside == nullptr) {
        llvm::Value* pointer = address(frame, place.buffer, place.offset);
        const llvm::Align alignment = alignment_of(frame, place, place.offset);
        return frame.splat(b.CreateAlignedLoad(frame.element_type(), pointer, alignment), lanes);
    }
    const llvm::Align alignment(static_cast<std::uint64_t>(size_bytes(frame.buffer(place.buffer).type)));
    llvm::Value* pointer = clamped_address(frame, place, inside);
    llvm::Value* value = frame.splat(b.CreateAlignedLoad(frame.element_type(), pointer, alignment), lanes);
    return place.pad ? b.CreateSelect(frame.splat(inside, lanes), value, frame.number(*place.pad, lanes)) : value;
}

llvm::Value* load_scalar(Frame& frame, const Place& place, bool is_speculative) {
    return load_uniform(frame, place, Lanes{}, is_speculative);
}

llvm::Value* load_contiguous(Frame& frame, const Place& place, const Lanes& lanes, llvm::Value* mask) {
    auto& b = frame.builder;
    const Index first = at_lane(frame, place.offset, lanes, 0);
    llvm::Value* inside = place.pad ? emit_conditions(frame, bounds_of(frame, place), lanes) : nullptr;
    llvm::Value* pointer = address(frame, place.buffer, first);
    const llvm::Align alignment = alignment_of(frame, place, first);
    // Lanes that are off may give what lies there.
    const Interval room = readable_around(frame, place.buffer, first);
    const bool has_room = room.low <= 0 && room.high >= lanes.width - 1;
    mask = inside == nullptr && has_room ? nullptr : both(frame, both(frame, mask, inside), active_mask(frame, lanes));
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

/// The lanes that are inside, or off as far as that is known: those need no pad.
llvm::Value* any_value(Frame& frame, llvm::Value* inside, llvm::Value* mask) {
    const bool are_known = mask != nullptr && llvm::isa<llvm::Constant>(mask) && llvm::isa<llvm::Constant>(inside);
    return are_known ? frame.builder.CreateOr(inside, frame.builder.CreateNot(mask)) : inside;
}

/// Lanes apart from each other, which may lie outside where they are padded.
llvm::Value* load_apart(Frame& frame, const Access& access, const Place& place, const Lanes& lanes, llvm::Value* mask) {
    llvm::Value* inside = place.pad ? emit_conditions(frame, bounds_of(frame, place), lanes) : nullptr;
    llvm::Value* read = both(frame, mask, inside);
    llvm::Value* value = load_pattern(frame, place, lanes, read);
    if (value == nullptr && read == nullptr) value = load_from_rows(frame, access, place, lanes);
    if (value == nullptr || inside == nullptr) return value;
    llvm::Value* kept = opaque_mask(frame, any_value(frame, inside, mask));
    return frame.builder.CreateSelect(kept, value, frame.number(*place.pad, lanes));
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
    if (all_uniform(place, lanes)) return load_uniform(frame, place, lanes, mask != nullptr);
    if (is_contiguous(place, lanes)) return load_contiguous(frame, place, lanes, mask);
    if (llvm::Value* value = load_apart(frame, access, place, lanes, mask)) return value;
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
