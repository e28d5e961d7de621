#include "targets/llvm/indices.h"

#include <algorithm>
#include <numeric>

namespace saku::targets {

using namespace saku::ir;

Ranges ranges_here(const Frame& frame) {
    return [&frame](VarId id) -> std::optional<Interval> {
        const auto place = frame.ranges.find(id);
        return place == frame.ranges.end() ? std::nullopt : std::optional(place->second);
    };
}

Index resolve(const Frame& frame, const Index& index) {
    Index result = index;
    for (const VarId id : index.variables()) {
        const auto place = frame.constants.find(id);
        if (place != frame.constants.end()) result = substitute(result, id, Index(place->second));
    }
    return result.is_affine() ? result : simplify(result, ranges_here(frame));
}

std::optional<Interval> range_here(const Frame& frame, const Index& index, const Lanes& lanes) {
    const bool has_lanes = lanes.variable && index.uses(*lanes.variable);
    const Interval active{lanes.start, lanes.start + lanes.active - 1};
    if (frame.facts) {
        if (!has_lanes) return frame.facts->bounds(index);
        Facts facts = *frame.facts;
        facts.enter(*lanes.variable, active);
        return facts.bounds(index);
    }
    return range(index, [&](VarId id) -> std::optional<Interval> {
        return has_lanes && id == *lanes.variable ? active : ranges_here(frame)(id);
    });
}

Index at_lane(const Frame& frame, const Index& index, const Lanes& lanes, int lane) {
    if (!lanes.variable || !index.uses(*lanes.variable)) return index;
    const Index result = substitute(index, *lanes.variable, Index(lanes.start + lane));
    return result.is_affine() ? result : simplify(result, ranges_here(frame));
}

namespace {

/// Arithmetic on indices: as an i64, or lane by lane in a vector of integers.
struct Integers {
    llvm::Type* type = nullptr;
    Lanes lanes;  ///< of a vector type

