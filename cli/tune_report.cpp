#include "cli/tune_report.h"

#include <algorithm>

#include "cli/format.h"
#include "cli/price_report.h"
#include "cli/text_table.h"

namespace saku::cli {
namespace {

Json files_json(const NamedFiles& files) {
    Json json = Json::object();
    for (const auto& [kind, file] : files) json[kind] = file.path;
    return json;
}

Json best_json(const tuner::TuneResult& result) {
    if (result.top.empty()) return nullptr;
    Json json = ranked_json(result.top.front());
    json["workspace_bytes"] =
        result.emitted->shared_workspace_bytes + result.threads * result.emitted->private_workspace_bytes;
    if (!result.emitted->object.empty()) json["code_bytes"] = result.emitted->code_bytes;
    return json;
}

/// The order that tier 1 gave, and what became of each candidate in tier 2.
Json tier2_json(const tuner::TuneResult& result) {
    constexpr std::size_t most = 64;
    Json looks = Json::array();
    for (std::size_t i = 0; i < std::min(most, result.looks.size()); ++i) {
        const tuner::CodeLook& look = result.looks[i];
        looks.push_back({{"id", std::to_string(look.id)}, {"verdict", look.verdict}, {"spills", look.spills}});
    }
    return {{"regions", result.regions}, {"looked_at", result.looks.size()}, {"candidates", std::move(looks)}};
}

/// "looking at machine code refused the 3 cheapest: spills in machine code"; empty where the cheapest was taken.
std::string tier2_text(const tuner::TuneResult& result) {
    std::size_t before = 0;
    while (before < result.looks.size() && result.looks[before].verdict != "accepted") ++before;
    if (before == 0) return "";
    const std::string which = before == result.looks.size() ? "all " + std::to_string(before) + " that were looked at"
                              : before == 1                 ? std::string("the cheapest")
                                                            : "the " + std::to_string(before) + " cheapest";
    return "tier 2 refused " + which + ": " + result.looks.front().verdict + "\n";
}

}  // namespace

Json tune_json(const tuner::TuneResult& result, const NamedFiles& files, bool reproducible) {
    Json rejected = Json::object();
    for (const auto& [reason, count] : result.rejected) rejected[reason] = count;
    Json top = Json::array();
    for (const tuner::Ranked& ranked : result.top) top.push_back(ranked_json(ranked));
    Json json{{"schema", 1},
              {"op", result.op},
              {"target", result.target},
              {"threads", result.threads},
              {"residence", features::name_of(result.residence)},
              {"name", result.name},
              {"seed", result.seed},
              {"search", result.search},
              {"space_size", result.space_size},
              {"candidates", result.candidates},
              {"passed_over", result.passed_over},
              {"rejected", std::move(rejected)},
              {"seconds", result.seconds},
              {"tier1_seconds", result.tier1_seconds},
              {"tier2_seconds", result.tier2_seconds},
              {"reproducible", reproducible},
              {"remembered", result.remembered},
              {"tier2", tier2_json(result)},
              {"best", best_json(result)},
              {"top", std::move(top)},
              {"files", files_json(files)}};
    add_calibration(json, result.calibration);
    if (!result.remark.empty()) json["remark"] = result.remark;
    return json;
}

std::string tune_text(const tuner::TuneResult& result, const NamedFiles& files, bool reproducible) {
    std::string text =
        heading(result.op, machine_text(result.target, result.calibration), result.threads, result.residence) + "\n";
    if (result.top.empty()) return text + "  no legal schedule\n";
    const tuner::Ranked& best = result.top.front();
    text += "  " + headline(best) + "\n  " + best.choices + "\n";
    text += "  " + std::to_string(result.candidates) + " of " + std::to_string(result.space_size) +
            " schedules priced in " + duration(result.seconds) + "\n" +
            indented(tier2_text(result) + confidence_text(best));
    if (!reproducible) text += "  not reproducible: the time limit decided how many schedules were priced\n";
    if (!result.remark.empty()) text += "  " + result.remark + "\n";
    for (const auto& [kind, file] : files) text += "  " + kind + std::string(8 - kind.size(), ' ') + file.path + "\n";
    return text;
}

namespace {

struct SuiteSum {
    std::size_t without_kernel = 0;
    std::size_t remembered = 0;
    std::size_t checked = 0;  ///< held against a record...
    std::size_t changed = 0;  ///< ... which says something else, or is not there
    double predicted = 0;     ///< seconds of all occurrences
    double seconds = 0;
};

SuiteSum sum_of(const std::vector<SuiteRow>& rows) {
    SuiteSum sum;
    for (const SuiteRow& row : rows) {
        if (!row.failure.empty()) ++sum.without_kernel;
        if (row.checked) ++sum.checked;
        if (row.checked && !row.checked->holds()) ++sum.changed;
        if (!row.result) continue;
        sum.seconds += row.result->seconds;
        if (row.result->remembered) ++sum.remembered;
        if (!row.result->top.empty())
            sum.predicted += static_cast<double>(row.count) * row.result->top.front().cost.seconds;
    }
    return sum;
}

}  // namespace

Json suite_json(const std::vector<SuiteRow>& rows, bool reproducible) {
    Json results = Json::array();
    for (const SuiteRow& row : rows) {
        Json result =
            row.result ? tune_json(*row.result, row.files, reproducible) : Json{{"schema", 1}, {"op", row.op}};
        result["count"] = row.count;
        if (!row.failure.empty()) result["error"] = row.failure;
        if (row.checked) result["check"] = check_json(*row.checked);
        results.push_back(std::move(result));
    }
    const SuiteSum sum = sum_of(rows);
    Json summary{{"operators", rows.size()},
                 {"without_schedule", sum.without_kernel},
                 {"remembered", sum.remembered},
                 {"predicted_seconds", sum.predicted},
                 {"seconds", sum.seconds}};
    if (sum.checked > 0) summary["changed"] = sum.changed;
    return {{"schema", 1}, {"results", std::move(results)}, {"summary", std::move(summary)}};
}

std::string suite_text(const std::vector<SuiteRow>& rows, bool reproducible) {
    TextTable table({1, 2, 3, 4, 6});
    table.row({"operator", "count", "predicted", "GF/s", "% of peak", "limited by", "tuned in"});
    for (const SuiteRow& row : rows) {
        if (!row.failure.empty()) {
            table.row({row.op, std::to_string(row.count), "no kernel", "", "", "", ""});
            continue;
        }
        const tuner::Ranked& best = row.result->top.front();
        table.row({row.op, std::to_string(row.count), duration(best.cost.seconds), fixed(best.gflops, 1),
                   fixed(best.percent_of_peak, 1), std::string(costmodel::name_of(best.cost.bottleneck)),
                   row.result->remembered ? "before" : duration(row.result->seconds)});
    }
    const SuiteSum sum = sum_of(rows);
    std::string text = table.text();
    text += counted(static_cast<long long>(rows.size()), "operator") + ", " + duration(sum.predicted) +
            " predicted for all of them as often as they occur; " + duration(sum.seconds) + " of tuning";
    if (sum.remembered > 0) text += ", " + std::to_string(sum.remembered) + " tuned before";
    if (sum.checked > 0)
        text += ", " + std::to_string(sum.changed) + " of " + std::to_string(sum.checked) + " not as recorded";
    text += "\n";
    if (!reproducible) text += "not reproducible: the time limit decided how many schedules were priced\n";
    return text;
}

}  // namespace saku::cli
