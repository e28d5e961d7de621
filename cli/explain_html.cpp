#include "cli/explain_html.h"

#include <algorithm>
#include <cmath>

#include "cli/format.h"
#include "cli/page.h"
#include "cli/plot.h"
#include "cli/price_report.h"
#include "schedules/schedule.h"

namespace saku::cli {
namespace {

using tuner::Explanation;

constexpr const char* styles = R"(
pre { background: var(--quiet); padding: .8rem; overflow-x: auto; font-size: .82rem; line-height: 1.4; }
.warning { border-left: 3px solid var(--warn); padding: .1rem .8rem; margin: .8rem 0; }
.warning b { color: var(--warn); } .bars { display: grid; grid-template-columns: max-content 1fr max-content;
         gap: .35rem .8rem; align-items: center; font-size: .95rem; }
.bars span:nth-child(3n) { text-align: right; color: var(--soft); white-space: nowrap; }
.track { position: relative; height: 1rem; background: var(--quiet); } .track i { position: absolute; inset: 0 auto 0 0; }
.track .part { background: var(--near); } .track .alone { background: none; border-right: 2px solid var(--soft); }
.track .other { background: var(--random); inset: 55% auto 0 0; } .track.two .part { inset: 0 auto 55% 0; }
.roofline { max-width: 36rem; } path.roof { stroke: var(--near); stroke-width: 1.5; } path.peak { stroke: var(--ink); stroke-width: 1.5; }
circle.kernel { fill: var(--pick); fill-opacity: 1; }
.key.kernel::before { color: var(--pick); } .key.roof::before { content: "\2014\00A0"; color: var(--near); }
.key.peak::before { content: "\2014\00A0"; } .key.part::before { content: "\25A0\00A0"; color: var(--near); }
.key.alone::before { content: "|\00A0"; color: var(--soft); font-weight: bold; }
.key.other::before { content: "\25A0\00A0"; color: var(--random); }
)";

std::string section(const std::string& title, const std::string& content) {
    return "<h2>" + escaped(title) + "</h2>\n" + content;
}

std::string paragraph(const std::string& text) { return "<p>" + escaped(text) + "</p>\n"; }
std::string preformatted(const std::string& text) { return "<pre>" + escaped(text) + "</pre>\n"; }

std::string mark(const std::string& style, double part) {
    return "<i class=\"" + style + "\" style=\"width:" + fixed(100 * std::clamp(part, 0.0, 1.0), 2) + "%\"></i>";
}

/// A bar for each term that takes time in either; with a rival both, one above the other.
std::string bars(const costmodel::Cost& own, const costmodel::Cost* rival) {
    double longest = 0;
    for (std::size_t t = 0; t < own.terms.size(); ++t) {
        longest = std::max({longest, own.alone[t], rival == nullptr ? 0.0 : rival->terms[t]});
    }
    std::string out = "<div class=\"bars\">\n";
    for (std::size_t t = 0; t < own.terms.size(); ++t) {
        const double seconds = own.terms[t];
        const double other = rival == nullptr ? 0 : rival->terms[t];
        if (seconds == 0 && other == 0) continue;
        out +=
            "<span>" + escaped(std::string(costmodel::name_of(static_cast<costmodel::Term>(t)))) +
            "</span><span class=\"track" + (rival == nullptr ? "" : " two") + "\">" + mark("part", seconds / longest) +
            (rival == nullptr ? mark("alone", own.alone[t] / longest) : mark("other", other / longest)) +
            "</span><span>" + escaped(duration(seconds)) +
            escaped(rival == nullptr ? ", " + fixed(100 * seconds / own.seconds, 1) + " %" : " / " + duration(other)) +
            "</span>\n";
    }
    return out + "</div>\n";
}

std::string roofline(const Explanation& explanation) {
    constexpr double giga = 1e-9;
    const double peak = explanation.peak_flops_per_second * giga;
    const double speed = explanation.flops_per_second * giga;
    double low = 0.25;
    double high = 64;
    PlotSeries kernel{.style = "kernel"};
    for (const tuner::Roof& roof : explanation.roofs) {
        if (roof.flops_per_byte <= 0) continue;
        low = std::min(low, roof.flops_per_byte / 2);
        high = std::max(high, roof.flops_per_byte * 2);
        kernel.points.push_back({.x = roof.flops_per_byte,
                                 .y = speed,
                                 .label = roof.level + " misses: " + fixed(roof.flops_per_byte, 1) + " flops a byte, " +
                                          fixed(speed, 1) + " GF/s"});
    }
    std::vector<PlotSeries> series;
    for (const tuner::Roof& roof : explanation.roofs) {
        const double bandwidth = roof.bytes_per_second * giga;
        const double knee = std::min(high, peak / bandwidth);
        series.push_back({.style = "roof",
                          .marks = Marks::line,
                          .points = {{.x = low, .y = low * bandwidth, .label = "below " + roof.level},
                                     {.x = knee, .y = knee * bandwidth}}});
    }
    series.push_back({.style = "peak",
                      .marks = Marks::line,
                      .points = {{.x = low, .y = peak, .label = "peak"}, {.x = high, .y = peak}}});
    // Where nothing moves below a cache there is no point for it.
    if (kernel.points.empty())
        kernel.points.push_back({.x = high, .y = speed, .label = "nothing moves: " + fixed(speed, 1) + " GF/s"});
    series.push_back(kernel);
    return svg({.title = "Roofline",
                .x_label = "flops a byte moved below each level",
                .y_label = "GF/s",
                .series = std::move(series)});
}

std::string warnings(const Explanation& explanation) {
    std::string out;
    for (const tuner::Warning& each : explanation.warnings)
        out += "<div class=\"warning\"><b>" + escaped(each.what) + "</b>: " + escaped(each.reason) + ".<br>Try " +
               escaped(each.advice) + ".</div>\n";
    return out;
}

std::string machine_code(const Explanation& explanation) {
    std::string out;
    for (const tuner::CodeLoopReport& loop : explanation.code) {
        if (loop.is_pack || loop.is_control()) continue;
        out += paragraph(code_text(loop, explanation));
        std::string lines;
        for (const std::string& line : loop.lines) lines += line + "\n";
        const bool open = &loop == hottest_code(explanation);
        out += std::string("<details") + (open ? " open" : "") + "><summary>assembly</summary>" + preformatted(lines) +
               "</details>\n";
    }
    return out;
}

std::string comparison(const Explained& explained) {
    const Rival& rival = *explained.rival;
    const costmodel::Cost& own = explained.explanation.breakdown.cost;
    const costmodel::Cost& other = rival.explanation.breakdown.cost;
    std::string out =
        "<p><b>" + escaped(rival.name) + "</b> is predicted <b>" + escaped(verdict(rival, explained.explanation)) +
        "</b>: " + escaped(duration(other.seconds)) + " instead of " + escaped(duration(own.seconds)) + ".</p>\n" +
        bars(own, &other) +
        "<p><span class=\"key part\">this schedule</span> <span class=\"key other\">the other</span></p>\n<ul>";
    for (const tuner::Difference& each : notable(rival, explained.explanation))
        out += "<li>" + escaped(difference_text(each, other.seconds - own.seconds)) + "</li>\n";
    return out + "</ul>\n" + preformatted(schedules::to_text(rival.explanation.ranked.schedule));
}

std::string others(const Explained& explained) {
    std::vector<std::vector<std::string>> rows{{"slower by", "limited by", "candidate"}};
    for (const tuner::Ranked& other : explained.others)
        rows.push_back({fixed(100 * (other.cost.seconds / explained.explanation.ranked.cost.seconds - 1), 1) + " %",
                        std::string(costmodel::name_of(other.cost.bottleneck)), other.choices});
    return html_table(rows);
}

}  // namespace

