// What `tune --check` says of each difference.
#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "schedules/json.h"
#include "tuner/record.h"

namespace saku::tuner {
namespace {

/// As schedules are written, one step a line.
std::vector<std::string> steps_of(const Json& steps) {
    const auto schedule = schedules::schedule_from_json(to_line(steps), "");
    SAKU_CHECK(schedule.ok(), "what was written is read");
    std::vector<std::string> lines;
    for (const schedules::Step& step : schedule->steps) lines.push_back(schedules::to_text(step));
    return lines;
}

/// The steps in order, "- " before those that went, "+ " before those that came; what stayed is left out.
std::string changed_steps(const std::vector<std::string>& was, const std::vector<std::string>& is) {
    // common[i][j]: length of the longest common part of was[i...] and is[j...].
    std::vector<std::vector<std::size_t>> common(was.size() + 1, std::vector<std::size_t>(is.size() + 1, 0));
    for (std::size_t i = was.size(); i-- > 0;) {
        for (std::size_t j = is.size(); j-- > 0;) {
            common[i][j] = was[i] == is[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
        }
    }
    std::string text;
    for (std::size_t i = 0, j = 0; i < was.size() || j < is.size();) {
        if (i < was.size() && j < is.size() && was[i] == is[j]) {
            ++i;
            ++j;
        } else if (j == is.size() || (i < was.size() && common[i + 1][j] >= common[i][j + 1])) {
            text += "\n  - " + was[i++];
        } else {
            text += "\n  + " + is[j++];
        }
    }
    return text;
}

std::string shown(const Json& value) {
    if (value.is_string()) return value.get<std::string>().empty() ? "none" : value.get<std::string>();
    return to_line(value);
}

/// "inner_loops/0/broadcasts" as "inner loop 1, broadcasts".
std::string named(const std::string& what) {
    if (what == "predicted_seconds") return "predicted time";
    if (!what.starts_with("inner_loops")) return what;
    const std::size_t first = what.find('/');
    if (first == std::string::npos) return "number of inner loops";
    const std::size_t second = what.find('/', first + 1);
    return "inner loop " + std::to_string(std::stoul(what.substr(first + 1, second - first - 1)) + 1) + ", " +
           what.substr(second + 1);
}

}  // namespace

std::string to_text(const Changed& changed) {
    if (changed.what == "schedule" && changed.is.is_null()) return "schedule: there was one, there is no legal one now";
    if (changed.what == "schedule")
        return "schedule: steps that went (-) and came (+)" +
               changed_steps(steps_of(changed.was), steps_of(changed.is));
    const std::string unit = changed.what == "predicted_seconds" ? " s" : "";
    return named(changed.what) + ": was " + shown(changed.was) + unit + ", is " + shown(changed.is) + unit;
}

}  // namespace saku::tuner
