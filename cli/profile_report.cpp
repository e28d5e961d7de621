#include "cli/profile_report.h"

#include "cli/format.h"
#include "cli/price_report.h"
#include "cli/text_table.h"
#include "schedules/json.h"

namespace saku::cli {
namespace {

Json trial_json(const Profiled& profiled, std::size_t number) {
    const tuner::Trial& trial = profiled.result.best[number];
    return {{"id", std::to_string(trial.id)},
            {"choices", profiled.choices[number]},
            {"schedule", schedules::to_json(trial.schedule)},
            {"predicted_seconds", trial.predicted_seconds},
            {"measured_seconds", trial.measured_seconds},
            {"gflops", profiled.flops / trial.measured_seconds * 1e-9}};
}

std::string failures(const tuner::ProfileResult& result) {
    std::string text;
    for (const auto& [status, count] : result.failed)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + status;
    return text;
}

struct ProfileSum {
    std::size_t without_kernel = 0;
    std::size_t trials = 0;
    double measured = 0;  ///< seconds of all occurrences
    double seconds = 0;   ///< of tuning
};

ProfileSum sum_of(const std::vector<Profiled>& rows) {
    ProfileSum sum;
    for (const Profiled& row : rows) {
        sum.trials += row.result.trials.size();
        sum.seconds += row.result.seconds;
        if (row.result.best.empty()) {
            ++sum.without_kernel;
        } else {
            sum.measured += static_cast<double>(row.count) * row.result.best.front().measured_seconds;
        }
    }
    return sum;
}

}  // namespace

std::string unmeasured_text(const tuner::ProfileResult& result) {
    const std::string why = failures(result);
    return "no candidate could be measured: " + (why.empty() ? "none is legal" : why);
}

Json profile_json(const Profiled& profiled) {
    const tuner::ProfileResult& result = profiled.result;
    Json progress = Json::array();
    for (const tuner::Progressed& each : result.progress) progress.push_back({each.tuning_seconds, each.best_seconds});
    Json json{{"schema", 1},
              {"op", profiled.op},
              {"target", profiled.target},
              {"threads", profiled.threads},
              {"seed", profiled.seed},
              {"space_size", profiled.space_size},
              {"trials", result.trials.size()},
              {"failed", result.failed},
              {"tuning_seconds", result.seconds},
              {"best", nullptr},
              {"top", Json::array()},
              {"progress", std::move(progress)}};
    add_calibration(json, profiled.calibration);
    for (std::size_t i = 0; i < result.best.size(); ++i) json["top"].push_back(trial_json(profiled, i));
    if (!result.best.empty()) json["best"] = json["top"].front();
    return json;
}

Json profile_suite_json(const std::vector<Profiled>& rows) {
    Json results = Json::array();
    for (const Profiled& row : rows) {
        const bool has_result = !row.target.empty();
        Json result = has_result ? profile_json(row) : Json{{"schema", 1}, {"op", row.op}};
        result["count"] = row.count;
        if (!row.failure.empty()) result["error"] = row.failure;
        results.push_back(std::move(result));
    }
    const ProfileSum sum = sum_of(rows);
    return {{"schema", 1},
            {"results", std::move(results)},
            {"summary",
             {{"operators", rows.size()},
              {"without_kernel", sum.without_kernel},
              {"trials", sum.trials},
              {"measured_seconds", sum.measured},
              {"tuning_seconds", sum.seconds}}}};
}

std::string profile_text(const Profiled& profiled) {
    const tuner::ProfileResult& result = profiled.result;
    std::string text = profiled.op + " on " + machine_text(profiled.target, profiled.calibration) + ", " +
                       counted(profiled.threads, "thread") + "\n  " +
                       counted(static_cast<long long>(result.trials.size()), "trial") + " in " +
                       duration(result.seconds) + (result.failed.empty() ? "" : ": " + failures(result)) + "\n";
    TextTable table({0, 1, 2});
    for (std::size_t i = 0; i < result.best.size(); ++i) {
        const tuner::Trial& trial = result.best[i];
        table.row({duration(trial.measured_seconds), fixed(profiled.flops / trial.measured_seconds * 1e-9, 1) + " GF/s",
                   duration(trial.predicted_seconds) + " predicted", profiled.choices[i]});
    }
    text += table.text("  ");
    if (!result.best.empty()) text += indented(schedules::to_text(result.best.front().schedule));
    return text;
}

std::string profile_suite_text(const std::vector<Profiled>& rows) {
    TextTable table({1, 2, 3, 4, 5, 6});
    table.row({"operator", "count", "measured", "GF/s", "predicted", "trials", "tuned in"});
    for (const Profiled& row : rows) {
        const std::string count = std::to_string(row.count);
        if (row.result.best.empty()) {
            table.row({row.op, count, "no kernel", "", "", "", ""});
            continue;
        }
        const tuner::Trial& best = row.result.best.front();
        table.row({row.op, count, duration(best.measured_seconds), fixed(row.flops / best.measured_seconds * 1e-9, 1),
                   duration(best.predicted_seconds), std::to_string(row.result.trials.size()),
                   duration(row.result.seconds)});
    }
    const ProfileSum sum = sum_of(rows);
    return table.text() + counted(static_cast<long long>(rows.size()), "operator") + ", " + duration(sum.measured) +
           " measured for all of them as often as they occur; " + counted(static_cast<long long>(sum.trials), "trial") +
           " in " + duration(sum.seconds) + "\n";
}

}  // namespace saku::cli