std::string explain_html(const Explained& explained) {
    const Explanation& own = explained.explanation;
    std::string out = page_head("saku explain", styles) + "<h1>" + escaped(explained.heading) + "</h1>\n<p><b>" +
                      escaped(headline(own.ranked)) + "</b></p>\n";
    out += "<p>" + escaped(confidence_text(own.ranked)) + "</p>\n" + warnings(own);
    if (explained.rival) out += section("Why the other is " + verdict(*explained.rival, own), comparison(explained));
    out += section("Where the time goes",
                   bars(own.breakdown.cost, nullptr) +
                       "<p><span class=\"key part\">share of the time</span> <span class=\"key alone\">by itself, "
                       "without overlap</span></p>\n");
    out += section("Roofline", "<figure class=\"roofline\">" + roofline(own) +
                                   "<figcaption><span class=\"key kernel\">the kernel, by what moves below each level"
                                   "</span> <span class=\"key roof\">what each level is fed with</span> <span "
                                   "class=\"key peak\">peak</span></figcaption></figure>\n" +
                                   html_table(roof_rows(own)));
    out += section("Memory", html_table(memory_rows(own)));
    out += section("Loops",
                   "<p>Behind each loop: executions x iterations on the busiest core, bytes one execution "
                   "touches, and the first cache that holds them.</p>\n" +
                       preformatted(own.annotated_nest));
    out += section("Machine code of the inner loops", machine_code(own));
    const std::string choices = own.ranked.choices.empty() ? "" : paragraph(own.ranked.choices);
    out += section("Schedule", choices + preformatted(schedules::to_text(own.ranked.schedule)));
    if (!explained.others.empty()) out += section("The next best", others(explained));
    return out + page_end();
}

}  // namespace saku::cli
