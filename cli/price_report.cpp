#include "cli/price_report.h"

#include <algorithm>

#include "base/check.h"
#include "cli/format.h"
#include "cli/text_table.h"
#include "schedules/json.h"

namespace saku::cli {
namespace {

std::string term_name(int term) { return std::string(costmodel::name_of(static_cast<costmodel::Term>(term))); }

double part(const costmodel::Terms& terms, int term) { return terms[static_cast<std::size_t>(term)]; }

/// "######": as long as the part says, at least one mark for anything.
std::string bar(double part) {
    constexpr double longest = 24;
    const auto marks = static_cast<std::size_t>(part * longest + 0.5);
    return std::string(part > 0 ? std::max<std::size_t>(1, marks) : 0, '#');
}

std::string signed_duration(double seconds) {
    if (seconds == 0) return "0";
    return (seconds < 0 ? "-" : "+") + duration(seconds < 0 ? -seconds : seconds);
}

}  // namespace

std::string machine_text(const std::string& name, const std::string& calibration) {
    return name + (calibration.empty() ? "" : ", calibrated");
}

std::string machine_text(const targets::Machine& machine) { return machine_text(machine.name, machine.calibration); }

void add_calibration(Json& json, const std::string& calibration) {
    if (!calibration.empty()) json["calibration"] = calibration;
}

std::string heading(const std::string& op, const std::string& target, int threads, features::Residence residence) {
    return op + " on " + target + ", " + counted(threads, "thread") +
           (residence == features::Residence::cold ? ", cold caches" : "");
}

Json terms_json(const costmodel::Terms& terms) {
    Json json = Json::object();
    for (int term = 0; term < costmodel::term_count; ++term) json[term_name(term)] = part(terms, term);
    return json;
}

Json ranked_json(const tuner::Ranked& ranked) {
    Json json = Json::object();
    // Schedules from files have no id; what their choices are is not known either.
    if (!ranked.choices.empty()) json = {{"id", std::to_string(ranked.id)}, {"choices", ranked.choices}};
    json["schedule"] = schedules::to_json(ranked.schedule);
    json["predicted_seconds"] = ranked.cost.seconds;
    json["terms"] = terms_json(ranked.cost.terms);
    json["bottleneck"] = costmodel::name_of(ranked.cost.bottleneck);
    json["gflops"] = ranked.gflops;
    json["percent_of_peak"] = ranked.percent_of_peak;
    json["margin_to_next"] = ranked.margin_to_next ? Json(*ranked.margin_to_next) : Json(nullptr);
    json["unchecked"] = Json::array();
    for (const costmodel::Unchecked& each : ranked.unchecked)
        json["unchecked"].push_back({{"what", each.what}, {"detail", each.detail}});
    return json;
}

std::string headline(const tuner::Ranked& ranked) {
    return duration(ranked.cost.seconds) + " predicted, " + fixed(ranked.gflops, 1) + " GF/s, " +
           fixed(ranked.percent_of_peak, 1) + " % of peak; limited by " +
           std::string(costmodel::name_of(ranked.cost.bottleneck));
}

std::string unchecked_text(const std::vector<costmodel::Unchecked>& unchecked) {
    std::string text;
    for (const costmodel::Unchecked& each : unchecked)
        text += "not checked for this " + each.what + ": " + each.detail + "\n";
    return text;
}

std::string confidence_text(const tuner::Ranked& ranked) {
    const auto coefficients = costmodel::built_in_coefficients();
    SAKU_CHECK(coefficients.ok(), "the coefficients are part of the program");
    const costmodel::Checked& checked = coefficients->checked;
    std::string text;
    if (ranked.margin_to_next) {
        text += "the next best is predicted " + fixed(100 * *ranked.margin_to_next, 1) + " % slower";
        if (costmodel::is_tie(*ranked.margin_to_next, checked))
            text += ", a tie: the model tells " + fixed(100 * checked.distinguishable, 0) + " % apart";
        text += "\n";
    }
    return text + unchecked_text(ranked.unchecked);
}

std::string terms_table(const costmodel::Cost& cost) {
    TextTable table({1, 2, 4});
    table.row({"term", "time", "share", "", "alone"});
    for (int term = 0; term < costmodel::term_count; ++term) {
        const double seconds = part(cost.terms, term);
        if (seconds == 0 && part(cost.alone, term) == 0) continue;
        table.row({term_name(term), duration(seconds), fixed(100 * seconds / cost.seconds, 1) + " %",
                   bar(seconds / cost.seconds), duration(part(cost.alone, term))});
    }
    return table.text();
}

std::string versus_table(const costmodel::Cost& ours, const costmodel::Cost& theirs) {
    TextTable table({1, 2, 3});
    table.row({"term", "this", "other", "other - this"});
    for (int term = 0; term < costmodel::term_count; ++term) {
        const double a = part(ours.terms, term);
        const double b = part(theirs.terms, term);
        if (a == 0 && b == 0) continue;
        table.row({term_name(term), duration(a), duration(b), signed_duration(b - a)});
    }
    table.row(
        {"all", duration(ours.seconds), duration(theirs.seconds), signed_duration(theirs.seconds - ours.seconds)});
    return table.text();
}

}  // namespace saku::cli
