#include "cli/explain_report.h"

#include <algorithm>
#include <cmath>

#include "base/quantity.h"
#include "cli/format.h"
#include "cli/price_report.h"
#include "cli/text_table.h"
#include "ir/print.h"
#include "schedules/json.h"

namespace saku::cli {
namespace {

using tuner::CodeLoopReport;
using tuner::Explanation;

std::string rate(double flops_per_second) { return fixed(flops_per_second * 1e-9, 1) + " GF/s"; }
std::string bandwidth(double bytes_per_second) { return fixed(bytes_per_second * 1e-9, 1) + " GB/s"; }

std::string table_text(const std::vector<std::vector<std::string>>& rows, std::vector<std::size_t> right) {
    TextTable table(std::move(right));
    for (const auto& row : rows) table.row(row);
    return indented(table.text());
}

std::string inner_loops_text(const Explanation& explanation) {
    std::string text;
    for (std::size_t i = 0; i < explanation.breakdown.innermost.size(); ++i) {
        const costmodel::InnermostLoop& loop = explanation.breakdown.innermost[i];
        text += "  " + loop_name(explanation, i) + "  " + fixed(loop.iterations, 0) + " iterations of " +
                fixed(loop.cycles(), 1) + " cycles: ports " + fixed(loop.port_cycles, 1) + ", issue " +
                fixed(loop.issue_cycles, 1) + ", latency " + fixed(loop.chain_cycles, 1) + "; registers " +
                fixed(loop.registers.live(), 0) + "\n      " + mix_text(loop.each) + "\n";
    }
    return text;
}

std::string code_section(const Explanation& explanation) {
    std::string text = "\nmachine code of the inner loops\n";
    const CodeLoopReport* hottest = hottest_code(explanation);
    for (const CodeLoopReport& loop : explanation.code) {
        if (loop.is_pack || loop.is_control()) continue;
        text += "  " + code_text(loop, explanation) + "\n";
        if (&loop != hottest) continue;
        for (const std::string& line : loop.lines) text += "      " + line + "\n";
    }
    return text;
}

std::string warnings_text(const Explanation& explanation) {
    if (explanation.warnings.empty()) return "";
    std::string text = "\nwarnings\n";
    for (const tuner::Warning& each : explanation.warnings)
        text += "  " + each.what + ": " + each.reason + "\n      try " + each.advice + "\n";
    return text;
}

std::string others_text(const Explained& explained) {
    if (explained.others.empty()) return "";
    std::string text = "\nthe next best\n";
    for (const tuner::Ranked& other : explained.others)
        text += "  +" + fixed(100 * (other.cost.seconds / explained.explanation.ranked.cost.seconds - 1), 1) + " %  " +
                other.choices + "; limited by " + std::string(costmodel::name_of(other.cost.bottleneck)) + "\n";
    return text;
}

std::string versus_text(const Explained& explained) {
    if (!explained.rival) return "";
    const Rival& rival = *explained.rival;
    const costmodel::Cost& own = explained.explanation.breakdown.cost;
    const costmodel::Cost& other = rival.explanation.breakdown.cost;
    std::string text = "\n" + rival.name + " is predicted " + verdict(rival, explained.explanation) + "\n" +
                       indented(versus_table(own, other)) + "\nwhy\n";
    if (rival.differences.empty()) text += "  both predictions are the same\n";
    for (const tuner::Difference& each : notable(rival, explained.explanation))
        text += "  " + difference_text(each, other.seconds - own.seconds) + "\n";
    return text;
}

Json counts_json(const features::InstructionCounts& counts) {
    Json json = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] != 0) json[features::name_of(static_cast<features::Instruction>(i))] = counts[i];
    }
    return json;
}

Json levels_json(const Explanation& explanation) {
    Json levels = Json::array();
    for (const costmodel::LevelUse& level : explanation.breakdown.levels) {
        Json tensors = Json::array();
        for (std::size_t b = 0; b < level.buffers.size(); ++b) {
            const double footprint = explanation.breakdown.footprint_bytes[b];
            if (footprint == 0) continue;
            tensors.push_back({{"name", explanation.nest.buffers[b].name},
                               {"footprint_bytes", footprint},
                               {"fetched_bytes", level.buffers[b].fetched_bytes},
                               {"written_bytes", level.buffers[b].written_bytes}});
        }
        levels.push_back({{"level", level.name},
                          {"capacity_bytes", level.capacity_bytes},
                          {"seconds", level.seconds},
                          {"fetched_bytes", level.moved.fetched_bytes},
                          {"written_bytes", level.moved.written_bytes},
                          {"tensors", std::move(tensors)}});
    }
    return levels;
}

