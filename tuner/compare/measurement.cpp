#include "tuner/compare/measurement.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/check.h"
#include "base/hash.h"

namespace saku::tuner {

namespace {

KeptSketch kept(const Sketch& sketch) {
    KeptSketch result{.name = sketch.name, .holes = {}};
    for (const Hole& hole : sketch.holes) result.holes.push_back({.name = hole.name, .labels = hole.labels});
    return result;
}

/// How the choices of a kept sketch read in one of today's.
class Translation {
public:
    Translation(const KeptSketch& from, const Sketch& to) {
        for (const Hole& hole : to.holes) {
            const auto source = std::find_if(from.holes.begin(), from.holes.end(),
                                             [&](const KeptHole& each) { return each.name == hole.name; });
            Column& column = columns_.emplace_back();
            if (source == from.holes.end()) continue;
            column.source = static_cast<std::size_t>(source - from.holes.begin());
            for (const std::string& label : source->labels) {
                const auto found = std::find(hole.labels.begin(), hole.labels.end(), label);
                column.digit.push_back(found == hole.labels.end() ? -1 : static_cast<int>(found - hole.labels.begin()));
            }
        }
    }

    /// The first value of holes that are new; none where a value is gone.
    [[nodiscard]] std::optional<std::vector<int>> operator()(const std::vector<int>& digits) const {
        std::vector<int> result;
        for (const Column& column : columns_) {
            const int digit = column.source ? column.digit[static_cast<std::size_t>(digits[*column.source])] : 0;
            if (digit < 0) return std::nullopt;
            result.push_back(digit);
        }
        return result;
    }

private:
    struct Column {
        std::optional<std::size_t> source = {};  ///< the kept hole of that name
        std::vector<int> digit = {};             ///< by digit of the kept hole; -1: no such value today
    };
    std::vector<Column> columns_;
};

/// Today's sketch of that number, and how to read the kept one in it.
struct Candidate {
    int sketch;
    Translation translation;
};

std::vector<Candidate> candidates_for(const KeptSketch& from, const Space& space) {
    std::vector<Candidate> found;
    for (std::size_t s = 0; s < space.sketches->size(); ++s) {
        const Sketch& sketch = (*space.sketches)[s];
        if (sketch.name == from.name) found.push_back({static_cast<int>(s), Translation(from, sketch)});
    }
    return found;
}

std::optional<Id> find(const KeptSample& sample, const std::vector<Candidate>& candidates, const Space& space) {
    for (const Candidate& candidate : candidates) {
        const auto digits = candidate.translation(sample.digits);
        if (!digits) continue;
        const Id id =
            canonical_id(space.ids, id_of(space.ids.numbering, Point{.sketch = candidate.sketch, .digits = *digits}));
        if (fingerprint(schedule_of(space, id)) == sample.schedule) return id;
    }
    return std::nullopt;
}

}  // namespace

std::string fingerprint(const schedules::Schedule& schedule) {
    return hex(fnv1a(schedules::to_text(schedule))).substr(8);
}

KeptMeasurement measurement_of(const Comparison& comparison, const Space& space, const Circumstances& circumstances) {
    KeptMeasurement measurement{.op = comparison.op,
                                .machine = comparison.target,
                                .threads = comparison.threads,
                                .circumstances = circumstances,
                                .failed = comparison.failed,
                                .picks = {.static_seconds = comparison.static_seconds,
                                          .static_predicted = comparison.static_predicted,
                                          .static_tuning_seconds = comparison.static_tuning_seconds,
                                          .top1_ratio = comparison.top1_ratio,
                                          .top8_ratio = comparison.top8_ratio,
                                          .profiled_seconds = comparison.profiled_seconds,
                                          .profiled_tuning_seconds = comparison.profiled_tuning_seconds,
                                          .profiled_trials = comparison.profiled_trials}};
    std::map<int, int> position_of;  // of a sketch of the space in the list of those kept
    for (const Sample& sample : comparison.samples) {
        const Point point = point_of(space.ids.numbering, sample.id);
        const auto [place, is_new] = position_of.emplace(point.sketch, static_cast<int>(measurement.sketches.size()));
        if (is_new) measurement.sketches.push_back(kept((*space.sketches)[static_cast<std::size_t>(point.sketch)]));
        measurement.samples.push_back({.origin = sample.origin,
                                       .sketch = place->second,
                                       .digits = point.digits,
                                       .first_seconds = sample.first_seconds,
                                       .second_seconds = sample.second_seconds,
                                       .schedule = fingerprint(schedule_of(space, sample.id))});
    }
    return measurement;
}

KeptMeasurement measured_more(KeptMeasurement measurement, const std::vector<Sample>& more, const std::string& when) {
    SAKU_CHECK(more.size() == measurement.samples.size(), "times of other samples");
    const double before = static_cast<double>(1 + measurement.circumstances.again.size());
    const auto add = [before](double& mean, double seconds) { mean = (before * mean + seconds) / (before + 1); };
    std::vector<KeptSample> kept;
    for (std::size_t i = 0; i < more.size(); ++i) {
        if (!more[i].has_times()) continue;
        kept.push_back(std::move(measurement.samples[i]));
        add(kept.back().first_seconds, more[i].first_seconds);
        add(kept.back().second_seconds, more[i].second_seconds);
    }
    measurement.samples = std::move(kept);
    measurement.circumstances.again.push_back(when);
    return measurement;
}

Recalled recall(const KeptMeasurement& measurement, const Space& space) {
    std::vector<std::vector<Candidate>> candidates;
    for (const KeptSketch& sketch : measurement.sketches) candidates.push_back(candidates_for(sketch, space));
    Recalled recalled{.samples = {}, .lost = 0};
    for (const KeptSample& sample : measurement.samples) {
        const std::optional<Id> id = find(sample, candidates[static_cast<std::size_t>(sample.sketch)], space);
        if (!id) {
            ++recalled.lost;
            continue;
        }
        recalled.samples.push_back({.id = *id,
                                    .origin = sample.origin,
                                    .predicted_seconds = 0,
                                    .first_seconds = sample.first_seconds,
                                    .second_seconds = sample.second_seconds});
    }
    return recalled;
}

Result<Done> check_recalled(const KeptMeasurement& measurement, const Recalled& recalled, const std::string& file) {
    const std::size_t found = recalled.samples.size();
    if (found >= 3 && found >= recalled.lost) return Done{};
    return Error{.where = file + "#/samples",
                 .what = "found " + std::to_string(found) + " of " + std::to_string(found + recalled.lost) +
                         " schedules in today's space of " + measurement.op + " on " + measurement.machine +
                         ", expected at least half: measure again"};
}

}  // namespace saku::tuner
