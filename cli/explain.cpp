// saku explain: what the predicted time of a schedule is made of, and why another one is slower.
#include <memory>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/price_report.h"
#include "cli/stored.h"
#include "cli/tune_options.h"
#include "frontends/operator_from.h"
#include "ir/print.h"
#include "tuner/space.h"

namespace saku::cli {
namespace {

struct ExplainArguments {
    std::string op;
    std::string schedule_file;  ///< empty: tune
    std::string versus_file;
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
    auto ranked = tuner::price_schedule(op, stored.schedule, target.machine, target.threads);
    if (!ranked) return misfit(file, ranked.error());
    return *std::move(ranked);
}

std::string others_text(const Subject& subject) {
    if (subject.others.empty()) return "";
    std::string text = "\nthe next best\n";
    for (const tuner::Ranked& other : subject.others)
        text += "  +" + fixed(100 * (other.cost.seconds / subject.ranked.cost.seconds - 1), 1) + " %  " +
                other.choices + "; limited by " + std::string(costmodel::name_of(other.cost.bottleneck)) + "\n";
    return text;
}

std::string versus_text(const tuner::Ranked& ours, const tuner::Ranked& theirs, const std::string& file) {
    const double ratio = theirs.cost.seconds / ours.cost.seconds;
    const std::string verdict =
        ratio >= 1 ? fixed(ratio, 3) + " times as slow" : fixed(1 / ratio, 3) + " times as fast";
    return "\n" + file + " is predicted " + verdict + "\n" + indented(versus_table(ours.cost, theirs.cost));
}

Json explanation(const tuner::Ranked& ranked) {
    Json json = ranked_json(ranked);
    json["alone"] = terms_json(ranked.cost.alone);
    return json;
}

Result<Outcome> report(const ExplainArguments& arguments, const ir::Operator& op, const Target& target,
                       const Subject& subject) {
    const auto nest = tuner::scheduled(ir::lower(op), subject.ranked.schedule);
    const std::string nest_text = nest ? ir::print(*nest) : "";
    Json json{{"schema", 1}, {"op", ir::shorthand(op)}, {"target", target.machine.name}, {"threads", target.threads}};
    json.update(explanation(subject.ranked));
    json["nest"] = nest_text;
    std::string text = ir::shorthand(op) + " on " + target.machine.name + ", " + counted(target.threads, "thread") +
                       "\n  " + headline(subject.ranked) + "\n\nwhere the time goes\n" +
                       indented(terms_table(subject.ranked.cost)) + "\nschedule\n";
    if (!subject.ranked.choices.empty()) text += "  " + subject.ranked.choices + "\n";
    text += indented(schedules::to_text(subject.ranked.schedule)) + others_text(subject);
    if (arguments.nest) text += "\nloop nest\n" + indented(nest_text);
    if (!arguments.versus_file.empty()) {
        SAKU_TRY(other, priced_file(op, target, arguments.versus_file));
        json["versus"] = explanation(other);
        json["versus"]["ratio"] = other.cost.seconds / subject.ranked.cost.seconds;
        text += versus_text(subject.ranked, other, arguments.versus_file);
    }
    return Outcome{.output = arguments.json ? to_text(json) : text};
}

Result<Outcome> explain(const ExplainArguments& arguments, Session& session) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(target, target_for(op, arguments.schedule_file, arguments.target));
    if (!arguments.versus_file.empty()) SAKU_TRY_DONE(priced_file(op, target, arguments.versus_file));
    if (!arguments.schedule_file.empty()) {
        SAKU_TRY(ranked, priced_file(op, target, arguments.schedule_file));
        return report(arguments, op, target, {.ranked = ranked, .others = {}});
    }
    tuner::TuneOptions options;
    options.emit_object = false;
    SAKU_TRY(result, tune_operator(op, target, arguments.target.jobs, arguments.search, options, session));
    if (result.top.empty()) return Outcome{.diagnostic = "saku: " + no_schedule_text(result) + "\n", .exit = Exit::no};
    Subject subject{.ranked = result.top.front(), .others = {}};
    subject.others.assign(result.top.begin() + 1, result.top.end());
    return report(arguments, op, target, subject);
}

}  // namespace

void add_explain(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("explain", "why this schedule; why one is predicted faster than another");
    auto arguments = std::make_shared<ExplainArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    CLI::Option* schedule =
        command->add_option("--schedule", arguments->schedule_file, "a record or schedule (default: tune)")
            ->check(not_empty());
    command->add_option("--versus", arguments->versus_file, "compare with this record or schedule")->check(not_empty());
    add_target_options(*command, arguments->target);
    add_search_options(*command, arguments->search);
    exclude_search_options(*command, *schedule);
    command->add_flag("--nest", arguments->nest, "print the scheduled loop nest, too")->disable_flag_override();
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "A record is explained for the machine and threads it holds unless options say otherwise.\n"
        "Examples:\n"
        "  saku explain matmul:m=128,n=768,k=768\n"
        "  saku explain matmul:m=128,n=768,k=768 --schedule mm.json --versus other.json\n"
        "  saku explain conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1 --target neoverse-n1 --nest");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return explain(*arguments, session); }; });
}

}  // namespace saku::cli
