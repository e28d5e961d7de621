#include "targets/llvm/wide_access.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "targets/llvm/indices.h"
#include "targets/llvm/wide_loads.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// A pattern of lanes and where it may read.
struct Pattern {
    Index first;                          ///< offset of lane 0's element
    std::vector<std::int64_t> positions;  ///< by active lane: the constant part of its offset
    std::int64_t period = 1;              ///< distance of neighbours, where it is the same for all
};

/// Is the lane off wherever the loops stand?
bool is_off(const llvm::Value* mask, std::size_t lane) {
    const auto* constant = llvm::dyn_cast_or_null<llvm::Constant>(mask);
    if (constant == nullptr) return false;
    const llvm::Constant* bit = constant->getAggregateElement(static_cast<unsigned>(lane));
    return bit != nullptr && bit->isNullValue();
}

/// Those of the pattern that are not.
std::vector<std::size_t> lanes_on(const Pattern& pattern, const llvm::Value* mask) {
    std::vector<std::size_t> on;
    for (std::size_t lane = 0; lane < pattern.positions.size(); ++lane) {
        if (!is_off(mask, lane)) on.push_back(lane);
    }
    return on;
}

/// Covers the elements of the lanes that may be on. What is off need not be read, and neighbouring accesses whose outer
/// lanes are off (at the border of padding) then name the same loads.
std::optional<WideLoads> cover_wanted(const Pattern& pattern, const std::vector<std::size_t>& on, int width,
                                      Interval readable) {
    if (on.empty()) return std::nullopt;
    std::vector<std::int64_t> wanted;
    for (const std::size_t lane : on) wanted.push_back(pattern.positions[lane]);
    std::optional<WideLoads> plan = cover(wanted, width, readable, pattern.period);
    if (!plan) return std::nullopt;
    WideLoads of_lanes{.starts = std::move(plan->starts),
                       .load = std::vector<int>(pattern.positions.size(), -1),
                       .element = std::vector<int>(pattern.positions.size(), 0)};
    for (std::size_t w = 0; w < on.size(); ++w) {
        of_lanes.load[on[w]] = plan->load[w];
        of_lanes.element[on[w]] = plan->element[w];
    }
    return of_lanes;
}

std::optional<Pattern> pattern_of(const Frame& frame, const Place& place, const Lanes& lanes) {
    const std::optional<std::vector<std::int64_t>> distances = lane_distances(frame, place.offset, lanes);
    if (!distances) return std::nullopt;
    Pattern pattern{.first = at_lane(frame, place.offset, lanes, 0), .positions = *distances, .period = 1};
    for (std::int64_t& position : pattern.positions) position += pattern.first.constant();
    const LaneForm form = lane_form(place.offset, lanes);
    if (form.kind == LaneForm::Kind::affine) pattern.period = form.stride < 0 ? -form.stride : form.stride;
    return pattern;
}

/// What may be read wherever the loops stand, and, where all lanes are on or always off, between the outermost of those
/// that are on.
Interval readable(const Frame& frame, BufferId id, const Pattern& pattern, const std::vector<std::size_t>& on,
                  bool are_known) {
    Interval always = readable_around(frame, id, pattern.first);
    const std::int64_t origin = pattern.first.constant();
    const bool includes_first = always.low <= 0 && always.high >= 0;
    always = {always.low + origin, always.high + origin};
    if (!are_known || on.empty()) return always;
    std::vector<std::int64_t> wanted;
    for (const std::size_t lane : on) wanted.push_back(pattern.positions[lane]);
    const auto [low, high] = std::minmax_element(wanted.begin(), wanted.end());
    if (!includes_first) return {*low, *high};
    return {std::min(*low, always.low), std::max(*high, always.high)};
}

bool all_differ(std::vector<std::int64_t> positions) {
    std::sort(positions.begin(), positions.end());
    return std::adjacent_find(positions.begin(), positions.end()) == positions.end();
}

