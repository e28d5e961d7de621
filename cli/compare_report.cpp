#include "cli/compare_report.h"

#include <algorithm>

#include "cli/format.h"
#include "cli/price_report.h"
#include "cli/text_table.h"
#include "tuner/compare/statistics.h"

namespace saku::cli {
namespace {

using tuner::Comparison;

std::string percent(double fraction) { return fixed(100 * fraction, 1) + " %"; }

std::string failures(const Comparison& result) {
    std::string text;
    for (const auto& [status, count] : result.failed) text += ", " + std::to_string(count) + " " + status;
    return text;
}

std::size_t count_of(const Comparison& result, tuner::Origin origin) {
    return static_cast<std::size_t>(std::count_if(result.samples.begin(), result.samples.end(),
                                                  [&](const tuner::Sample& each) { return each.origin == origin; }));
}

/// One figure of all results.
std::vector<double> figures(const std::vector<Compared>& rows, double (*figure)(const Comparison&)) {
    std::vector<double> values;
    for (const Compared& row : rows) {
        if (row.failure.empty()) values.push_back(figure(row.result));
    }
    return values;
}

double least(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}

/// Speed of the static pick beside the profiled winner's.
std::vector<double> against_profiled(const std::vector<Compared>& rows) {
    std::vector<double> ratios;
    for (const Compared& row : rows) {
        if (row.failure.empty() && row.result.profiled_seconds > 0)
            ratios.push_back(row.result.profiled_seconds / row.result.static_seconds);
    }
    return ratios;
}

Json summary(const std::vector<Compared>& rows) {
    const auto spearman = figures(rows, [](const Comparison& r) { return r.agreement.spearman; });
    const auto top1 = figures(rows, [](const Comparison& r) { return r.top1_ratio; });
    const auto top8 = figures(rows, [](const Comparison& r) { return r.top8_ratio; });
    const auto profiled = against_profiled(rows);
    return {{"operators", spearman.size()},
            {"failed", rows.size() - spearman.size()},
            {"spearman_mean", tuner::mean(spearman)},
            {"spearman_min", least(spearman)},
            {"spearman_best_quartile_mean",
             tuner::mean(figures(rows, [](const Comparison& r) { return r.agreement.spearman_best_quartile; }))},
            {"noise_ceiling_mean",
             tuner::mean(figures(rows, [](const Comparison& r) { return r.agreement.noise_ceiling; }))},
            {"top1_geomean", tuner::geometric_mean(top1)},
            {"top1_min", least(top1)},
            {"top8_geomean", tuner::geometric_mean(top8)},
            {"static_speed_of_profiled_geomean", profiled.empty() ? Json() : Json(tuner::geometric_mean(profiled))}};
}

}  // namespace

Json compare_json(const Compared& compared) {
    const Comparison& result = compared.result;
    Json samples = Json::array();
    for (const tuner::Sample& sample : result.samples)
        samples.push_back({{"id", std::to_string(sample.id)},
                           {"origin", tuner::name_of(sample.origin)},
                           {"predicted_seconds", sample.predicted_seconds},
                           {"measured_seconds", {sample.first_seconds, sample.second_seconds}}});
    Json progress = Json::array();
    for (const tuner::Progressed& each : result.profiled_progress)
        progress.push_back({each.tuning_seconds, each.best_seconds});
    const bool profiled = result.profiled_seconds > 0;
    Json json{{"schema", 1},
              {"op", result.op},
              {"target", result.target},
              {"threads", result.threads},
              {"space_size", result.space_size},
              {"samples", std::move(samples)},
              {"failed", result.failed},
              {"spearman", result.agreement.spearman},
              {"spearman_near", result.agreement.spearman_near},
              {"spearman_best_quartile", result.agreement.spearman_best_quartile},
              {"kendall", result.agreement.kendall},
              {"mape", result.agreement.mape},
              {"median_error",
               {{"random", result.agreement.median_error_random}, {"near", result.agreement.median_error_near}}},
              {"top1_ratio", result.top1_ratio},
              {"top8_ratio", result.top8_ratio},
              {"noise_ceiling", result.agreement.noise_ceiling},
              {"noise_ceiling_best_quartile", result.agreement.noise_ceiling_best_quartile},
              {"static",
               {{"id", result.static_id ? Json(std::to_string(*result.static_id)) : Json()},
                {"tuning_seconds", result.static_tuning_seconds},
                {"predicted_seconds", result.static_predicted},
                {"measured_seconds", result.static_seconds}}},
              {"profiled",
               {{"tuning_seconds", result.profiled_tuning_seconds},
                {"trials", result.profiled_trials},
                {"measured_seconds", profiled ? Json(result.profiled_seconds) : Json()},
                {"progress", std::move(progress)}}},
              {"peers", Json::array()},
              {"seconds", result.seconds}};
    add_calibration(json, compared.calibration);
    return json;
}

Json compare_suite_json(const std::vector<Compared>& rows) {
    Json results = Json::array();
    for (const Compared& row : rows) {
        if (row.failure.empty()) {
            results.push_back(compare_json(row));
        } else {
            results.push_back({{"op", row.op}, {"error", row.failure}});
        }
    }
    return {{"schema", 1}, {"results", std::move(results)}, {"summary", summary(rows)}};
}

std::string compare_text(const Compared& compared) {
    const Comparison& result = compared.result;
    const tuner::Agreements& agreement = result.agreement;
    const auto rate = [&](double seconds) { return fixed(compared.flops / seconds * 1e-9, 1) + " GF/s"; };
    std::string text = result.op + " on " + machine_text(result.target, compared.calibration) + ", " +
                       counted(result.threads, "thread") + "\n";
    text += "  " + counted(static_cast<long long>(result.samples.size()), "sample") + ": " +
            std::to_string(count_of(result, tuner::Origin::random)) + " random, " +
            std::to_string(count_of(result, tuner::Origin::near)) + " near the best prediction" + failures(result) +
            "\n";
    text += "  rank correlation " + fixed(agreement.spearman, 3) +
            " (two measurements: " + fixed(agreement.noise_ceiling, 3) + "), best quartile " +
            fixed(agreement.spearman_best_quartile, 3) + " (" + fixed(agreement.noise_ceiling_best_quartile, 3) +
            "), Kendall " + fixed(agreement.kendall, 3) + "\n";
    text += "  median error " + percent(agreement.median_error_random) + " of random samples, " +
            percent(agreement.median_error_near) + " of near ones\n";
    TextTable table({1, 2, 3});
    table.row({"static pick", duration(result.static_seconds), rate(result.static_seconds),
               "found in " + duration(result.static_tuning_seconds)});
    if (result.profiled_seconds > 0)
        table.row({"profiled", duration(result.profiled_seconds), rate(result.profiled_seconds),
                   "found in " + duration(result.profiled_tuning_seconds) + ", " +
                       counted(static_cast<long long>(result.profiled_trials), "trial")});
    text += table.text("  ");
    return text + "  the static pick runs at " + percent(result.top1_ratio) +
           " of the fastest found anywhere, the best of its top 8 at " + percent(result.top8_ratio) + "\n";
}

std::string compare_suite_text(const std::vector<Compared>& rows) {
    TextTable table({1, 2, 3, 4, 5, 6, 7});
    table.row({"operator", "Spearman", "ceiling", "quartile", "top 1", "top 8", "static", "profiled"});
    for (const Compared& row : rows) {
        if (!row.failure.empty()) {
            table.row({row.op, "failed", "", "", "", "", "", ""});
            continue;
        }
        const Comparison& result = row.result;
        table.row({row.op, fixed(result.agreement.spearman, 3), fixed(result.agreement.noise_ceiling, 3),
                   fixed(result.agreement.spearman_best_quartile, 3), fixed(result.top1_ratio, 3),
                   fixed(result.top8_ratio, 3), duration(result.static_seconds),
                   result.profiled_seconds > 0 ? duration(result.profiled_seconds) : ""});
    }
    const Json all = summary(rows);
    return table.text() + "Spearman: mean " + fixed(all["spearman_mean"].get<double>(), 3) + ", least " +
           fixed(all["spearman_min"].get<double>(), 3) + "; top 1: geometric mean " +
           fixed(all["top1_geomean"].get<double>(), 3) + ", least " + fixed(all["top1_min"].get<double>(), 3) +
           "; top 8: geometric mean " + fixed(all["top8_geomean"].get<double>(), 3) + "\n";
}

}  // namespace saku::cli
