#include "tuner/database/trials.h"

#include <algorithm>
#include <limits>

#include "base/hash.h"
#include "schedules/json.h"
#include "targets/machine_reader.h"

namespace saku::tuner {

namespace {

constexpr int schema = 1;
constexpr std::uint64_t second_basis = 0x9ae16a3b2f90404fULL;
constexpr const char* columns =
    "op, machine, facts, threads, versions, run, number, id, schedule, predicted_seconds, measured_seconds, status, "
    "detail";

std::string fingerprint(const std::string& text) { return hex(fnv1a(text)) + hex(fnv1a(text, second_basis)); }

std::string text(const Value& value) {
    const std::string* found = std::get_if<std::string>(&value);
    return found == nullptr ? std::string() : *found;
}

std::int64_t integer(const Value& value) {
    const std::int64_t* found = std::get_if<std::int64_t>(&value);
    return found == nullptr ? 0 : *found;
}

double real(const Value& value) {
    const double* found = std::get_if<double>(&value);
    return found == nullptr ? 0 : *found;
}

/// " WHERE op = ?1 AND threads = ?2", and the parameters.
std::string condition(const TrialFilter& filter, ValueRow& parameters) {
    std::string sql;
    const auto add = [&](const char* column, Value value) {
        parameters.push_back(std::move(value));
        sql += (sql.empty() ? " WHERE " : " AND ") + std::string(column) + " = ?" + std::to_string(parameters.size());
    };
    if (filter.op) add("op", *filter.op);
    if (filter.machine) add("machine", *filter.machine);
    if (filter.facts) add("facts", *filter.facts);
    if (filter.threads) add("threads", static_cast<std::int64_t>(*filter.threads));
    if (filter.versions) add("versions", *filter.versions);
    return sql;
}

Result<TrialRecord> from_row(const ValueRow& row, const std::string& where) {
    SAKU_TRY(schedule, schedules::schedule_from_json(text(row[8]), where));
    const auto& names = trial_status_names();
    const auto status = std::find(names.begin(), names.end(), text(row[11]));
    if (status == names.end())
        return Error{.where = where, .what = "found a trial with status '" + text(row[11]) + "'"};
    return TrialRecord{.op = text(row[0]),
                       .machine = text(row[1]),
                       .facts = text(row[2]),
                       .threads = static_cast<int>(integer(row[3])),
                       .versions = text(row[4]),
                       .run = text(row[5]),
                       .number = integer(row[6]),
                       .id = text(row[7]),
                       .schedule = std::move(schedule),
                       .predicted_seconds = real(row[9]),
                       .measured_seconds = real(row[10]),
                       .status = static_cast<TrialStatus>(status - names.begin()),
                       .detail = text(row[12])};
}

Result<std::vector<TrialRecord>> select(Database& database, const std::string& rest, const ValueRow& parameters) {
    SAKU_TRY(rows, database.connection().run(std::string("SELECT ") + columns + " FROM trials" + rest, parameters));
    std::vector<TrialRecord> found;
    for (const ValueRow& row : rows) {
        SAKU_TRY(trial, from_row(row, database.connection().path()));
        found.push_back(std::move(trial));
    }
    return found;
}

}  // namespace

std::string machine_facts(const targets::Machine& machine) {
    return fingerprint(to_line(targets::machine_to_json(machine)));
}

Json to_json(const TrialRecord& trial) {
    return {{"schema", schema},
            {"kind", "trial"},
            {"op", trial.op},
            {"machine", trial.machine},
            {"facts", trial.facts},
            {"threads", trial.threads},
            {"versions", trial.versions},
            {"run", trial.run},
            {"number", trial.number},
            {"id", trial.id},
            {"schedule", schedules::to_json(trial.schedule)},
            {"predicted_seconds", trial.predicted_seconds},
            {"measured_seconds", trial.measured_seconds},
            {"status", name_of(trial.status)},
            {"detail", trial.detail}};
}

Result<TrialRecord> trial_record_from(const std::string& line, const std::string& where) {
    constexpr double most = std::numeric_limits<double>::max();
    SAKU_TRY(document, parse_json(line, where));
    JsonReader reader(where, document);
    const JsonCursor root = reader.root();
    root.header("trial", schema);
    TrialRecord trial;
    trial.op = root.member("op").text("an operator's shorthand");
    trial.machine = root.member("machine").text("a machine's name");
    trial.facts = root.member("facts").text("a fingerprint");
    trial.threads = root.member("threads").integer<int>(1);
    trial.versions = root.member("versions").text("versions");
    trial.run = root.member("run").text("the name of a run");
    trial.number = root.member("number").integer64(0, std::numeric_limits<std::int64_t>::max());
    trial.id = root.member("id").text("a number in the space");
    trial.schedule = schedules::schedule_from(root.member("schedule"));
    trial.status = static_cast<TrialStatus>(root.member("status").choice(trial_status_names()));
    trial.predicted_seconds = root.member("predicted_seconds").number(0, most);
    // The fastest measured trial wins: a time of zero would, always.
    const JsonCursor measured = root.member("measured_seconds");
    trial.measured_seconds = trial.status == TrialStatus::measured ? measured.positive() : measured.number(0, 0);
    trial.detail = root.member("detail").text("a reason", true);
    SAKU_TRY_DONE(reader.finish());
    return trial;
}

Result<bool> keep(Database& database, const TrialRecord& trial) {
    SAKU_TRY(rows, database.connection().run(
                       std::string("INSERT OR IGNORE INTO trials (key, ") + columns +
                           ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING 1",
                       {fingerprint(to_line(to_json(trial))), trial.op, trial.machine, trial.facts,
                        static_cast<std::int64_t>(trial.threads), trial.versions, trial.run, trial.number, trial.id,
                        to_line(schedules::to_json(trial.schedule)), trial.predicted_seconds, trial.measured_seconds,
                        name_of(trial.status), trial.detail}));
    return !rows.empty();
}

Result<std::size_t> keep_all(Database& database, const std::vector<TrialRecord>& trials) {
    SAKU_TRY(transaction, Transaction::begin(database.connection()));
    std::size_t count = 0;
    for (const TrialRecord& trial : trials) {
        SAKU_TRY(added, keep(database, trial));
        count += added ? 1 : 0;
    }
    SAKU_TRY_DONE(transaction.commit());
    return count;
}

Result<std::vector<TrialRecord>> trials(Database& database, const TrialFilter& filter) {
    ValueRow parameters;
    const std::string where = condition(filter, parameters);
    return select(database, where + " ORDER BY op, machine, threads, run, number, key", parameters);
}

Result<std::optional<TrialRecord>> best_trial(Database& database, const TrialFilter& filter) {
    ValueRow parameters;
    std::string where = condition(filter, parameters);
    where += std::string(where.empty() ? " WHERE " : " AND ") + "status = 'measured'";
    SAKU_TRY(found, select(database, where + " ORDER BY measured_seconds, key LIMIT 1", parameters));
    return found.empty() ? std::nullopt : std::optional<TrialRecord>(std::move(found.front()));
}

Result<std::vector<TrialGroup>> trial_groups(Database& database, const TrialFilter& filter) {
    ValueRow parameters;
    const std::string where = condition(filter, parameters);
    SAKU_TRY(rows, database.connection().run(
                       "SELECT op, machine, threads, versions, count(*), sum(status = 'measured'),"
                       " min(CASE status WHEN 'measured' THEN measured_seconds END) FROM trials" +
                           where + " GROUP BY op, machine, threads, versions ORDER BY op, machine, threads, versions",
                       parameters));
    std::vector<TrialGroup> groups;
    for (const ValueRow& row : rows)
        groups.push_back({.op = text(row[0]),
                          .machine = text(row[1]),
                          .threads = static_cast<int>(integer(row[2])),
                          .versions = text(row[3]),
                          .trials = integer(row[4]),
                          .measured = integer(row[5]),
                          .best_seconds = real(row[6])});
    return groups;
}

}  // namespace saku::tuner
