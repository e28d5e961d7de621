#include "targets/llvm/indices.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace saku::targets {

using namespace saku::ir;

namespace {

Ranges ranges_here(const Frame& frame) {
    return [&frame](VarId id) -> std::optional<Interval> {
        const auto place = frame.ranges.find(id);
        return place == frame.ranges.end() ? std::nullopt : std::optional(place->second);
    };
}

}  // namespace

Index resolve(const Frame& frame, const Index& index) {
    Index result = index;
    for (const VarId id : index.variables()) {
        const auto place = frame.constants.find(id);
        if (place != frame.constants.end()) result = substitute(result, id, Index(place->second));
    }
    return result.is_affine() ? result : simplify(result, ranges_here(frame));
}

Index at_lane(const Frame& frame, const Index& index, const Lanes& lanes, int lane) {
    if (!lanes.variable || !index.uses(*lanes.variable)) return index;
    const Index result = substitute(index, *lanes.variable, Index(lanes.start + lane));
    return result.is_affine() ? result : simplify(result, ranges_here(frame));
}

namespace {

/// floor(value / divisor); `least` is the smallest value that can occur (division of non-negative numbers is cheaper).
llvm::Value* emit_floor_div(Frame& frame, llvm::Value* value, std::int64_t divisor, std::optional<std::int64_t> least) {
    auto& b = frame.builder;
    if (least && *least >= 0) return b.CreateUDiv(value, b.getInt64(static_cast<std::uint64_t>(divisor)));
    llvm::Value* by = b.getInt64(static_cast<std::uint64_t>(divisor));
    llvm::Value* truncated = b.CreateSDiv(value, by);
    llvm::Value* rest = b.CreateSub(value, b.CreateMul(truncated, by));
    return b.CreateAdd(truncated, b.CreateSExt(b.CreateICmpSLT(rest, b.getInt64(0)), b.getInt64Ty()));
}

llvm::Value* emit_atom(Frame& frame, const Atom& atom) {
    auto& b = frame.builder;
    if (atom.kind == Atom::Kind::variable) {
        const auto place = frame.variables.find(atom.variable);
        if (place != frame.variables.end()) return place->second;
        frame.fail("index not supported by emission",
                   frame.nest.variables[static_cast<std::size_t>(atom.variable)] + " has no value here");
        return b.getInt64(0);
    }
    const std::optional<Interval> reach = range(*atom.inner, ranges_here(frame));
    llvm::Value* inner = emit_index(frame, *atom.inner);
    llvm::Value* floor = emit_floor_div(frame, inner, atom.divisor, reach ? std::optional(reach->low) : std::nullopt);
    if (atom.kind == Atom::Kind::floor_div) return floor;
    return b.CreateSub(inner, b.CreateMul(floor, b.getInt64(static_cast<std::uint64_t>(atom.divisor))));
}

}  // namespace

llvm::Value* emit_index(Frame& frame, const Index& index) {
    auto& b = frame.builder;
    llvm::Value* total = nullptr;
    for (const Term& term : index.terms()) {
        llvm::Value* atom = emit_atom(frame, term.atom);
        if (term.coefficient != 1) {
            atom = b.CreateMul(atom, llvm::ConstantInt::getSigned(b.getInt64Ty(), term.coefficient));
        }
        total = total == nullptr ? atom : b.CreateAdd(total, atom);
    }
    llvm::Value* constant = llvm::ConstantInt::getSigned(b.getInt64Ty(), index.constant());
    if (total == nullptr) return constant;
    return index.constant() == 0 ? total : b.CreateAdd(total, constant);
}

LaneForm lane_form(const Index& index, const Lanes& lanes) {
    if (!lanes.variable || !index.uses(*lanes.variable)) return {};
    const std::int64_t stride = index.coefficient(*lanes.variable);
    const bool elsewhere = (index - Index::variable(*lanes.variable) * stride).uses(*lanes.variable);
    if (elsewhere) return {.kind = LaneForm::Kind::irregular, .stride = 0};
    return {.kind = LaneForm::Kind::affine, .stride = stride};
}