Json roofline_json(const Explanation& explanation) {
    Json roofs = Json::array();
    for (const tuner::Roof& roof : explanation.roofs)
        roofs.push_back({{"level", roof.level},
                         {"bytes_per_second", roof.bytes_per_second},
                         {"flops_per_byte", roof.flops_per_byte},
                         {"bound_gflops", roof.bound_flops_per_second() * 1e-9}});
    return {{"peak_gflops", explanation.peak_flops_per_second * 1e-9},
            {"gflops", explanation.flops_per_second * 1e-9},
            {"levels", std::move(roofs)}};
}

Json inner_loops_json(const Explanation& explanation) {
    Json loops = Json::array();
    for (std::size_t i = 0; i < explanation.breakdown.innermost.size(); ++i) {
        const costmodel::InnermostLoop& loop = explanation.breakdown.innermost[i];
        loops.push_back({{"loop", loop_name(explanation, i)},
                         {"executions", loop.executions},
                         {"iterations", loop.iterations},
                         {"cycles", loop.cycles()},
                         {"port_cycles", loop.port_cycles},
                         {"issue_cycles", loop.issue_cycles},
                         {"latency_cycles", loop.chain_cycles},
                         {"registers", loop.registers.live()},
                         {"spilled", loop.spilled},
                         {"instructions", counts_json(loop.each)}});
    }
    return loops;
}

Json code_json(const Explanation& explanation) {
    Json loops = Json::array();
    for (const CodeLoopReport& loop : explanation.code) {
        Json json{{"function", loop.counts.function},
                  {"label", loop.counts.label},
                  {"stands_for", loop.is_pack        ? Json("offline pack")
                                 : loop.is_control() ? Json("outer loops")
                                 : loop.innermost    ? Json(loop_name(explanation, *loop.innermost))
                                                     : Json(nullptr)},
                  {"iterations", loop.passes},
                  {"bound_cycles", loop.bound_cycles()},
                  {"bound_by", loop.bound_by()},
                  {"port_cycles", loop.port_cycles},
                  {"issue_cycles", loop.issue_cycles},
                  {"latency_cycles", loop.chain_cycles},
                  {"count", loop.counts.instructions},
                  {"instructions", counts_json(loop.mix.each)},
                  {"spill_loads", loop.counts.spill_loads},
                  {"spill_stores", loop.counts.spill_stores},
                  {"assembly", loop.lines}};
        loops.push_back(std::move(json));
    }
    return loops;
}

Json priced_json(const Explanation& explanation) {
    Json json = ranked_json(explanation.ranked);
    json["alone"] = terms_json(explanation.breakdown.cost.alone);
    return json;
}

Json details_json(const Explanation& explanation) {
    Json warnings = Json::array();
    for (const tuner::Warning& each : explanation.warnings)
        warnings.push_back({{"what", each.what}, {"reason", each.reason}, {"advice", each.advice}});
    return {{"working_set_bytes", explanation.breakdown.working_set_bytes},
            {"roofline", roofline_json(explanation)},
            {"levels", levels_json(explanation)},
            {"inner_loops", inner_loops_json(explanation)},
            {"code", code_json(explanation)},
            {"warnings", std::move(warnings)}};
}

Json versus_json(const Rival& rival, const Explanation& own) {
    Json json = priced_json(rival.explanation);
    json["ratio"] = rival.ratio(own);
    json["differences"] = Json::array();
    for (const tuner::Difference& each : rival.differences)
        json["differences"].push_back(
            {{"term", costmodel::name_of(each.term)}, {"seconds", each.seconds}, {"reason", each.reason}});
    return json;
}

}  // namespace

std::string verdict(const Rival& rival, const Explanation& own) {
    const double ratio = rival.ratio(own);
    return ratio >= 1 ? fixed(ratio, 3) + " times as slow" : fixed(1 / ratio, 3) + " times as fast";
}

std::vector<tuner::Difference> notable(const Rival& rival, const Explanation& own) {
    constexpr double least = 1e-3;
    const double seconds = std::max(rival.explanation.breakdown.cost.seconds, own.breakdown.cost.seconds);
    std::vector<tuner::Difference> kept;
    for (const tuner::Difference& each : rival.differences) {
        if (std::abs(each.seconds) >= least * seconds) kept.push_back(each);
    }
    return kept;
}

std::string difference_text(const tuner::Difference& difference, double all) {
    const std::string sign = difference.seconds < 0 ? "-" : "+";
    std::string text =
        std::string(costmodel::name_of(difference.term)) + " " + sign + duration(std::abs(difference.seconds));
    const bool same_way = difference.seconds * all > 0;
    if (same_way) text += " (" + fixed(100 * difference.seconds / all, 0) + " % of the difference)";
    return text + ": " + difference.reason;
}

std::string mix_text(const features::InstructionCounts& counts) {
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) continue;
        const bool whole = counts[i] == std::floor(counts[i]);
        text += (text.empty() ? "" : ", ") + std::string(features::name_of(static_cast<features::Instruction>(i))) +
                " " + fixed(counts[i], whole ? 0 : 1);
    }
    return text;
}

