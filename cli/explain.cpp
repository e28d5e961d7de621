// saku explain: what the predicted time of a schedule is made of, and why another one is slower.
#include <memory>
#include <optional>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/explain_html.h"
#include "cli/explain_report.h"
#include "cli/given_schedule.h"
#include "cli/kernel_files.h"
#include "cli/price_report.h"
#include "cli/tune_options.h"
#include "frontends/operator_from.h"
#include "tuner/explanation.h"
#include "tuner/versus.h"

namespace saku::cli {
namespace {

struct ExplainArguments {
    std::string op;
    std::string schedule;   ///< a file or a candidate's number; empty: tune
    std::string versus;     ///< the same; empty: none
    std::string html_file;  ///< empty: none
    TargetOptions target;
    SearchOptions search;
    bool nest = false;
    bool json = false;
};

/// The schedule to explain, and others worth comparing with.
struct Subject {
    GivenSchedule given;  ///< of no place where it was tuned
    tuner::Ranked ranked;
    std::vector<tuner::Ranked> others = {};
};

/// The other schedule of --versus; none without it.
Result<std::optional<Subject>> rival_of(const ExplainArguments& arguments, const ir::Operator& op,
                                        const Target& target) {
    if (arguments.versus.empty()) return std::optional<Subject>();
    SAKU_TRY(given, given_schedule(op, arguments.versus, "--versus", target, arguments.search.pins));
    SAKU_TRY(ranked, priced(op, given, target));
    return std::optional(Subject{.given = std::move(given), .ranked = std::move(ranked)});
}

Result<tuner::Explanation> explained(const ir::Operator& op, const Target& target, const Subject& subject) {
    auto explanation = tuner::explain(op, subject.ranked, target.machine, target.threads, target.residence);
    if (!explanation) return misfit(subject.given, explanation.error());
    return *std::move(explanation);
}

Result<Outcome> report(const ExplainArguments& arguments, const ir::Operator& op, const Target& target,
                       const Subject& subject, const std::optional<Subject>& other, Session& session) {
    session.progress.report(1, "explaining");
    SAKU_TRY(explanation, explained(op, target, subject));
    Explained shown{
        .heading = heading(ir::shorthand(op), machine_text(target.machine), target.threads, target.residence),
        .explanation = std::move(explanation),
        .others = subject.others};
    if (other) {
        SAKU_TRY(theirs, explained(op, target, *other));
        std::vector<tuner::Difference> differences = tuner::differences(shown.explanation, theirs);
        shown.rival =
            Rival{.name = other->given.name, .explanation = std::move(theirs), .differences = std::move(differences)};
    }
    if (!arguments.html_file.empty())
        SAKU_TRY_DONE(session.files.write({{.path = arguments.html_file, .content = explain_html(shown)}}));
    if (!arguments.json) return Outcome{.output = explain_text(shown, arguments.nest)};
    Json json{{"schema", 1},
              {"op", ir::shorthand(op)},
              {"target", target.machine.name},
              {"threads", target.threads},
              {"residence", features::name_of(target.residence)}};
    add_calibration(json, target.machine.calibration);
    json.update(explain_json(shown));
    return Outcome{.output = to_text(json)};
}

Result<Outcome> explain(const ExplainArguments& arguments, Session& session) {
    if (!arguments.html_file.empty()) SAKU_TRY_DONE(check_file("--html", arguments.html_file));
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(given, given_by(op, arguments.schedule, arguments.target));
    const Target& target = given.target;
    SAKU_TRY(other, rival_of(arguments, op, target));
    if (given.schedule) {
        SAKU_TRY(ranked, priced(op, *given.schedule, target));
        SAKU_TRY(outcome, report(arguments, op, target, {.given = *given.schedule, .ranked = ranked}, other, session));
        outcome.diagnostic = given.remark + outcome.diagnostic;
        return outcome;
    }
    tuner::TuneOptions options;
    options.emit_object = false;
    SAKU_TRY(result, tune_operator(op, target, arguments.target.jobs, arguments.search, options, session));
    if (result.top.empty()) return Outcome{.diagnostic = "saku: " + no_schedule_text(result) + "\n", .exit = Exit::no};
    Subject subject{.given = {}, .ranked = result.top.front()};
    subject.others.assign(result.top.begin() + 1, result.top.end());
    return report(arguments, op, target, subject, other, session);
}

}  // namespace

void add_explain(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("explain", "why this schedule; why one is predicted faster than another");
    auto arguments = std::make_shared<ExplainArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    CLI::Option* schedule = command
                                ->add_option("--schedule", arguments->schedule,
                                             "a record or schedule, or a candidate's number (default: tune)")
                                ->check(not_empty());
    command
        ->add_option("--versus", arguments->versus,
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
