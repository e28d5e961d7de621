#include "cli/stored.h"

#include "base/file.h"

namespace saku::cli {

tuner::Versions versions() { return {.saku = SAKU_VERSION, .llvm = SAKU_LLVM_VERSION}; }

Result<tuner::StoredSchedule> stored_schedule(const std::string& file) {
    SAKU_TRY(text, read_file(file));
    return tuner::stored_schedule_from(text, file);
}

Result<tuner::StoredSchedule> stored_schedule_for(const ir::Operator& op, const std::string& file) {
    SAKU_TRY(stored, stored_schedule(file));
    const std::string shorthand = ir::shorthand(op);
    if (stored.op && *stored.op != shorthand)
        return Error{.where = file, .what = "found a record of " + *stored.op + ", expected one of " + shorthand};
    return stored;
}

Error misfit(const std::string& file, const NotApplicable& reason) {
    return {.where = file, .what = "the schedule does not fit: " + reason.text()};
}

}  // namespace saku::cli
