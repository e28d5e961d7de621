#include "cli/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/format.h"

namespace saku::cli {
namespace {

// In units of the view box; the page scales it.
constexpr double width = 480;
constexpr double height = 360;
constexpr double left = 58;
constexpr double right = 12;
constexpr double top = 12;
constexpr double bottom = 44;

/// A logarithmic axis from `low` to `high`, drawn from `start` to `end`.
struct Axis {
    double low = 1;
    double high = 10;
    double start = 0;
    double end = 1;

    [[nodiscard]] double at(double value) const {
        const double part = (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low));
        return start + part * (end - start);
    }

    /// 1, 2, 5 of each decade; powers of ten alone where the range is wide.
    [[nodiscard]] std::vector<double> ticks() const {
        const bool wide = high / low > 300;
        std::vector<double> values;
        for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high; decade *= 10) {
            for (const double digit : {1.0, 2.0, 5.0}) {
                if ((digit == 1 || !wide) && digit * decade >= low && digit * decade <= high)
                    values.push_back(digit * decade);
            }
        }
        return values;
    }
};

struct Range {
    double low = 0;
    double high = 0;
    void cover(double value) {
        if (low == 0 || value < low) low = value;
        if (value > high) high = value;
    }
    /// A little air on both sides, also around a single value.
    [[nodiscard]] Axis axis(double start, double end) const {
        constexpr double air = 1.15;
        return {.low = low > 0 ? low / air : 1, .high = low > 0 ? high * air : 10, .start = start, .end = end};
    }
};

bool drawable(const PlotPoint& point) {
    return point.x > 0 && point.y > 0 && std::isfinite(point.x) && std::isfinite(point.y);
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string line(const std::string& style, double x1, double y1, double x2, double y2) {
    return "<line class=\"" + style + "\" x1=\"" + fixed(x1, 1) + "\" y1=\"" + fixed(y1, 1) + "\" x2=\"" +
           fixed(x2, 1) + "\" y2=\"" + fixed(y2, 1) + "\"/>\n";
}

std::string text_at(double x, double y, const std::string& anchor, const std::string& content,
                    const std::string& more = {}) {
    return "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"" + anchor + "\"" + more + ">" +
           escaped(content) + "</text>\n";
}

std::string frame(const Plot& plot, const Axis& x, const Axis& y) {
    std::string out;
    for (const double tick : x.ticks()) {
        out += line("grid", x.at(tick), y.start, x.at(tick), y.end);
        out += text_at(x.at(tick), y.start + 16, "middle", number(tick));
    }
    for (const double tick : y.ticks()) {
        out += line("grid", x.start, y.at(tick), x.end, y.at(tick));
        out += text_at(x.start - 6, y.at(tick) + 4, "end", number(tick));
    }
    out += text_at((x.start + x.end) / 2, height - 8, "middle", plot.x_label);
    const std::string middle = fixed((y.start + y.end) / 2, 1);
    out += text_at(14, (y.start + y.end) / 2, "middle", plot.y_label, " transform=\"rotate(-90 14 " + middle + ")\"");
    return out;
}

std::string drawn(const PlotSeries& series, const Axis& x, const Axis& y) {
    std::string out;
    std::string path;
    std::string names;  // lines have theirs beside them
    double last = 0;
    for (const PlotPoint& point : series.points) {
        if (!drawable(point)) continue;
        const double px = x.at(point.x);
        const double py = y.at(point.y);
        if (series.marks == Marks::steps) {
            path += path.empty() ? "M" : "L" + fixed(px, 1) + " " + fixed(last, 1) + "L";
            path += fixed(px, 1) + " " + fixed(py, 1);
            last = py;
        }
        if (series.marks == Marks::line) {
            path += (path.empty() ? "M" : "L") + fixed(px, 1) + " " + fixed(py, 1);
            if (!point.label.empty()) names += text_at(px + 8, py + 14, "start", point.label);
            continue;
        }
        const double radius = series.marks == Marks::rings ? 7 : 3;
        out += "<circle class=\"" + series.style + "\" cx=\"" + fixed(px, 1) + "\" cy=\"" + fixed(py, 1) + "\" r=\"" +
               fixed(radius, 0) + "\"><title>" + escaped(point.label) + "</title></circle>\n";
    }
    if (!path.empty()) out = "<path class=\"" + series.style + "\" d=\"" + path + "\"/>\n" + out;
    return out + names;
}

}  // namespace

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string svg(const Plot& plot) {
    Range across;
    Range up;
    for (const PlotSeries& series : plot.series) {
        for (const PlotPoint& point : series.points) {
            if (!drawable(point)) continue;
            across.cover(point.x);
            up.cover(point.y);
            if (plot.diagonal) {
                across.cover(point.y);
                up.cover(point.x);
            }
        }
    }
    const Axis x = across.axis(left, width - right);
    const Axis y = up.axis(height - bottom, top);
    std::string out = "<svg viewBox=\"0 0 480 360\" role=\"img\" aria-label=\"" + escaped(plot.title) + "\">\n";
    out += frame(plot, x, y);
    if (plot.diagonal) out += line("diagonal", x.start, y.start, x.end, y.end);
    for (const PlotSeries& series : plot.series) out += drawn(series, x, y);
    return out + "</svg>\n";
}

}  // namespace saku::cli
