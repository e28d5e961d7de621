#include "cli/given_schedule.h"

#include <charconv>
#include <filesystem>
#include <utility>

#include "cli/pins.h"
#include "tuner/space.h"

namespace saku::cli {

namespace {

/// Digits alone are a candidate's number, unless there is such a file.
bool is_number(const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos && !std::filesystem::exists(text);
}

GivenSchedule from_file(const std::string& file, const tuner::StoredSchedule& stored) {
    return {.schedule = stored.schedule, .where = file, .name = file};
}

Result<GivenSchedule> numbered(const ir::Operator& op, const std::string& text, const std::string& option,
                               const Target& target, const std::vector<std::string>& pins) {
    SAKU_TRY(pinned, parse_pins(pins));
    SAKU_TRY(space, tuner::make_space(op, target.machine, {.threads = target.threads, .pinned = pinned}));
    tuner::Id id = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failure != std::errc{} || id >= space.ids.numbering.size)
        return Error{.where = option,
                     .what = "found candidate " + text + ", expected a file, or a number below " +
                             std::to_string(space.ids.numbering.size)};
    return GivenSchedule{.schedule = tuner::schedule_of(space, id),
                         .where = option,
                         .name = "candidate " + std::to_string(id),
                         .id = id,
                         .choices = tuner::to_text(space, id)};
}

}  // namespace

Result<Given> given_by(const ir::Operator& op, const std::string& text, const TargetOptions& options) {
    if (text.empty() || is_number(text)) {
        SAKU_TRY(target, resolve(options));
        if (text.empty()) return Given{.target = std::move(target)};
        SAKU_TRY(schedule, numbered(op, text, "--schedule", target, {}));
        return Given{.target = std::move(target), .schedule = std::move(schedule)};
    }
    SAKU_TRY(replay, replay_of(op, text, options));
    return Given{.target = replay.target, .schedule = from_file(text, replay.stored), .remark = replay.remark};
}

Result<GivenSchedule> given_schedule(const ir::Operator& op, const std::string& text, const std::string& option,
                                     const Target& target, const std::vector<std::string>& pins) {
    if (is_number(text)) return numbered(op, text, option, target, pins);
    SAKU_TRY(stored, stored_schedule_for(op, text));
    return from_file(text, stored);
}

Result<tuner::Ranked> priced(const ir::Operator& op, const GivenSchedule& given, const Target& target) {
    auto ranked = tuner::price_schedule(op, given.schedule, target.machine, target.threads, target.residence);
    if (!ranked) return misfit(given, ranked.error());
    if (given.id) {
        ranked->id = *given.id;
        ranked->choices = given.choices;
    }
    return *std::move(ranked);
}

Error misfit(const GivenSchedule& given, const NotApplicable& reason) {
    if (!given.id) return misfit(given.where, reason);
    return {.where = given.where, .what = given.name + " does not fit: " + reason.text()};
}

}  // namespace saku::cli
