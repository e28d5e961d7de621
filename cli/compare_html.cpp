#include "cli/compare_html.h"

#include "cli/format.h"
#include "cli/plot.h"

namespace saku::cli {
namespace {

using tuner::Comparison;

constexpr double microseconds = 1e6;

constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>saku compare</title>
<style>
:root { color-scheme: light dark; --ink: #1d2433; --paper: #ffffff; --soft: #687082; --line: #dfe3ea;
        --random: #8a94a8; --near: #1f77c9; --pick: #d1442f; --profiled: #2b8a57; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e7ef; --paper: #14181f; --soft: #98a1b3; --line: #313948;
          --random: #7a8498; --near: #5aa9f0; --pick: #ff7a63; --profiled: #5cc48c; } }
body { margin: 0 auto; padding: 1rem; max-width: 68rem; background: var(--paper); color: var(--ink);
       font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; overflow-wrap: anywhere; margin-top: 2.5rem; }
p, figcaption { color: var(--soft); } b { color: var(--ink); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.plots { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure { margin: 0; } svg { display: block; width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--soft); }
.grid { stroke: var(--line); } .diagonal { stroke: var(--soft); stroke-dasharray: 4 4; }
circle { stroke: none; fill-opacity: .75; } circle.random { fill: var(--random); } circle.near { fill: var(--near); }
circle.profiled { fill: var(--profiled); } path { fill: none; stroke-width: 2; } path.profiled { stroke: var(--profiled); }
circle.pick { fill: none; stroke: var(--pick); stroke-width: 2.5; }
.key::before { content: "\25CF\00A0"; } .key.random::before { color: var(--random); } .key.near::before { color: var(--near); }
.key.pick::before { content: "\25CB\00A0"; color: var(--pick); font-weight: bold; }
.key.profiled::before { color: var(--profiled); } .key { margin-right: 1rem; white-space: nowrap; }
</style>
</head>
<body>
<h1>The static choice beside measurements</h1>
)";

std::string cell(const std::string& text, const char* tag = "td") {
    return std::string("<") + tag + ">" + escaped(text) + "</" + tag + ">";
}

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
    std::string out = "<h2>" + escaped(row.op) + "</h2>\n<p>" + escaped(result.target) + ", " +
                      counted(result.threads, "thread") + ". The static pick runs at <b>" +
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
    std::string out = head;
    out +=
        "<p>Top 1: the fastest time found anywhere divided by that of the static pick; top 8: by the best of the eight "
        "best predictions. Ceiling: the rank correlation of two measurements.</p>\n";
    out += table(rows);
    for (const Compared& row : rows) {
        if (row.failure.empty()) out += section(row);
    }
    return out + "</body>\n</html>\n";
}

}  // namespace saku::cli
