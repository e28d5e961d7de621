#include "cli/stored.h"

#include "base/file.h"
#include "targets/kernel_name.h"

namespace saku::cli {

tuner::Versions versions() { return {.saku = SAKU_VERSION, .llvm = SAKU_LLVM_VERSION}; }

std::string versions_text() { return "saku " + versions().saku + ", LLVM " + versions().llvm; }

Result<tuner::StoredSchedule> stored_schedule(const std::string& file) {
    SAKU_TRY(text, read_file(file));
    return tuner::stored_schedule_from(text, file);
}

Result<tuner::StoredSchedule> stored_schedule_for(const ir::Operator& op, const std::string& file) {
    SAKU_TRY(stored, stored_schedule(file));
    const std::string shorthand = ir::shorthand(op);
    if (stored.op && *stored.op != shorthand)
        return Error{.where = file, .what = "found a record of " + *stored.op + ", expected a record of " + shorthand};
    return stored;
}

namespace {

/// Not where another machine was asked for, of which the record says nothing.
std::string calibration_remark(const std::string& file, const tuner::StoredSchedule& stored,
                               const targets::Machine& machine) {
    const std::string& used = machine.calibration;
    if (!stored.calibration || *stored.calibration == used || stored.machine != machine.name) return "";
    if (stored.calibration->empty()) return "";  // asked for by an option, as another machine may be
    return "saku: " + file + " was made with calibration " + *stored.calibration + ", predictions here are " +
           (used.empty() ? "made without one" : "by " + used) + "\n";
}

}  // namespace

Result<Replay> replay_of(const ir::Operator& op, const std::string& file, const TargetOptions& options) {
    SAKU_TRY(stored, stored_schedule_for(op, file));
    if (stored.threads && *stored.threads > most_threads)
        return Error{.where = file + "#/threads",
                     .what = "found " + std::to_string(*stored.threads) + ", expected an integer from 1 to " +
                             std::to_string(most_threads)};
    if (stored.name) {
        if (const auto named = targets::check_kernel_name(*stored.name); !named)
            return Error{.where = file + "#/name", .what = named.error().what};
    }
    TargetOptions chosen = options;
    if (chosen.threads == 0) chosen.threads = stored.threads.value_or(0);
    if (chosen.residence.empty() && stored.residence) chosen.residence = features::name_of(*stored.residence);
    SAKU_TRY(target, stored.machine ? resolve(chosen, *stored.machine, file + "#/machine") : resolve(chosen));
    return Replay{.stored = stored, .target = target, .remark = calibration_remark(file, stored, target.machine)};
}

Error misfit(const std::string& file, const NotApplicable& reason) {
    return {.where = file, .what = "the schedule does not fit: " + reason.text()};
}

}  // namespace saku::cli
