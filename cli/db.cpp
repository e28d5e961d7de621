// saku db: the tuning database: what was measured, taken from here to there.
#include <algorithm>
#include <memory>

#include "base/file.h"
#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/stored.h"
#include "cli/text_table.h"
#include "cli/trials.h"
#include "frontends/operator_from.h"
#include "schedules/json.h"
#include "tuner/database/trials.h"

namespace saku::cli {
namespace {

struct DbArguments {
    std::string database;  ///< empty: the default place
    std::string op;
    std::string file;
    TargetOptions target;
    bool json = false;
};

Result<tuner::Database> open(const DbArguments& arguments) {
    if (!arguments.database.empty()) return tuner::Database::open(arguments.database);
    const std::optional<std::string> path = tuner::default_database_path();
    if (!path) return Error{.where = "--database", .what = "missing, expected a path (SAKU_DATABASE names none)"};
    return tuner::Database::open(*path);
}

/// What the options say; an operator is named by what its user wrote, found by its shorthand.
Result<tuner::TrialFilter> filter_of(const DbArguments& arguments) {
    tuner::TrialFilter filter;
    if (!arguments.op.empty()) {
        SAKU_TRY(op, frontends::operator_from(arguments.op));
        filter.op = ir::shorthand(op);
    }
    if (!arguments.target.target.empty()) {
        SAKU_TRY(target, resolve(arguments.target));
        filter.machine = target.machine.name;
    }
    if (arguments.target.threads > 0) filter.threads = arguments.target.threads;
    return filter;
}

Result<Outcome> list(const DbArguments& arguments) {
    SAKU_TRY(filter, filter_of(arguments));
    SAKU_TRY(database, open(arguments));
    SAKU_TRY(groups, tuner::trial_groups(database, filter));
    Json results = Json::array();
    TextTable table({2, 3, 4});
    for (const tuner::TrialGroup& group : groups) {
        const bool any = group.measured > 0;
        results.push_back({{"op", group.op},
                           {"machine", group.machine},
                           {"threads", group.threads},
                           {"versions", group.versions},
                           {"trials", group.trials},
                           {"measured", group.measured},
                           {"best_seconds", any ? Json(group.best_seconds) : Json()}});
        table.row({group.op, group.machine, counted(group.threads, "thread"), counted(group.trials, "trial"),
                   any ? duration(group.best_seconds) : "none measured", group.versions});
    }
    if (arguments.json)
        return Outcome{
            .output = to_text(
                Json{{"schema", 1}, {"database", database.connection().path()}, {"results", std::move(results)}})};
    return Outcome{.output = table.text()};
}

Result<Outcome> show(const DbArguments& arguments) {
    SAKU_TRY(filter, filter_of(arguments));
    SAKU_TRY(database, open(arguments));
    SAKU_TRY(found, tuner::trials(database, filter));
    Json results = Json::array();
    TextTable table({2, 3, 4});
    for (const tuner::TrialRecord& trial : found) {
        const bool measured = trial.status == tuner::TrialStatus::measured;
        results.push_back(tuner::to_json(trial));
        table.row({trial.machine, counted(trial.threads, "thread"), "#" + std::to_string(trial.number),
                   duration(trial.predicted_seconds) + " predicted",
                   measured ? duration(trial.measured_seconds) : tuner::name_of(trial.status), trial.detail});
    }
    if (arguments.json) return Outcome{.output = to_text(Json{{"schema", 1}, {"results", std::move(results)}})};
    return Outcome{.output = table.text()};
}

/// The fastest trial that may be applied: measured on this very machine, by this saku.
Result<Outcome> best(const DbArguments& arguments) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY(database, open(arguments));
    const std::string shorthand = ir::shorthand(op);
    SAKU_TRY(found, tuner::best_trial(database, {.op = shorthand,
                                                 .machine = target.machine.name,
                                                 .facts = tuner::machine_facts(target.machine),
                                                 .threads = target.threads,
                                                 .versions = versions_text()}));
    if (found) {
        if (!arguments.json) return Outcome{.output = schedules::to_text(found->schedule)};
        Json json = tuner::to_json(*found);
        json.erase("kind");
        return Outcome{.output = to_text(json)};
    }
    SAKU_TRY(others, tuner::trial_groups(database,
                                         {.op = shorthand, .machine = {}, .facts = {}, .threads = {}, .versions = {}}));
    std::string there;
    for (const tuner::TrialGroup& group : others)
        there += (there.empty() ? "; there are trials on " : ", on ") + group.machine + " with " +
                 counted(group.threads, "thread") + " by " + group.versions;
    return Outcome{.diagnostic = "saku: no trial of " + shorthand + " was measured on " + target.machine.name +
                                 " as it is described now, with " + counted(target.threads, "thread") + ", by " +
                                 versions_text() + there + "\n",
                   .exit = Exit::no};
}

Result<Outcome> export_trials(const DbArguments& arguments, Session& session) {
    SAKU_TRY(filter, filter_of(arguments));
    SAKU_TRY(database, open(arguments));
    SAKU_TRY(found, tuner::trials(database, filter));
    std::string lines;
    for (const tuner::TrialRecord& trial : found) lines += to_line(tuner::to_json(trial)) + "\n";
    if (arguments.file.empty()) return Outcome{.output = std::move(lines)};
    SAKU_TRY_DONE(session.files.write({{.path = arguments.file, .content = std::move(lines)}}));
    return Outcome{};
}

std::string added_text(const DbArguments& arguments, std::size_t read, std::size_t added) {
    if (arguments.json) return to_text(Json{{"schema", 1}, {"trials", read}, {"added", added}});
    return counted(static_cast<long long>(read), "trial") + ", " + std::to_string(added) + " new\n";
}

/// All lines or none.
Result<Outcome> import(const DbArguments& arguments) {
    SAKU_TRY(filter, filter_of(arguments));
    SAKU_TRY(text, read_file(arguments.file, std::size_t{1} << 30));
    std::vector<tuner::TrialRecord> records;
    std::size_t line = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string content = text.substr(at, end - at);
        at = end + 1;
        ++line;
        if (content.find_first_not_of(" \t\r") == std::string::npos) continue;
        const std::string where = arguments.file + ":" + std::to_string(line);
        SAKU_TRY(record, tuner::trial_record_from(content, where));
        if (filter.machine && record.machine != *filter.machine)
            return Error{.where = where + "#/machine",
                         .what = "found a trial on " + record.machine + ", expected one on " + *filter.machine};
        if (filter.threads && record.threads != *filter.threads)
            return Error{
                .where = where + "#/threads",
                .what = "found " + std::to_string(record.threads) + ", expected " + std::to_string(*filter.threads)};
        records.push_back(std::move(record));
    }
    SAKU_TRY(database, open(arguments));
    SAKU_TRY(added, tuner::keep_all(database, records));
    return Outcome{.output = added_text(arguments, records.size(), added)};
}