bool is_open(const Frame& frame, const Index& index, const Lanes& lanes) {
    const Ranges known = [&](VarId id) -> std::optional<Interval> {
        if (lanes.variable && id == *lanes.variable) return Interval{lanes.start, lanes.start + lanes.active - 1};
        return ranges_here(frame)(id);
    };
    const std::optional<Interval> reach = range(index, known);
    return !reach || reach->low < 0;
}

namespace {

/// One condition, lane by lane.
llvm::Value* emit_condition(Frame& frame, const Index& index, const Lanes& lanes) {
    auto& b = frame.builder;
    const LaneForm form = lane_form(index, lanes);
    if (form.kind == LaneForm::Kind::uniform || !lanes.is_vector()) {
        llvm::Value* holds = b.CreateICmpSGE(emit_index(frame, at_lane(frame, index, lanes, 0)), b.getInt64(0));
        return frame.splat(holds, lanes);
    }
    const auto width = static_cast<unsigned>(lanes.width);
    if (form.kind == LaneForm::Kind::affine) {
        // base + stride * lane >= 0, as base >= -stride * lane: one compare with a constant vector. Saturating to 32
        // bits is safe: indices and extents are far below 2^31 where the result is undecided.
        llvm::Value* base = emit_index(frame, at_lane(frame, index, lanes, 0));
        llvm::Value* least = b.getInt64(static_cast<std::uint64_t>(std::int64_t{-1'000'000'000}));
        llvm::Value* most = b.getInt64(1'000'000'000);
        base = b.CreateSelect(b.CreateICmpSLT(base, least), least, base);
        base = b.CreateSelect(b.CreateICmpSGT(base, most), most, base);
        std::vector<std::uint32_t> bounds;
        for (int lane = 0; lane < lanes.width; ++lane) {
            const std::int64_t bound = std::clamp<std::int64_t>(-form.stride * lane, -999'999'999, 999'999'999);
            bounds.push_back(static_cast<std::uint32_t>(static_cast<std::int32_t>(bound)));
        }
        llvm::Value* narrow = b.CreateVectorSplat(width, b.CreateTrunc(base, b.getInt32Ty()));
        return b.CreateICmpSGE(narrow, llvm::ConstantDataVector::get(b.getContext(), bounds));
    }
    llvm::Value* mask = llvm::ConstantInt::getFalse(llvm::FixedVectorType::get(b.getInt1Ty(), width));
    for (int lane = 0; lane < lanes.active; ++lane) {
        llvm::Value* value = emit_index(frame, at_lane(frame, index, lanes, lane));
        mask = b.CreateInsertElement(mask, b.CreateICmpSGE(value, b.getInt64(0)), static_cast<std::uint64_t>(lane));
    }
    return mask;
}

}  // namespace

llvm::Value* both(Frame& frame, llvm::Value* a, llvm::Value* b) {
    if (a == nullptr) return b;
    if (b == nullptr) return a;
    return frame.builder.CreateAnd(a, b);
}

llvm::Value* emit_conditions(Frame& frame, const std::vector<Index>& indices, const Lanes& lanes) {
    llvm::Value* all = nullptr;
    for (const Index& index : indices) {
        if (is_open(frame, index, lanes)) all = both(frame, all, emit_condition(frame, index, lanes));
    }
    return all;
}

llvm::Value* active_mask(Frame& frame, const Lanes& lanes) {
    if (lanes.active == lanes.width) return nullptr;
    std::vector<llvm::Constant*> bits;
    for (int lane = 0; lane < lanes.width; ++lane) bits.push_back(frame.builder.getInt1(lane < lanes.active));
    return llvm::ConstantVector::get(bits);
}

std::int64_t known_alignment(const Index& offset, std::int64_t element_bytes, std::int64_t base) {
    std::int64_t common = std::gcd(base, offset.constant() * element_bytes);
    for (const Term& term : offset.terms()) common = std::gcd(common, term.coefficient * element_bytes);
    std::int64_t power = 1;
    while (power * 2 <= common && common % (power * 2) == 0) power *= 2;
    return power;
}

}  // namespace saku::targets
