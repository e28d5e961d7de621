// saku tune: the best schedule by the model, and its kernel.
#include <memory>
#include <set>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/expected.h"
#include "cli/format.h"
#include "cli/kernel_files.h"
#include "cli/memory.h"
#include "cli/stored.h"
#include "cli/tune_options.h"
#include "cli/tune_report.h"
#include "frontends/suite.h"
#include "targets/kernel_name.h"
#include "tuner/record.h"

namespace saku::cli {
namespace {

struct TuneArguments {
    std::string op;
    TargetOptions target;
    SearchOptions search;
    FileOptions files;
    std::vector<std::string> expected;  ///< --check: files and folders
    bool no_cache = false;
    bool json = false;
};

/// The name that each operator's kernel will have; no two the same, or files would overwrite each other.
Result<std::vector<std::string>> kernel_names(const frontends::Work& work, const FileOptions& files) {
    if (!files.name.empty() && work.tasks.size() > 1)
        return Error{.where = "--name", .what = "one name for " + std::to_string(work.tasks.size()) + " operators"};
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (const frontends::Task& task : work.tasks) {
        names.push_back(files.name.empty() ? targets::kernel_name_from(ir::shorthand(task.op)) : files.name);
        if (!files.folder.empty() && !taken.insert(names.back()).second)
            return Error{.where = "--out", .what = "two operators of the suite are both named " + names.back()};
    }
    return names;
}

NamedFiles result_files(const TuneArguments& arguments, const tuner::TuneResult& result) {
    if (arguments.files.folder.empty() || result.top.empty()) return {};
    const Json record = tuner::record_json({.op = result.op,
                                            .machine = result.target,
                                            .calibration = result.calibration,
                                            .threads = result.threads,
                                            .residence = result.residence,
                                            .name = result.name,
                                            .best = result.top.front(),
                                            .inner_loops = result.inner_loops,
                                            .versions = versions()});
    return files_of(
        arguments.files, result.nest, *result.emitted,
        {.name = result.name, .description = result.op, .record = to_text(record), .threads = result.threads});
}

struct Tuned {
    tuner::TuneResult result;
    NamedFiles files;
};

Result<tuner::TuneResult> search(const TuneArguments& arguments, const ir::Operator& op, const std::string& name,
                                 const Target& target, Memory& memory, Session& session) {
    tuner::TuneOptions options;
    options.name = name;
    const targets::EmitOptions emit = emit_options(arguments.files, name);
    options.emit_object = emit.object;
    // Records hold counts of instructions.
    options.emit_assembly = emit.assembly || !arguments.files.folder.empty() || !arguments.expected.empty();
    options.emit_llvm_ir = emit.llvm_ir;
    SAKU_TRY(searching, searching_options(target, arguments.target.jobs, arguments.search, options));
    searching.decided = memory.recall(op, searching);
    SAKU_TRY(result, tune_operator(op, target, searching, session));
    if (!result.remembered && !result.interrupted) memory.keep(op, searching, result);
    return result;
}

Result<NamedFiles> write(const TuneArguments& arguments, const tuner::TuneResult& result, Session& session) {
    NamedFiles files = result_files(arguments, result);
    std::vector<OutputFile> contents;
    for (const auto& [kind, file] : files) contents.push_back(file);
    SAKU_TRY_DONE(session.files.write(contents));
    return files;
}

Result<Outcome> tune_single(const TuneArguments& arguments, const ir::Operator& op, const std::string& name,
                            const Target& target, const std::vector<Expected>& expected, Session& session) {
    Memory nothing;
    session.progress.subject(ir::shorthand(op));
    SAKU_TRY(result, search(arguments, op, name, target, nothing, session));
    SAKU_TRY(files, write(arguments, result, session));
    const bool reproducible = arguments.search.seconds == 0;
    Outcome outcome;
    if (result.top.empty()) outcome.diagnostic = "saku: " + no_schedule_text(result) + "\n";
    Json json = arguments.json ? tune_json(result, files, reproducible) : Json();
    if (!expected.empty()) {
        const Checked checked = check(result, expected, expected.size() == 1);
        outcome.diagnostic += check_text(result.op, checked);
        if (arguments.json) json["check"] = check_json(checked);
    }
    outcome.output = arguments.json ? to_text(json) : tune_text(result, files, reproducible);
    if (!outcome.diagnostic.empty()) outcome.exit = Exit::no;
    return outcome;
}

/// What is there should a signal come now, with `done` of `all` operators tuned.
std::string kept_text(const TuneArguments& arguments, std::size_t done, std::size_t all, bool remembers) {
    std::string text = std::to_string(done) + " of " + counted(static_cast<long long>(all), "operator") + " tuned";
    if (done > 0 && !arguments.files.folder.empty()) text += ", their files in " + arguments.files.folder;
    return text + (remembers ? "; the same command goes on from there" : "; the same command begins anew");
}

/// Records of operators that the suite does not have.
std::string left_over_text(const std::vector<Expected>& expected, const std::vector<SuiteRow>& rows) {
    std::vector<std::string> tuned;
    for (const SuiteRow& row : rows) tuned.push_back(row.op);
    std::string text;
    for (const std::string& file : left_over(expected, tuned))
        text += "saku: " + file + " is not of an operator of the suite\n";
    return text;
}

/// One after the other; an operator that cannot be tuned does not keep the others from it.
Result<Outcome> tune_suite(const TuneArguments& arguments, const frontends::Work& work,
                           const std::vector<std::string>& names, const Target& target,
                           const std::vector<Expected>& expected, Session& session) {
    const bool reproducible = arguments.search.seconds == 0;
    Outcome outcome;
    Memory memory;
    if (reproducible && !arguments.no_cache) memory = Memory::open(target.machine, outcome.diagnostic);
    const bool remembers = memory.is_open();
    std::vector<SuiteRow> rows;
    std::size_t failed = 0;
    for (std::size_t i = 0; i < work.tasks.size(); ++i) {
        const frontends::Task& task = work.tasks[i];
        SuiteRow row{.op = ir::shorthand(task.op), .count = task.count};
        session.progress.subject("[" + std::to_string(i + 1) + "/" + std::to_string(work.tasks.size()) + "] " + row.op);
        session.files.note(kept_text(arguments, i, work.tasks.size(), remembers));
        auto result = search(arguments, task.op, names[i], target, memory, session);
        if (result) {
            SAKU_TRY(files, write(arguments, *result, session));
            row.files = std::move(files);
            if (result->top.empty()) row.failure = no_schedule_text(*result);
            if (!expected.empty()) row.checked = check(*result, expected, false);
            row.result = *std::move(result);
        } else {
            row.failure = result.error().text();
            ++failed;
        }
        if (!row.failure.empty()) {
            outcome.exit = Exit::no;
            outcome.diagnostic += "saku: " + row.op + ": " + row.failure + "\n";
        }
        if (row.checked && !row.checked->holds()) {
            outcome.exit = Exit::no;
            outcome.diagnostic += check_text(row.op, *row.checked);
        }
        rows.push_back(std::move(row));
    }
    // What is wrong with every one of them is wrong with the arguments.
    if (failed == rows.size()) return Error{.where = "", .what = rows.front().failure};
    if (const std::string more = left_over_text(expected, rows); !more.empty()) {
        outcome.exit = Exit::no;
        outcome.diagnostic += more;
    }
    outcome.output = arguments.json ? to_text(suite_json(rows, reproducible)) : suite_text(rows, reproducible);
    return outcome;
}

Result<Outcome> tune(const TuneArguments& arguments, Session& session) {
    SAKU_TRY(work, frontends::work_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY(names, kernel_names(work, arguments.files));
    SAKU_TRY_DONE(check(arguments.files, names));
    SAKU_TRY(expected, expected_records(arguments.expected));
    if (work.is_suite) return tune_suite(arguments, work, names, target, expected, session);
    return tune_single(arguments, work.tasks.front().op, names.front(), target, expected, session);
}

std::string suite_list() {
    std::string text;
    for (const std::string& name : frontends::suite_names()) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

void add_tune(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("tune", "find the best schedule without running any, and emit its kernel");
    auto arguments = std::make_shared<TuneArguments>();
    command
        ->add_option("op", arguments->op,
                     "operator: name:key=value,... or a file; or a suite: a file, or one of " + suite_list())
        ->required();
    add_target_options(*command, arguments->target);
    add_residence_option(*command, arguments->target);
    add_search_options(*command, arguments->search);
    add_file_options(*command, arguments->files, false);
    command
        ->add_option("--check", arguments->expected,
                     "exit with 1 unless tuning gives the schedule, predicted time and inner loops of this record (or "
                     "schedule); "
                     "a folder of records, and repeatable, for a suite")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(not_empty());
    command
        ->add_flag("--no-cache", arguments->no_cache,
                   "tune all operators of a suite, also those that were tuned before")
        ->disable_flag_override();
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "Examples:\n"
        "  saku tune conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1\n"
        "  saku tune matmul:m=128,n=768,k=768 --target graviton2 --threads 1 --out kernels --name mm\n"
        "  saku tune resnet50:batch=8 --out kernels                a suite; run again, it goes on where it was\n"
        "  saku tune samples/mttkrp.saku:i=256,j=32,k=64,l=48 --fix tile_m=8 --json\n"
        "  saku tune matmul:m=128,n=768,k=768 --threads 1 --check kernels/mm.json");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return tune(*arguments, session); }; });
}

}  // namespace saku::cli
