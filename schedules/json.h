// Schedules as JSON: an array with one object a step.
//
//   [{"step": "split", "loop": "i", "factor": 8, "outer": "i_o", "inner": "i_i"},
//    {"step": "pack", "tensor": "b", "at": "", "buffer": "b_p", "axes": ["j_o", "k", "j_i"]},
//    {"step": "set_layout", "tensor": "in", "order": [0, 1, 2, 3, {"dimension": 1, "block": 16}]},
//    {"step": "set_layout", "tensor": "out", "order": "NKHW16k"}, ...]
//
// Members are named as the fields of the steps. What has its usual value is left out: "transpose" (false), "vector"
// (0), "order" (the tensor's), "line_elements" (16). A pack has either "axes" or, by region, none.
#pragma once

#include "base/json.h"
#include "schedules/schedule.h"

namespace saku::schedules {

[[nodiscard]] Json to_json(const Step& step);
[[nodiscard]] Json to_json(const Schedule& schedule);

/// Reads an array of steps; complaints go to the cursor's reader, whose `finish` says whether the result counts.
[[nodiscard]] Schedule schedule_from(const JsonCursor& steps);

/// A document that is only an array of steps.
[[nodiscard]] Result<Schedule> schedule_from_json(const std::string& text, const std::string& file = "schedule");

}  // namespace saku::schedules
