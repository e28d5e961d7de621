#include "cli/price_report.h"

#include "cli/format.h"
#include "cli/text_table.h"
#include "schedules/json.h"

namespace saku::cli {
namespace {

std::string term_name(int term) { return std::string(costmodel::name_of(static_cast<costmodel::Term>(term))); }

double part(const costmodel::Terms& terms, int term) { return terms[static_cast<std::size_t>(term)]; }

std::string signed_duration(double seconds) {
    if (seconds == 0) return "0";
    return (seconds < 0 ? "-" : "+") + duration(seconds < 0 ? -seconds : seconds);
}

}  // namespace

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
    return json;
}

std::string headline(const tuner::Ranked& ranked) {
    return duration(ranked.cost.seconds) + " predicted, " + fixed(ranked.gflops, 1) + " GF/s, " +
           fixed(ranked.percent_of_peak, 1) + " % of peak; limited by " +
           std::string(costmodel::name_of(ranked.cost.bottleneck));
}

std::string terms_table(const costmodel::Cost& cost) {
    TextTable table({1, 2, 3});
    table.row({"term", "time", "share", "alone"});
    for (int term = 0; term < costmodel::term_count; ++term) {
        const double seconds = part(cost.terms, term);
        if (seconds == 0 && part(cost.alone, term) == 0) continue;
        table.row({term_name(term), duration(seconds), fixed(100 * seconds / cost.seconds, 1) + " %",
                   duration(part(cost.alone, term))});
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