    [[nodiscard]] llvm::Value* number(std::int64_t value) const {
        return llvm::ConstantInt::get(type, static_cast<std::uint64_t>(value), true);
    }
};

/// floor(value / divisor); `least` is the smallest value that can occur (division of non-negative numbers is cheaper).
llvm::Value* emit_floor_div(Frame& frame, const Integers& kind, llvm::Value* value, std::int64_t divisor,
                            std::optional<std::int64_t> least) {
    auto& b = frame.builder;
    llvm::Value* by = kind.number(divisor);
    if (least && *least >= 0) return b.CreateUDiv(value, by);
    llvm::Value* truncated = b.CreateSDiv(value, by);
    llvm::Value* rest = b.CreateSub(value, b.CreateMul(truncated, by));
    return b.CreateAdd(truncated, b.CreateSExt(b.CreateICmpSLT(rest, kind.number(0)), kind.type));
}

llvm::Value* emit_variable(Frame& frame, const Integers& kind, VarId variable) {
    auto& b = frame.builder;
    if (kind.lanes.variable == variable && kind.type->isVectorTy()) {
        std::vector<llvm::Constant*> values;
        for (int lane = 0; lane < kind.lanes.width; ++lane) {
            values.push_back(llvm::ConstantInt::getSigned(kind.type->getScalarType(), kind.lanes.start + lane));
        }
        return llvm::ConstantVector::get(values);
    }
    const auto place = frame.variables.find(variable);
    if (place == frame.variables.end()) {
        frame.fail("index not supported by emission",
                   frame.nest.variables[static_cast<std::size_t>(variable)] + " has no value here");
        return kind.number(0);
    }
    llvm::Value* value = b.CreateTrunc(place->second, kind.type->getScalarType());
    return kind.type->isVectorTy() ? frame.splat(value, kind.lanes) : value;
}

llvm::Value* emit_in(Frame& frame, const Integers& kind, const Index& index);

llvm::Value* emit_atom(Frame& frame, const Integers& kind, const Atom& atom) {
    auto& b = frame.builder;
    if (atom.kind == Atom::Kind::variable) return emit_variable(frame, kind, atom.variable);
    const std::optional<Interval> reach = range(*atom.inner, ranges_here(frame));
    llvm::Value* inner = emit_in(frame, kind, *atom.inner);
    const auto least = reach ? std::optional(reach->low) : std::nullopt;
    llvm::Value* floor = emit_floor_div(frame, kind, inner, atom.divisor, least);
    if (atom.kind == Atom::Kind::floor_div) return floor;
    return b.CreateSub(inner, b.CreateMul(floor, kind.number(atom.divisor)));
}

llvm::Value* emit_in(Frame& frame, const Integers& kind, const Index& index) {
    auto& b = frame.builder;
    llvm::Value* total = nullptr;
    for (const Term& term : index.terms()) {
        llvm::Value* atom = emit_atom(frame, kind, term.atom);
        if (term.coefficient != 1) atom = b.CreateMul(atom, kind.number(term.coefficient));
        total = total == nullptr ? atom : b.CreateAdd(total, atom);
    }
    llvm::Value* constant = kind.number(index.constant());
    if (total == nullptr) return constant;
    return index.constant() == 0 ? total : b.CreateAdd(total, constant);
}

/// May every value that computing the index meets, lanes that are off included, be held in 32 bits?
bool fits_32_bits(const Frame& frame, const Index& index, const Lanes& lanes) {
    constexpr double most = 1 << 30;
    const auto size = [](std::int64_t value) {
        return value < 0 ? -static_cast<double>(value) : static_cast<double>(value);
    };
    double total = size(index.constant());
    for (const Term& term : index.terms()) {
        std::optional<Interval> reach;
        if (term.atom.kind == Atom::Kind::variable) {
            const bool is_lane = lanes.variable == term.atom.variable;
            reach = is_lane ? Interval{lanes.start, lanes.start + lanes.width} : ranges_here(frame)(term.atom.variable);
        } else {
            if (!fits_32_bits(frame, *term.atom.inner, lanes) || size(term.atom.divisor) > most) return false;
            reach = Interval{-(std::int64_t{1} << 30), std::int64_t{1} << 30};
            if (const auto known = range(*term.atom.inner, ranges_here(frame))) reach = atom_range(term.atom, *known);
        }
        if (!reach) return false;
        total += size(term.coefficient) * std::max(size(reach->low), size(reach->high));
    }
    return total < most;
}

}  // namespace

llvm::Value* emit_index(Frame& frame, const Index& index) {
    return emit_in(frame, {.type = frame.builder.getInt64Ty(), .lanes = {}}, index);
}

LaneForm lane_form(const Index& index, const Lanes& lanes) {
    if (!lanes.variable || !index.uses(*lanes.variable)) return {};
    const std::int64_t stride = index.coefficient(*lanes.variable);
    const bool elsewhere = (index - Index::variable(*lanes.variable) * stride).uses(*lanes.variable);
    if (elsewhere) return {.kind = LaneForm::Kind::irregular, .stride = 0};
    return {.kind = LaneForm::Kind::affine, .stride = stride};
}

std::optional<std::vector<std::int64_t>> lane_distances(const Frame& frame, const Index& index, const Lanes& lanes) {
    const Index first = at_lane(frame, index, lanes, 0);
    std::vector<std::int64_t> distances;
    for (int lane = 0; lane < lanes.active; ++lane) {
        const Index distance = at_lane(frame, index, lanes, lane) - first;
        if (!distance.is_constant()) return std::nullopt;
        distances.push_back(distance.constant());
    }
    return distances;
}

bool is_open(const Frame& frame, const Index& index, const Lanes& lanes) {
    const std::optional<Interval> reach = range_here(frame, index, lanes);
    return !reach || reach->low < 0;
}

namespace {

/// base + distance >= 0 in every lane, as base >= -distance: one compare with a constant vector. The base is saturated
/// to 32 bits where the distances are small enough for that to change nothing.
llvm::Value* compare_distances(Frame& frame, llvm::Value* base, const std::vector<std::int64_t>& distances,
                               const Lanes& lanes) {
    auto& b = frame.builder;
    constexpr std::int64_t most = 1'000'000'000;
    const auto is_near = [](std::int64_t distance) { return distance > -most && distance < most; };
    const bool is_narrow = std::all_of(distances.begin(), distances.end(), is_near);
    llvm::Type* type = is_narrow ? b.getInt32Ty() : b.getInt64Ty();
    if (is_narrow) {
        llvm::Value* low = llvm::ConstantInt::getSigned(b.getInt64Ty(), -most);
        llvm::Value* high = llvm::ConstantInt::getSigned(b.getInt64Ty(), most);
        base = b.CreateSelect(b.CreateICmpSLT(base, low), low, base);
        base = b.CreateSelect(b.CreateICmpSGT(base, high), high, base);
    }
    std::vector<llvm::Constant*> bounds;
    for (std::size_t lane = 0; lane < static_cast<std::size_t>(lanes.width); ++lane) {
        const std::int64_t distance = distances[std::min(lane, distances.size() - 1)];
        bounds.push_back(llvm::ConstantInt::getSigned(type, -distance));
    }
    llvm::Value* splat = b.CreateVectorSplat(static_cast<unsigned>(lanes.width), b.CreateTrunc(base, type));
    return b.CreateICmpSGE(splat, llvm::ConstantVector::get(bounds));
}

/// One condition, lane by lane.
llvm::Value* emit_condition(Frame& frame, const Index& index, const Lanes& lanes) {
    auto& b = frame.builder;
    const LaneForm form = lane_form(index, lanes);
    if (form.kind == LaneForm::Kind::uniform || !lanes.is_vector()) {
        llvm::Value* holds = b.CreateICmpSGE(emit_index(frame, at_lane(frame, index, lanes, 0)), b.getInt64(0));
        return frame.splat(holds, lanes);
    }
    if (const auto distances = lane_distances(frame, index, lanes)) {
        return compare_distances(frame, emit_index(frame, at_lane(frame, index, lanes, 0)), *distances, lanes);
    }
    llvm::Type* element = fits_32_bits(frame, index, lanes) ? b.getInt32Ty() : b.getInt64Ty();
    const Integers kind{.type = llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes.width)),
                        .lanes = lanes};
    return b.CreateICmpSGE(emit_in(frame, kind, index), kind.number(0));
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
