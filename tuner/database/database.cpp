#include "tuner/database/database.h"

#include <cstdlib>
#include <filesystem>

namespace saku::tuner {

namespace {

/// Statement lists that lead from one version of the schema to the next; never changed once released.
using Migration = std::vector<std::string>;
std::vector<Migration> migrations() {
    return {
        {
            "CREATE TABLE tunings (key TEXT PRIMARY KEY, op TEXT NOT NULL, machine TEXT NOT NULL,"
            " threads INTEGER NOT NULL, versions TEXT NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID",
        },
        {
            "CREATE TABLE trials (key TEXT PRIMARY KEY, op TEXT NOT NULL, machine TEXT NOT NULL, facts TEXT NOT NULL,"
            " threads INTEGER NOT NULL, versions TEXT NOT NULL, run TEXT NOT NULL, number INTEGER NOT NULL,"
            " id TEXT NOT NULL, schedule TEXT NOT NULL, predicted_seconds REAL NOT NULL,"
            " measured_seconds REAL NOT NULL, status TEXT NOT NULL, detail TEXT NOT NULL) WITHOUT ROWID",
            "CREATE INDEX trials_of ON trials (op, machine, threads, measured_seconds)",
        },
    };
}

std::int64_t number(const Value& value) {
    const std::int64_t* found = std::get_if<std::int64_t>(&value);
    return found == nullptr ? 0 : *found;
}

std::string text(const Value& value) {
    const std::string* found = std::get_if<std::string>(&value);
    return found == nullptr ? std::string() : *found;
}

}  // namespace

std::optional<std::string> default_database_path() {
    if (const char* named = std::getenv("SAKU_DATABASE")) {
        return *named == '\0' ? std::nullopt : std::optional<std::string>(named);
    }
    const auto below = [](const char* folder, const char* rest) {
        return (std::filesystem::path(folder) / rest / "saku" / "tuning.db").string();
    };
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') return below(cache, "");
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return below(home, ".cache");
    return std::nullopt;
}

Result<Database> Database::open(const std::string& path) {
    SAKU_TRY(connection, Connection::open(path));
    Database database(std::move(connection));
    SAKU_TRY_DONE(database.upgrade());
    return database;
}

Result<Done> Database::upgrade() {
    const std::vector<Migration> all = migrations();
    const auto newest = static_cast<std::int64_t>(all.size());
    SAKU_TRY(current, connection_.run("PRAGMA user_version"));
    if (number(current.front().front()) == newest) return Done{};
    SAKU_TRY(transaction, Transaction::begin(connection_));
    // Asked again: another process may have upgraded it in between.
    SAKU_TRY(again, connection_.run("PRAGMA user_version"));
    const std::int64_t version = number(again.front().front());
    if (version > newest) {
        return Error{.where = connection_.path(),
                     .what = "found a tuning database of version " + std::to_string(version) + ", expected at most " +
                             std::to_string(newest) + ": written by a newer saku"};
    }
    for (auto v = static_cast<std::size_t>(version); v < all.size(); ++v) {
        for (const std::string& statement : all[v]) SAKU_TRY_DONE(connection_.run(statement));
    }
    SAKU_TRY_DONE(connection_.run("PRAGMA user_version = " + std::to_string(newest)));
    return transaction.commit();
}

Result<std::optional<Tuning>> Database::tuning(const std::string& key) {
    SAKU_TRY(rows,
             connection_.run("SELECT op, machine, threads, versions, outcome FROM tunings WHERE key = ?1", {key}));
    if (rows.empty()) return std::optional<Tuning>();
    const ValueRow& row = rows.front();
    return std::optional<Tuning>(Tuning{.key = key,
                                        .op = text(row[0]),
                                        .machine = text(row[1]),
                                        .threads = static_cast<int>(number(row[2])),
                                        .versions = text(row[3]),
                                        .outcome = text(row[4])});
}

Result<Done> Database::keep(const Tuning& tuning) {
    SAKU_TRY_DONE(connection_.run(
        "INSERT OR REPLACE INTO tunings (key, op, machine, threads, versions, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        {tuning.key, tuning.op, tuning.machine, static_cast<std::int64_t>(tuning.threads), tuning.versions,
         tuning.outcome}));
    return Done{};
}

}  // namespace saku::tuner
