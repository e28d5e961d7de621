// Plots with logarithmic axes as inline SVG; colours and fonts come from the page around them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace saku::cli {

struct PlotPoint {
    double x = 0;  ///< positive, as y
    double y = 0;
    std::string label = {};  ///< shown on hovering, of lines beside the point
};

enum class Marks { dots, rings, steps, line };

struct PlotSeries {
    std::string style;  ///< CSS class
    Marks marks = Marks::dots;
    std::vector<PlotPoint> points = {};
};

struct Plot {
    std::string title;
    std::string x_label;
    std::string y_label;
    bool diagonal = false;  ///< with the line y = x, and the same range on both axes
    std::vector<PlotSeries> series = {};
};

/// "&lt;" for "<" and so on: for text and attributes.
[[nodiscard]] std::string escaped(const std::string& text);

/// An <svg> element as wide as its surroundings; points that are not positive are left out.
[[nodiscard]] std::string svg(const Plot& plot);

}  // namespace saku::cli
