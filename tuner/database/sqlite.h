// The little of SQLite that the tuning database needs: connections, statements and transactions that clean up after
// themselves, and errors as values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace saku::tuner {

/// What a column can hold here.
using Value = std::variant<std::int64_t, double, std::string>;
using ValueRow = std::vector<Value>;

class Connection {
public:
    /// Opens (and creates) the file for several processes at once: write-ahead log, and up to ten seconds of waiting
    /// for another writer. Errors name the path.
    [[nodiscard]] static Result<Connection> open(const std::string& path);

    /// Runs one statement with its parameters (?1, ?2, ...) and gives all rows; null columns are empty strings.
    [[nodiscard]] Result<std::vector<ValueRow>> run(const std::string& sql, const ValueRow& parameters = {});

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
    [[nodiscard]] Error failure() const;
    [[nodiscard]] Result<std::vector<ValueRow>> run_patiently(const std::string& sql);

    std::unique_ptr<sqlite3, Close> handle_;
    std::string path_;
};

/// Everything between its making and `commit` happens or nothing does.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Connection& connection);
    ~Transaction();
    Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    [[nodiscard]] Result<Done> commit();

private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace saku::tuner
