// saku explain: what the predicted time of a schedule is made of, and why another one is slower.
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/explain_html.h"
#include "cli/explain_report.h"
#include "cli/kernel_files.h"
#include "cli/pins.h"
#include "cli/price_report.h"
#include "cli/stored.h"
#include "cli/tune_options.h"
#include "frontends/operator_from.h"
#include "tuner/explanation.h"
#include "tuner/space.h"
#include "tuner/versus.h"

namespace saku::cli {
namespace {

struct ExplainArguments {
    std::string op;
    std::string schedule_file;  ///< empty: tune
    std::string versus_file;    ///< or a candidate's number
    std::string html_file;      ///< empty: none
    TargetOptions target;
    SearchOptions search;
    bool nest = false;
    bool json = false;
};

/// The schedule to explain, and others worth comparing with.
struct Subject {
    tuner::Ranked ranked;
    std::vector<tuner::Ranked> others;
};

Result<tuner::Ranked> priced_file(const ir::Operator& op, const Target& target, const std::string& file) {
    SAKU_TRY(stored, stored_schedule_for(op, file));
    auto ranked = tuner::price_schedule(op, stored.schedule, target.machine, target.threads, target.residence);
    if (!ranked) return misfit(file, ranked.error());
    return *std::move(ranked);
}

/// Digits alone are a candidate's number, unless there is such a file.
bool is_id(const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos && !std::filesystem::exists(text);
}

Result<tuner::Ranked> priced_id(const ExplainArguments& arguments, const ir::Operator& op, const Target& target) {
    SAKU_TRY(pinned, parse_pins(arguments.search.pins));
    SAKU_TRY(space, tuner::make_space(op, target.machine, {.threads = target.threads, .pinned = pinned}));
    const std::string& text = arguments.versus_file;
    tuner::Id id = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failure != std::errc{} || id >= space.ids.numbering.size)
        return Error{.where = "--versus",
                     .what = "found candidate " + text + ", expected a file, or a number below " +
                             std::to_string(space.ids.numbering.size)};
    auto ranked =
        tuner::price_schedule(op, tuner::schedule_of(space, id), target.machine, target.threads, target.residence);
    if (!ranked)
        return Error{.where = "--versus", .what = "candidate " + text + " has no price: " + ranked.error().text()};
    ranked->id = id;
    ranked->choices = tuner::to_text(space, id);
    return *std::move(ranked);
}

/// The other schedule of --versus; none without it.
Result<std::optional<tuner::Ranked>> rival_of(const ExplainArguments& arguments, const ir::Operator& op,
                                              const Target& target) {
    if (arguments.versus_file.empty()) return std::optional<tuner::Ranked>();
    SAKU_TRY(ranked, is_id(arguments.versus_file) ? priced_id(arguments, op, target)
                                                  : priced_file(op, target, arguments.versus_file));
    return std::optional(ranked);
}

Result<tuner::Explanation> explained_by(const ir::Operator& op, const Target& target, const tuner::Ranked& ranked,
                                        const std::string& where) {
    auto explanation = tuner::explain(op, ranked, target.machine, target.threads, target.residence);
    if (!explanation) return misfit(where, explanation.error());
    return *std::move(explanation);
}

Result<Outcome> report(const ExplainArguments& arguments, const ir::Operator& op, const Target& target,
                       const Subject& subject, const std::optional<tuner::Ranked>& other, Session& session) {
    session.progress.report(1, "explaining");
    SAKU_TRY(explanation, explained_by(op, target, subject.ranked, arguments.schedule_file));
    Explained explained{
        .heading = heading(ir::shorthand(op), machine_text(target.machine), target.threads, target.residence),
        .explanation = std::move(explanation),
        .others = subject.others};
    if (other) {
        SAKU_TRY(theirs, explained_by(op, target, *other, arguments.versus_file));
        std::vector<tuner::Difference> differences = tuner::differences(explained.explanation, theirs);
        const std::string name = (other->choices.empty() ? "" : "candidate ") + arguments.versus_file;
        explained.rival = Rival{.name = name, .explanation = std::move(theirs), .differences = std::move(differences)};
    }
    if (!arguments.html_file.empty())
        SAKU_TRY_DONE(session.files.write({{.path = arguments.html_file, .content = explain_html(explained)}}));
    if (!arguments.json) return Outcome{.output = explain_text(explained, arguments.nest)};
    Json json{{"schema", 1},
              {"op", ir::shorthand(op)},
              {"target", target.machine.name},
              {"threads", target.threads},
              {"residence", features::name_of(target.residence)}};
    add_calibration(json, target.machine.calibration);
    json.update(explain_json(explained));
    return Outcome{.output = to_text(json)};
}

Result<Outcome> explain(const ExplainArguments& arguments, Session& session) {
    if (!arguments.html_file.empty()) SAKU_TRY_DONE(check_file("--html", arguments.html_file));
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(target, target_for(op, arguments.schedule_file, arguments.target));
    SAKU_TRY(other, rival_of(arguments, op, target));
    if (!arguments.schedule_file.empty()) {
        SAKU_TRY(ranked, priced_file(op, target, arguments.schedule_file));
        return report(arguments, op, target, {.ranked = ranked, .others = {}}, other, session);
    }
    tuner::TuneOptions options;
    options.emit_object = false;
    SAKU_TRY(result, tune_operator(op, target, arguments.target.jobs, arguments.search, options, session));
    if (result.top.empty()) return Outcome{.diagnostic = "saku: " + no_schedule_text(result) + "\n", .exit = Exit::no};
    Subject subject{.ranked = result.top.front(), .others = {}};
    subject.others.assign(result.top.begin() + 1, result.top.end());
    return report(arguments, op, target, subject, other, session);
}

}  // namespace

void add_explain(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("explain", "why this schedule; why one is predicted faster than another");
    auto arguments = std::make_shared<ExplainArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    CLI::Option* schedule =
        command->add_option("--schedule", arguments->schedule_file, "a record or schedule (default: tune)")
            ->check(not_empty());
    command
        ->add_option("--versus", arguments->versus_file,
                     "compare with this record or schedule, or the candidate with this number")
        ->check(not_empty());
    add_target_options(*command, arguments->target);
    add_residence_option(*command, arguments->target);
    add_search_options(*command, arguments->search);
    exclude_search_options(*command, *schedule);
    command->add_flag("--nest", arguments->nest, "print the scheduled loop nest, too, with what each loop does")
        ->disable_flag_override();
    command->add_option("--html", arguments->html_file, "also write a page: one file that needs no network")
        ->check(not_empty());
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "A record is explained for the machine and threads it holds unless options say otherwise.\n"
        "Examples:\n"
        "  saku explain matmul:m=128,n=768,k=768\n"
        "  saku explain matmul:m=128,n=768,k=768 --schedule mm.json --versus other.json --html why.html\n"
        "  saku explain conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1 --target neoverse-n1 --nest");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return explain(*arguments, session); }; });
}

}  // namespace saku::cli
