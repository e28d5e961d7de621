#include "tuner/space.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "tuner/layout_choice.h"
#include "tuner/seeds.h"
#include "tuner/sketch_steps.h"
#include "tuner/statement_steps.h"

namespace saku::tuner {

namespace {

template <class Strings>
std::string listed(const Strings& strings) {
    std::string text;
    for (const std::string& one : strings) text += (text.empty() ? "" : ", ") + one;
    return text;
}

/// Numbers before words, numbers by value.
struct ByValue {
    bool operator()(const std::string& a, const std::string& b) const {
        const bool numeric_a = a.find_first_not_of("0123456789") == std::string::npos;
        const bool numeric_b = b.find_first_not_of("0123456789") == std::string::npos;
        if (numeric_a != numeric_b) return numeric_a;
        if (numeric_a && a.size() != b.size()) return a.size() < b.size();
        return a < b;
    }
};

/// Leaves the hole one value; false when it has no such value.
bool pin(Hole& hole, const std::string& label) {
    const auto found = std::find(hole.labels.begin(), hole.labels.end(), label);
    if (found == hole.labels.end()) return false;
    hole.values = {hole.values[static_cast<std::size_t>(found - hole.labels.begin())]};
    hole.labels = {label};
    return true;
}

Result<Done> pin_hole(std::vector<Sketch>& sketches, const std::string& name, const std::string& label) {
    std::set<std::string> names;
    std::set<std::string, ByValue> labels;
    std::vector<Sketch> kept;
    for (Sketch& sketch : sketches) {
        for (Hole& hole : sketch.holes) {
            names.insert(hole.name);
            if (hole.name != name) continue;
            labels.insert(hole.labels.begin(), hole.labels.end());
            if (pin(hole, label)) {
                kept.push_back(std::move(sketch));
                break;
            }
        }
    }
    const std::string where = "--fix " + name + "=" + label;
    if (labels.empty()) return Error{where, "there is no hole '" + name + "' here, expected one of " + listed(names)};
    if (kept.empty())
        return Error{where, "'" + label + "' is no value of " + name + ", expected one of " + listed(labels)};
    sketches = std::move(kept);
    return Done{};
}

IdSpace id_space(const std::shared_ptr<const std::vector<Sketch>>& sketches, Numbering numbering) {
    IdSpace ids{.numbering = std::move(numbering), .ordered = {}, .canonical = {}, .seeds = {}};
    for (const Sketch& sketch : *sketches) {
        std::vector<bool> ordered;
        for (const Hole& hole : sketch.holes) ordered.push_back(hole.ordered);
        ids.ordered.push_back(std::move(ordered));
    }
    ids.canonical = [sketches](Point& point) {
        make_canonical((*sketches)[static_cast<std::size_t>(point.sketch)], point.digits);
    };
    return ids;
}

}  // namespace

Result<Space> make_space(const ir::Operator& op, const targets::Machine& machine, const SpaceOptions& options) {
    std::vector<Sketch> found = sketches(op, machine, {.threads = options.threads});
    for (const auto& [name, label] : options.pinned) SAKU_TRY_DONE(pin_hole(found, name, label));
    std::vector<std::vector<int>> radices;
    for (const Sketch& sketch : found) {
        std::vector<int> holes;
        for (const Hole& hole : sketch.holes) holes.push_back(static_cast<int>(hole.values.size()));
        radices.push_back(std::move(holes));
    }
    std::optional<Numbering> numbering = number_sketches(std::move(radices));
    SAKU_CHECK(numbering.has_value(), "hole values are bounded, so that spaces stay below 2^63");
    Space space{.op = op,
                .plain = ir::lower(op),
                .sketches = std::make_shared<const std::vector<Sketch>>(std::move(found)),
                .laid_out = {},
                .others = {},
                .ids = {}};
    space.ids = id_space(space.sketches, std::move(*numbering));
    space.ids.seeds = seeds(*space.sketches, space.ids, options.threads);
    for (const Sketch& sketch : *space.sketches) {
        const ir::Operator seen = with_strides_of(op, sketch.layouts);
        space.laid_out.push_back(laid_out(space.plain, sketch.layouts));
        std::vector<schedules::Schedule>& others = space.others.emplace_back();
        for (std::size_t s = 0; s < op.statements.size(); ++s) {
            others.push_back(statement_steps(seen, space.plain, static_cast<int>(s), machine));
        }
    }
    return space;
}

std::size_t sketch_number(const Space& space, Id id) { return sketch_number(space.ids.numbering, id); }

const Sketch& sketch_of(const Space& space, Id id) { return (*space.sketches)[sketch_number(space, id)]; }

Decisions decisions_of(const Space& space, Id id) {
    Point point = point_of(space.ids.numbering, id);
    return settle((*space.sketches)[static_cast<std::size_t>(point.sketch)], point.digits);
}

schedules::Schedule schedule_of(const Space& space, Id id) {
    const Sketch& sketch = sketch_of(space, id);
    const Decisions decisions = decisions_of(space, id);
    schedules::Schedule schedule = steps_of(sketch, decisions);
    const std::vector<schedules::Schedule>& others = space.others[sketch_number(space, id)];
    for (std::size_t s = 0; s < others.size(); ++s) {
        const auto statement = static_cast<int>(s);
        const bool is_epilogue =
            std::find(sketch.epilogues.begin(), sketch.epilogues.end(), statement) != sketch.epilogues.end();
        if (statement == sketch.statement || (is_epilogue && decisions.fused_epilogue)) continue;
        schedule.steps.insert(schedule.steps.end(), others[s].steps.begin(), others[s].steps.end());
    }
    return schedule;
}

Fitted<ir::LoopNest> scheduled(const ir::LoopNest& plain, const schedules::Schedule& schedule) {
    return schedules::apply(plain, schedule);  // tidied there
}

std::string to_text(const Space& space, Id id) {
    Point point = point_of(space.ids.numbering, id);
    space.ids.canonical(point);
    const Sketch& sketch = (*space.sketches)[static_cast<std::size_t>(point.sketch)];
    std::string text = sketch.name + ":";
    for (std::size_t h = 0; h < sketch.holes.size(); ++h) {
        text += " " + sketch.holes[h].name + "=" + sketch.holes[h].labels[static_cast<std::size_t>(point.digits[h])];
    }
    return text;
}

}  // namespace saku::tuner
