// The schedules that users name: a file, or the number of a candidate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/stored.h"
#include "cli/target_options.h"
#include "ir/operator.h"
#include "schedules/schedule.h"
#include "tuner/id_space.h"
#include "tuner/ranked.h"

namespace saku::cli {

/// A schedule, and how messages and reports call it.
struct GivenSchedule {
    schedules::Schedule schedule = {};
    std::string where = {};            ///< the file, or the option that gave a number
    std::string name = {};             ///< the file, or "candidate 12"
    std::optional<tuner::Id> id = {};  ///< of a candidate
    std::string choices = {};          ///< of a candidate, as text
};

/// What --schedule asks for: which schedule (none where it is not there), for which target. A record's machine, threads
/// and residence count unless options say otherwise.
struct Given {
    Target target = {};
    std::optional<GivenSchedule> schedule = {};
    std::string remark = {};  ///< as of Replay
};

/// `text`: the option's. Files are read once, so that pipes will do. Errors: as of `replay_of`, and numbers beyond the
/// space.
[[nodiscard]] Result<Given> given_by(const ir::Operator& op, const std::string& text, const TargetOptions& options);

/// The schedule of another option, for a target that is known; `pins` (--fix) choose the space that numbers count in.
[[nodiscard]] Result<GivenSchedule> given_schedule(const ir::Operator& op, const std::string& text,
                                                   const std::string& option, const Target& target,
                                                   const std::vector<std::string>& pins);

/// Its price. Errors: `misfit`.
[[nodiscard]] Result<tuner::Ranked> priced(const ir::Operator& op, const GivenSchedule& given, const Target& target);

/// What a user gave and does not fit is bad input.
[[nodiscard]] Error misfit(const GivenSchedule& given, const NotApplicable& reason);

}  // namespace saku::cli