std::string loop_name(const Explanation& explanation, std::size_t innermost) {
    const auto loop = static_cast<std::size_t>(explanation.breakdown.innermost[innermost].loop);
    return explanation.loop_names[loop];
}

std::string code_text(const CodeLoopReport& loop, const Explanation& explanation) {
    std::string place = loop.is_pack     ? "offline pack"
                        : loop.innermost ? "loop " + loop_name(explanation, *loop.innermost)
                                         : "matches no loop of the nest";
    if (loop.innermost && loop.passes > 1) place += ", " + fixed(loop.passes, 0) + " iterations a pass";
    std::string text = loop.counts.label + " (" + place + "): " + fixed(loop.bound_cycles(), 1) +
                       " cycles a pass, bound by " + loop.bound_by() + "; " +
                       counted(loop.counts.instructions, "instruction") + ": " + mix_text(loop.mix.each);
    const int spills = loop.counts.spill_loads + loop.counts.spill_stores;
    if (spills > 0) text += "; " + counted(spills, "spill");
    return text;
}

std::vector<std::vector<std::string>> memory_rows(const Explanation& explanation) {
    std::vector<std::vector<std::string>> rows{{"level", "holds", "tensor", "touched", "fetched", "written"}};
    for (const costmodel::LevelUse& level : explanation.breakdown.levels) {
        bool is_first = true;
        for (std::size_t b = 0; b < level.buffers.size(); ++b) {
            if (explanation.breakdown.footprint_bytes[b] == 0) continue;
            rows.push_back({is_first ? level.name : "", is_first ? bytes_text(level.capacity_bytes) : "",
                            explanation.nest.buffers[b].name, bytes_text(explanation.breakdown.footprint_bytes[b]),
                            bytes_text(level.buffers[b].fetched_bytes), bytes_text(level.buffers[b].written_bytes)});
            is_first = false;
        }
    }
    return rows;
}

std::vector<std::vector<std::string>> roof_rows(const Explanation& explanation) {
    std::vector<std::vector<std::string>> rows{{"bound by", "gives", "flops a byte", "at most", "of which used"}};
    const auto used = [&](double bound) {
        return bound > 0 ? fixed(100 * explanation.flops_per_second / bound, 1) + " %" : std::string();
    };
    rows.push_back(
        {"arithmetic", "", "", rate(explanation.peak_flops_per_second), used(explanation.peak_flops_per_second)});
    for (const tuner::Roof& roof : explanation.roofs) {
        const double bound = roof.bound_flops_per_second();
        rows.push_back({roof.level + " misses", bandwidth(roof.bytes_per_second),
                        bound > 0 ? fixed(roof.flops_per_byte, 1) : "nothing moves", bound > 0 ? rate(bound) : "",
                        used(bound)});
    }
    return rows;
}

const CodeLoopReport* hottest_code(const Explanation& explanation) {
    const CodeLoopReport* found = nullptr;
    double most = -1;
    for (const CodeLoopReport& loop : explanation.code) {
        if (!loop.innermost) continue;
        const costmodel::InnermostLoop& nest = explanation.breakdown.innermost[*loop.innermost];
        const double cycles = nest.iterations * nest.cycles();
        if (cycles <= most) continue;
        most = cycles;
        found = &loop;
    }
    return found;
}

std::string explain_text(const Explained& explained, bool with_nest) {
    const Explanation& own = explained.explanation;
    std::string text =
        explained.heading + "\n  " + headline(own.ranked) + "\n" + indented(confidence_text(own.ranked)) +
        "\nwhere the time goes\n" + indented(terms_table(own.breakdown.cost)) + "\nroofline\n" +
        table_text(roof_rows(own), {1, 2, 3, 4}) + "\nmemory, " + bytes_text(own.breakdown.working_set_bytes) +
        " touched\n" + table_text(memory_rows(own), {1, 3, 4, 5}) + "\ninner loops as predicted\n" +
        inner_loops_text(own) + code_section(own) + warnings_text(own) + "\nschedule\n";
    if (!own.ranked.choices.empty()) text += "  " + own.ranked.choices + "\n";
    text += indented(schedules::to_text(own.ranked.schedule)) + others_text(explained);
    if (with_nest) text += "\nloop nest\n" + indented(own.annotated_nest);
    return text + versus_text(explained);
}

Json explain_json(const Explained& explained) {
    const Explanation& own = explained.explanation;
    Json json = priced_json(own);
    json.update(details_json(own));
    json["nest"] = ir::print(own.nest);
    json["annotated_nest"] = own.annotated_nest;
    if (explained.rival) json["versus"] = versus_json(*explained.rival, own);
    return json;
}

}  // namespace saku::cli
