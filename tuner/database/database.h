// The tuning database: what tuning found, for the next time. One SQLite file that several processes may use at once.
//
// Tunings are keyed by a fingerprint of everything that decides their outcome: the operator's definition, the
// machine's facts, the options of the search, and the program itself. A different program never finds them.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "tuner/database/sqlite.h"

namespace saku::tuner {

/// Where the database is unless told otherwise: $SAKU_DATABASE (empty: none), else $XDG_CACHE_HOME/saku/tuning.db, else
/// $HOME/.cache/saku/tuning.db; none without any of them.
[[nodiscard]] std::optional<std::string> default_database_path();

/// One finished static tuning.
struct Tuning {
    std::string key;  ///< fingerprint of what it depends on
    std::string op;   ///< shorthand
    std::string machine;
    int threads = 1;
    std::string versions;  ///< for people: "saku 0.1.0, LLVM 19.1.7"
    std::string outcome;   ///< JSON text, see tuner/remember.h
};

class Database {
public:
    /// Opens the file, creates it, or brings an older one up to date. Errors: what SQLite says, and files written by a
    /// newer saku.
    [[nodiscard]] static Result<Database> open(const std::string& path);

    [[nodiscard]] Result<std::optional<Tuning>> tuning(const std::string& key);
    /// Replaces what was there under the same key.
    [[nodiscard]] Result<Done> keep(const Tuning& tuning);

    [[nodiscard]] Connection& connection() { return connection_; }

private:
    explicit Database(Connection connection) : connection_(std::move(connection)) {}
    [[nodiscard]] Result<Done> upgrade();

    Connection connection_;
};

}  // namespace saku::tuner