/// The lanes' mask as that of one of the loads: on where a lane that is on takes its element.
llvm::Value* mask_of_load(Frame& frame, const WideLoads& plan, int load, const Lanes& lanes, llvm::Value* mask) {
    std::vector<int> from(static_cast<std::size_t>(lanes.width), lanes.width);  // the second operand: off
    for (std::size_t lane = 0; lane < plan.load.size(); ++lane) {
        if (plan.load[lane] == load) from[static_cast<std::size_t>(plan.element[lane])] = static_cast<int>(lane);
    }
    auto* type = llvm::FixedVectorType::get(frame.builder.getInt1Ty(), static_cast<unsigned>(lanes.width));
    if (mask == nullptr) mask = llvm::Constant::getAllOnesValue(type);
    return frame.builder.CreateShuffleVector(mask, llvm::Constant::getNullValue(type), from);
}

/// The loads of a plan; with masks, only the elements that lanes take are touched.
std::vector<llvm::Value*> emit_loads(Frame& frame, const Place& place, const Pattern& pattern, const WideLoads& plan,
                                     const Lanes& lanes, bool is_masked, llvm::Value* mask) {
    auto& b = frame.builder;
    std::vector<llvm::Value*> loads;
    for (std::size_t i = 0; i < plan.starts.size(); ++i) {
        const Index start = pattern.first + Index(plan.starts[i] - pattern.first.constant());
        llvm::Value* pointer = address(frame, place.buffer, start);
        const llvm::Align alignment = alignment_of(frame, place, start);
        if (!is_masked) {
            loads.push_back(b.CreateAlignedLoad(frame.type_of(lanes), pointer, alignment));
        } else {
            loads.push_back(b.CreateMaskedLoad(frame.type_of(lanes), pointer, alignment,
                                               mask_of_load(frame, plan, static_cast<int>(i), lanes, mask),
                                               frame.number(0, lanes)));
        }
    }
    return loads;
}

/// Joins the loads: each round takes in the lanes of one more.
llvm::Value* join(Frame& frame, const WideLoads& plan, const std::vector<llvm::Value*>& loads, const Lanes& lanes) {
    llvm::Value* result = loads[0];
    std::vector<int> held(static_cast<std::size_t>(lanes.width), -1);  // by lane: where it is in `result`
    for (std::size_t lane = 0; lane < plan.load.size(); ++lane) {
        if (plan.load[lane] == 0) held[lane] = plan.element[lane];
    }
    if (loads.size() == 1) return frame.builder.CreateShuffleVector(result, held);
    for (std::size_t i = 1; i < loads.size(); ++i) {
        for (std::size_t lane = 0; lane < plan.load.size(); ++lane) {
            if (plan.load[lane] == static_cast<int>(i)) held[lane] = lanes.width + plan.element[lane];
        }
        result = frame.builder.CreateShuffleVector(result, loads[i], held);
        for (std::size_t lane = 0; lane < held.size(); ++lane)
            held[lane] = held[lane] < 0 ? -1 : static_cast<int>(lane);
    }
    return result;
}

}  // namespace

llvm::Value* load_pattern(Frame& frame, const Place& place, const Lanes& lanes, llvm::Value* mask) {
    const std::optional<Pattern> pattern = pattern_of(frame, place, lanes);
    if (!pattern) return nullptr;
    const std::vector<std::size_t> on = lanes_on(*pattern, mask);
    const bool are_known = mask == nullptr || llvm::isa<llvm::Constant>(mask);
    const Interval where = readable(frame, place.buffer, *pattern, on, are_known);
    std::optional<WideLoads> plan = cover_wanted(*pattern, on, lanes.width, where);
    const bool is_masked = !plan;
    if (is_masked) {
        if (!frame.plan.has_masked_loads || !all_differ(pattern->positions)) return nullptr;
        constexpr std::int64_t anywhere = std::int64_t{1} << 60;
        plan = cover_wanted(*pattern, on, lanes.width, {-anywhere, anywhere});
        if (!plan) return nullptr;
    }
    return join(frame, *plan, emit_loads(frame, place, *pattern, *plan, lanes, is_masked, mask), lanes);
}

}  // namespace saku::targets