Result<Outcome> merge(const DbArguments& arguments) {
    SAKU_TRY(filter, filter_of(arguments));
    // Opening would make it; a misspelt path is no empty database.
    if (const auto there = read_file(arguments.file, std::size_t{1} << 32); !there) return there.error();
    SAKU_TRY(other, tuner::Database::open(arguments.file));
    SAKU_TRY(records, tuner::trials(other, filter));
    SAKU_TRY(database, open(arguments));
    SAKU_TRY(added, tuner::keep_all(database, records));
    return Outcome{.output = added_text(arguments, records.size(), added)};
}

using Work = Result<Outcome> (*)(const DbArguments&, Session&);

CLI::App* add_below(CLI::App& db, const char* name, const char* description, Command& chosen,
                    const std::shared_ptr<DbArguments>& arguments, Work work) {
    CLI::App* command = db.add_subcommand(name, description);
    command->add_option("--database", arguments->database, "file; default: $SAKU_DATABASE, else in the cache folder")
        ->check(not_empty());
    command->add_option("--target", arguments->target.target, "only trials on this machine")->check(not_empty());
    command->add_option("--threads", arguments->target.threads, "only trials with so many threads")
        ->check(integer_between(1, most_threads));
    command->callback([&chosen, arguments, work] {
        chosen = [arguments, work](Session& session) { return work(*arguments, session); };
    });
    return command;
}

}  // namespace

void add_db(CLI::App& app, Command& chosen) {
    CLI::App* db = app.add_subcommand("db", "the tuning database: what 'saku profile' measured");
    db->require_subcommand(1);
    const auto arguments = std::make_shared<DbArguments>();
    const auto json = [&](CLI::App* command) {
        command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    };
    const auto operator_of = [&](CLI::App* command, bool required) {
        command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required(required);
    };
    CLI::App* command = add_below(*db, "list", "operators and machines, with their best times", chosen, arguments,
                                  [](const DbArguments& a, Session&) { return list(a); });
    operator_of(command, false);
    json(command);
    command = add_below(*db, "show", "every trial of an operator", chosen, arguments,
                        [](const DbArguments& a, Session&) { return show(a); });
    operator_of(command, true);
    json(command);
    command = add_below(*db, "best", "the fastest schedule measured on this machine, for --schedule", chosen, arguments,
                        [](const DbArguments& a, Session&) { return best(a); });
    operator_of(command, true);
    json(command);
    command = add_below(*db, "export", "trials as JSON lines", chosen, arguments,
                        [](const DbArguments& a, Session& s) { return export_trials(a, s); });
    operator_of(command, false);
    command->add_option("--out", arguments->file, "file to write; default: stdout")->check(not_empty());
    command = add_below(*db, "import", "adds trials from JSON lines: all of them or, when one is unsound, none", chosen,
                        arguments, [](const DbArguments& a, Session&) { return import(a); });
    command->add_option("file", arguments->file, "what 'saku db export' wrote")->required();
    json(command);
    command = add_below(*db, "merge", "adds the trials of another database", chosen, arguments,
                        [](const DbArguments& a, Session&) { return merge(a); });
    command->add_option("file", arguments->file, "another database")->required();
    json(command);
    db->footer(
        "Examples:\n"
        "  saku db list\n"
        "  saku db best matmul:m=128,n=768,k=768 --threads 1 > best.txt\n"
        "  saku db export > trials.jsonl\n"
        "  saku db import trials.jsonl");
}

}  // namespace saku::cli
