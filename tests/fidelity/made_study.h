// Measurements made up for tests: schedules of today's spaces, with times that follow the model's predictions.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "bench/fidelity/study.h"
#include "frontends/operator_from.h"
#include "targets/machine_file.h"

namespace saku::tests {

/// A folder that is gone at the end.
class StudyFolder {
public:
    StudyFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "saku-fidelity-XXXXXX").string();
        path_ = mkdtemp(name.data()) == nullptr ? "" : name;
    }
    ~StudyFolder() { std::filesystem::remove_all(path_); }
    StudyFolder(const StudyFolder&) = delete;
    StudyFolder& operator=(const StudyFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path(const std::string& below) const { return path_ + "/" + below; }

private:
    std::string path_;
};

/// The first passes of `count` random schedules whose predictions are at least 0.1 % apart, so that times rounded to
/// nanoseconds have the same order; `seconds` from the predicted time and the position. Predictions are those of a
/// model with `coefficients`.
inline tuner::KeptMeasurement made_up(const std::string& text, int count,
                                      const std::function<double(double, int)>& seconds,
                                      const costmodel::Coefficients& coefficients) {
    const targets::Machine machine = *targets::machine_named("zen5");
    const tuner::Space space = *tuner::make_space(*frontends::operator_from(text), machine, {.threads = 1});
    const tuner::Pricer pricer = tuner::pricer_for(space, machine, coefficients, 1);
    tuner::Comparison comparison{.op = text, .target = "zen5", .threads = 1};
    comparison.top1_ratio = comparison.top8_ratio = 1;
    Random random(11);
    for (int i = 0, draws = 0; i < count; ++draws) {
        REQUIRE_MESSAGE(draws < 1000 * count, "too few schedules of " << text << " differ by 0.1 %");
        const auto id = tuner::random_id(space.ids, random);
        const auto cost = tuner::price(pricer, *id);
        if (!cost) continue;
        const bool is_apart = std::none_of(
            comparison.samples.begin(), comparison.samples.end(),
            [&](const auto& sample) { return std::abs(sample.predicted_seconds / cost->seconds - 1) < 0.001; });
        if (!is_apart) continue;
        const double t = seconds(cost->seconds, i);
        comparison.samples.push_back({.id = *id,
                                      .origin = i % 3 == 0 ? tuner::Origin::near : tuner::Origin::random,
                                      .predicted_seconds = cost->seconds,
                                      .first_seconds = t,
                                      .second_seconds = t});
        ++i;
    }
    return tuner::measurement_of(comparison, space,
                                 {.cpu = "a processor", .when = "2026-11-21T12:00:00Z", .versions = {"1", "2"}});
}

/// The same by the model as it is.
inline tuner::KeptMeasurement made_up(const std::string& text, int count,
                                      const std::function<double(double, int)>& seconds) {
    return made_up(text, count, seconds, *costmodel::built_in_coefficients());
}

inline void keep(const StudyFolder& folder, const tuner::KeptMeasurement& measurement) {
    static_cast<void>(write_files({{.path = tuner::measurement_path(folder.path(), "zen5", measurement.op, 1),
                                    .content = tuner::to_text(measurement)}}));
}

}  // namespace saku::tests
