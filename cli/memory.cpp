#include "cli/memory.h"

#include "base/file.h"
#include "base/hash.h"
#include "cli/stored.h"
#include "targets/machine_reader.h"

namespace saku::cli {

Memory Memory::open(const targets::Machine& machine, std::string& diagnostic) {
    constexpr std::size_t most_bytes = std::size_t{1} << 30;
    Memory memory;
    const std::optional<std::string> path = tuner::default_database_path();
    if (!path) return memory;
    const auto program = read_file("/proc/self/exe", most_bytes);
    auto database = tuner::Database::open(*path);
    if (!program || !database) {
        const Error& reason = program ? database.error() : program.error();
        diagnostic += "saku: nothing is remembered for the next time: " + reason.text() + "\n";
        return memory;
    }
    memory.database_ = *std::move(database);
    memory.program_ = hex(fnv1a(*program)) + " LLVM " + versions().llvm;
    memory.machine_ = to_line(targets::machine_to_json(machine));
    return memory;
}

std::optional<tuner::Decided> Memory::recall(const ir::Operator& op, const tuner::TuneOptions& options) {
    if (!database_) return std::nullopt;
    const auto found = database_->tuning(tuner::tuning_key(op, machine_, options, program_));
    if (!found || !*found) return std::nullopt;
    auto decided = tuner::decided_from((*found)->outcome, database_->connection().path());
    if (!decided) return std::nullopt;  // tuned again, and replaced
    return *std::move(decided);
}

void Memory::keep(const ir::Operator& op, const tuner::TuneOptions& options, const tuner::TuneResult& result) {
    if (!database_ || result.top.empty()) return;
    const auto kept = database_->keep({.key = tuner::tuning_key(op, machine_, options, program_),
                                       .op = result.op,
                                       .machine = result.target,
                                       .threads = result.threads,
                                       .versions = versions_text(),
                                       .outcome = tuner::to_text(tuner::decided_by(result))});
    if (!kept) database_.reset();  // a full disk, say: tuning goes on without
}

}  // namespace saku::cli
