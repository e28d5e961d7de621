// What earlier tunings decided, so that a suite that is tuned again goes on where it was.
#pragma once

#include <optional>
#include <string>

#include "tuner/database/database.h"
#include "tuner/remember.h"

namespace saku::cli {

/// Backed by the tuning database, or by nothing.
class Memory {
public:
    /// Remembers nothing.
    Memory() = default;

    /// With the database at its default place. Without one, or when it cannot be used (said in `diagnostic`), nothing
    /// is remembered: it only saves time.
    [[nodiscard]] static Memory open(const targets::Machine& machine, std::string& diagnostic);

    [[nodiscard]] bool is_open() const { return database_.has_value(); }
    [[nodiscard]] std::optional<tuner::Decided> recall(const ir::Operator& op, const tuner::TuneOptions& options);
    void keep(const ir::Operator& op, const tuner::TuneOptions& options, const tuner::TuneResult& result);

private:
    std::optional<tuner::Database> database_;
    std::string program_;  ///< fingerprint of the program's own file
    std::string machine_;  ///< its facts, as text
};

}  // namespace saku::cli
