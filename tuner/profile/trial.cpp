#include "tuner/profile/trial.h"

#include <algorithm>
#include <limits>

#include "schedules/json.h"

namespace saku::tuner {

namespace {
constexpr double most_seconds = std::numeric_limits<double>::max();
}  // namespace

const std::vector<std::string>& trial_status_names() {
    static const std::vector<std::string> names{"measured", "wrong", "refused", "crashed", "timed out"};
    return names;
}

const std::string& name_of(TrialStatus status) { return trial_status_names()[static_cast<std::size_t>(status)]; }

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Json to_json(const TrialRequest& request) {
    Json list = Json::array();
    for (const schedules::Schedule& schedule : request.schedules) list.push_back(schedules::to_json(schedule));
    return {{"schedules", std::move(list)},
            {"rounds", request.rounds},
            {"sample_seconds", request.sample_seconds},
            {"limit_seconds", request.limit_seconds},
            {"jobs", request.jobs},
            {"series", request.series}};
}

Result<TrialRequest> trial_request_from(const std::string& text, const std::string& where) {
    SAKU_TRY(document, parse_json(text, where));
    JsonReader reader(where, document);
    const JsonCursor root = reader.root();
    TrialRequest request;
    for (const JsonCursor& item : root.member("schedules").items())
        request.schedules.push_back(schedules::schedule_from(item));
    request.rounds = root.member("rounds").integer<int>(1);
    request.sample_seconds = root.member("sample_seconds").positive();
    request.limit_seconds = root.member("limit_seconds").positive();
    request.jobs = root.member("jobs").integer<int>(1);
    request.series = root.member("series").integer<int>(0, timing_series - 1);
    SAKU_TRY_DONE(reader.finish());
    return request;
}

Json to_json(const std::vector<TrialOutcome>& outcomes) {
    Json list = Json::array();
    for (const TrialOutcome& outcome : outcomes)
        list.push_back({{"status", name_of(outcome.status)}, {"detail", outcome.detail}, {"samples", outcome.samples}});
    return list;
}

Result<std::vector<TrialOutcome>> trial_outcomes_from(const std::string& text, const std::string& where) {
    SAKU_TRY(document, parse_json(text, where));
    JsonReader reader(where, document);
    std::vector<TrialOutcome> outcomes;
    for (const JsonCursor& item : reader.root().items()) {
        TrialOutcome outcome;
        outcome.status = static_cast<TrialStatus>(item.member("status").choice(trial_status_names()));
        outcome.detail = item.member("detail").text("a reason", true);
        for (const JsonCursor& sample : item.member("samples").items())
            outcome.samples.push_back(sample.number(0, most_seconds));
        outcomes.push_back(std::move(outcome));
    }
    SAKU_TRY_DONE(reader.finish());
    return outcomes;
}

}  // namespace saku::tuner
