#include "tuner/database/sqlite.h"

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace saku::tuner {

namespace {

constexpr int wait_milliseconds = 10'000;

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

int bind(sqlite3_stmt* statement, int position, const Value& value) {
    return std::visit(Overloaded{
                          [&](std::int64_t number) { return sqlite3_bind_int64(statement, position, number); },
                          [&](double number) { return sqlite3_bind_double(statement, position, number); },
                          [&](const std::string& text) {
                              return sqlite3_bind_text64(statement, position, text.data(), text.size(),
                                                         SQLITE_TRANSIENT, SQLITE_UTF8);
                          },
                      },
                      value);
}

Value column(sqlite3_stmt* statement, int position) {
    switch (sqlite3_column_type(statement, position)) {
        case SQLITE_INTEGER:
            return static_cast<std::int64_t>(sqlite3_column_int64(statement, position));
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, position);
        default: {
            const unsigned char* text = sqlite3_column_text(statement, position);
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, position));
            return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text), size);
        }
    }
}

}  // namespace

void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Error Connection::failure() const {
    return {.where = path_, .what = std::string("the tuning database: ") + sqlite3_errmsg(handle_.get())};
}

Result<Connection> Connection::open(const std::string& path) {
    std::error_code ignored;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);  // opening reports what is wrong
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    const int status = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    Connection connection(handle, path);
    if (status != SQLITE_OK) return connection.failure();
    sqlite3_busy_timeout(handle, wait_milliseconds);
    SAKU_TRY_DONE(connection.run_patiently("PRAGMA journal_mode = WAL"));
    SAKU_TRY_DONE(connection.run("PRAGMA synchronous = FULL"));
    return connection;
}

Result<std::vector<ValueRow>> Connection::run(const std::string& sql, const ValueRow& parameters) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) return failure();
    const Statement statement(prepared);
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        if (bind(prepared, static_cast<int>(p) + 1, parameters[p]) != SQLITE_OK) return failure();
    }
    std::vector<ValueRow> rows;
    for (;;) {
        const int status = sqlite3_step(prepared);
        if (status == SQLITE_DONE) return rows;
        if (status != SQLITE_ROW) return failure();
        ValueRow row;
        for (int c = 0; c < sqlite3_column_count(prepared); ++c) row.push_back(column(prepared, c));
        rows.push_back(std::move(row));
    }
}

/// Two connections that turn the same new file to a write-ahead log each hold what the other one waits for; SQLite
/// refuses one of them at once, whatever it was told about waiting.
Result<std::vector<ValueRow>> Connection::run_patiently(const std::string& sql) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + std::chrono::milliseconds(wait_milliseconds);
    for (;;) {
        auto rows = run(sql);
        const bool is_busy = !rows.ok() && (sqlite3_errcode(handle_.get()) & 0xff) == SQLITE_BUSY;
        if (!is_busy || Clock::now() >= end) return rows;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

Result<Transaction> Transaction::begin(Connection& connection) {
    // Immediate: two writers wait for each other here, where waiting is possible, not at their first write.
    SAKU_TRY_DONE(connection.run("BEGIN IMMEDIATE"));
    return Transaction(connection);
}

Transaction::~Transaction() {
    if (connection_ == nullptr) return;
    const auto undone = connection_->run("ROLLBACK");
    static_cast<void>(undone);  // nothing was committed: SQLite undoes it when the connection closes
}

Result<Done> Transaction::commit() {
    SAKU_TRY_DONE(connection_->run("COMMIT"));
    connection_ = nullptr;
    return Done{};
}

}  // namespace saku::tuner
