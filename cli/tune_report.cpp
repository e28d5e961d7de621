#include "cli/tune_report.h"

#include "cli/format.h"
#include "cli/price_report.h"

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
    json["margin_to_next"] = result.margin_to_next;
    return json;
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
              {"name", result.name},
              {"seed", result.seed},
              {"search", result.search},
              {"space_size", result.space_size},
              {"candidates", result.candidates},
              {"rejected", std::move(rejected)},
              {"seconds", result.seconds},
              {"tier1_seconds", result.tier1_seconds},
              {"tier2_seconds", result.tier2_seconds},
              {"reproducible", reproducible},
              {"best", best_json(result)},
              {"top", std::move(top)},
              {"files", files_json(files)}};
    if (!result.remark.empty()) json["remark"] = result.remark;
    return json;
}

std::string tune_text(const tuner::TuneResult& result, const NamedFiles& files, bool reproducible) {
    std::string text = result.op + " on " + result.target + ", " + counted(result.threads, "thread") + "\n";
    if (result.top.empty()) return text + "  no legal schedule\n";
    const tuner::Ranked& best = result.top.front();
    text += "  " + headline(best) + "\n  " + best.choices + "\n";
    text += "  " + std::to_string(result.candidates) + " of " + std::to_string(result.space_size) +
            " schedules priced in " + duration(result.seconds);
    if (result.top.size() > 1)
        text += "; the next best is predicted " + fixed(100 * result.margin_to_next, 1) + " % slower";
    text += "\n";
    if (!reproducible) text += "  not reproducible: the time limit decided how many schedules were priced\n";
    if (!result.remark.empty()) text += "  " + result.remark + "\n";
    for (const auto& [kind, file] : files) text += "  " + kind + std::string(8 - kind.size(), ' ') + file.path + "\n";
    return text;
}

Json suite_json(std::vector<Json> results, const std::vector<tuner::TuneResult>& tuned) {
    std::size_t without_schedule = 0;
    double predicted = 0;
    double seconds = 0;
    for (const tuner::TuneResult& result : tuned) {
        seconds += result.seconds;
        if (result.top.empty())
            ++without_schedule;
        else
            predicted += result.top.front().cost.seconds;
    }
    return {{"schema", 1},
            {"results", std::move(results)},
            {"summary",
             {{"operators", tuned.size()},
              {"without_schedule", without_schedule},
              {"predicted_seconds", predicted},
              {"seconds", seconds}}}};
}

}  // namespace saku::cli
