#include "cli/compare_html.h"

#include "cli/format.h"
#include "cli/page.h"
#include "cli/plot.h"
#include "cli/price_report.h"

namespace saku::cli {
namespace {

using tuner::Comparison;

constexpr double microseconds = 1e6;

std::string table(const std::vector<Compared>& rows) {
    std::string out = "<div class=\"scroll\"><table>\n<tr>";
    for (const char* name : {"operator", "Spearman", "ceiling", "best quartile", "error near", "top 1", "top 8",
                             "static", "profiled", "static tuning", "profiling"})
        out += cell(name, "th");
    out += "</tr>\n";
    for (const Compared& row : rows) {
        out += "<tr>" + cell(row.op);
        if (!row.failure.empty()) {
            out += "<td colspan=\"10\">" + escaped(row.failure) + "</td></tr>\n";
            continue;
        }
        const Comparison& result = row.result;
        const bool profiled = result.profiled_seconds > 0;
        for (const std::string& text :
             {fixed(result.agreement.spearman, 3), fixed(result.agreement.noise_ceiling, 3),
              fixed(result.agreement.spearman_best_quartile, 3),
              fixed(100 * result.agreement.median_error_near, 1) + " %", fixed(result.top1_ratio, 3),
              fixed(result.top8_ratio, 3), duration(result.static_seconds),
              profiled ? duration(result.profiled_seconds) : std::string("–"), duration(result.static_tuning_seconds),
              profiled ? duration(result.profiled_tuning_seconds) : std::string("–")})
            out += cell(text);
        out += "</tr>\n";
    }
    return out + "</table></div>\n";
}

std::string scatter(const Comparison& result) {
    PlotSeries random{.style = "random"};
    PlotSeries near{.style = "near"};
    PlotSeries pick{.style = "pick", .marks = Marks::rings};
    for (const tuner::Sample& sample : result.samples) {
        const PlotPoint point{.x = sample.predicted_seconds * microseconds,
                              .y = sample.measured() * microseconds,
                              .label = "id " + std::to_string(sample.id) + ": " + duration(sample.predicted_seconds) +
                                       " predicted, " + duration(sample.measured()) + " measured"};
        (sample.origin == tuner::Origin::random ? random : near).points.push_back(point);
        if (sample.id == result.static_id) pick.points.push_back(point);
    }
    return svg({.title = "Measured beside predicted time",
                .x_label = "predicted, microseconds",
                .y_label = "measured, microseconds",
                .diagonal = true,
                .series = {random, near, pick}});
}

std::string over_time(const Compared& row) {
    const Comparison& result = row.result;
    const auto rate = [&](double seconds) { return row.flops / seconds * 1e-9; };
    const auto point = [&](double tuning, double seconds) {
        return PlotPoint{
            .x = tuning, .y = rate(seconds), .label = fixed(rate(seconds), 1) + " GF/s after " + duration(tuning)};
    };
    PlotSeries profiled{.style = "profiled", .marks = Marks::steps};
    for (const tuner::Progressed& each : result.profiled_progress)
        profiled.points.push_back(point(each.tuning_seconds, each.best_seconds));
    if (result.profiled_seconds > 0)
        profiled.points.push_back(point(result.profiled_tuning_seconds, result.profiled_seconds));
    PlotSeries pick{
        .style = "pick", .marks = Marks::rings, .points = {point(result.static_tuning_seconds, result.static_seconds)}};
    return svg({.title = "Speed over tuning time",
                .x_label = "tuning time, seconds",
                .y_label = "GF/s",
                .series = {profiled, pick}});
}

std::string section(const Compared& row) {
    const Comparison& result = row.result;
    std::string out = "<h2>" + escaped(row.op) + "</h2>\n<p>" + escaped(machine_text(result.target, row.calibration)) +
                      ", " + counted(result.threads, "thread") + ". The static pick runs at <b>" +
                      fixed(100 * result.top1_ratio, 1) + " %</b> of the fastest found anywhere; rank correlation <b>" +
                      fixed(result.agreement.spearman, 3) + "</b>, of two measurements " +
                      fixed(result.agreement.noise_ceiling, 3) + ".</p>\n<div class=\"plots\">\n<figure>\n";
    out += scatter(result) +
           "<figcaption><span class=\"key random\">random schedules</span> <span class=\"key near\">near the best "
           "prediction</span> <span class=\"key pick\">static pick</span></figcaption>\n</figure>\n<figure>\n";
    out +=
        over_time(row) +
        "<figcaption><span class=\"key pick\">static pick</span> <span class=\"key profiled\">best of measured tuning "
        "so far</span></figcaption>\n</figure>\n</div>\n";
    return out;
}

}  // namespace

std::string compare_html(const std::vector<Compared>& rows) {
    std::string out = page_head("saku compare");
    out += "<h1>The static choice beside measurements</h1>\n";
    out +=
        "<p>Top 1: the fastest time found anywhere divided by that of the static pick; top 8: by the best of the eight "
        "best predictions. Ceiling: the rank correlation of two measurements.</p>\n";
    out += table(rows);
    for (const Compared& row : rows) {
        if (row.failure.empty()) out += section(row);
    }
    return out + page_end();
}

}  // namespace saku::cli
